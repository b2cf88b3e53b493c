/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private keys in files: PEM, PKCS #8 with a passphrase (formats/key_file.h),
 * or PKCS #8 and SEC 1 without one.
 */
#ifndef SANDOQ_DESK_KEYS_KEY_READ_H
#define SANDOQ_DESK_KEYS_KEY_READ_H

#include "appliance/formats/p256.h"

struct secret; /* of secret.h */

/*
 * Asks for the passphrase where the file has one: once. `pin_file` as in
 * secret.h. p256_free() gives the key back. 0, or a status of sysexits.h after
 * printing what is wrong.
 */
int key_read(const char *path, const char *pin_file, struct p256_private **out);

/*
 * Refuses to overwrite anything, and makes the file readable by its owner only.
 * An unprotected one where `passphrase` is NULL.
 */
int key_write(const char *path, const struct p256_private *,
	const struct secret *passphrase);

#endif
