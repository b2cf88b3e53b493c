/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The view: draws what the verifier tells, and computes no number of its own
 * but shares. engine.js gives `sandoq`, words.js what is said. Names of people
 * and places stand in <bdi>, so that none can move a number.
 */
/* A contest with more candidates shows only so many of those not elected. */
const CANDIDATES_AT_ONCE = 100;
const FEW_CANDIDATES = 5;
const ROWS_AT_ONCE = 200;

Object.assign(view, {
	message: { kind: 'progress', done: 0, of: 0, check: '' },
	instead: {},
	/* What a reader has typed, chosen and opened, for the next drawing. */
	typed: '',
	chosen: null,
	chosen_name: '',
	open: matchMedia('(min-width: 40rem)').matches,
	all: new Set(),
	/* The id that is asked for in the address, when it is drawn. */
	station: null,
	table: { search: '', by: null, down: false, rows: ROWS_AT_ONCE, contest: 0 },
});

/* --- elements and words --- */

function name_of(named, stem) {
	return el('bdi', {}, named[(stem || 'name') + (view.persian ? '_fa' : '_en')]);
}

function check_name(name) {
	return CHECKS[name] ? CHECKS[name][view.persian ? 1 : 0] : name;
}

/* --- charts: each is in the table that has its numbers --- */

function bar(part, whole, kind) {
	const width = whole > 0 ? Math.min(100, 100 * part / whole) : 0;
	return el('svg', { class: 'bar', viewBox: '0 0 100 10', preserveAspectRatio: 'none', 'aria-hidden': 'true', focusable: 'false' },
		el('rect', { width: width.toFixed(2), height: 10, class: kind || '' }));
}

function stacked(parts, whole) {
	let at = 0;
	const rects = parts.map(([kind, part]) => {
		const width = whole > 0 ? 100 * part / whole : 0;
		const rect = el('rect', { x: at.toFixed(2), width: width.toFixed(2), height: 10, class: kind });
		at += width;
		return rect;
	});
	return el('svg', { class: 'bar whole', viewBox: '0 0 100 10', preserveAspectRatio: 'none', 'aria-hidden': 'true', focusable: 'false' }, rects);
}

/* --- bands and the verdict --- */

function band(kind, heading, why) {
	return el('div', { class: 'band ' + kind, role: 'note' }, heading, why !== null ? el('p', {}, why) : null);
}

function bands(result) {
	const list = [];
	if (result.mode === 'rehearsal')
		list.push(band('rehearsal', say('band_rehearsal'), word('band_rehearsal_why')));
	if (result.incomplete)
		list.push(band('incomplete',
			say('band_incomplete', [result.boxes_counted, result.boxes_due]),
			[...say('band_missing', [result.boxes_missing, result.boxes_void]),
				result.boxes_unopened > 0 ? [' ', ...say('band_unopened', [result.boxes_unopened])] : null]));
	if (result.annulled.length > 0)
		list.push(band('annulled', say('band_annulled', [result.annulled.length, result.stations.length]), null));
	for (const contest of result.contests.filter(one => one.pilot))
		list.push(band('pilot', say('band_pilot', [], [name_of(contest, 'title')]), word('band_pilot_why')));
	return list;
}

function verdict(message) {
	const made = message.checks.filter(check => check.outcome === 'passed').length;
	const not_made = message.checks.length - made;
	return el('p', { class: 'verdict passed', role: 'status' },
		say('passed', [made]),
		not_made > 0 ? [' ', ...say('passed_but', [not_made])] : null,
		Object.keys(view.instead).length > 0 ? [' ', word('passed_yours')] : null);
}

function heading(result) {
	return el('h1', { tabindex: -1 }, name_of(result, 'title'),
		el('small', {}, result.incomplete ? word('incomplete') + ': ' : null,
			say('boxes_in', [result.boxes_counted, result.boxes_due])));
}

function title_of(result) {
	return [result.mode === 'rehearsal' ? word('rehearsal') : null,
		result.incomplete ? word('incomplete') : null,
		plain('boxes_in', [result.boxes_counted, result.boxes_due]),
		result[view.persian ? 'title_fa' : 'title_en']].filter(Boolean).join(' · ');
}

/* --- trust --- */

function same_bytes(one, other) {
	return one.length === other.length && one.every((byte, i) => byte === other[i]);
}

