/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A P-256 key on a token: PKCS #11 2.40 by way of p11-kit, which knows the
 * modules of the computer. The module is the token's maker's code and runs in
 * this process: it is trusted with the PIN and with nothing that is signed,
 * for each signature is verified by our own code.
 */
#ifndef SANDOQ_DESK_KEYS_TOKEN_H
#define SANDOQ_DESK_KEYS_TOKEN_H

#include "appliance/formats/p256.h"

struct token;

/* Does a path begin as a PKCS #11 URI? */
bool token_is_named(const char *name);

/*
 * Exactly one key on the tokens that are here has to match the URI. A PIN in
 * the URI (pin-value, pin-source) is refused. `pin_file` as in secret.h;
 * borrowed, as the URI. 0, or a status of sysexits.h after printing what is
 * wrong. Given back by token_close(), which takes NULL.
 */
int token_open(const char *uri, const char *pin_file, struct token **out);
void token_close(struct token *);

struct p256_public token_public(const struct token *);

/*
 * Logs in at the first time. A PIN is tried once. The same PIN is given again
 * where the token wants one for each signature; a token with a keypad of its
 * own asks again, and the screen says why.
 */
int token_sign(
	struct token *, const struct digest *, struct p256_signature *out);

#endif
