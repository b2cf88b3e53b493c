// SPDX-License-Identifier: Apache-2.0
// Opens a result page in Chromium, from the disk and then from a server without
// https, where there is no WebCrypto, and prints a line for each:
//
//   large.mjs FILE
//
//   file VERDICT MS MODULE RENDERER HELD
//   http VERDICT MS MODULE RENDERER HELD
//
// MS is from the opening to the verdict. Then come bytes: the memory of the
// module, which never becomes less, and what the page's process had for itself
// alone, at most, looked at a hundred times a second. HELD is how many
// signatures the browser saw to hold.
import fs from 'node:fs';
import path from 'node:path';
import { NAMES, launch, serve } from './browser.mjs';

const LOOK_MS = 10;
const WAIT_MS = 600000;

/* What no file is behind, and none shares: heap, stacks, the module. */
const own_memory = (pid) => {
	const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
	return Number(/^RssAnon:\s+(\d+) kB/m.exec(status)[1]) * 1024;
};

const renderers = async (browser) => {
	const session = await browser.newBrowserCDPSession();
	const { processInfo } = await session.send('SystemInfo.getProcessInfo');
	await session.detach();
	return processInfo.filter(({ type }) => type === 'renderer')
		.map(({ id }) => id);
};

/* The most of any of them, until the watch ends; one that has ended has none. */
const watch = (pids) => {
	let most = 0;
	const look = setInterval(() => {
		for (const pid of pids.filter((one) => fs.existsSync(`/proc/${one}`)))
			most = Math.max(most, own_memory(pid));
	}, LOOK_MS);
	return () => {
		clearInterval(look);
		return most;
	};
};

const open = async (where, address) => {
	const browser = await launch(NAMES);
	const page = await browser.newPage();
	const start = performance.now();
	await page.goto(address, { waitUntil: 'commit' });
	const end_watch = watch(await renderers(browser));
	const found = await page.waitForFunction(() => {
		const { verdict } = document.documentElement.dataset;
		return verdict !== undefined && verdict !== 'running'
			? { verdict, ...view.message, result: null } : null;
	}, undefined, { timeout: WAIT_MS }).then((handle) => handle.jsonValue());
	const took = performance.now() - start;
	console.log(where, found.verdict, Math.ceil(took), found.memory ?? 0,
		end_watch(), found.held ?? 0);
	await browser.close();
};

const file = path.resolve(process.argv[2]);
await open('file', `file://${file}`);
const server = await serve(path.dirname(file));
await open('http', server.url + path.basename(file));
server.close();