/* Spaces and the case of hexadecimal digits tell nothing. */
function bare(text) {
	return text.replace(/[\s\u200e\u200f:]/g, '').toLowerCase();
}

/* Each value that a reader can compare, and why; `shown` where it is not one. */
function values_of(result) {
	return [
		{ key: 'definition', values: [result.definition] },
		{ key: 'authority', values: [result.authority_text], before: el('bdi', {}, result.authority.join(' ')), numbers: [result.authority_need] },
		{ key: 'image', values: [result.image] },
		{ key: 'machine', values: [result.machine], name: true },
		{ key: 'ak', values: [result.ak] },
		{ key: 'cas', values: result.ek_cas },
		{ key: 'result', values: [result.result] },
	];
}

function compared(output, equal_to) {
	output.className = equal_to.length > 0 ? 'equal' : 'different';
	output.replaceChildren(...equal_to.length > 0
		? say('equal', [], [joined(equal_to.map(key => word('t_' + key))).join('')])
		: [word('different')]);
}

function own_value(result) {
	const output = el('output', {});
	const compare = text => {
		view.typed = text;
		output.className = '';
		output.replaceChildren();
		if (bare(text) !== '')
			compared(output, values_of(result).filter(one => one.values.some(value => bare(value) === bare(text))).map(one => one.key));
	};
	compare(view.typed);
	return [el('label', {}, el('span', {}, word('own_value')), el('input', {
		type: 'text', id: 'Own', class: 'hex', dir: 'ltr', autocomplete: 'off', spellcheck: 'false', value: view.typed,
		input: event => compare(event.target.value) })), output];
}

/* What a file that is none of ours would stand for, by how it begins. */
function meant_by(bytes) {
	const text = new TextDecoder().decode(bytes.subarray(0, 65536));
	return /-----BEGIN CERTIFICATE/.test(text) ? 'authorities'
		: /"contests"/.test(text) ? 'definition'
			: /"events"|"pcrs"/.test(text) ? 'profile' : null;
}

async function choose(file) {
	view.chosen = file ? new Uint8Array(await file.arrayBuffer()) : null;
	view.chosen_name = file ? file.name : '';
	draw_again();
}

function own_file() {
	const output = el('output', {});
	const mine = view.chosen;
	const equal = mine ? Object.keys(sandoq.given).find(key => same_bytes(mine, sandoq.given[key])) : null;
	const meant = mine && !equal ? meant_by(mine) : null;
	if (mine) {
		output.className = equal ? 'equal' : 'different';
		output.textContent = equal ? plain('file_equal', [], [word('f_' + equal)]) : word('file_different');
	}
	return [
		el('label', { class: 'file' }, el('span', {}, word('own_file')),
			el('input', { type: 'file', id: 'File', change: event => choose(event.target.files[0]) }),
			el('span', { class: 'button' }, word('choose')), ' ',
			mine ? el('bdi', {}, view.chosen_name) : word('no_file')),
		output,
		meant ? el('button', { type: 'button', click: () => verify({ ...view.instead, [meant]: mine }) }, say('verify_mine', [], [word('f_' + meant)])) : null,
	];
}

function trusted({ key, values, before, name, numbers }) {
	return [
		el('dt', {}, word('t_' + key)),
		el('dd', {}, before, values.map(value => name ? el('bdi', {}, value) : hex(value)),
			el('p', { class: 'soft' }, say('w_' + key, numbers || []))),
	];
}

function software(result) {
	const stop = view.persian ? '؛ ' : '; ';
	return el('ul', {}, result.software.map(one => el('li', {},
		hex(one.image),
		say('approved_' + one.approved, [], [one.approved_by.join(view.persian ? '، ' : ', ')]),
		one.in_force ? [stop, word('counted_by')] : null,
		one.signed_result ? [stop, word('signed_by')] : null)));
}

