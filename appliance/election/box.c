/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/election/box.h"

#include "appliance/election/statement.h"
#include "appliance/formats/crypto.h"

#include <string.h>

static void put_tags(struct text_writer *text, const struct age_header *header)
{
	for (size_t i = 0; i < header->stanza_count; i++)
		text_put(text, BOX_TAG,
			bytes_of(header->stanza[i].tag, AGE_TAG_SIZE));
}

refusal write_box_text(struct writer *out, const struct box_terms *terms,
	uint16_t station, uint16_t sequence, uint32_t ballots,
	struct bytes file)
{
	const struct plan *plan = terms->plan;
	const struct digest digest = sha256(file);
	const struct statement_value value[] = {
		{ BOX_ELECTION, bytes_of_text(plan->id), 0, NULL },
		{ BOX_DEFINITION, bytes_of(plan->definition.byte, SHA256_SIZE),
			0, NULL },
		{ BOX_STATION, bytes_of_text(plan->station[station].id), 0,
			NULL },
		{ BOX_SEQUENCE, bytes_of(NULL, 0), sequence, NULL },
		{ BOX_CIPHERTEXT, bytes_of(digest.byte, SHA256_SIZE), 0, NULL },
		{ BOX_SIZE, bytes_of(NULL, 0), file.size, NULL },
		{ BOX_BALLOTS, bytes_of(NULL, 0), ballots, NULL },
		{ BOX_BK, tpm_name_bytes(&terms->bk_name), 0, NULL },
	};
	struct age_header header;
	const refusal why = age_header_parse(file, &header);
	if (why != NULL)
		return why;
	struct text_writer text = text_begin(
		&statement_form[STATEMENT_BOX], plan->rehearsal, out);
	for (size_t i = 0; i < sizeof(value) / sizeof(value[0]); i++)
		statement_put(&text, &value[i]);
	put_tags(&text, &header);
	return text_end(&text);
}

refusal write_box_note(struct writer *out, const struct box_terms *terms,
	uint16_t station, uint16_t sequence, struct bytes payload,
	struct bytes file, const struct p256_private *key)
{
	uint8_t text[STATEMENT_MOST];
	struct writer text_out = writer_of(text, sizeof(text));
	const struct station *from = &terms->plan->station[station];
	struct note_key who;
	uint32_t ballots;
	refusal why = ballots_check(
		payload, terms->plan, station, sequence, &ballots);
	if (why == NULL)
		why = write_box_text(
			&text_out, terms, station, sequence, ballots, file);
	if (why == NULL)
		why = note_key_of(from->id, &from->key, &who);
	if (why == NULL)
		write_note(out, written(&text_out), &who, key);
	return why;
}

static refusal station_signed(
	const struct statement *statement, const struct plan *plan, int number)
{
	const struct station *station = &plan->station[number];
	struct note_key key;
	const refusal why = note_key_of(station->id, &station->key, &key);
	return why != NULL ? why : statement_signed_by(statement, &key);
}

static uint64_t most_ballots(const struct plan *plan, int number)
{
	const struct station *station = &plan->station[number];
	const uint64_t sheets = (uint64_t)contests_count(&station->contests) *
				station->ballots_issued;
	return sheets < UINT32_MAX ? sheets : UINT32_MAX;
}

static refusal note_check(const struct box_terms *terms,
	const struct statement *statement, struct box *out)
{
	const struct text *text = &statement->text;
	const struct digest definition = text_digest(text, BOX_DEFINITION);
	const uint64_t sequence = text_number(text, BOX_SEQUENCE);
	const uint64_t ballots = text_number(text, BOX_BALLOTS);
	const struct tpm_name bk = text_name(text, BOX_BK);
	const int number =
		plan_find_station(terms->plan, text_value(text, BOX_STATION));
	refusal why;
	if (!digest_equal(&definition, &terms->plan->definition))
		return "the box is of another election";
	if (!bytes_equal(text_value(text, BOX_ELECTION),
		    bytes_of_text(terms->plan->id)))
		return "the box is of another election";
	if (text->rehearsal != terms->plan->rehearsal)
		return "the box is of a rehearsal, or the election is";
	if (number < 0)
		return "the station is unknown";
	why = station_signed(statement, terms->plan, number);
	if (why != NULL)
		return why;
	out->station = number;
	out->text = sha256(statement->note.text);
	if (sequence < 1 || sequence > terms->plan->station[number].boxes)
		return "the station delivers no box with this number";
	out->sequence = (uint16_t)sequence;
	if (ballots > most_ballots(terms->plan, number))
		return "there are more ballots than the station was issued";
	out->ballots = (uint32_t)ballots;
	return tpm_name_equal(&bk, &terms->bk_name)
		       ? NULL
		       : "the box is sealed to another box key";
}

