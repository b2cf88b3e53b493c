/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How both workers reach the memory of their module. It stands in front of
 * worker.js or station_worker.js.
 */
'use strict';

/* A view of the bytes at an address; memory may have moved since the last. */
const view = (page, address, size) =>
	new Uint8Array(page.memory.buffer, address, size);

/* The address of a copy that the module can read. */
const put = (page, bytes) => {
	const address = page.page_room(bytes.length);
	if (address === 0)
		throw new Error('no memory');
	view(page, address, bytes.length).set(bytes);
	return address;
};

const json_at = (page, address, size) =>
	JSON.parse(new TextDecoder().decode(view(page, address, size)));
