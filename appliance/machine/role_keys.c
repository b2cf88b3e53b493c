/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys role: the only process that holds the TPM. It takes fixed-size
 * messages and nothing else.
 */
#include "appliance/machine/roles.h"

#include "appliance/machine/keys.h"
#include "appliance/machine/spawn.h"

#include <string.h>

enum { TPM = SPAWN_GRANTED };

void keys_error_text(struct tpm *tpm, char line[WIRE_TEXT_MOST])
{
	const struct tpm_error error = tpm_error(tpm);
	struct writer out = writer_of(line, WIRE_TEXT_MOST - 1);
	write_tpm_error(&out, &error);
	line[out.broken ? 0 : out.size] = '\0';
}

refusal keys_refuse(struct wire_end *end, const char *what, struct tpm *tpm)
{
	char line[WIRE_TEXT_MOST];
	keys_error_text(tpm, line);
	return role_refuse(end, what, line, NULL);
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

int role_keys(void)
{
	static const struct role_duty duties[] = {
		{ KEYS_START, keys_start },
		{ KEYS_IDENTITY, keys_identity },
		{ KEYS_ENROL, keys_enrol },
		{ KEYS_LOCK, keys_lock },
		{ KEYS_ANCHOR, keys_anchor },
		{ KEYS_PHASE, keys_phase },
		{ KEYS_AIRLOCK, keys_airlock },
		{ KEYS_SEAL, keys_seal },
		{ KEYS_ELECTION, keys_election },
		{ KEYS_APPROVALS, keys_approvals },
		{ KEYS_BOX, keys_box },
		{ KEYS_SIGN, keys_sign },
		{ KEYS_QUOTE, keys_quote },
		{ KEYS_SOFTWARE, keys_software },
		{ KEYS_APPROVE, keys_approve },
		{ KEYS_REVOKE, keys_revoke },
	};
	static struct keys keys;
	struct wire_end end = role_end(ROLE_KEYS);
	int status;
	keys.tpm = tpm_open(TPM);
	if (keys.tpm == NULL)
		return 1;
	status = role_serve(
		&end, duties, sizeof(duties) / sizeof(duties[0]), &keys);
	tpm_close(keys.tpm);
	return status;
}
