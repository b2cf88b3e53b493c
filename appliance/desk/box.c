#include "appliance/election/box.h"
#include "appliance/desk/desk.h"
#include "appliance/desk/evidence.h"
#include "appliance/desk/sealing.h"
#include "appliance/election/ballots.h"
#include "appliance/election/csv.h"
#include "appliance/formats/crypto.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BALLOTS_FILE_MOST = 256 << 20 };

const struct option box_seal_options[] = {
	{ "BALLOTS", NULL, "the station's ballots, CSV", REQUIRED },
	OPTION_DEFINITION,
	OPTION_ELECTION_KEYS(REQUIRED),
	OPTION_BOX_KEY(REQUIRED),
	{ "--key", "FILE", "the station's private key, PEM", REQUIRED },
	{ "--sequence", "NUMBER", "which of its boxes; 1 if not given",
		OPTIONAL },
	{ "--output", "NAME", "writes NAME.age and NAME.note", REQUIRED },
	OPTION_JSON,
	OPTION_END,
};

const struct option box_check_options[] = {
	{ "NAME", NULL, "checks NAME.age and NAME.note", REQUIRED },
	OPTION_DEFINITION,
	OPTION_ELECTION_KEYS(REQUIRED),
	OPTION_BOX_KEY(REQUIRED),
	OPTION_JSON,
	OPTION_END,
};

static refusal read_line(struct csv_reader *reader, struct bytes line,
	struct ballots_list *ballots)
{
	struct csv_ballot ballot;
	bool is_ballot;
	refusal refused = csv_read(reader, line, &ballot, &is_ballot);
	if (refused != NULL || !is_ballot)
		return refused;
	return ballots_list_add(
		ballots, ballot.contest, ballot.codes, ballot.n);
}

/* The last line may lack its end. */
static struct bytes next_line(struct cursor *csv)
{
	const uint8_t *end = memchr(csv->rest.data, '\n', csv->rest.size);
	return end != NULL ? cursor_line(csv)
			   : cursor_take(csv, csv->rest.size);
}

static int read_ballots(
	const char *path, const struct plan *plan, struct ballots_list *ballots)
{
	struct csv_reader reader = csv_reader_of(plan);
	struct file file;
	refusal refused = NULL;
	int status = file_read(path, BALLOTS_FILE_MOST, &file);
	if (status != 0)
		return status;
	struct cursor csv = cursor_of(file_bytes(&file));
	while (csv.rest.size > 0 && refused == NULL)
		refused = read_line(&reader, next_line(&csv), ballots);
	if (refused == NULL)
		refused = csv_end(&reader);
	if (refused != NULL)
		status = fail(EX_DATAERR, path, (size_t)reader.line,
			"%s; export the ballots again", refused);
	file_free(&file);
	return status;
}

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

/* What one box is made of. */
struct draft {
	const struct sealing *sealing;
	const struct p256_private *key;
	const char *name;
	uint16_t station;
	uint16_t sequence;
};