function trust(result) {
	return el('details', { class: 'card', id: 'Trust', open: view.open, toggle: event => {
		view.open = event.target.open;
	}, dragover: event => event.preventDefault(), drop: event => {
		event.preventDefault();
		choose(event.dataTransfer.files[0]);
	} },
	el('summary', {}, word('trust')),
	el('p', {}, word('trust_why')),
	el('dl', { class: 'trust' }, values_of(result).map(trusted)),
	el('div', { class: 'tools' }, el('div', {}, own_value(result)), el('div', {}, own_file())),
	result.software_tpm ? el('p', { class: 'band incomplete' }, word('software_tpm')) : null,
	el('h2', {}, word('software')), software(result),
	Object.keys(view.instead).length > 0
		? el('button', { type: 'button', click: () => verify({}) }, word('verify_given')) : null);
}

function remains() {
	const lines = ['remains_page', 'remains_stations', 'remains_counting', 'remains_flaws', 'remains_tpm'];
	return el('section', {},
		el('h2', {}, word('remains')),
		el('ul', {}, lines.map(key => el('li', {}, word(key)))),
		el('h3', {}, word('page_digest')),
		el('p', {}, word('page_digest_why')),
		el('ul', {},
			el('li', {}, 'Linux: ', el('code', {}, 'sha256sum result.html')),
			el('li', {}, 'macOS: ', el('code', {}, 'shasum -a 256 result.html')),
			el('li', {}, 'Windows: ', el('code', {}, 'certutil -hashfile result.html SHA256'))),
		el('p', {}, word('page_digest_all')));
}

/* --- a contest --- */

const OUTCOMES = {
	'elected': ['elected', 'elected'],
	'elected by an incomplete count': ['elected', 'elected_incomplete'],
	'alternate': ['alternate', 'alternate'],
	'alternate by an incomplete count': ['alternate', 'alternate_incomplete'],
	'not-elected': ['not-elected', 'not_elected'],
	'lot': ['lot', 'lot'],
	'withdrawn': ['withdrawn', 'withdrawn'],
};

function kind_of(candidate) {
	return OUTCOMES[candidate.outcome][0];
}

function people(contest, kind, key) {
	const list = contest.candidates.filter(one => kind_of(one) === kind);
	if (list.length === 0)
		return kind === 'elected' ? el('p', {}, word('nobody')) : null;
	return [
		el('h3', {}, word(key)),
		el('ol', { class: 'people ' + kind }, list.map(one => el('li', {},
			el('b', {}, name_of(one)),
			number(one.votes), ' ', word('votes'),
			one.list ? [' · ', el('bdi', {}, one.list)] : null))),
	];
}

/* Those who have as many votes as another, where it matters to somebody. */
function ties(contest, lots) {
	const by_votes = new Map();
	for (const one of contest.candidates)
		if (one.votes > 0 && kind_of(one) !== 'withdrawn')
			by_votes.set(one.votes, [...(by_votes.get(one.votes) || []), one]);
	const drawn = lots.flatMap(lot => lot.drawn);
	const lines = [...by_votes].filter(([, tied]) => tied.length > 1 &&
		tied.some(one => kind_of(one) !== 'not-elected')).map(([votes, tied]) => {
		const open = tied.some(one => kind_of(one) === 'lot');
		const key = open ? 'tie_open' : tied.some(one => drawn.includes(one.code)) ? 'tie_drawn' : 'tie_broken';
		const names = el('span', {}, joined(tied.map(one => name_of(one))));
		return el('li', {}, say(key, [votes], [names]));
	});
	return lines.length > 0 ? [el('h3', {}, word('ties')), el('ul', {}, lines)] : null;
}

function drawn_lots(contest, lots) {
	return lots.map(lot => el('p', {}, say('lots_drawn', [], [el('span', {}, joined(lot.drawn.map(code =>
		name_of(contest.candidates.find(one => one.code === code)))))])));
}

function candidate_row(candidate, contest, most) {
	return el('tr', { class: kind_of(candidate) },
		numeric(number(candidate.rank)),
		el('th', { scope: 'row' }, name_of(candidate)),
		numeric(number(candidate.code).replace(/[,٬]/g, ''), { class: 'number wide' }),
		numeric(number(candidate.votes)),
		numeric(share(candidate.votes, contest.valid), { class: 'number wide' }),
		el('td', { class: 'chart' }, bar(candidate.votes, most)),
		el('td', {}, word(OUTCOMES[candidate.outcome][1])));
}

