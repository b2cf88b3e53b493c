// SPDX-License-Identifier: Apache-2.0
// Looks at the page of a machine that was booted:
//
//   booted.mjs PAGE REPORT
//
// REPORT is what `sandoq bundle report --json` says of the same bundle. From a
// disk and from a server, in both languages, the page must show its numbers and
// ask for nothing; with a byte of its evidence changed, one red sentence. Prints
// what is wrong, and ends with 1 then.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { launch, look, NAMES, serve } from './browser.mjs';

const [file, report] = process.argv.slice(2).map((name) => path.resolve(name));
/* The page has its checks beside the result. */
const { checks: _, ...told } = JSON.parse(fs.readFileSync(report, 'utf8'));
const folder = path.dirname(file);
const CHANGES = 6;
const DATA = 'id="data-sent">';

const browser = await launch(NAMES);
const server = await serve(folder);

/* Names and numbers of a table, as a reader sees them, in Latin digits. */
const rows = (page, selector) => page.evaluate((selector) =>
	[...document.querySelectorAll(selector)].map((table) =>
		[...table.querySelectorAll('tbody tr')].map((row) =>
			[...row.cells].map((cell) => (cell.querySelector('bdi') ?? cell).textContent
				.replace(/[۰-۹]/g, (digit) => digit.charCodeAt(0) - 0x6f0)
				.replace(/(?<=\d)[,٬](?=\d)/g, '')))), selector);

const silent = (found) => {
	assert.deepEqual(found.asked, [], 'it asks for nothing');
	assert.deepEqual(found.errors, [], 'it runs under its policy');
};

const shows_the_report = async (address, language, isSecure) => {
	const found = await look(browser, language === 'en' ? `${address}?en` : address);
	const name = `name_${language}`;
	assert.equal(found.verdict, 'passed', found.text);
	assert.equal(found.hasCrypto, isSecure);
	const tables = await rows(found.page, '#Result table:has(caption)');
	assert.deepEqual(tables.map((table) => table.map((cells) => [cells[1], cells[0], cells[3]])),
		told.contests.map((contest) => contest.candidates.map((one) =>
			[one[name], String(one.rank), String(one.votes)])));
	const [stations] = await rows(found.page, '#Stations table');
	assert.deepEqual(stations.map((cells) => [cells[0], cells[1], cells[2], cells[3], cells[4]]),
		told.stations.map((one) => [one.id, one[name], `${one.boxes_counted} / ${one.boxes_due}`,
			String(one.issued), String(one.contests[0].cast)]));
	const [json] = await Promise.all([found.page.waitForEvent('download'), found.page.locator('#Json').click()]);
	assert.deepEqual(JSON.parse(fs.readFileSync(await json.path(), 'utf8')), told);
	silent(found);
	await found.page.close();
};

/* Of red there is more than of green and of blue. */
const is_red = (element) => {
	const [red, green, blue] = getComputedStyle(element).color.match(/\d+/g).map(Number);
	return red > 2 * green && red > 2 * blue;
};

const shows_no_number = async (address) => {
	const found = await look(browser, address);
	assert.equal(found.verdict, 'refused', found.text);
	assert.equal(await found.page.locator('[role=alert]').count(), 1);
	assert.ok(await found.page.locator('[role=alert]').evaluate(is_red), 'its sentence is red');
	assert.equal(await found.page.locator('table, svg, #Csv, #Json').count(), 0);
	for (const one of told.contests[0].candidates)
		assert.ok(!found.text.includes(one.name_fa), found.text);
	silent(found);
	await found.page.close();
};

const write_changed = (name, part) => {
	const page = fs.readFileSync(file);
	const start = page.indexOf(DATA) + DATA.length;
	const at = start + Math.floor((page.indexOf('<', start) - start) * part);
	page[at] = page[at] === 'A'.charCodeAt(0) ? 'B'.charCodeAt(0) : 'A'.charCodeAt(0);
	fs.writeFileSync(path.join(folder, name), page);
};

const address = `file://${file}`;
const served = server.url + path.basename(file);
await shows_the_report(address, 'fa', true);
await shows_the_report(address, 'en', true);
await shows_the_report(served, 'en', false);
for (let i = 0; i < CHANGES; i++) {
	const name = `changed-${i}.html`;
	write_changed(name, (i + 0.5) / CHANGES);
	await shows_no_number(`file://${path.join(folder, name)}`);
}
server.close();
await browser.close();
