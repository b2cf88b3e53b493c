// SPDX-License-Identifier: Apache-2.0
// Looks at result pages in Chromium as readers do, on a phone and on a desk, in
// Persian and in English:
//
//   look.mjs FOLDER [PICTURES]
//
// FOLDER has passed.html, of a bundle that lacks boxes; refused.html, of the same
// when something in it was changed; complete.html, of one that lacks none, and
// rehearsal.html, pilot.html, lot.html and ruled.html, of others that lack none:
// in the last but one a lot is to be drawn, and in the last one it was, and
// station-02 is annulled. Prints a line of TAP for each thing that a reader can
// rely on; in PICTURES it leaves pictures and a print.
import fs from 'node:fs';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { createRequire } from 'node:module';
import { launch, look } from './browser.mjs';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const SIZES = { phone: { width: 390, height: 844 }, desk: { width: 1280, height: 900 } };
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const [folder, pictures] = process.argv.slice(2);
const address = (name) => `file://${path.resolve(folder, name)}.html`;

let tests = 0;
const ok = (name, right, why) => {
	console.log(`${right ? 'ok' : 'not ok'} ${++tests} - ${name}`);
	if (!right && why !== undefined)
		console.log(String(why).replace(/^/gm, '# '));
};

const browser = await launch();
const open = async (name, size, language, behind = '', where = browser) => {
	const at = address(name) + (language === 'en' ? '?en' : '') + behind;
	const found = await look(where, at, (page) => page.setViewportSize(SIZES[size]));
	found.page.setDefaultTimeout(15000);
	return found;
};

const picture = async (page, name, whole = false) => {
	if (pictures !== undefined)
		await page.screenshot({ path: path.join(pictures, `${name}.png`), fullPage: whole });
};

/* The policy of the page lets no script in; the test's own comes by protocol. */
const violations = async (page) => {
	await page.evaluate(fs.readFileSync(AXE, 'utf8'));
	const { violations } = await page.evaluate((rules) => globalThis.axe.run(document, { runOnly: rules }), RULES);
	return violations.map((one) => `${one.id}: ${one.help}: ${one.nodes.map((node) => node.html).slice(0, 3).join(' ')}`);
};

const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

/* In front of everything that a reader sees first, on the smallest screen. */
const first = async (page, selector) => {
	const box = await page.locator(selector).first().boundingBox();
	return box !== null && box.y + box.height < SIZES.phone.height;
};

/* What the page says by this name, up to the first number or name in it. */
const said = (page, key) => page.evaluate((key) => word(key).split('{')[0], key);
const count = (page, selector) => page.locator(selector).count();
const has_text = async (page, selector, key) =>
	(await page.locator(selector).allInnerTexts()).some((text) => text.includes(key));

/* Each kind of result, by evidence that was verified: what must be seen of it. */
const KINDS = {
	passed: async (page) => ({
		'its band says that it is incomplete': await has_text(page, '.band.incomplete', await said(page, 'band_incomplete')),
		'which is on the first screen': await first(page, '.band.incomplete'),
		'its title begins with that': (await page.title()).startsWith(await said(page, 'incomplete')),
	}),
	complete: async (page) => ({
		'it has no band': await count(page, '.band:not(#Trust *)') === 0,
		'its title begins with the boxes': /^(2 of 2 |۲ از ۲ )/.test(await page.title()),
		'people are elected': await has_text(page, '#Result td', await said(page, 'elected')) &&
			!await has_text(page, '#Result td', await said(page, 'elected_incomplete')),
	}),
	rehearsal: async (page) => ({
		'its band says that it is a rehearsal': await has_text(page, '.band.rehearsal', await said(page, 'band_rehearsal')),
		'which is on the first screen': await first(page, '.band.rehearsal'),
		'its title begins with that': (await page.title()).startsWith(await said(page, 'rehearsal')),
	}),
	pilot: async (page) => ({
		'its band says that it is a pilot': await has_text(page, '.band.pilot', await said(page, 'band_pilot')),
		'which is on the first screen': await first(page, '.band.pilot'),
		'and isolates what it is of': await count(page, '.band.pilot bdi') === 1,
		'lists are named, isolated': await has_text(page, '.people bdi', 'فهرست امید') && await has_text(page, '.people bdi', 'Green'),
	}),
	lot: async (page) => ({
		'nobody is elected before a lot was drawn': await count(page, '.people.elected li') === 1 && await count(page, '.people.lot li') === 2,
		'which is said': await has_text(page, '#Result h3', await said(page, 'h_lot')) && await has_text(page, '#Result td', await said(page, 'lot')),
	}),
	ruled: async (page) => ({
		'its band says that a station is annulled': await has_text(page, '.band.annulled', await said(page, 'band_annulled')),
		'which is on the first screen': await first(page, '.band.annulled'),
		'the station is marked': await count(page, '#Stations tr.annulled') === 1,
		'and why': await has_text(page, '#Stations li bdi', 'The seal was broken.'),
		'the lot that was drawn is told': await has_text(page, '#Result p', await said(page, 'lots_drawn')),
		'and who is elected by it': await count(page, '.people.elected li') === 2 && await count(page, '.people.alternate li') === 1,
	}),
	'ruled#station-02': async (page) => ({
		'its band says that it is annulled': await has_text(page, '.band.annulled', await said(page, 'station_annulled')),
	}),
};