function candidates(contest) {
	const most = Math.max(1, ...contest.candidates.map(one => one.votes));
	const told = contest.candidates.filter(one => !['not-elected', 'withdrawn'].includes(kind_of(one))).length;
	const all = view.all.has(contest.id) || contest.candidates.length <= CANDIDATES_AT_ONCE;
	const shown = all ? contest.candidates : contest.candidates.slice(0, told + FEW_CANDIDATES);
	return [
		table(word('candidates'),
			el('caption', {}, word('candidates')),
			el('thead', {}, el('tr', {}, head('rank', { class: 'number' }), head('name'), head('code', { class: 'number wide' }),
				head('votes', { class: 'number' }), head('of_valid', { class: 'number wide' }), head('chart'), head('outcome'))),
			el('tbody', {}, shown.map(one => candidate_row(one, contest, most)))),
		shown.length < contest.candidates.length ? el('button', { type: 'button', click: () => {
			view.all.add(contest.id);
			draw_again();
		} }, say('all_candidates', [contest.candidates.length])) : null,
	];
}

function ballots(contest, issued) {
	const kinds = ['valid', 'blank', 'unreadable'];
	return [
		el('h3', {}, word('ballots')),
		stacked(kinds.map(kind => [kind, contest[kind]]), contest.cast),
		table(word('ballots'),
			el('thead', {}, el('tr', {}, head('cause'), head('number', { class: 'number' }), head('share', { class: 'number' }), head('chart'))),
			el('tbody', {},
				kinds.map(kind => el('tr', {},
					el('th', { scope: 'row' }, el('span', { class: 'mark ' + kind, 'aria-hidden': 'true' }), word(kind)),
					numeric(number(contest[kind])),
					numeric(share(contest[kind], contest.cast)),
					el('td', { class: 'chart' }, bar(contest[kind], contest.cast, kind)))),
				el('tr', {},
					el('th', { scope: 'row' }, word('turnout')),
					numeric([number(contest.cast), ' / ', number(issued)].join('')),
					numeric(share(contest.cast, issued)),
					el('td', { class: 'chart' }, bar(contest.cast, issued, 'turnout'))))),
	];
}

/* Ballots of the stations that vote on it and are in its sums. */
function issued_for(result, contest) {
	return result.stations.filter(station => !station.annulled && station.contests.some(row => row.id === contest.id))
		.reduce((sum, station) => sum + station.issued, 0);
}

function contest_card(result, contest) {
	const incomplete = result.incomplete;
	const lots = result.lots.filter(lot => lot.contest === contest.id);
	return el('section', {},
		el('h2', {}, name_of(contest, 'title')),
		el('p', { class: 'soft' }, say('seats', [contest.seats, contest.alternates, contest.max_choices])),
		people(contest, 'elected', incomplete ? 'h_elected_incomplete' : 'h_elected'),
		people(contest, 'lot', 'h_lot'),
		people(contest, 'alternate', 'h_alternate'),
		drawn_lots(contest, lots),
		ties(contest, lots),
		candidates(contest),
		ballots(contest, issued_for(result, contest)),
		el('p', { class: 'soft' }, say('flaws', [contest.unknown, contest.repeated, contest.extra])));
}

/* --- stations --- */

function station_link(station) {
	return el('a', { href: '#' + station.id }, name_of(station));
}

function void_of(row) {
	return row.blank + row.unreadable;
}

/* What a column of the table is sorted by. */
function columns(result, contest) {
	const row_of = station => station.contests.find(row => row.id === contest.id);
	const place = new Map(result.stations.map((station, i) => [station, i]));
	return {
		row_of,
		station: station => place.get(station),
		name: station => station[view.persian ? 'name_fa' : 'name_en'],
		boxes: station => station.boxes_counted / station.boxes_due,
		issued: station => station.issued,
		cast: station => row_of(station).cast,
		turnout_short: station => row_of(station).cast / station.issued,
		void_ballots: station => void_of(row_of(station)),
	};
}

function shown_stations(result, contest) {
	const { search, by, down } = view.table;
	const of = columns(result, contest);
	const wanted = search.trim().toLowerCase();
	const list = result.stations.filter(station => of.row_of(station) !== undefined &&
		[station.id, station.name_fa, station.name_en].some(text => text.toLowerCase().includes(wanted)));
	if (by === null)
		return list;
	const compare = (one, other) => by === 'name'
		? of.name(one).localeCompare(of.name(other), view.persian ? 'fa' : 'en')
		: of[by](one) - of[by](other);
	list.sort((one, other) => (down ? -1 : 1) * compare(one, other));
	return list;
}

