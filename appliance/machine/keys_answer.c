/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the keys role's duties share: answers that say what the TPM said, and
 * keys out of messages. Asks the TPM nothing.
 */
#include "appliance/machine/keys.h"

#include <string.h>

void keys_error_text(struct tpm *tpm, char line[WIRE_TEXT_MOST])
{
	const struct tpm_error error = tpm_error(tpm);
	struct writer out = writer_of(line, WIRE_TEXT_MOST - 1);
	write_tpm_error(&out, &error);
	line[out.broken ? 0 : out.size] = '\0';
}

refusal keys_refuse(struct wire_end *end, const char *what, struct tpm *tpm)
{
	const struct tpm_error error = tpm_error(tpm);
	struct wire_text text;
	char line[WIRE_TEXT_MOST];
	keys_error_text(tpm, line);
	if (!tpm_is_gone(&error))
		return role_refuse(end, what, line, NULL);
	wire_text_set(&text, line);
	return wire_send(end, SAY(UNABLE, &text), NULL, 0);
}

refusal keys_done(
	struct wire_end *end, bool worked, const char *what, struct tpm *tpm)
{
	return worked ? wire_send(end, SAY(DONE, &nothing), NULL, 0)
		      : keys_refuse(end, what, tpm);
}

static bool blob_to_public(const struct blob *blob, struct tpm_public *out)
{
	out->size = blob->size;
	if (blob->size > sizeof(out->byte))
		return false;
	memcpy(out->byte, blob->data, blob->size);
	return true;
}

bool keys_of_blobs(const struct blob *public_area,
	const struct blob *private_area, struct sealed_key *out)
{
	out->private_area.size = private_area->size;
	if (private_area->size > sizeof(out->private_area.byte))
		return false;
	memcpy(out->private_area.byte, private_area->data, private_area->size);
	return blob_to_public(public_area, &out->public_area);
}
