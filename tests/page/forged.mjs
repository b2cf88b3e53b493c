// SPDX-License-Identifier: Apache-2.0
// What one Chromium says of many bundles:
//
//   forged.mjs FOLDER
//
// FOLDER has page.html, and for each bundle NAME.tar, which is put into that
// page as whoever publishes it can, or NAME.html, a page of its own. Prints for
// each, in order, "NAME passed" or "NAME refused CHECK: words", as the page says
// it in English, and one line more for whatever a page must not do.
import fs from 'node:fs';
import path from 'node:path';
import { launch, look, NAMES, serve } from './browser.mjs';

/* One of so many comes from a server, too, where there is no WebCrypto. */
const SERVED = 4;
const BLOCK = /(<script [^>]*id="data-sent">)[^<]*/;
const REFUSED = /^This is not a verified result: the check “(.*?)” was refused: (.*)\.$/s;
const folder = path.resolve(process.argv[2]);
const at = (name) => path.join(folder, name);
const page = fs.readFileSync(at('page.html'), 'utf8');

const write = (name) => {
	if (fs.existsSync(at(`${name}.html`)))
		return;
	const sent = fs.readFileSync(at(`${name}.tar`)).toString('base64');
	fs.writeFileSync(at(`${name}.html`), page.replace(BLOCK, `$1${sent}`));
};

/* A refusal is one sentence, without a number beside it. */
const refusal = async (page) => {
	const shown = await page.locator('[role=alert]').allInnerTexts();
	const found = shown.length === 1 ? REFUSED.exec(shown[0]) : null;
	if (found === null || await page.locator('table, svg').count() > 0)
		return `refused, but it shows: ${shown.join(' | ')}`;
	return `refused ${found[1]}: ${found[2]}`;
};

/* One tab for all of them, which takes a third of the time. */
const browser = await launch(NAMES);
const tab = await browser.newPage();
const server = await serve(folder);

const ask = async (address, isSecure) => {
	const found = await look(tab, `${address}?en`);
	const said = found.verdict === 'refused'
		? await refusal(found.page) : found.verdict;
	const wrong = [...found.asked, ...found.errors];
	if (found.hasCrypto !== isSecure)
		wrong.push(`WebCrypto ${found.hasCrypto ? 'is' : 'is not'} there`);
	found.forget();
	return [said, ...wrong];
};

const names = [...new Set(fs.readdirSync(folder)
	.filter((name) => /\.(tar|html)$/.test(name) && name !== 'page.html')
	.map((name) => path.parse(name).name))].sort();
for (const [i, name] of names.entries()) {
	write(name);
	const said = await ask(`file://${at(name)}.html`, true);
	if (i % SERVED === 0)
		said.push(...await ask(`${server.url}${name}.html`, false));
	for (const line of new Set(said))
		console.log(`${name} ${line}`);
	fs.unlinkSync(at(`${name}.html`));
}
server.close();
await browser.close();
