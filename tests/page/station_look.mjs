// SPDX-License-Identifier: Apache-2.0
// A station's evening in Chromium: from the key file to the saved box.
//
//   station_look.mjs PAGE FOLDER [PICTURES]
//
// FOLDER has locked.pem, ballots.csv, bad.csv; saved.age and saved.note come
// into it. PICTURES: a folder for screenshots, in both languages, on a phone
// and on a desk. Prints a line of TAP for each thing that was seen.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { createRequire } from 'node:module';
import { launch } from './browser.mjs';

const [file, folder, pictures] = process.argv.slice(2);
const passphrase = 'a few words';
const axe = createRequire(import.meta.url).resolve('axe-core');
let count = 0;
let failed = 0;
const ok = (good, name) => {
	console.log(`${good ? 'ok' : 'not ok'} ${++count} - ${name}`);
	failed += !good;
};

const browser = await launch();
const SIZES = { phone: { width: 390, height: 844 }, desk: { width: 1280, height: 900 } };

const shoot = async (page, step, language, size) => {
	if (pictures !== undefined)
		await page.screenshot({ path: path.join(pictures, `${step}-${language}-${size}.png`), fullPage: true });
};

const violations = async (page) => {
	/* As the debugger does it: the page's policy lets no script in. */
	await page.evaluate(fs.readFileSync(axe, 'utf8'));
	return page.evaluate(async () => (await axe.run(document, {
		runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
	})).violations.map((one) => `${one.id}: ${one.nodes[0].html}`));
};

const evening = async (language, size) => {
	const context = await browser.newContext({ viewport: SIZES[size] });
	const page = await context.newPage();
	const asked = [];
	const errors = [];
	const address = pathToFileURL(file).href + (language === 'en' ? '?en' : '');
	page.on('request', (one) => {
		if (one.url() !== address && !/^(data|blob):/.test(one.url()))
			asked.push(one.url());
	});
	page.on('pageerror', (error) => errors.push(String(error)));
	page.on('console', (one) => { if (one.type() === 'error') errors.push(one.text()); });
	const at = `${language}, ${size}`;
	await page.goto(address);
	await page.waitForSelector('#ready');
	await shoot(page, '1-election', language, size);

	await page.setInputFiles('input[name=key]', path.join(folder, 'locked.pem'));
	await page.fill('input[name=passphrase]', 'another');
	await page.click('#station button[type=submit]');
	await page.waitForSelector('#station [role=alert]');
	ok(await page.locator('#read').count() === 0, `${at}: a wrong passphrase opens nothing`);
	await page.setInputFiles('input[name=key]', path.join(folder, 'locked.pem'));
	await page.fill('input[name=passphrase]', passphrase);
	await page.click('#station button[type=submit]');
	await page.waitForSelector('#read');

	await page.setInputFiles('input[name=csv]', path.join(folder, 'bad.csv'));
	await page.click('#read button[type=submit]');
	await page.waitForSelector('#read [role=alert]');
	await shoot(page, '2-refused', language, size);
	ok(await page.locator('#sealed').count() === 0, `${at}: a file that does not fit is not sealed`);
	await page.setInputFiles('input[name=csv]', path.join(folder, 'ballots.csv'));
	await page.click('#read button[type=submit]');
	await page.waitForSelector('#sealed');
	await shoot(page, '3-read', language, size);
	const row = await page.locator('#read tbody tr').first().innerText();
	ok(/1,000|۱٬۰۰۰/.test(row), `${at}: how many ballots were read stands there`);
	ok(await page.locator('#sealed button[type=submit]').isDisabled(),
		`${at}: nothing is sealed before somebody has compared`);

	const found = await violations(page);
	ok(found.length === 0, `${at}: axe finds no violation`);
	found.forEach((one) => console.log('# ' + one));

	await page.check('#sealed input[type=checkbox]');
	await page.click('#sealed button[type=submit]');
	await page.waitForSelector('#sealed .verdict.passed');
	await shoot(page, '4-sealed', language, size);
	ok(await page.locator('#read').count() === 0 && await page.inputValue('input[name=passphrase]') === '',
		`${at}: another box asks for the passphrase again`);
	const names = [];
	for (const [button, name] of [[0, 'saved.age'], [1, 'saved.note']]) {
		const [download] = await Promise.all([page.waitForEvent('download'),
			page.locator('#sealed .tools button:not([type=submit])').nth(button).click()]);
		names.push(download.suggestedFilename());
		await download.saveAs(path.join(folder, name));
	}
	ok(names.join(' ') === 'station-01-1.age station-01-1.note', `${at}: both files are saved`);
	ok(asked.length === 0, `${at}: the page has asked for nothing`);
	ok(errors.length === 0, `${at}: the page has no errors`);
	[...asked, ...errors].forEach((one) => console.log('# ' + one));
	await context.close();
};

/* A space in a data block, which atob() overlooks. */
const damaged = async () => {
	const other = path.join(folder, 'damaged.html');
	const page = await browser.newPage();
	fs.writeFileSync(other, fs.readFileSync(file, 'utf8')
		.replace('id="data-definition">', '$& '));
	await page.goto(pathToFileURL(other).href + '?en');
	await page.waitForFunction(() => typeof steps !== 'undefined' && steps.busy === null);
	const said = await page.innerText('main');
	ok(/is damaged/.test(said) && await page.locator('section').count() === 0,
		'a page with a damaged block offers nothing');
	await page.close();
};

await damaged();
await evening('fa', 'phone');
await evening('en', 'desk');
if (pictures !== undefined) {
	await evening('fa', 'desk');
	await evening('en', 'phone');
}
await browser.close();
console.log(`1..${count}`);
process.exit(failed === 0 ? 0 : 1);
