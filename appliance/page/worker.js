/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The worker of a result page, behind memory.js: hands the evidence to
 * verify.wasm and posts its messages (page.h). Everything that is judged is
 * judged in there.
 */
'use strict';

const message = (page) =>
	json_at(page, page.page_message(), page.page_message_size());

/* Of struct claim: a point without its first byte, a digest, r and s. */
const CLAIM = { point: 64, digest: 32, signature: 64 };
const CLAIM_SIZE = CLAIM.point + CLAIM.digest + CLAIM.signature;
const POINT_UNCOMPRESSED = 4;
const ASKED_AT_ONCE = 64;

const ask = (page) => {
	const address = page.page_ask();
	if (address === 0)
		return null;
	const [claim, text, size] = new Uint32Array(page.memory.buffer, address, 3);
	return {
		claim: view(page, claim, CLAIM_SIZE).slice(),
		text: view(page, text, size).slice(),
	};
};

const holds = async ({ claim, text }) => {
	const curve = { name: 'ECDSA', namedCurve: 'P-256' };
	const point = new Uint8Array(1 + CLAIM.point);
	point[0] = POINT_UNCOMPRESSED;
	point.set(claim.subarray(0, CLAIM.point), 1);
	try {
		const key = await crypto.subtle.importKey('raw', point, curve, false,
			['verify']);
		return await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' },
			key, claim.subarray(CLAIM.point + CLAIM.digest), text);
	} catch {
		return false;
	}
};

/*
 * What the browser sees to hold, where it can: the module sees the rest. Gives
 * how many there were.
 */
const let_browser_verify = async (page) => {
	if (globalThis.crypto?.subtle === undefined)
		return 0;
	let count = 0;
	const room = page.page_room(CLAIM_SIZE);
	for (;;) {
		const questions = [];
		for (let one; questions.length < ASKED_AT_ONCE &&
			(one = ask(page)) !== null;)
			questions.push(one);
		if (questions.length === 0)
			return count;
		const held = await Promise.all(questions.map(holds));
		for (const { claim } of questions.filter((one, i) => held[i] === true)) {
			view(page, room, CLAIM_SIZE).set(claim);
			page.page_holds(room);
			count++;
		}
	}
};

const verify = async ({ wasm, seal, inputs, now }) => {
	const { instance } = await WebAssembly.instantiate(wasm, {});
	const page = instance.exports;
	page._initialize();
	inputs.forEach((bytes, input) => {
		if (bytes !== null)
			page.page_give(input, put(page, bytes), bytes.length);
	});
	if (seal !== null)
		page.page_seal(put(page, seal));
	page.page_begin(BigInt(now));
	const held = await let_browser_verify(page);
	while (page.page_step() !== 0)
		postMessage(message(page));
	postMessage({ ...message(page), held,
		memory: page.memory.buffer.byteLength });
	return page;
};

/* A large one would not have room here as a whole; a Blob is elsewhere. */
const csv_of = (page) => {
	const pieces = [];
	while (page.page_csv_next() !== 0)
		pieces.push(new Blob(
			[view(page, page.page_csv(), page.page_csv_size())]));
	return new Blob(pieces);
};

/* First what is to be verified; later 'csv' asks for the result as CSV. */
let verified = null;
onmessage = async ({ data }) => {
	try {
		if (data === 'csv')
			postMessage({ kind: 'csv', csv: csv_of(verified) });
		else
			verified = await verify(data);
	} catch {
		postMessage({ kind: 'broken' });
	}
};
