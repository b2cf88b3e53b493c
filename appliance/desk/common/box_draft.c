/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/box_draft.h"

#include "appliance/election/statement.h"
#include "appliance/formats/crypto.h"

#include <string.h>
#include <sysexits.h>

/* What the station signs, of a payload that is a box of it. */
static refusal write_text_of(const struct draft *draft, struct bytes payload,
	struct bytes sealed, struct writer *out)
{
	const struct box_terms *terms = &draft->sealing.keys.terms;
	uint32_t ballots;
	const refusal why = ballots_check(payload, terms->plan, draft->station,
		draft->sequence, &ballots);
	return why != NULL ? why
			   : write_box_text(out, terms, draft->station,
				     draft->sequence, ballots, sealed);
}

int draft_sign(const struct draft *draft, struct bytes payload,
	struct bytes sealed, struct writer *note)
{
	uint8_t text[STATEMENT_MOST];
	struct writer out = writer_of(text, sizeof(text));
	const struct station *station =
		&draft->sealing.keys.terms.plan->station[draft->station];
	struct p256_signature signature;
	struct note_key who;
	refusal why = write_text_of(draft, payload, sealed, &out);
	if (why == NULL)
		why = note_key_of(station->id, &station->key, &who);
	if (why != NULL)
		return fail(EX_SOFTWARE, NULL, 0, "%s", why);
	const struct digest digest = sha256(written(&out));
	const int status = signing_key_sign(draft->key, &digest, &signature);
	if (status != 0)
		return status;
	write_note_text(note, written(&out));
	write_note_signature(note, &who, &signature);
	return 0;
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
	const int status = signing_key_open(arguments, &out->key);
	if (status != 0)
		return status;
	const struct p256_public public = signing_key_public(out->key);
	const int station =
		plan_find_station_key(out->sealing.keys.terms.plan, &public);
	if (station < 0) {
		signing_key_close(out->key);
		return fail(EX_NOPERM, argument(arguments, "--key"), 0,
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
	signing_key_close(draft->key);
}
