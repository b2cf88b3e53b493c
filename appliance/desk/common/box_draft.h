/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A box in the making, on a station's computer: ballots to payload, and the
 * note over the sealed file.
 */
#ifndef SANDOQ_DESK_COMMON_BOX_DRAFT_H
#define SANDOQ_DESK_COMMON_BOX_DRAFT_H

#include "appliance/desk/common/ballots_file.h"
#include "appliance/desk/common/sealing.h"
#include "appliance/desk/keys/signing_key.h"

#define OPTION_BALLOTS                                                         \
	{                                                                      \
		"BALLOTS", NULL,                                               \
			"the station's ballots: CSV, or cast vote records as " \
			"JSON (NIST SP 1500-103 or Dominion)",                 \
			REQUIRED                                               \
	}
#define OPTION_STATION_KEY OPTION_KEY("the station's")
#define OPTION_SEQUENCE                                                        \
	{                                                                      \
		"--sequence", "NUMBER", "which of its boxes; 1 if not given",  \
			OPTIONAL                                               \
	}

struct draft {
	struct sealing sealing;
	struct signing_key *key;
	uint16_t station; /* whose key it is */
	uint16_t sequence;
};

/* By the options of struct sealing, --key and --sequence. */
int draft_begin(const struct arguments *, struct draft *out);
void draft_free(struct draft *);
/*
 * Ballots v1, canonical, of BALLOTS, read with --map. Secret: file_free()
 * wipes it.
 */
int draft_payload(
	const struct arguments *, const struct draft *, struct file *out);
/*
 * The station's note over the sealed file, with how many ballots are in it. 0,
 * or a status of sysexits.h after printing what is wrong.
 */
int draft_sign(const struct draft *, struct bytes payload, struct bytes sealed,
	struct writer *note);

#endif
