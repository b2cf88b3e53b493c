/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The view of a station page: four steps, each shown when the one before has
 * been done. station_engine.js gives `sandoq`, view.js elements and words,
 * station_words.js what is said.
 */
const steps = {
	/* The last message of each; null before. */
	ready: null, station: null, read: null, sealed: null, key: null,
	/* Which one is at work, and what the last one refused: {step, message}. */
	busy: null,
	refused: null,
	compared: false,
	/* What was typed and chosen, kept when the page is drawn anew. */
	sequence: '1',
	files: {},
};

const ORDER = ['station', 'read', 'sealed'];

/* A step, done again, takes back those after it. */
async function run(step, name, request) {
	const place = ORDER.indexOf(step);
	if (place >= 0)
		ORDER.slice(place).forEach(later => { steps[later] = null; });
	steps.compared = false;
	steps.refused = null;
	steps.busy = step;
	draw();
	const message = await sandoq.ask(name, request);
	steps.busy = null;
	if (message.kind === 'refused' || message.kind === 'broken')
		steps.refused = { step, message };
	else
		steps[step] = message;
	/* station.wasm has wiped the key. */
	if (step === 'sealed')
		steps.station = null;
	draw();
}

async function bytes_of(file) {
	return new Uint8Array(await file.arrayBuffer());
}

function save(name, bytes) {
	const url = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }));
	el('a', { href: url, download: name }).click();
	/* The browser has taken it when this event has been dealt with. */
	setTimeout(() => URL.revokeObjectURL(url), 60000);
}

function save_button(key, name, bytes) {
	return el('button', { type: 'button', click: () => save(name, bytes) }, say(key, [], [name]));
}

/* --- what every step has --- */

function trouble(step) {
	if (steps.busy === step)
		return el('p', { class: 'verdict waiting', role: 'status' },
			word(step === 'station' || step === 'key' ? 'key_wait' : 'working'));
	if (steps.refused === null || steps.refused.step !== step)
		return null;
	const { kind, line, words } = steps.refused.message;
	if (kind === 'broken')
		return el('p', { class: 'verdict refused', role: 'alert' }, word('broken'));
	return el('p', { class: 'verdict refused', role: 'alert' },
		say(line === null ? 'refused' : 'refused_line', [line],
			[in_words(words)]));
}

function section(step, heading, ...children) {
	return el('section', { id: step }, el('h2', {}, word(heading)), ...children, trouble(step));
}

function field(key, input, numbers) {
	return el('label', {}, el('span', {}, say(key, numbers)), input);
}

/* The browser's own button says everything in the browser's language. */
function file_field(key, name, accept) {
	const chosen = steps.files[name];
	return el('label', { class: 'file' }, el('span', {}, word(key)),
		el('input', { type: 'file', accept, name,
			change: event => { steps.files[name] = event.target.files[0]; draw(); } }),
		el('span', { class: 'button' }, word('choose')), ' ',
		chosen ? el('bdi', {}, chosen.name) : word('no_file'));
}

function secret_input(name) {
	return el('input', { type: 'password', name, autocomplete: 'off' });
}

function submit(key) {
	return el('button', { type: 'submit', disabled: steps.busy !== null }, word(key));
}

function form(send, ...children) {
	return el('form', { class: 'tools', submit: event => {
		event.preventDefault();
		send(event.target);
	} }, ...children);
}

/* --- the steps --- */

function election({ title, definition, box_key, recipients }) {
	return section('ready', 'election',
		el('p', {}, el('b', {}, in_words(title))),
		el('p', {}, word('election_why')),
		el('p', {}, word('definition'), hex(definition)),
		el('p', {}, word('box_key'), hex(box_key)),
		el('p', { class: 'soft' }, recipients.length === 0 ? word('no_recipients')
			: say('recipients', [], [recipients.join(', ')])));
}

function key_step() {
	return section('station', 'key',
		form(async target => {
			if (steps.files.key)
				run('station', 'unlock', {
					file: await bytes_of(steps.files.key),
					passphrase: target.elements.passphrase.value,
				});
		}, file_field('key_file', 'key', '.pem,.key'),
		field('passphrase', secret_input('passphrase')), submit('unlock')),
		steps.station === null ? null : el('p', { class: 'verdict passed', role: 'status' },
			say('station', [steps.station.issued],
				[steps.station.id, in_words(steps.station.name)])),
		steps.sealed === null ? null : el('p', { class: 'soft' }, word('key_closed')));
}

function row(contest) {
	return el('tr', {}, el('th', { scope: 'row' }, in_words(contest.title)),
		numeric(number(contest.cast)), numeric(share(contest.cast, contest.issued)),
		...['blank', 'unreadable', 'unknown'].map(what => numeric(number(contest[what]))));
}

