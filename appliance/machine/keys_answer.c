/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the keys role's duties share: answers that say what the TPM said, and
 * keys out of messages. Asks the TPM nothing.
 */
#include "appliance/machine/keys.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void add_pcrs(uint32_t mask, struct notice *out)
{
	char line[NOTICE_TEXT_MOST] = { 0 };
	struct writer text = writer_of(line, sizeof(line) - 1);
	const char *between = "PCR ";
	const bool several = (mask & (mask - 1)) != 0;
	for (unsigned i = 0; i < PCR_COUNT; i++)
		if ((mask >> i & 1) != 0) {
			write_text(&text, between);
			write_decimal(&text, i);
			between = ", ";
		}
	notice_add(out,
		notice_text(several ? NOTICE_PCRS_DIFFER : NOTICE_PCR_DIFFERS,
			line));
}

/* For an engineer: what was asked, and the TPM's answer. */
static void add_code(const struct tpm_error *error, struct notice *out)
{
	char line[NOTICE_TEXT_MOST];
	snprintf(line, sizeof(line), "%s, 0x%" PRIX32,
		error->doing != NULL ? error->doing : "-", error->code);
	notice_add(out, notice_text(NOTICE_TPM_CODE, line));
}

/* As write_tpm_error() has it. */
void keys_add_earlier_error(const struct tpm_error *error, struct notice *out)
{
	if (error->code == 0)
		notice_add(out,
			notice_name(error->doing != NULL ? error->doing
							 : "nothing failed"));
	if (tpm_is_gone(error))
		notice_add(out, NOTICE_PART(TPM_IS_GONE));
	else if (error->why != NULL)
		notice_add(out, notice_refusal(error->why));
	else if (error->code != 0 && error->pcrs == 0)
		notice_add(out, NOTICE_PART(TPM_REFUSES));
	if (error->code != 0 && error->pcrs != 0)
		add_pcrs(error->pcrs, out);
	if (error->code != 0)
		add_code(error, out);
}

void keys_add_error(struct tpm *tpm, struct notice *out)
{
	const struct tpm_error error = tpm_error(tpm);
	keys_add_earlier_error(&error, out);
}

refusal keys_refuse(struct wire_end *end, const char *what, struct tpm *tpm)
{
	const struct tpm_error error = tpm_error(tpm);
	struct notice notice = { .part[0].id = NOTICE_NONE };
	if (!tpm_is_gone(&error)) {
		notice_add(&notice, notice_name(what));
		keys_add_earlier_error(&error, &notice);
		return role_refuse_all(end, &notice);
	}
	keys_add_earlier_error(&error, &notice);
	return wire_send(end, SAY(UNABLE, &notice), NULL, 0);
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
