/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/box_draft.h"

#include "appliance/election/statement.h"
#include "appliance/formats/crypto.h"

#include <string.h>
#include <sysexits.h>

static int find_station(const char *path, const struct plan *plan,
	const struct p256_private *key, uint16_t *out)
{
	struct p256_public public = p256_public_of(key);
	for (size_t i = 0; i < plan->stations; i++) {
		if (p256_equal(&public, &plan->station[i].key)) {
			*out = (uint16_t)i;
			return 0;
		}
	}
	return fail(EX_NOPERM, path, 0,
		"no station of this election has this key; use the "
		"station's own");
}

refusal draft_sign(const struct draft *draft, struct bytes payload,
	struct bytes sealed, struct writer *note)
{
	uint8_t text[STATEMENT_MOST];
	struct writer out = writer_of(text, sizeof(text));
	const struct box_terms *terms = &draft->sealing.terms;
	const struct station *station = &terms->plan->station[draft->station];
	struct note_key who;
	uint32_t ballots;
	refusal refused = ballots_check(payload, terms->plan, draft->station,
		draft->sequence, &ballots);
	if (refused == NULL)
		refused = write_box_text(&out, terms, draft->station,
			draft->sequence, ballots, sealed);
	if (refused == NULL)
		refused = note_key_of(station->id, &station->key, &who);
	if (refused == NULL)
		write_note(note, written(&out), &who, draft->key);
	return refused;
}

int draft_payload(const struct arguments *arguments, const struct draft *draft,
	struct file *out)
{
	const struct plan *plan = draft->sealing.terms.plan;
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
	status = find_station(
		path, out->sealing.terms.plan, out->key, &out->station);
	if (status != 0)
		p256_free(out->key);
	return status;
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
