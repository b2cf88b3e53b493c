/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The worker of a result page, behind memory.js: hands the evidence to
 * verify.wasm and posts its messages (page.h). Everything that is judged is
 * judged in there.
 */
'use strict';

const message = (page) =>
	json_at(page, page.page_message(), page.page_message_size());

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
