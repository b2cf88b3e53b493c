// SPDX-License-Identifier: Apache-2.0
// Opens result pages in Chromium, and prints a line for each:
//
//   verdicts.mjs FILE...
//
//   WHERE VERDICT CHECK shown=all|some|none asked=N crypto=yes|no held=N errors=N
//
// where WHERE is file:NAME, or http:NAME of the first one and the last from a
// server too, CHECK is "-" or the check that was refused, with "_" for spaces,
// shown= how many of the texts of SHOWN (from the environment, with "|" between)
// the page shows, and held= how many signatures the browser saw to hold. Says so when that server's page shows another text.
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
		`held=${found.held}`, `errors=${found.errors.length}`].join(' '));
	for (const error of found.errors)
		console.error(error);
	await found.page.close();
	return found.text;
};

const browser = await launch(NAMES);
const files = process.argv.slice(2);
const shown = {};
for (const file of files) {
	const name = path.basename(file);
	shown[name] = await tell(browser, `file:${name}`,
		`file://${path.resolve(file)}`);
}
const server = await serve(path.dirname(path.resolve(files[0])));
for (const file of new Set([files[0], files.at(-1)])) {
	const name = path.basename(file);
	const text = await tell(browser, `http:${name}`, server.url + name);
	if (text !== shown[name])
		console.log(`http:${name} shows another text`);
}
server.close();
await browser.close();
