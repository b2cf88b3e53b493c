/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `box recipients`: prints to whom another age client has to seal a box. Prints
 * only keys that the authority's quorum or the definition names.
 */
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/common/sealing.h"
#include "appliance/desk/desk.h"
#include "appliance/formats/age.h"

#include <stdio.h>

const struct option box_recipients_options[] = {
	OPTION_DEFINITION,
	OPTION_ELECTION_KEYS(REQUIRED),
	OPTION_BOX_KEY(REQUIRED),
	OPTION_END,
};

static int print_recipients(const struct sealing *sealing)
{
	struct p256_public recipient[1 + RECIPIENTS_MOST];
	size_t count = sealing_keys_recipients(&sealing->keys, recipient);
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
