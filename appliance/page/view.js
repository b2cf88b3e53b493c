/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the views of both pages have in common: elements, numbers and words in
 * the reader's language. WORDS is the page's own. Names of people and places
 * stand in <bdi>, so that none can move a number.
 */
const view = { persian: !/^\?en\b/.test(location.search) };

function el(name, attributes, ...children) {
	const svg = name === 'svg' || name === 'rect';
	const element = svg
		? document.createElementNS('http://www.w3.org/2000/svg', name)
		: document.createElement(name);
	for (const [key, value] of Object.entries(attributes || {}))
		if (typeof value === 'function')
			element.addEventListener(key, value);
		else if (value !== false && value !== null && value !== undefined)
			element.setAttribute(key, value === true ? '' : value);
	element.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined));
	return element;
}

/* Several names are each isolated already, and stand as the sentence does. */
function isolated(name) {
	return typeof name === 'string' ? el('bdi', {}, name) : name;
}

function digits(text) {
	return view.persian ? text.replace(/[0-9]/g, d => '۰۱۲۳۴۵۶۷۸۹'[d]) : text;
}

function number(value) {
	return digits(String(value).replace(/\B(?=(\d{3})+$)/g, view.persian ? '٬' : ','));
}

/* A share in tenths of a percent; of nothing there is none. */
function share(part, whole) {
	if (whole === 0)
		return '–';
	const text = (Math.round(part / whole * 1000) / 10).toFixed(1);
	return digits(view.persian ? text.replace('.', '٫') + '٪' : text + '%');
}

function word(key) {
	return WORDS[key][view.persian ? 1 : 0];
}

/* The pieces of a sentence: numbers in place of {1}, names of {a}. */
function say(key, numbers, names) {
	return word(key).split(/\{(.)\}/).map((piece, i) => {
		if (i % 2 === 0)
			return piece;
		return piece >= '1' && piece <= '9'
			? number(numbers[piece - 1])
			: isolated(names[piece.charCodeAt(0) - 97]);
	});
}

function plain(key, numbers, names) {
	return say(key, numbers || [], names || [])
		.map(piece => piece.textContent === undefined ? piece : piece.textContent)
		.join('');
}

function joined(nodes) {
	return nodes.flatMap((node, i) => i === 0 ? [node] : [view.persian ? '، ' : ', ', node]);
}

/* The verifier's own words; those that have no Persian are English, as such. */
function in_words(words) {
	if (view.persian && !words.fa)
		return el('bdi', { lang: 'en', dir: 'ltr' }, words.en);
	return el('bdi', {}, view.persian ? words.fa : words.en);
}

function hex(value) {
	return el('span', { class: 'hex', dir: 'ltr' }, value.replace(/(.{8})(?=.)/g, '$1 '));
}

function head(key, attributes) {
	return el('th', { scope: 'col', ...attributes }, word(key));
}

function numeric(value, attributes) {
	return el('td', { class: 'number', ...attributes }, value);
}

/* Wide tables move by themselves, by keyboard, too. */
function table(label, ...rows) {
	return el('div', { class: 'scroll', role: 'region', tabindex: 0, 'aria-label': label },
		el('table', {}, ...rows));
}
