/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/keys/signing_key.h"

#include "appliance/desk/common/files.h"
#include "appliance/desk/keys/key_read.h"
#include "appliance/desk/keys/token.h"

#include <stdlib.h>
#include <sysexits.h>

/* Either of the two. */
struct signing_key {
	struct p256_private *file;
	struct token *token;
	const char *name; /* borrowed: of the arguments */
	struct p256_public public;
};

static int open_either(const char *pin_file, struct signing_key *key)
{
	int status;
	if (token_is_named(key->name)) {
		status = token_open(key->name, pin_file, &key->token);
		if (status == 0)
			key->public = token_public(key->token);
	} else {
		status = key_read(key->name, pin_file, &key->file);
		if (status == 0)
			key->public = p256_public_of(key->file);
	}
	return status;
}

int signing_key_open_named(
	const char *name, const char *pin_file, struct signing_key **out)
{
	struct signing_key *key = calloc(1, sizeof(*key));
	if (key == NULL)
		return fail(EX_OSERR, NULL, 0, "no memory is left");
	key->name = name;
	const int status = open_either(pin_file, key);
	if (status == 0)
		*out = key;
	else
		free(key);
	return status;
}

int signing_key_open(
	const struct arguments *arguments, struct signing_key **out)
{
	return signing_key_open_named(argument(arguments, "--key"),
		argument(arguments, "--pin-file"), out);
}

void signing_key_close(struct signing_key *key)
{
	if (key == NULL)
		return;
	p256_free(key->file);
	token_close(key->token);
	free(key);
}

struct p256_public signing_key_public(const struct signing_key *key)
{
	return key->public;
}

int signing_key_sign(struct signing_key *key, const struct digest *digest,
	struct p256_signature *out)
{
	int status = 0;
	if (key->token != NULL)
		status = token_sign(key->token, digest, out);
	else
		*out = p256_sign(key->file, digest);
	if (status == 0 && !p256_verify(&key->public, digest, out))
		status = fail(EX_SOFTWARE, key->name, 0,
			"made a signature that does not verify; nothing was "
			"signed: use another token");
	return status;
}
