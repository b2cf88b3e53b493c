// SPDX-License-Identifier: Apache-2.0
// Seals a file by the npm package age-encryption, which shares no code with
// ours: node seal.mjs PAYLOAD SEALED RECIPIENT...
import { webcrypto } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

// Node 18 has it, but not as a global.
globalThis.crypto ??= webcrypto;
const { Encrypter } = await import("age-encryption");

const [payload, sealed, ...recipients] = process.argv.slice(2);
const encrypter = new Encrypter();
for (const recipient of recipients)
	encrypter.addRecipient(recipient);
writeFileSync(sealed, await encrypter.encrypt(readFileSync(payload)));
