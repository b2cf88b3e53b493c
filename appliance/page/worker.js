/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The worker of a result page: hands the evidence to verify.wasm and posts its
 * messages (page.h). Everything that is judged is judged in there.
 */
'use strict';

/* A view of the bytes at an address; memory may have moved since the last. */
const view = (page, address, size) =>
	new Uint8Array(page.memory.buffer, address, size);

const put = (page, bytes) => {
	const address = page.page_room(bytes.length);
	if (address === 0)
		throw new Error('no memory');
	view(page, address, bytes.length).set(bytes);
	return address;
};

const message = (page) => JSON.parse(new TextDecoder().decode(
	view(page, page.page_message(), page.page_message_size())));

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
	while (page.page_step() !== 0)
		postMessage(message(page));
	const last = message(page);
	if (last.kind === 'passed')
		last.csv = view(page, page.page_csv(), page.page_csv_size()).slice();
	postMessage(last);
};

onmessage = ({ data }) =>
	verify(data).catch(() => postMessage({ kind: 'broken' }));