function sorted_head(key, attributes) {
	const { by, down } = view.table;
	return el('th', { scope: 'col', 'aria-sort': by !== key ? 'none' : down ? 'descending' : 'ascending', ...attributes },
		el('button', { type: 'button', id: 'Sort-' + key, click: () => {
			view.table.down = by === key && !down;
			view.table.by = key;
			draw_again();
		} }, word(key)));
}

function in_of_due(station) {
	return [number(station.boxes_counted), ' / ', number(station.boxes_due)].join('');
}

function station_row(station, row) {
	const troubles_of_it = [
		station.annulled ? word('annulled') : null,
		station.boxes_missing > 0 ? plain('missing', [station.boxes_missing]) : null,
		station.boxes_void > 0 ? plain('void_boxes', [station.boxes_void]) : null,
	].filter(Boolean).join(view.persian ? '، ' : ', ');
	return el('tr', { class: station.annulled ? 'annulled' : '' },
		el('td', { class: 'wide' }, el('bdi', {}, station.id)),
		el('th', { scope: 'row' }, station_link(station), troubles_of_it ? el('div', { class: 'soft' }, troubles_of_it) : null),
		numeric(in_of_due(station)),
		numeric(number(station.issued), { class: 'number wide' }),
		numeric(number(row.cast)),
		el('td', { class: 'chart' }, el('span', {}, share(row.cast, station.issued)), bar(row.cast, station.issued, 'turnout')),
		numeric(number(void_of(row)), { class: 'number wide' }));
}

function station_rows(result, contest) {
	const list = shown_stations(result, contest);
	const of = columns(result, contest);
	const rest = Math.min(ROWS_AT_ONCE, list.length - view.table.rows);
	return [
		el('p', { role: 'status', class: 'soft' }, say('found', [list.length, result.stations.length])),
		table(word('stations'),
			el('thead', {}, el('tr', {},
				sorted_head('station', { class: 'wide' }), sorted_head('name'), sorted_head('boxes', { class: 'number' }),
				sorted_head('issued', { class: 'number wide' }), sorted_head('cast', { class: 'number' }),
				sorted_head('turnout_short'), sorted_head('void_ballots', { class: 'number wide' }))),
			el('tbody', {}, list.slice(0, view.table.rows).map(station => station_row(station, of.row_of(station))))),
		rest > 0 ? el('button', { type: 'button', click: () => {
			view.table.rows += ROWS_AT_ONCE;
			draw_again();
		} }, say('more', [rest])) : null,
	];
}

function contest_choice(result) {
	if (result.contests.length === 1)
		return null;
	return el('label', {}, el('span', {}, word('contest')), el('select', { id: 'Contest', change: event => {
		view.table.contest = Number(event.target.value);
		draw_again();
	} }, result.contests.map((contest, i) => el('option', { value: i, selected: i === view.table.contest }, contest[view.persian ? 'title_fa' : 'title_en']))));
}

function station_of(result, id) {
	return result.stations.find(station => station.id === id);
}

function listed(heading, why, lines) {
	return lines.length === 0 ? null : [el('h3', {}, word(heading)), why ? el('p', {}, word(why)) : null, el('ul', {}, lines.map(line => el('li', {}, line)))];
}

function troubles(result) {
	const whose = id => id === '-' ? '–' : station_link(station_of(result, id));
	return [
		listed('h_annulled', 'annulled_why', result.annulled.map(one => [whose(one.station), ': ', el('bdi', {}, one.reason)])),
		listed('h_void', null, result.void_boxes.map(one => say('box_void', [one.leaf], [whose(one.station), one.reason]))),
		listed('h_refused', null, result.refused.map(one => say('delivery', [one.deliveries], [el('bdi', { lang: 'en', dir: 'ltr' }, one.reason)]))),
	];
}

function stations(result) {
	const contest = result.contests[view.table.contest];
	const rows = el('div', {}, station_rows(result, contest));
	const search = event => {
		view.table.search = event.target.value;
		view.table.rows = ROWS_AT_ONCE;
		rows.replaceChildren(...station_rows(result, contest).filter(Boolean));
	};
	return el('section', { id: 'Stations' },
		el('h2', {}, word('stations')),
		el('div', { class: 'tools' }, contest_choice(result),
			el('label', {}, el('span', {}, word('search')), el('input', { type: 'search', id: 'Search', value: view.table.search, input: search }))),
		rows, troubles(result));
}

