/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `key show`: prints the public key of a private one that is there, as a line
 * of a definition, or as the recipient of an age file. Makes nothing.
 */
#include "appliance/desk/desk.h"
#include "appliance/desk/keys/key_line.h"
#include "appliance/desk/keys/signing_key.h"

const struct option key_show_options[] = {
	{ "FILE|URI", NULL, "private key: PEM, or the pkcs11: URI of a token's",
		REQUIRED },
	OPTION_KEY_NAME,
	{ "--age", NULL, "print the recipient to whom a box can be sealed, too",
		OPTIONAL },
	OPTION_PIN_FILE,
	OPTION_JSON,
	OPTION_END,
};

int key_show_command(const struct arguments *arguments)
{
	struct signing_key *key;
	int status = key_line_check(argument(arguments, "--name"));
	if (status == 0)
		status = signing_key_open_named(argument(arguments, "FILE|URI"),
			argument(arguments, "--pin-file"), &key);
	if (status != 0)
		return status;
	const struct p256_public public = signing_key_public(key);
	signing_key_close(key);
	return key_line_print(arguments, &public);
}
