// SPDX-License-Identifier: Apache-2.0
// Debian's Chromium, started without a window, for whatever looks at pages.
import http from 'node:http';
import fs from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';

/* The sandbox of Chromium does not run as root, as which CI runs. */
export const launch = (more = []) => chromium.launch({
	executablePath: '/usr/bin/chromium',
	args: [...(process.getuid() === 0 ? ['--no-sandbox'] : []), ...more],
});

/*
 * A server of one folder at a name that is no secure context, where browsers
 * have no WebCrypto: { url, close }.
 */
export const serve = async (folder) => {
	const server = http.createServer((request, answer) => {
		const name = path.basename(new URL(request.url, 'http://x').pathname);
		const file = path.join(folder, name);
		if (!fs.existsSync(file)) {
			answer.writeHead(404).end();
			return;
		}
		answer.writeHead(200, { 'Content-Type': 'text/html' });
		fs.createReadStream(file).pipe(answer);
	});
	await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
	return {
		url: `http://page.test:${server.address().port}/`,
		close: () => server.close(),
	};
};

/* Tells Chromium where that name is, without asking anybody. */
export const NAMES = ['--host-resolver-rules=MAP page.test 127.0.0.1'];

/*
 * Opens an address and waits for the verdict, which is 'static' where the page's
 * script did not run: what came of it, and all that the page asked for beside
 * itself, until `forget()`. `where` is a browser, or a page that is open.
 */
export const look = async (where, address, prepare) => {
	const page = where.newPage === undefined ? where : await where.newPage();
	const own = address.replace(/#.*/, '');
	const asked = [];
	const errors = [];
	const listeners = {
		request: (request) => {
			if (request.url() !== own && !/^(data|blob):/.test(request.url()))
				asked.push(request.url());
		},
		pageerror: (error) => errors.push(String(error)),
		console: (message) => {
			if (message.type() === 'error')
				errors.push(message.text());
		},
	};
	for (const [event, listener] of Object.entries(listeners))
		page.on(event, listener);
	if (prepare !== undefined)
		await prepare(page);
	await page.goto(address);
	const verdict = await page.waitForFunction(() => {
		const { verdict } = document.documentElement.dataset;
		if (typeof sandoq === 'undefined')
			return 'static';
		return verdict !== undefined && verdict !== 'running' ? verdict : null;
	}, undefined, { timeout: 120000 }).then((handle) => handle.jsonValue());
	const found = await page.evaluate(() => ({
		check: document.documentElement.dataset.check ?? '',
		text: document.body.innerText,
		hasCrypto: globalThis.crypto?.subtle !== undefined,
		held: typeof view === 'undefined' ? '-' : view.message?.held ?? '-',
	}));
	const forget = () => {
		for (const [event, listener] of Object.entries(listeners))
			page.off(event, listener);
	};
	return { page, verdict, asked, errors, forget, ...found };
};
