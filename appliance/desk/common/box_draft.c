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

static void put_tags(struct text_writer *text, const struct age_header *header)
{
	for (size_t i = 0; i < header->stanza_count; i++)
		text_put(text, BOX_TAG,
			bytes_of(header->stanza[i].tag, AGE_TAG_SIZE));
}

static refusal write_box_text(
	const struct draft *draft, struct bytes sealed, struct writer *out)
{
	const struct box_terms *terms = &draft->sealing.terms;
	const struct plan *plan = terms->plan;
	struct digest digest = sha256(sealed);
	const struct statement_value value[] = {
		{ BOX_ELECTION, bytes_of_text(plan->id), 0, NULL },
		{ BOX_DEFINITION, bytes_of(plan->definition.byte, SHA256_SIZE),
			0, NULL },
		{ BOX_STATION, bytes_of_text(plan->station[draft->station].id),
			0, NULL },
		{ BOX_SEQUENCE, bytes_of(NULL, 0), draft->sequence, NULL },
		{ BOX_CIPHERTEXT, bytes_of(digest.byte, SHA256_SIZE), 0, NULL },
		{ BOX_BK, tpm_name_bytes(&terms->bk_name), 0, NULL },
	};
	struct age_header header;
	refusal refused = age_header_parse(sealed, &header);
	if (refused != NULL)
		return refused;
	struct text_writer text = text_begin(
		&statement_form[STATEMENT_BOX], plan->rehearsal, out);
	for (size_t i = 0; i < sizeof(value) / sizeof(value[0]); i++)
		statement_put(&text, &value[i]);
	put_tags(&text, &header);
	return text_end(&text);
}

refusal draft_sign(
	const struct draft *draft, struct bytes sealed, struct writer *note)
{
	uint8_t text[STATEMENT_MOST];
	struct writer out = writer_of(text, sizeof(text));
	const struct station *station =
		&draft->sealing.terms.plan->station[draft->station];
	struct note_key who;
	refusal refused = write_box_text(draft, sealed, &out);
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
