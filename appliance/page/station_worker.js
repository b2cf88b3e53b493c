/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The worker of a station page, behind memory.js: one instance of station.wasm
 * for as long as the page is open, since it holds the station's key from when it
 * was unlocked until a box is signed. It answers each request with a message
 * (station.h) and the outputs that came of it.
 */
'use strict';

const OUTPUTS = { box: 0, note: 1, key: 2 };
let page = null;
let pool = null;

const text = (value) => new TextEncoder().encode(value);

/* What one request can draw; each gets fresh ones (outside.h). */
const RANDOM = 8192;

const fill_pool = () => {
	pool ??= page.page_room(RANDOM);
	const random = view(page, pool, RANDOM);
	crypto.getRandomValues(random);
	page.page_random(pool, RANDOM);
	random.fill(0);
};

const call = {
	begin: async ({ wasm, inputs }) => {
		const { instance } = await WebAssembly.instantiate(wasm, {});
		page = instance.exports;
		page._initialize();
		inputs.forEach((bytes, input) => {
			if (bytes !== null)
				page.station_give(input, put(page, bytes), bytes.length);
		});
		page.station_begin();
	},
	/* A key file that no passphrase protects is a secret itself. */
	unlock: ({ file, passphrase }) => {
		const secret = text(passphrase);
		page.station_unlock(put(page, file), file.length,
			put(page, secret), secret.length);
		secret.fill(0);
		file.fill(0);
	},
	read: ({ csv, sequence }) =>
		page.station_read(put(page, csv), csv.length, sequence),
	seal: () => page.station_seal(),
	make_key: ({ name, passphrase }) => {
		const id = text(name), secret = text(passphrase);
		page.station_make_key(put(page, id), id.length,
			put(page, secret), secret.length);
		secret.fill(0);
	},
};

const WRITES = { sealed: ['box', 'note'], key: ['key'] };

const answer = async ({ name, ...request }) => {
	if (page !== null)
		fill_pool();
	await call[name](request);
	const message = json_at(
		page, page.station_message(), page.station_message_size());
	for (const output of WRITES[message.kind] ?? [])
		message[output] = view(page, page.station_output(OUTPUTS[output]),
			page.station_output_size(OUTPUTS[output])).slice();
	return message;
};

onmessage = ({ data }) => answer(data).then(
	(message) => postMessage(message), () => postMessage({ kind: 'broken' }));
