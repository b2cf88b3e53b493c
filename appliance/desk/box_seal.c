/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `box seal`: seals a station's ballots to the machine's box key and signs the
 * box. Seals only to keys that the authority's quorum has signed; the ballots
 * leave it in no other form.
 */
#include "appliance/desk/common/box_draft.h"
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/desk.h"
#include "appliance/election/box.h"

#include <stdio.h>
#include <stdlib.h>

const struct option box_seal_options[] = {
	OPTION_BALLOTS,
	OPTION_MAP,
	OPTION_DEFINITION,
	OPTION_ELECTION_KEYS(REQUIRED),
	OPTION_BOX_KEY(REQUIRED),
	OPTION_STATION_KEY,
	OPTION_SEQUENCE,
	{ "--output", "NAME", "writes NAME.age and NAME.note", BOX_OUTPUT },
	OPTION_FORCE,
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

static int write_box(const struct draft *draft, const char *name,
	struct bytes payload, struct bytes sealed)
{
	uint8_t note[STATEMENT_MOST];
	struct writer out = writer_of(note, sizeof(note));
	int status = draft_sign(draft, payload, sealed, &out);
	if (status == 0)
		status = write_named(name, ".age", sealed);
	return status != 0 ? status : write_named(name, ".note", written(&out));
}

static int seal_payload(
	const struct draft *draft, const char *name, struct bytes payload)
{
	struct p256_public recipient[1 + RECIPIENTS_MOST];
	size_t count = sealing_keys_recipients(&draft->sealing.keys, recipient);
	size_t size = AGE_FILE_SIZE(count, payload.size);
	uint8_t *sealed = malloc(size);
	if (sealed == NULL)
		return fail(EX_OSERR, NULL, 0, "no memory is left");
	struct writer out = writer_of(sealed, size);
	write_age_file(&out, recipient, count, payload);
	int status = write_box(draft, name, payload, written(&out));
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
	const struct plan *plan = draft->sealing.keys.terms.plan;
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