/* On phones in Persian and on desks in English; pictures of each of both. */
const VIEWS = [
	['passed', '', true],
	['refused', '', true],
	['passed', '#station-03', true],
	['complete', ''],
	['rehearsal', ''],
	['pilot', ''],
	['lot', ''],
	['ruled', ''],
	['ruled', '#station-02'],
];
const is_wanted = (all, size, language) =>
	all || pictures !== undefined || (size === 'phone') === (language === 'fa');

/* One tab for all, which takes a third of the time. */
const tab = await browser.newPage();
for (const [name, behind, all] of VIEWS)
	for (const size of Object.keys(SIZES))
		for (const language of ['fa', 'en'].filter((one) => is_wanted(all, size, one))) {
			const what = `${name}${behind} on a ${size}, ${language}`;
			const { page, errors, asked, forget } = await open(name, size, language, behind, tab);
			await picture(page, `${name}${behind.replace('#', '-')}-${size}-${language}`, true);
			const found = await violations(page);
			ok(`axe finds nothing: ${what}`, found.length === 0, found.join('\n'));
			ok(`it is as wide as the screen: ${what}`, await overflow(page) <= 0, await overflow(page));
			ok(`it runs under its policy: ${what}`, errors.length === 0, errors.join('\n'));
			ok(`it asks for nothing: ${what}`, asked.length === 0, asked.join('\n'));
			for (const [thing, right] of Object.entries(await KINDS[name + behind]?.(page) ?? {}))
				ok(`${thing}: ${what}`, right);
			forget();
			await page.goto('about:blank');
		}
await tab.close();

/* --- what may run and be asked for --- */

{
	const html = fs.readFileSync(path.resolve(folder, 'passed.html'), 'utf8');
	const digest = (of) => createHash('sha256').update(of.exec(html)[1]).digest('base64');
	const script = digest(/<script>(.*?)<\/script>/s);
	const style = digest(/<style>(.*?)<\/style>/s);
	const policy = /"Content-Security-Policy" content="([^"]*)"/.exec(html)[1];
	ok('the policy lets in its own script and style, and nothing else', policy ===
		`default-src 'none'; script-src 'sha256-${script}' 'wasm-unsafe-eval'; style-src 'sha256-${style}'; ` +
		"font-src data:; img-src data:; worker-src blob:; base-uri 'none'; form-action 'none'", policy);
	const { page } = await open('passed', 'desk', 'en');
	const left = [];
	page.on('requestfinished', (request) => left.push(request.url()));
	const { refused, ran } = await page.evaluate(async () => {
		const refused = [];
		const tries = {
			'connect-src': () => fetch('https://page.test/').catch(() => {}),
			'img-src': () => { new Image().src = 'https://page.test/1.png'; },
			'script-src-elem': () => {
				document.body.append(Object.assign(document.createElement('script'), { textContent: 'globalThis.ran = true' }));
			},
			'worker-src': () => { try { new Worker('data:,'); } catch { /* As it should. */ } },
		};
		for (const one of Object.keys(tries))
			await new Promise((done) => {
				document.addEventListener('securitypolicyviolation', (event) => {
					refused.push(event.effectiveDirective);
					done();
				}, { once: true });
				tries[one]();
			});
		return { refused, ran: globalThis.ran === true };
	});
	ok('the browser keeps to it', refused.join(' ') === 'connect-src img-src script-src-elem worker-src' && !ran, refused);
	ok('so that no request leaves the page', left.length === 0, left);
	await page.close();
}

/* --- what is seen --- */

