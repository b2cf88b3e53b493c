/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `key`: makes a private key, or prints the public key of one that is there.
 * Overwrites no key and prints no private one.
 */
#include "appliance/desk/desk.h"
#include "appliance/formats/note.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

const struct option key_options[] = {
	{ "FILE", NULL, "private key, PEM; made when there is none", REQUIRED },
	{ "--name", "NAME", "whose it is: the id in texts and definitions",
		REQUIRED },
	OPTION_END,
};

static int make_key(const char *path)
{
	struct p256_private *key = p256_generate();
	int status = key_write(path, key);
	p256_free(key);
	return status;
}

int key_command(const struct arguments *arguments)
{
	const char *path = argument(arguments, "FILE");
	char vkey[NOTE_VKEY_MOST + 1] = { 0 };
	struct writer writer = writer_of(vkey, NOTE_VKEY_MOST);
	struct p256_private *private;
	struct note_key key;
	int status = 0;
	if (access(path, F_OK) != 0 && errno == ENOENT)
		status = make_key(path);
	if (status == 0)
		status = key_read(path, &private);
	if (status != 0)
		return status;
	struct p256_public public = p256_public_of(private);
	p256_free(private);
	refusal refused =
		note_key_of(argument(arguments, "--name"), &public, &key);
	if (refused != NULL)
		return fail(EX_USAGE, NULL, 0, "--name: %s", refused);
	write_note_key(&writer, &key);
	printf("%s\n", vkey);
	return fflush(stdout) == 0
		       ? 0
		       : fail(EX_IOERR, "stdout", 0, "takes no more");
}
