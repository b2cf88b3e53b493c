// SPDX-License-Identifier: Apache-2.0
// What station.wasm answers, without a browser:
//
//   station.mjs WASM FOLDER <CALLS
//
// CALLS is JSON, one call a line, with names of files in FOLDER for bytes:
//
//   {"call": "begin"}                 with definition.json, keys.note, bk.pub,
//                                     as far as they are there
//   {"call": "unlock", "file": ..., "passphrase": ...}
//   {"call": "read", "csv": ..., "sequence": ...}
//   {"call": "seal"}                  writes page.age and page.note
//   {"call": "make_key", "name": ..., "passphrase": ...}     writes page.pem
//
//   {"call": "holds", "key": ...}     how often the private number of this PEM
//                                     stands in the module's memory
//
// Prints the message of each on a line. With KNOWN_RANDOM set, random bytes are
// those of known_random.c.
import fs from 'node:fs';
import path from 'node:path';
import { createPrivateKey } from 'node:crypto';

const INPUTS = ['definition.json', 'keys.note', 'bk.pub'];
const OUTPUTS = {
	sealed: ['page.age', 'page.note'],
	key: [null, null, 'page.pem'],
};
const [file, folder] = process.argv.slice(2);
const at = (name) => path.join(folder, name);

let state = 1;
const page = new WebAssembly.Instance(
	new WebAssembly.Module(fs.readFileSync(file)), {}).exports;
page._initialize();
const view = (address, size) => new Uint8Array(page.memory.buffer, address, size);

const put = (bytes) => {
	const address = page.page_room(bytes.length);
	view(address, bytes.length).set(bytes);
	return [address, bytes.length];
};
const read = (name) => put(fs.readFileSync(at(name)));
const text = (value) => put(Buffer.from(value));

/* The pool is filled once, so that what is drawn goes on from call to call. */
const random = new Uint8Array(1 << 16);
if (process.env.KNOWN_RANDOM === undefined)
	crypto.getRandomValues(random);
else
	random.forEach((_, i) => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		random[i] = state >>> 24;
	});
page.page_random(...put(random));

const calls = {
	begin: () => {
		INPUTS.forEach((name, input) => {
			if (fs.existsSync(at(name)))
				page.station_give(input, ...read(name));
		});
		page.station_begin();
	},
	unlock: (call) => page.station_unlock(...read(call.file), ...text(call.passphrase)),
	read: (call) => page.station_read(...read(call.csv), call.sequence),
	seal: () => page.station_seal(),
	make_key: (call) => page.station_make_key(...text(call.name), ...text(call.passphrase)),
};

/* mbedTLS has numbers in the order of a computer that is little-endian. */
const holds = (name) => {
	const jwk = createPrivateKey(fs.readFileSync(at(name))).export({ format: 'jwk' });
	const number = Buffer.from(jwk.d, 'base64url');
	const memory = Buffer.from(page.memory.buffer);
	let count = 0;
	for (const bytes of [number, Buffer.from(number).reverse()])
		for (let i = -1; (i = memory.indexOf(bytes, i + 1)) >= 0;)
			count++;
	return count;
};

for (const line of fs.readFileSync(0, 'utf8').trim().split('\n')) {
	const call = JSON.parse(line);
	if (call.call === 'holds') {
		console.log(JSON.stringify({ kind: 'holds', count: holds(call.key) }));
		continue;
	}
	calls[call.call](call);
	const message = JSON.parse(Buffer.from(
		view(page.station_message(), page.station_message_size())).toString());
	console.log(JSON.stringify(message));
	(OUTPUTS[message.kind] ?? []).forEach((name, output) => {
		if (name !== null)
			fs.writeFileSync(at(name), view(page.station_output(output),
				page.station_output_size(output)));
	});
}