{
	const { page } = await open('passed', 'phone', 'fa');
	ok('an incomplete result says so in its title', /^ناقص/.test(await page.title()), await page.title());
	const band = page.locator('.band.incomplete').first();
	const box = await band.boundingBox();
	ok('and in a band on the first screen', box !== null && box.y + box.height < SIZES.phone.height);
	ok('nobody is simply elected', await page.evaluate(() =>
		![...document.querySelectorAll('td')].some((cell) => cell.textContent === WORDS.elected[1])));
	const text = await page.locator('#Result').innerText();
	ok('numbers have Persian digits', /[۰-۹]/.test(text) && !/[0-9]/.test(text));
	ok('each name is isolated', await page.evaluate(() =>
		[...document.querySelectorAll('#Result tbody th[scope=row]')].filter((cell) => cell.parentElement.querySelector('td:last-child') &&
			cell.closest('table').querySelector('caption')).every((cell) => cell.firstElementChild?.tagName === 'BDI')));
	await page.locator('#Language').focus();
	await page.keyboard.press('Enter');
	ok('the language is switched by keyboard', await page.evaluate(() =>
		document.documentElement.lang === 'en' && document.documentElement.dir === 'ltr' && document.activeElement.id === 'Language'));
	ok('then its title is in English', /^INCOMPLETE/.test(await page.title()), await page.title());
	await page.close();
}

{
	const { page, text } = await open('refused', 'desk', 'en');
	const sentences = await page.locator('[role=alert]').allInnerTexts();
	ok('a refusal is one sentence', sentences.length === 1 && /^This is not a verified result/.test(sentences[0]), sentences);
	ok('without a table, a chart or a download', await page.locator('table, svg, #Csv, #Json').count() === 0);
	ok('its title says so', await page.title() === 'REFUSED');
	ok('nobody is named', !/Karimi|elected/i.test(text), text);
	await page.close();
}

{
	const { page } = await open('passed', 'desk', 'en');
	const rows = () => page.locator('#Stations tbody tr').count();
	const all = await rows();
	await page.locator('#Search').fill('station-03');
	ok('stations are searched', all > 1 && await rows() === 1);
	await page.locator('#Search').fill('');
	const cast = () => page.evaluate(() => [...document.querySelectorAll('#Stations tbody tr')].map((row) =>
		Number(row.children[4].textContent.replace(/,/g, ''))));
	await page.locator('#Sort-cast').focus();
	await page.keyboard.press('Enter');
	const up = await cast();
	ok('and sorted by keyboard', up.every((value, i) => i === 0 || up[i - 1] <= value) &&
		await page.evaluate(() => document.activeElement.id) === 'Sort-cast', up);
	ok('which a screen reader is told', await page.locator('th[aria-sort=ascending] #Sort-cast').count() === 1);
	await page.locator('#Sort-cast').click();
	const down = await cast();
	ok('and the other way round', down.join() === [...up].sort((a, b) => b - a).join(), down);

	const digest = (await page.locator('#Trust .hex').first().innerText()).replace(/\s/g, '');
	await page.locator('#Own').fill(digest.toUpperCase());
	ok('a value of the reader is told equal', /^EQUAL .*definition/.test(await page.locator('output').first().innerText()));
	await page.locator('#Own').fill(digest.replace(/.$/, (last) => last === '0' ? '1' : '0'));
	ok('or different', /^DIFFERENT/.test(await page.locator('output').first().innerText()));

	const [csv] = await Promise.all([page.waitForEvent('download'), page.locator('#Csv').click()]);
	const bytes = fs.readFileSync(await csv.path());
	ok('the CSV is for spreadsheets', bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) &&
		bytes.includes('election,place_fa,'));
	const [json] = await Promise.all([page.waitForEvent('download'), page.locator('#Json').click()]);
	const told = JSON.parse(fs.readFileSync(await json.path(), 'utf8'));
	ok('the JSON is the verifier\'s', told.format === 'sandoq/report/v1' && told.definition === digest);

	const shown = Number((await page.locator('#Result tr.elected td.number').nth(2).innerText()).replace(/,/g, ''));
	ok('the page shows its numbers', shown === told.contests[0].candidates[0].votes, shown);
	ok('every station is linked', await page.locator('#Stations tbody a').count() === told.stations.length);
	await page.locator('nav a[href="#Stations"]').click();
	await page.locator('#Stations tbody a').first().click();
	await page.waitForFunction(() => /^#[a-z0-9]/.test(location.hash));
	ok('and has a page of its own', await page.locator('#Stations').count() === 0 &&
		await page.evaluate(() => document.activeElement.tagName) === 'H1');
	await page.goBack();
	await page.waitForFunction(() => document.getElementById('Stations') !== null);
	ok('from which one comes back', /#Stations$/.test(page.url()));
	if (pictures !== undefined)
		await page.pdf({ path: path.join(pictures, 'print.pdf'), format: 'A4' });
	await page.close();
}

await browser.close();
console.log(`1..${tests}`);
