/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `box encode`: writes the payload of a box for another age client to seal. Its
 * output is as secret as the ballots are, so only its owner may read the file.
 */
#include "appliance/desk/common/box_draft.h"
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/desk.h"

const struct option box_encode_options[] = {
	OPTION_BALLOTS,
	OPTION_MAP,
	OPTION_DEFINITION,
	OPTION_ELECTION_KEYS(REQUIRED),
	OPTION_BOX_KEY(REQUIRED),
	OPTION_STATION_KEY,
	OPTION_SEQUENCE,
	{ "--output", "FILE",
		"payload to write, as secret as the ballots are; stdout if "
		"not given",
		OUTPUT },
	OPTION_FORCE,
	OPTION_END,
};

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
			argument_output(arguments), file_bytes(&payload), 0600);
		file_free(&payload);
	}
	draft_free(&draft);
	return status;
}
