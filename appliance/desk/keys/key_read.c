/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/keys/key_read.h"

#include "appliance/desk/common/files.h"
#include "appliance/desk/keys/secret.h"
#include "appliance/formats/key_file.h"

#include <sysexits.h>
#include <unistd.h>

enum { PEM_MOST = 4096 };

static int cannot_read(const char *path, refusal why)
{
	return fail(EX_DATAERR, path, 0, "%s; give a P-256 private key", why);
}

static int open_protected(const char *path, const char *pin_file,
	struct bytes pem, struct p256_private **out)
{
	const struct secret_request request = {
		.question = WORD_ASK_PASSPHRASE,
		.of = path,
		.file = pin_file,
	};
	struct secret passphrase;
	uint32_t rounds;
	/* Nobody types a passphrase for a file that cannot be opened. */
	refusal why = key_file_rounds(pem, &rounds);
	if (why != NULL)
		return cannot_read(path, why);
	const int status = secret_ask(&request, &passphrase);
	if (status != 0)
		return status;
	why = key_file_open(pem, secret_bytes(&passphrase), out);
	secret_free(&passphrase);
	return why == NULL ? 0
			   : fail(EX_NOPERM, path, 0,
				     "%s; run the command again with the right "
				     "passphrase",
				     why);
}

int key_read(const char *path, const char *pin_file, struct p256_private **out)
{
	struct file pem;
	int status = secrets_begin();
	if (status == 0)
		status = file_read(path, PEM_MOST, &pem);
	if (status != 0)
		return status;
	if (key_file_is_protected(file_bytes(&pem))) {
		status = open_protected(path, pin_file, file_bytes(&pem), out);
	} else {
		const refusal why = p256_from_pem(file_bytes(&pem), out);
		if (why != NULL)
			status = cannot_read(path, why);
	}
	file_free(&pem);
	return status;
}

int key_write(const char *path, const struct p256_private *key,
	const struct secret *passphrase)
{
	uint8_t pem[KEY_FILE_MOST];
	struct writer out = writer_of(pem, sizeof(pem));
	if (access(path, F_OK) == 0)
		return fail(EX_CANTCREAT, path, 0,
			"exists already; keys are never overwritten");
	if (passphrase != NULL)
		write_key_file(&out, key, secret_bytes(passphrase));
	else
		write_p256_pem(&out, key);
	const int status = file_write(path, written(&out), 0600);
	wipe(pem, sizeof(pem));
	return status;
}