function what_was_read({ ballots, lines, first, last, contests }) {
	const line = (key, value) => el('p', {}, word(key), ': ', el('code', {}, value));
	return [
		table(word('ballots'),
			el('thead', {}, el('tr', {}, head('contest'),
				...['cast', 'share', 'blank', 'unreadable', 'unknown']
					.map(key => head(key, { class: 'number' })))),
			el('tbody', {}, contests.map(row))),
		el('p', {}, say('lines', [lines])),
		ballots === 0 ? el('p', {}, el('b', {}, word('none')))
			: [line('first', first), line('last', last)],
		el('p', {}, el('b', {}, word('compare'))),
	].flat();
}

function ballots_step() {
	const { boxes } = steps.station;
	return section('read', 'ballots',
		form(async () => {
			if (steps.files.csv)
				run('read', 'read', {
					csv: await bytes_of(steps.files.csv),
					sequence: Number(steps.sequence),
				});
		}, file_field('csv', 'csv', '.csv'),
		boxes === 1 ? null : field('sequence', el('input', { type: 'number', min: 1, max: boxes,
			value: steps.sequence, input: event => { steps.sequence = event.target.value; } }), [boxes]),
		submit('read')),
		...(steps.read === null ? [] : what_was_read(steps.read)));
}

function seal_step() {
	const { station, sequence, digest, box, note } = steps.sealed || {};
	const stem = `${station}-${sequence}`;
	const ask = steps.sealed !== null ? [] : [
		el('label', {}, el('input', { type: 'checkbox', checked: steps.compared,
			change: event => { steps.compared = event.target.checked; draw(); } }), ' ', word('compared')),
		form(() => run('sealed', 'seal', {}),
			el('button', { type: 'submit', disabled: !steps.compared || steps.busy !== null }, word('seal_button'))),
	];
	return section('sealed', 'seal', ...ask,
		...(steps.sealed === null ? [] : [
			el('p', { class: 'verdict passed', role: 'status' }, say('sealed', [sequence], [station])),
			el('p', {}, word('digest'), hex(digest)),
			el('div', { class: 'tools' }, save_button('save_box', stem + '.age', box),
				save_button('save_note', stem + '.note', note)),
		]));
}

function make_key_step(late) {
	return section('key', 'make_key',
		el('p', {}, word('make_key_why'), late ? ' ' + word('make_key_late') : null),
		form(target => {
			const { id, passphrase, again } = target.elements;
			again.setCustomValidity(passphrase.value === again.value ? '' : word('differ'));
			if (again.reportValidity())
				run('key', 'make_key', { name: id.value, passphrase: passphrase.value });
		}, field('id', el('input', { type: 'text', name: 'id', dir: 'ltr', autocomplete: 'off' })),
		field('passphrase', secret_input('passphrase')),
		field('again', el('input', { type: 'password', name: 'again', autocomplete: 'off',
			input: event => event.target.setCustomValidity('') })),
		submit('make')),
		...(steps.key === null ? [] : [
			el('p', {}, word('made'), el('span', { class: 'hex', id: 'public' }, steps.key.public)),
			save_button('save_key', steps.key.name + '.pem', steps.key.key),
		]));
}

function all_steps() {
	const { ready, station, read } = steps;
	if (ready === null)
		return [trouble('ready')];
	if (ready.election === null)
		return [make_key_step(false)];
	return [
		ready.rehearsal ? el('div', { class: 'band rehearsal', role: 'note' }, word('band_rehearsal')) : null,
		election(ready), key_step(),
		station === null ? null : ballots_step(),
		read === null ? null : seal_step(),
		el('details', { class: 'card' }, el('summary', {}, word('make_key')), make_key_step(true)),
	];
}

/* All is drawn anew; whoever was in a field stays there. */
function draw() {
	const focused = document.activeElement && document.activeElement.name;
	const title = word(steps.ready !== null && steps.ready.election === null ? 'title_key' : 'title');
	document.documentElement.lang = view.persian ? 'fa' : 'en';
	document.documentElement.dir = view.persian ? 'rtl' : 'ltr';
	document.title = title;
	document.body.replaceChildren(
		el('header', {}, el('h1', {}, title),
			el('button', { type: 'button', lang: view.persian ? 'en' : 'fa',
				click: () => { view.persian = !view.persian; draw(); } }, word('language'))),
		el('main', {}, el('p', { class: 'soft' }, word('nothing_leaves')), ...all_steps()));
	const again = focused ? document.getElementsByName(focused)[0] : undefined;
	if (again !== undefined)
		again.focus();
}

(async () => {
	steps.busy = 'ready';
	draw();
	const message = await sandoq.begin();
	steps.busy = null;
	if (message.kind === 'ready')
		steps.ready = message;
	else
		steps.refused = { step: 'ready', message };
	draw();
})();
