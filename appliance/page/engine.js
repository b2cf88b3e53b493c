/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine of a result page: takes the evidence out of the page's data
 * blocks, has a worker verify it (worker.js, with verify.wasm), and tells a
 * listener. In front of it stand WORKER (the worker's text), WASM (base64), SEAL
 * (of what the page was made with, see page.h) and blocks.js.
 *
 *   sandoq.given                    what the page was made with, by name
 *   sandoq.verify(instead, listen)  begins, with some of it replaced: bytes, or
 *                                   null for without; ends what was begun
 *   await sandoq.csv()              a result that passed, as CSV: a Blob
 *
 * A message is one of page.h, the last one with `memory` beside it, which the
 * module has taken, and `held`, how many signatures the browser saw to hold; or
 * {kind: 'broken', words} when nothing could be verified here. No number of
 * votes is in any other than a passed one.
 */
const sandoq = (() => {
	/* In the order of enum page_input, each with the check that it fails. */
	const INPUTS = {
		sent: 'archive',
		definition: 'definition',
		authorities: 'endorsement key',
		profile: 'profile',
		ruling: 'ruling',
	};
	/* Who unpacks says it in English, as formats know no other. */
	const DAMAGED_INSIDE = 'what was packed is damaged';
	const DAMAGED = {
		en: 'what the page has of this is damaged',
		fa: 'آنچه از این در صفحه هست آسیب دیده است',
	};
	const BROKEN = {
		en: 'this browser cannot run the verifier',
		fa: 'این مرورگر نمی‌تواند بررسی را اجرا کند',
	};

	const given = {};
	let damaged = null;
	for (const name of Object.keys(INPUTS)) {
		const bytes = block(name);
		if (bytes === undefined)
			continue;
		given[name] = bytes;
		if (bytes === null)
			damaged ??= name;
	}

	let worker = null;
	let take_csv = null;
	const end = () => {
		if (worker !== null)
			worker.terminate();
		worker = null;
	};

	const begin = (evidence, seal, listen) => {
		const url = URL.createObjectURL(
			new Blob([WORKER], { type: 'text/javascript' }));
		const own = worker = new Worker(url);
		const broken = () => {
			if (own !== worker)
				return;
			end();
			listen({ kind: 'broken', words: BROKEN });
		};
		own.onerror = broken;
		own.onmessageerror = broken;
		own.onmessage = ({ data }) => {
			if (own !== worker)
				return;
			if (data.kind === 'broken')
				broken();
			else if (data.kind === 'csv')
				take_csv(data.csv);
			else if (data.words?.en === DAMAGED_INSIDE)
				listen({ ...data, words: DAMAGED });
			else
				listen(data);
		};
		own.postMessage({
			wasm: decode(WASM),
			seal: seal === null ? null : decode(seal),
			inputs: Object.keys(INPUTS).map((name) => evidence[name] ?? null),
			now: Math.floor(Date.now() / 1000),
		});
	};

	const verify = (instead, listen) => {
		end();
		const bad = damaged !== null && !(damaged in instead);
		if (bad) {
			listen({
				kind: 'refused', check: INPUTS[damaged], words: DAMAGED,
				checks: [],
			});
			return;
		}
		try {
			begin({ ...given, ...instead },
				Object.keys(instead).length === 0 ? SEAL : null, listen);
		} catch {
			end();
			listen({ kind: 'broken', words: BROKEN });
		}
	};

	const csv = () => new Promise((taken) => {
		take_csv = taken;
		worker.postMessage('csv');
	});

	return { given, verify, csv };
})();
