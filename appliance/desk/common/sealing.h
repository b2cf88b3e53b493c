/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What boxes are sealed to, from the files that a desk was given.
 */
#ifndef SANDOQ_DESK_COMMON_SEALING_H
#define SANDOQ_DESK_COMMON_SEALING_H

#include "appliance/desk/common/files.h"
#include "appliance/desk/common/options.h"
#include "appliance/election/definition.h"
#include "appliance/verify/sealing_keys.h"

#define OPTION_ELECTION_KEYS(presence)                                         \
	{                                                                      \
		"--election-keys", "FILE", "the election keys note", presence  \
	}
#define OPTION_BOX_KEY(presence)                                               \
	{                                                                      \
		"--box-key", "FILE", "bk.pub, as the machine sent it",         \
			presence                                               \
	}

struct sealing {
	struct file file;
	struct definition definition;
	struct sealing_keys keys; /* borrow the definition's plan */
};

/* By --definition, --election-keys and --box-key. */
int sealing_read(const struct arguments *, struct sealing *out);
/* By --definition; sealing_keys_trust() is to follow. */
int sealing_begin(const struct arguments *, struct sealing *out);
void sealing_free(struct sealing *);

#endif
