/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A P-256 private key in a file that a passphrase protects: PKCS #8
 * EncryptedPrivateKeyInfo (RFC 5958, 3) as PEM (RFC 7468, 11), with PBES2
 * (RFC 8018, 6.2): the key by PBKDF2 with HMAC-SHA-256, the cipher AES-256-CBC.
 * OpenSSL, mbedTLS and WebCrypto read it. A passphrase is its bytes in UTF-8.
 */
#ifndef SANDOQ_FORMATS_KEY_FILE_H
#define SANDOQ_FORMATS_KEY_FILE_H

#include "appliance/formats/p256.h"

enum {
	KEY_FILE_ROUNDS = 1000000,
	/* Of a file from elsewhere: more would keep a computer for minutes. */
	KEY_FILE_ROUNDS_MOST = 10000000,
	KEY_FILE_ROUNDS_LEAST = 1000,
	KEY_FILE_SALT_SIZE = 16,
	KEY_FILE_SALT_LEAST = 8,
	KEY_FILE_SALT_MOST = 64,
	KEY_FILE_MOST = 1024,
};

/* Does the first key in it need a passphrase? */
bool key_file_is_protected(struct bytes pem);
/* How much work it is to open it: of one that key_file_open() would try. */
refusal key_file_rounds(struct bytes pem, uint32_t *rounds);
/* DER only, of the strict form above; what stands around it is skipped. */
refusal key_file_open(
	struct bytes pem, struct bytes passphrase, struct p256_private **out);
/* With a fresh salt; at most KEY_FILE_MOST bytes. */
void write_key_file(
	struct writer *, const struct p256_private *, struct bytes passphrase);

#endif