/* Bit 0 is the box key, bit i + 1 the definition's recipient i. */
static unsigned recipient_of(
	const struct box_terms *terms, const struct age_stanza *stanza)
{
	uint8_t tag[AGE_TAG_SIZE];
	age_tag(&terms->bk, &stanza->enc, tag);
	if (memcmp(tag, stanza->tag, sizeof(tag)) == 0)
		return 1;
	for (size_t i = 0; i < terms->plan->recipients; i++) {
		age_tag(&terms->plan->recipient[i].key, &stanza->enc, tag);
		if (memcmp(tag, stanza->tag, sizeof(tag)) == 0)
			return 2U << i;
	}
	return 0;
}

static refusal recipients_check(
	const struct box_terms *terms, const struct age_header *header)
{
	unsigned seen = 0;
	for (size_t i = 0; i < header->stanza_count; i++) {
		const unsigned who = recipient_of(terms, &header->stanza[i]);
		if (who == 0)
			return "the box has a recipient that the definition "
			       "does not list";
		if ((seen & who) != 0)
			return "the box has a recipient twice";
		seen |= who;
	}
	if ((seen & 1) == 0)
		return "the box is not sealed to the box key";
	/* Or a station alone could keep its box from an independent recount. */
	return seen == (2U << terms->plan->recipients) - 1
		       ? NULL
		       : "the box lacks a recipient that the definition lists";
}

static refusal tags_check(
	const struct text *text, const struct age_header *header)
{
	struct text_values tags = text_values(text, BOX_TAG);
	size_t i = 0;
	while (text_next(&tags)) {
		uint8_t tag[AGE_TAG_SIZE];
		struct writer out = writer_of(tag, sizeof(tag));
		text_value_bytes(&tags, &out);
		if (i >= header->stanza_count || out.size != sizeof(tag) ||
			memcmp(tag, header->stanza[i].tag, sizeof(tag)) != 0)
			return "the note lists other recipients than the box";
		i++;
	}
	return i == header->stanza_count
		       ? NULL
		       : "the note lists other recipients than the box";
}

/* What is not padded is void when it is opened, so it is not taken at all. */
static refusal size_check(const struct age_header *header)
{
	const size_t plain = age_plain_size(header->payload.size);
	return plain == ballots_padded(plain)
		       ? NULL
		       : "the box does not have the size of padded ballots";
}

static void clear(struct box *box)
{
	memset(box, 0, sizeof(*box));
	box->station = -1;
}

static refusal open_note(const struct box_terms *terms, struct bytes note,
	struct statement *statement, struct box *out)
{
	refusal why =
		note.size <= BOX_NOTE_MOST ? NULL : "the box is too large";
	if (why == NULL)
		why = statement_open(STATEMENT_BOX, note, statement);
	return why != NULL ? why : note_check(terms, statement, out);
}

refusal box_note_check(
	const struct box_terms *terms, struct bytes note, struct box *out)
{
	struct statement statement;
	clear(out);
	const refusal why = open_note(terms, note, &statement, out);
	if (why != NULL)
		return why;
	out->digest = text_digest(&statement.text, BOX_CIPHERTEXT);
	out->size = text_number(&statement.text, BOX_SIZE);
	return NULL;
}

refusal box_check(const struct box_terms *terms, struct bytes note,
	struct bytes file, struct box *out)
{
	struct statement statement;
	struct digest named;
	refusal why;
	clear(out);
	out->digest = sha256(file);
	out->size = file.size;
	if (file.size > BOX_MOST)
		return "the box is too large";
	why = open_note(terms, note, &statement, out);
	if (why != NULL)
		return why;
	named = text_digest(&statement.text, BOX_CIPHERTEXT);
	if (!digest_equal(&named, &out->digest) ||
		text_number(&statement.text, BOX_SIZE) != file.size)
		return "the box is not the one that the station signed for";
	why = age_header_parse(file, &out->header);
	if (why == NULL)
		why = size_check(&out->header);
	if (why == NULL)
		why = recipients_check(terms, &out->header);
	return why != NULL ? why : tags_check(&statement.text, &out->header);
}

refusal box_header_check(
	const struct plan *plan, struct bytes header, struct age_header *out)
{
	refusal why = age_header_parse(header, out);
	if (why != NULL)
		return why;
	if (out->payload.size > 0)
		return "something follows the header";
	if (out->stanza_count != plan->recipients)
		return "it is not for the recipients that the definition lists";
	for (size_t i = 0; i < plan->recipients; i++) {
		uint8_t tag[AGE_TAG_SIZE];
		age_tag(&plan->recipient[i].key, &out->stanza[i].enc, tag);
		if (memcmp(tag, out->stanza[i].tag, sizeof(tag)) != 0)
			return "it is not for the recipients that the "
			       "definition lists";
	}
	return NULL;
}