/* --- one station --- */

function station_contest(contest, row) {
	const votes = contest.candidates.map((candidate, i) => ({ candidate, votes: row.votes[i] }))
		.sort((one, other) => other.votes - one.votes);
	const most = Math.max(1, ...row.votes);
	return [
		table(word('candidates'),
			el('thead', {}, el('tr', {}, head('name'), head('code', { class: 'number' }), head('votes', { class: 'number' }), head('chart'))),
			el('tbody', {}, votes.map(one => el('tr', {},
				el('th', { scope: 'row' }, name_of(one.candidate)),
				numeric(number(one.candidate.code).replace(/[,٬]/g, '')),
				numeric(number(one.votes)),
				el('td', { class: 'chart' }, bar(one.votes, most)))))),
	];
}

function station_bands(station) {
	return [
		station.annulled ? band('annulled', word('station_annulled'), null) : null,
		station.boxes_counted < station.boxes_due ? band('incomplete',
			station.boxes_counted === 0 ? word('station_none') : say('station_incomplete', [station.boxes_counted, station.boxes_due]), null) : null,
	];
}

function station_page(result, station) {
	return [
		station_bands(station),
		el('nav', {}, el('a', { href: '#' }, word('back')), el('button', { type: 'button', click: () => print() }, word('print'))),
		el('section', {},
			el('h2', {}, name_of(station), ' (', el('bdi', {}, station.id), ')'),
			el('p', {}, say('station_boxes', [station.boxes_counted, station.boxes_due, station.issued])),
			el('p', { class: 'soft' }, word('station_proof')),
			el('p', {}, word('station_result')), hex(result.result)),
		station.contests.map(row => {
			const contest = result.contests.find(one => one.id === row.id);
			return el('section', {}, el('h2', {}, name_of(contest, 'title')),
				ballots(row, station.issued), station_contest(contest, row));
		}),
		el('p', { class: 'soft' }, word('station_private')),
	];
}

/* --- checks and downloads --- */

function check_line(check) {
	const made = check.outcome === 'passed';
	return el('li', { class: check.outcome },
		el('b', { class: check.outcome }, check_name(check.name), ': ', word(made ? 'check_passed' : 'check_not_made')),
		CHECKS[check.name] ? el('p', {}, CHECKS[check.name][view.persian ? 3 : 2]) : null,
		check.reason ? el('p', {}, in_words({ en: check.reason.en, fa: check.reason.fa || NOT_MADE[check.reason.en] })) : null);
}

function checks(message) {
	return el('section', { id: 'Checks' },
		el('h2', {}, word('checks')),
		el('ul', { class: 'checks' }, message.checks.map(check_line)));
}

function download(name, type, content) {
	const address = URL.createObjectURL(new Blob([content], { type }));
	el('a', { href: address, download: name }).click();
	setTimeout(() => URL.revokeObjectURL(address), 60000);
}

function downloads(message) {
	const stem = message.result.election;
	return el('section', { class: 'screen' },
		el('h2', {}, word('downloads')),
		el('p', { class: 'tools' },
			el('button', { type: 'button', id: 'Csv', click: async () => download(stem + '.csv', 'text/csv', await sandoq.csv()) }, word('download_csv')),
			el('button', { type: 'button', id: 'Json', click: () => download(stem + '.json', 'application/json', JSON.stringify(message.result, null, 1)) }, word('download_json'))));
}

/* --- the page --- */

function whole(message) {
	const result = message.result;
	return [
		el('nav', { 'aria-label': word('skip') },
			el('a', { href: '#Result' }, word('nav_result')), el('a', { href: '#Stations' }, word('nav_stations')),
			el('a', { href: '#Checks' }, word('nav_checks')), el('a', { href: '#Trust' }, word('nav_trust'))),
		trust(result),
		el('div', { id: 'Result' }, result.contests.map(contest => contest_card(result, contest))),
		stations(result),
		checks(message),
		remains(),
		downloads(message),
	];
}

