/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `box sign`: signs what another age client has sealed. Signs no box that the
 * machine would not take: it is checked with the note before it is written.
 */
#include "appliance/desk/common/box_draft.h"
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/desk.h"

const struct option box_sign_options[] = {
	{ "SEALED", NULL, "the payload, sealed by an age client", REQUIRED },
	{ "--payload", "FILE", "what was sealed, as box encode wrote it",
		REQUIRED },
	OPTION_DEFINITION,
	OPTION_ELECTION_KEYS(REQUIRED),
	OPTION_BOX_KEY(REQUIRED),
	OPTION_STATION_KEY,
	OPTION_SEQUENCE,
	{ "--output", "FILE", "note to write, stdout if not given", OUTPUT },
	OPTION_FORCE,
	OPTION_END,
};

static int sign_sealed(const struct arguments *arguments,
	const struct draft *draft, struct bytes payload, struct bytes sealed)
{
	uint8_t note[STATEMENT_MOST];
	struct writer out = writer_of(note, sizeof(note));
	struct box box;
	const char *path = argument(arguments, "SEALED");
	const int status = draft_sign(draft, payload, sealed, &out);
	if (status != 0)
		return status;
	const refusal refused = box_check(
		&draft->sealing.keys.terms, written(&out), sealed, &box);
	return refused == NULL
		       ? file_write(argument_output(arguments), written(&out),
				 0644)
		       : fail(EX_DATAERR, path, 0,
				 "%s; seal it to what 'sandoq box recipients' "
				 "prints",
				 refused);
}

int box_sign_command(const struct arguments *arguments)
{
	static struct draft draft;
	struct file sealed, payload = { 0 };
	int status = draft_begin(arguments, &draft);
	if (status != 0)
		return status;
	status = file_read(argument(arguments, "SEALED"), BOX_MOST, &sealed);
	if (status == 0) {
		status = file_read(argument(arguments, "--payload"),
			BALLOTS_PAYLOAD_MOST, &payload);
		if (status == 0)
			status = sign_sealed(arguments, &draft,
				file_bytes(&payload), file_bytes(&sealed));
		file_free(&payload);
		file_free(&sealed);
	}
	draft_free(&draft);
	return status;
}