static size_t recipients_of(
	const struct box_terms *terms, struct p256_public *out)
{
	out[0] = terms->bk;
	for (size_t i = 0; i < terms->plan->recipients; i++)
		out[1 + i] = terms->plan->recipient[i].key;
	return 1 + terms->plan->recipients;
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
	const struct box_terms *terms = &draft->sealing->terms;
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
		{ BOX_BK, bytes_of(terms->bk_name, TPM_NAME_SIZE), 0, NULL },
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

static int write_named(
	const char *name, const char *ending, struct bytes content)
{
	char *path;
	if (asprintf(&path, "%s%s", name, ending) < 0)
		return fail(EX_OSERR, NULL, 0, "no memory is left");
	int status = file_write(path, content, 0644);
	free(path);
	return status;
}

static int write_box(const struct draft *draft, struct bytes sealed)
{
	static uint8_t text[STATEMENT_MOST], note[STATEMENT_MOST];
	struct writer text_out = writer_of(text, sizeof(text));
	struct writer note_out = writer_of(note, sizeof(note));
	const struct plan *plan = draft->sealing->terms.plan;
	struct note_key who;
	refusal refused = write_box_text(draft, sealed, &text_out);
	if (refused == NULL)
		refused = note_key_of(plan->station[draft->station].id,
			&plan->station[draft->station].key, &who);
	if (refused != NULL)
		return fail(EX_SOFTWARE, NULL, 0, "%s", refused);
	write_note(&note_out, written(&text_out), &who, draft->key);
	int status = write_named(draft->name, ".age", sealed);
	return status != 0
		       ? status
		       : write_named(draft->name, ".note", written(&note_out));
}

static int seal_payload(const struct draft *draft, struct bytes payload)
{
	struct p256_public recipient[1 + RECIPIENTS_MOST];
	size_t count = recipients_of(&draft->sealing->terms, recipient);
	size_t size = age_file_size(count, payload.size);
	uint8_t *sealed = malloc(size);
	if (sealed == NULL)
		return fail(EX_OSERR, NULL, 0, "no memory is left");
	struct writer out = writer_of(sealed, size);
	write_age_file(&out, recipient, count, payload);
	int status = size <= BOX_MOST
			     ? write_box(draft, written(&out))
			     : fail(EX_DATAERR, NULL, 0,
				       "the box is too large; deliver the "
				       "ballots in several boxes");
	free(sealed);
	return status;
}

static int seal_ballots(const struct draft *draft, const char *path)
{
	const struct plan *plan = draft->sealing->terms.plan;
	struct ballots_list ballots;
	uint8_t *payload;
	size_t size;
	ballots_list_init(&ballots);
	int status = read_ballots(path, plan, &ballots);
	if (status == 0) {
		refusal refused = ballots_list_encode(&ballots, plan,
			draft->station, draft->sequence, &payload, &size);
		if (refused != NULL) {
			status = fail(EX_DATAERR, path, 0,
				"%s; export the ballots again", refused);
		} else {
			status = seal_payload(draft, bytes_of(payload, size));
			wipe(payload, size);
			free(payload);
		}
	}
	ballots_list_free(&ballots);
	return status;
}

static int seal(const struct arguments *arguments, struct draft *draft)
{
	const struct plan *plan = draft->sealing->terms.plan;
	const char *path = argument(arguments, "--key");
	struct p256_private *key;
	int status = key_read(path, &key);
	if (status != 0)
		return status;
	draft->key = key;
	status = find_station(path, plan, key, &draft->station);
	if (status == 0)
		status = seal_ballots(draft, argument(arguments, "BALLOTS"));
	p256_free(key);
	if (status != 0)
		return status;
	struct report report = report_begin(arguments);
	report_text(&report, "station", plan->station[draft->station].id);
	report_number(&report, "sequence", draft->sequence);
	return report_end(&report, 0);
}

int box_seal_command(const struct arguments *arguments)
{
	static struct sealing sealing;
	uint64_t sequence = 1;
	int status = argument_number(
		arguments, "--sequence", 1, UINT16_MAX, &sequence);
	if (status == 0)
		status = sealing_read(arguments, &sealing);
	if (status != 0)
		return status;
	struct draft draft = {
		.sealing = &sealing,
		.name = argument(arguments, "--output"),
		.sequence = (uint16_t)sequence,
	};
	status = seal(arguments, &draft);
	sealing_free(&sealing);
	return status;
}

static int read_named(
	const char *name, const char *ending, size_t most, struct file *out)
{
	char *path;
	if (asprintf(&path, "%s%s", name, ending) < 0)
		return fail(EX_OSERR, NULL, 0, "no memory is left");
	int status = file_read(path, most, out);
	free(path);
	return status;
}

static int report_box(const struct arguments *arguments,
	const struct box_terms *terms, struct bytes note, struct bytes sealed)
{
	struct box box;
	struct report report = report_begin(arguments);
	refusal refused = box_check(terms, note, sealed, &box);
	if (box.station >= 0)
		report_text(&report, "station",
			terms->plan->station[box.station].id);
	if (refused == NULL)
		report_number(&report, "sequence", box.sequence);
	report_hex(&report, "sealed", bytes_of(box.digest.byte, SHA256_SIZE));
	report_check(&report, "box", refused);
	return report_end(&report, 0);
}

int box_check_command(const struct arguments *arguments)
{
	static struct sealing sealing;
	const char *name = argument(arguments, "NAME");
	struct file note, sealed = { 0 };
	int status = sealing_read(arguments, &sealing);
	if (status != 0)
		return status;
	status = read_named(name, ".note", BOX_NOTE_MOST, &note);
	if (status == 0) {
		status = read_named(name, ".age", BOX_MOST, &sealed);
		if (status == 0)
			status = report_box(arguments, &sealing.terms,
				file_bytes(&note), file_bytes(&sealed));
		file_free(&note);
		file_free(&sealed);
	}
	sealing_free(&sealing);
	return status;
}
