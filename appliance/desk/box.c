/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/election/box.h"
#include "appliance/desk/common/box_draft.h"
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/desk.h"

#include <stdio.h>
#include <stdlib.h>

const struct option box_seal_options[] = {
	{ "BALLOTS", NULL,
		"the station's ballots: CSV, or cast vote records as JSON "
		"(NIST "
		"SP 1500-103 or Dominion)",
		REQUIRED },
	OPTION_MAP,
	OPTION_DEFINITION,
	OPTION_ELECTION_KEYS(REQUIRED),
	OPTION_BOX_KEY(REQUIRED),
	OPTION_STATION_KEY,
	OPTION_SEQUENCE,
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

static int write_box(
	const struct draft *draft, const char *name, struct bytes sealed)
{
	uint8_t note[STATEMENT_MOST];
	struct writer out = writer_of(note, sizeof(note));
	refusal refused = draft_sign(draft, sealed, &out);
	if (refused != NULL)
		return fail(EX_SOFTWARE, NULL, 0, "%s", refused);
	int status = write_named(name, ".age", sealed);
	return status != 0 ? status : write_named(name, ".note", written(&out));
}

static int seal_payload(
	const struct draft *draft, const char *name, struct bytes payload)
{
	struct p256_public recipient[1 + RECIPIENTS_MOST];
	size_t count = sealing_recipients(&draft->sealing, recipient);
	size_t size = age_file_size(count, payload.size);
	uint8_t *sealed = malloc(size);
	if (sealed == NULL)
		return fail(EX_OSERR, NULL, 0, "no memory is left");
	struct writer out = writer_of(sealed, size);
	write_age_file(&out, recipient, count, payload);
	int status = size <= BOX_MOST
			     ? write_box(draft, name, written(&out))
			     : fail(EX_DATAERR, NULL, 0,
				       "the box is too large; deliver the "
				       "ballots in several boxes");
	free(sealed);
	return status;
}

static int seal(const struct arguments *arguments, const struct draft *draft)
{
	struct file payload;
	int status = draft_payload(arguments, draft, &payload);
	if (status != 0)
		return status;
	status = seal_payload(
		draft, argument(arguments, "--output"), file_bytes(&payload));
	file_free(&payload);
	if (status != 0)
		return status;
	const struct plan *plan = draft->sealing.terms.plan;
	struct report report = report_begin(arguments);
	report_text(&report, "station", plan->station[draft->station].id);
	report_number(&report, "sequence", draft->sequence);
	return report_end(&report, 0);
}

int box_seal_command(const struct arguments *arguments)
{
	static struct draft draft;
	int status = draft_begin(arguments, &draft);
	if (status != 0)
		return status;
	status = seal(arguments, &draft);
	draft_free(&draft);
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
