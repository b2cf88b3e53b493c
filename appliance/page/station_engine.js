/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine of a station page: starts the worker (station_worker.js) with what
 * the page was made with, and asks it one thing after the other. In front of it
 * stand WORKER (the worker's text), WASM (base64) and blocks.js.
 *
 *   sandoq.begin()              reads what the page was made with
 *   sandoq.ask(name, request)   a promise of the message (station.h), with the
 *                               outputs `box`, `note` or `key` beside it, or of
 *                               {kind: 'broken'}; after that nothing works
 */
const sandoq = (() => {
	/* In the order of enum station_input. */
	const INPUTS = ['definition', 'election-keys', 'box-key'];

	const DAMAGED = {
		en: 'what the page was made with is damaged',
		fa: 'آنچه صفحه با آن ساخته شده آسیب دیده است',
	};

	/* Before the view draws, which takes the blocks away. */
	const inputs = INPUTS.map(block);

	const url = URL.createObjectURL(
		new Blob([WORKER], { type: 'text/javascript' }));
	let worker = null;
	let last = Promise.resolve();

	const once = (request) => new Promise((resolve) => {
		worker ??= new Worker(url);
		worker.onmessage = ({ data }) => resolve(data);
		worker.onerror = worker.onmessageerror =
			() => resolve({ kind: 'broken' });
		worker.postMessage(request);
	});

	const ask = (name, request) => {
		last = last.then(() => once({ name, ...request }))
			.catch(() => ({ kind: 'broken' }));
		return last;
	};
	const begin = () => inputs.includes(null)
		? Promise.resolve({ kind: 'refused', line: null, words: DAMAGED })
		: ask('begin', {
			wasm: decode(WASM),
			inputs: inputs.map((bytes) => bytes ?? null),
		});

	return { ask, begin };
})();
