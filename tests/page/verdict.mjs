// SPDX-License-Identifier: Apache-2.0
// What verify.wasm says of evidence, without a browser:
//
//   verdict.mjs WASM FOLDER    of sent.tar, definition.json, authorities.pem,
//                              and, where they are, profile.json, ruling.note
//
// prints "passed", or "refused CHECK: words".
import fs from 'node:fs';
import path from 'node:path';

const INPUTS = ['sent.tar', 'definition.json', 'authorities.pem',
	'profile.json', 'ruling.note'];
const [file, folder] = process.argv.slice(2);
const module = new WebAssembly.Module(fs.readFileSync(file));

const page = new WebAssembly.Instance(module, {}).exports;
const view = (at, size) => new Uint8Array(page.memory.buffer, at, size);
page._initialize();
INPUTS.forEach((name, input) => {
	const from = path.join(folder, name);
	if (!fs.existsSync(from))
		return;
	const bytes = fs.readFileSync(from);
	const at = page.page_room(bytes.length);
	view(at, bytes.length).set(bytes);
	page.page_give(input, at, bytes.length);
});
page.page_begin(BigInt(Math.floor(Date.now() / 1000)));
while (page.page_step() !== 0)
	;
const last = JSON.parse(Buffer.from(
	view(page.page_message(), page.page_message_size())).toString());
console.log(last.kind === 'refused'
	? `refused ${last.check}: ${last.words.en}` : last.kind);
