// SPDX-License-Identifier: Apache-2.0
// Opens a file that was sealed to a p256tag recipient, by the npm package
// age-encryption, which shares no code with ours and leaves the stanza to an
// identity: node open.mjs SEALED KEY.pem >PAYLOAD
import { createHash, createHmac, createPrivateKey, createPublicKey, diffieHellman,
	createDecipheriv, webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";

globalThis.crypto ??= webcrypto;
const { Decrypter } = await import("age-encryption");

const [sealed, pem] = process.argv.slice(2);
const text = (words) => Buffer.from(words);
const hmac = (key, ...parts) =>
	createHmac("sha256", key).update(Buffer.concat(parts)).digest();

// HPKE (RFC 9180), base mode: DHKEM(P-256), HKDF-SHA256, ChaCha20Poly1305.
const kem = Buffer.concat([text("KEM"), Buffer.from([0, 0x10])]);
const suite = Buffer.concat([text("HPKE"), Buffer.from([0, 0x10, 0, 1, 0, 3])]);
const extract = (id, salt, label, ikm) =>
	hmac(salt, text("HPKE-v1"), id, text(label), ikm);
const expand = (id, prk, label, info, size) =>
	hmac(prk, Buffer.from([0, size]), text("HPKE-v1"), id, text(label), info,
		Buffer.from([1])).subarray(0, size);

const point = (key) => {
	const { x, y } = key.export({ format: "jwk" });
	return Buffer.concat([Buffer.from([4]), Buffer.from(x, "base64url"),
		Buffer.from(y, "base64url")]);
};
const own = createPrivateKey(readFileSync(pem));
const ownPoint = point(createPublicKey(own));
const compressed = Buffer.concat([Buffer.from([2 + (ownPoint[64] & 1)]),
	ownPoint.subarray(1, 33)]);
const label = text("age-encryption.org/p256tag");

const open = (enc, body) => {
	const peer = createPublicKey({ format: "jwk", key: { kty: "EC", crv: "P-256",
		x: enc.subarray(1, 33).toString("base64url"),
		y: enc.subarray(33).toString("base64url") } });
	const none = Buffer.alloc(0);
	const dh = diffieHellman({ privateKey: own, publicKey: peer });
	const shared = expand(kem, extract(kem, none, "eae_prk", dh),
		"shared_secret", Buffer.concat([enc, ownPoint]), 32);
	const context = Buffer.concat([Buffer.from([0]),
		extract(suite, none, "psk_id_hash", none),
		extract(suite, none, "info_hash", label)]);
	const secret = extract(suite, shared, "secret", none);
	const cipher = createDecipheriv("chacha20-poly1305",
		expand(suite, secret, "key", context, 32),
		expand(suite, secret, "base_nonce", context, 12),
		{ authTagLength: 16 });
	cipher.setAuthTag(body.subarray(-16));
	return Buffer.concat([cipher.update(body.subarray(0, -16)), cipher.final()]);
};

const identity = {
	unwrapFileKey(stanzas) {
		for (const { args, body } of stanzas) {
			if (args[0] !== "p256tag")
				continue;
			const enc = Buffer.from(args[2], "base64");
			const hash = createHash("sha256").update(compressed).digest();
			const tag = hmac(label, enc, hash.subarray(0, 4)).subarray(0, 4);
			if (tag.equals(Buffer.from(args[1], "base64")))
				return new Uint8Array(open(enc, Buffer.from(body)));
		}
		return null;
	},
};
const decrypter = new Decrypter();
decrypter.addIdentity(identity);
process.stdout.write(await decrypter.decrypt(readFileSync(sealed)));
