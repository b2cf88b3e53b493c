/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `key new`: makes a private key in a file that is not there yet, and prints
 * its public key. Protects it with a passphrase, unless it is told not to.
 */
#include "appliance/desk/desk.h"
#include "appliance/desk/keys/key_line.h"
#include "appliance/desk/keys/key_read.h"
#include "appliance/desk/keys/secret.h"
#include "appliance/desk/keys/signing_key.h"

#include <stdio.h>
#include <unistd.h>

enum { PASSPHRASE_LEAST = 8 };

const struct option key_new_options[] = {
	{ "FILE", NULL, "private key to write, PEM", REQUIRED },
	OPTION_KEY_NAME,
	OPTION_PIN_FILE,
	{ "--no-passphrase", NULL,
		"whoever copies the file can sign in your place", OPTIONAL },
	OPTION_JSON,
	OPTION_END,
};

static int choose(const struct arguments *arguments, struct secret *out)
{
	const struct secret_request request = {
		.question = WORD_ASK_NEW_PASSPHRASE,
		.of = argument(arguments, "FILE"),
		.file = argument(arguments, "--pin-file"),
	};
	const int status = secret_choose(&request, out);
	if (status != 0 || out->size >= PASSPHRASE_LEAST)
		return status;
	secret_free(out);
	return fail(EX_USAGE, NULL, 0,
		"the passphrase is shorter than %d bytes; choose a longer one, "
		"such as four words",
		PASSPHRASE_LEAST);
}

static int write_protected(
	const struct arguments *arguments, const struct p256_private *key)
{
	struct secret passphrase;
	int status = choose(arguments, &passphrase);
	if (status != 0)
		return status;
	status = key_write(argument(arguments, "FILE"), key, &passphrase);
	secret_free(&passphrase);
	return status;
}

static int write_open(
	const struct arguments *arguments, const struct p256_private *key)
{
	const struct filling filling = {
		.text = { argument(arguments, "FILE") },
	};
	const int status = key_write(argument(arguments, "FILE"), key, NULL);
	if (status == 0)
		tell(stderr, WORD_KEY_IS_OPEN, &filling);
	return status;
}

/* What can be wrong is wrong before there is a key. */
static int check(const struct arguments *arguments)
{
	const char *path = argument(arguments, "FILE");
	if (argument_given(arguments, "--no-passphrase") &&
		argument_given(arguments, "--pin-file"))
		return fail(EX_USAGE, NULL, 0,
			"--no-passphrase and --pin-file cannot both be given");
	if (access(path, F_OK) == 0)
		return fail(EX_CANTCREAT, path, 0,
			"exists already; keys are never overwritten");
	return key_line_check(argument(arguments, "--name"));
}

int key_new_command(const struct arguments *arguments)
{
	int status = check(arguments);
	if (status == 0)
		status = secrets_begin();
	if (status != 0)
		return status;
	struct p256_private *key = p256_generate();
	const struct p256_public public = p256_public_of(key);
	status = argument_given(arguments, "--no-passphrase")
			 ? write_open(arguments, key)
			 : write_protected(arguments, key);
	p256_free(key);
	return status != 0 ? status : key_line_print(arguments, &public);
}
