// SPDX-License-Identifier: Apache-2.0
// Opens result pages in Chromium, and prints a line for each:
//
//   verdicts.mjs FILE...
//
//   WHERE VERDICT CHECK shown=all|some|none asked=N crypto=yes|no errors=N
//
// where WHERE is file:NAME, or http:NAME of the first one from a server too,
// CHECK is "-" or the check that was refused, with "_" for spaces, and shown=
// how many of the texts of SHOWN (from the environment, with "|" between) the
// page shows.
import path from 'node:path';
import { NAMES, launch, look, serve } from './browser.mjs';

const texts = process.env.SHOWN.split('|');

const tell = async (browser, where, address) => {
	const found = await look(browser, address);
	const count = texts.filter((text) => found.text.includes(text)).length;
	const shown = count === texts.length ? 'all' : count > 0 ? 'some' : 'none';
	console.log([where, found.verdict, found.check.replaceAll(' ', '_') || '-',
		`shown=${shown}`, `asked=${found.asked.length}`,
		`crypto=${found.hasCrypto ? 'yes' : 'no'}`,
		`errors=${found.errors.length}`].join(' '));
	for (const error of found.errors)
		console.error(error);
	await found.page.close();
};

const browser = await launch(NAMES);
for (const file of process.argv.slice(2)) {
	const name = path.basename(file);
	await tell(browser, `file:${name}`, `file://${path.resolve(file)}`);
}
const first = process.argv[2];
const server = await serve(path.dirname(path.resolve(first)));
await tell(browser, `http:${path.basename(first)}`,
	server.url + path.basename(first));
server.close();
await browser.close();
