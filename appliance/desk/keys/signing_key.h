/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A key that signs: in a file, or on a token that a PKCS #11 URI (RFC 7512)
 * names. Whoever signs does not see which it is.
 */
#ifndef SANDOQ_DESK_KEYS_SIGNING_KEY_H
#define SANDOQ_DESK_KEYS_SIGNING_KEY_H

#include "appliance/desk/common/options.h"
#include "appliance/formats/p256.h"

/* Two rows of a table of options. */
#define OPTION_KEY(whose)                                                      \
	{ "--key", "FILE|URI",                                                 \
		whose " private key: PEM, or the pkcs11: URI of a token's",    \
		REQUIRED },                                                    \
		OPTION_PIN_FILE
#define OPTION_PIN_FILE                                                        \
	{                                                                      \
		"--pin-file", "FILE",                                          \
			"its first line is the PIN or passphrase; asked for "  \
			"if not given",                                        \
			OPTIONAL                                               \
	}

struct signing_key;

/*
 * The key of --key, with --pin-file. Of a file, the passphrase is asked for
 * now; of a token, the PIN when it signs. 0, or a status of sysexits.h after
 * printing what is wrong. Given back by signing_key_close(), which takes NULL.
 */
int signing_key_open(const struct arguments *, struct signing_key **out);
/* By its path or URI, which is borrowed; `pin_file` may be NULL. */
int signing_key_open_named(
	const char *name, const char *pin_file, struct signing_key **out);
void signing_key_close(struct signing_key *);

struct p256_public signing_key_public(const struct signing_key *);

/*
 * A signature that verifies with the public key: whatever made another one has
 * made none. 0, or a status of sysexits.h after printing what is wrong.
 */
int signing_key_sign(struct signing_key *, const struct digest *,
	struct p256_signature *out);

#endif