function language() {
	return el('button', { type: 'button', id: 'Language', lang: view.persian ? 'en' : 'fa', dir: view.persian ? 'ltr' : 'rtl', click: () => {
		view.persian = !view.persian;
		draw();
		document.getElementById('Language').focus();
	} }, word('language'));
}

/* Ids of stations begin with a small letter or digit, our own do not. */
function asked_station() {
	const id = decodeURIComponent(location.hash.slice(1));
	return /^[a-z0-9]/.test(id) ? id : null;
}

function passed(message) {
	const result = message.result;
	const id = asked_station();
	const station = id === null ? undefined : station_of(result, id);
	view.station = id;
	document.title = (station ? station.id + ' · ' : '') + title_of(result);
	return [
		el('header', {}, heading(result), language()),
		el('main', {}, bands(result), verdict(message),
			id !== null && !station ? el('p', { role: 'alert' }, say('no_station', [], [id])) : null,
			station ? station_page(result, station) : whole(message)),
		el('footer', {}, el('p', {}, 'Sandoq')),
	];
}

function waiting(message) {
	document.title = word('title_waiting');
	return [
		el('header', {}, el('h1', { tabindex: -1 }, word('title_waiting')), language()),
		el('main', {}, el('div', { class: 'verdict waiting' },
			el('p', {}, word('waiting')),
			el('progress', { max: message.of || 1, value: message.done, 'aria-label': word('title_waiting') }),
			message.of > 0 ? el('p', { class: 'soft' }, say('progress', [message.done, message.of], [check_name(message.check)])) : null)),
	];
}

/* One sentence and no number. */
function failed(sentence, title) {
	document.title = word(title);
	return [
		el('header', {}, el('h1', { tabindex: -1 }, word(title)), language()),
		el('main', {}, el('p', { class: 'verdict refused', role: 'alert' }, sentence),
			Object.keys(view.instead).length > 0 ? el('button', { type: 'button', click: () => verify({}) }, word('verify_given')) : null),
	];
}

const KINDS = {
	progress: waiting,
	passed,
	refused: message => failed(say('refused', [], [check_name(message.check), in_words(message.words)]), 'title_refused'),
	broken: message => failed(say('broken', [], [in_words(message.words)]), 'title_broken'),
};

function draw() {
	document.documentElement.lang = view.persian ? 'fa' : 'en';
	document.documentElement.dir = view.persian ? 'rtl' : 'ltr';
	document.documentElement.dataset.verdict = view.message.kind === 'progress' ? 'running' : view.message.kind;
	if (view.message.kind === 'refused')
		document.documentElement.dataset.check = view.message.check;
	else
		delete document.documentElement.dataset.check;
	document.getElementById('static').hidden = true;
	document.getElementById('view').replaceChildren(...KINDS[view.message.kind](view.message));
}

/* The reader stays where they were. */
function draw_again() {
	const focused = document.activeElement ? document.activeElement.id : '';
	const at = scrollY;
	draw();
	if (focused)
		document.getElementById(focused)?.focus({ preventScroll: true });
	scrollTo(0, at);
}

/* To what the address names of the whole page; false when it names none. */
function go_to_part() {
	const part = /^#[A-Z]/.test(location.hash) ? document.getElementById(location.hash.slice(1)) : null;
	part?.scrollIntoView();
	return part !== null;
}

function show(message) {
	view.message = message;
	draw();
	if (message.kind === 'passed')
		go_to_part();
}

function verify(instead) {
	view.instead = instead;
	view.chosen = null;
	show({ kind: 'progress', done: 0, of: 0, check: '' });
	sandoq.verify(instead, show);
}

addEventListener('hashchange', () => {
	/* The browser itself has gone to a part that was on the page already. */
	if (view.message.kind !== 'passed' || (/^#[A-Z]/.test(location.hash) && view.station === null))
		return;
	draw();
	if (go_to_part())
		return;
	scrollTo(0, 0);
	document.querySelector('#view h1').focus({ preventScroll: true });
});

/* On paper stand all candidates and stations, and what is to be compared. */
addEventListener('beforeprint', () => {
	if (view.message.kind !== 'passed' || asked_station() !== null)
		return;
	view.table.rows = Infinity;
	view.open = true;
	for (const contest of view.message.result.contests)
		view.all.add(contest.id);
	draw_again();
});

verify({});
