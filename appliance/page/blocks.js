/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The data blocks of a page, which both engines read. It stands in front of
 * engine.js or station_engine.js.
 */

/* Exactly what was written, or null: atob() overlooks changed bits. */
const decode = (text) => {
	let binary;
	try {
		binary = atob(text);
	} catch {
		return null;
	}
	if (btoa(binary) !== text)
		return null;
	const bytes = new Uint8Array(binary.length);
	for (let i = 0; i < binary.length; i++)
		bytes[i] = binary.charCodeAt(i);
	return bytes;
};

/* The bytes of the block of an input; null: damaged, undefined: not there. */
const block = (name) => {
	const element = document.getElementById('data-' + name);
	return element === null ? undefined : decode(element.textContent);
};
