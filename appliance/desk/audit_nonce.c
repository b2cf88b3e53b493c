/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `audit nonce`: makes an auditor's challenge, which the machine has to quote.
 * The nonce is random and never chosen by whoever asks.
 */
#include "appliance/desk/desk.h"
#include "appliance/election/statement.h"
#include "appliance/formats/crypto.h"

const struct option audit_nonce_options[] = {
	{ "--auditor", "ID", "who challenges the machine", REQUIRED },
	{ "--rehearsal", NULL, "for a rehearsal", OPTIONAL },
	{ "--output", "FILE", "text to write, stdout if not given", OUTPUT },
	OPTION_FORCE,
	OPTION_END,
};

int audit_nonce_command(const struct arguments *arguments)
{
	uint8_t text[NOTE_NAME_MOST + 256], nonce[SHA256_SIZE];
	struct writer out = writer_of(text, sizeof(text));
	struct text_writer writer = text_begin(&statement_form[STATEMENT_NONCE],
		argument_given(arguments, "--rehearsal"), &out);
	random_bytes(nonce, sizeof(nonce));
	text_put(&writer, NONCE_AUDITOR,
		bytes_of_text(argument(arguments, "--auditor")));
	text_put(&writer, NONCE_NONCE, bytes_of(nonce, sizeof(nonce)));
	refusal refused = text_end(&writer);
	if (refused != NULL)
		return fail(EX_USAGE, NULL, 0,
			"%s; give the auditor's id of the definition", refused);
	return file_write(argument_output(arguments), written(&out), 0644);
}
