/* SPDX-License-Identifier: Apache-2.0 */
/* A box by any age client: everything but the sealing itself. */
#include "appliance/desk/common/box_draft.h"
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/desk.h"

#include <stdio.h>

const struct option box_encode_options[] = {
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
	{ "--output", "FILE",
		"payload to write, as secret as the ballots are; stdout if "
		"not given",
		OPTIONAL },
	OPTION_END,
};

const struct option box_recipients_options[] = {
	OPTION_DEFINITION,
	OPTION_ELECTION_KEYS(REQUIRED),
	OPTION_BOX_KEY(REQUIRED),
	OPTION_END,
};

const struct option box_sign_options[] = {
	{ "SEALED", NULL, "the payload, sealed by an age client", REQUIRED },
	OPTION_DEFINITION,
	OPTION_ELECTION_KEYS(REQUIRED),
	OPTION_BOX_KEY(REQUIRED),
	OPTION_STATION_KEY,
	OPTION_SEQUENCE,
	{ "--output", "FILE", "note to write, stdout if not given", OPTIONAL },
	OPTION_END,
};

static const char *output_of(const struct arguments *arguments)
{
	const char *output = argument(arguments, "--output");
	return output != NULL ? output : "-";
}

int box_encode_command(const struct arguments *arguments)
{
	static struct draft draft;
	struct file payload;
	int status = draft_begin(arguments, &draft);
	if (status != 0)
		return status;
	status = draft_payload(arguments, &draft, &payload);
	if (status == 0) {
		status = file_write(
			output_of(arguments), file_bytes(&payload), 0600);
		file_free(&payload);
	}
	draft_free(&draft);
	return status;
}

static int print_recipients(const struct sealing *sealing)
{
	struct p256_public recipient[1 + RECIPIENTS_MOST];
	size_t count = sealing_recipients(sealing, recipient);
	for (size_t i = 0; i < count; i++) {
		char line[AGE_RECIPIENT_SIZE + 1] = { 0 };
		struct writer out = writer_of(line, AGE_RECIPIENT_SIZE);
		write_age_recipient(&out, &recipient[i]);
		puts(line);
	}
	return fflush(stdout) == 0 ? 0 : EX_IOERR;
}

int box_recipients_command(const struct arguments *arguments)
{
	static struct sealing sealing;
	int status = sealing_read(arguments, &sealing);
	if (status != 0)
		return status;
	status = print_recipients(&sealing);
	sealing_free(&sealing);
	return status;
}

static int sign_sealed(const struct arguments *arguments,
	const struct draft *draft, struct bytes sealed)
{
	uint8_t note[STATEMENT_MOST];
	struct writer out = writer_of(note, sizeof(note));
	struct box box;
	const char *path = argument(arguments, "SEALED");
	refusal refused = draft_sign(draft, sealed, &out);
	if (refused == NULL)
		refused = box_check(
			&draft->sealing.terms, written(&out), sealed, &box);
	return refused == NULL
		       ? file_write(output_of(arguments), written(&out), 0644)
		       : fail(EX_DATAERR, path, 0,
				 "%s; seal it to what 'sandoq box recipients' "
				 "prints",
				 refused);
}

int box_sign_command(const struct arguments *arguments)
{
	static struct draft draft;
	struct file sealed;
	int status = draft_begin(arguments, &draft);
	if (status != 0)
		return status;
	status = file_read(argument(arguments, "SEALED"), BOX_MOST, &sealed);
	if (status == 0) {
		status = sign_sealed(arguments, &draft, file_bytes(&sealed));
		file_free(&sealed);
	}
	draft_free(&draft);
	return status;
}
