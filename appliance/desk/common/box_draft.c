/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/box_draft.h"

#include <string.h>
#include <sysexits.h>

refusal draft_sign(const struct draft *draft, struct bytes payload,
	struct bytes sealed, struct writer *note)
{
	return write_box_note(note, &draft->sealing.keys.terms, draft->station,
		draft->sequence, payload, sealed, draft->key);
}

int draft_payload(const struct arguments *arguments, const struct draft *draft,
	struct file *out)
{
	const struct plan *plan = draft->sealing.keys.terms.plan;
	struct ballots_list ballots;
	ballots_list_init(&ballots);
	int status = ballots_read(arguments, plan, &ballots);
	if (status == 0) {
		refusal refused =
			ballots_list_encode(&ballots, plan, draft->station,
				draft->sequence, &out->data, &out->size);
		if (refused != NULL)
			status = fail(EX_DATAERR,
				argument(arguments, "BALLOTS"), 0,
				"%s; export the ballots again", refused);
	}
	ballots_list_free(&ballots);
	return status;
}

static int read_station(const struct arguments *arguments, struct draft *out)
{
	const char *path = argument(arguments, "--key");
	int status = key_read(path, &out->key);
	if (status != 0)
		return status;
	const struct p256_public public = p256_public_of(out->key);
	const int station =
		plan_find_station_key(out->sealing.keys.terms.plan, &public);
	if (station < 0) {
		p256_free(out->key);
		return fail(EX_NOPERM, path, 0,
			"no station of this election has this key; use the "
			"station's own");
	}
	out->station = (uint16_t)station;
	return 0;
}

int draft_begin(const struct arguments *arguments, struct draft *out)
{
	uint64_t sequence = 1;
	int status = argument_number(
		arguments, "--sequence", 1, UINT16_MAX, &sequence);
	if (status == 0)
		status = sealing_read(arguments, &out->sealing);
	if (status != 0)
		return status;
	out->sequence = (uint16_t)sequence;
	status = read_station(arguments, out);
	if (status != 0)
		sealing_free(&out->sealing);
	return status;
}

void draft_free(struct draft *draft)
{
	sealing_free(&draft->sealing);
	p256_free(draft->key);
}
