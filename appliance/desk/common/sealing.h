/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What boxes are sealed to: an election, and the box key that its authority's
 * quorum signed for.
 */
#ifndef SANDOQ_DESK_COMMON_SEALING_H
#define SANDOQ_DESK_COMMON_SEALING_H

#include "appliance/desk/common/files.h"
#include "appliance/desk/common/options.h"
#include "appliance/election/box.h"
#include "appliance/election/definition.h"
#include "tpm/policy/public.h"

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
	struct box_terms terms; /* borrows the definition's plan */
	/* What else the note names. */
	struct tpm_name ak;
	struct tpm_name rk;
	uint64_t phase;
};

/* By --definition, --election-keys and --box-key. */
int sealing_read(const struct arguments *, struct sealing *out);
/* By --definition, for sealing_trust() to do the rest. */
int sealing_begin(const struct arguments *, struct sealing *out);
/* The note is signed by the authority's quorum and names this box key. */
refusal sealing_trust(
	struct sealing *, struct bytes election_keys, struct bytes box_key);
/* The box key, then whom else the definition lists: how many they are. */
size_t sealing_recipients(
	const struct sealing *, struct p256_public out[1 + RECIPIENTS_MOST]);
void sealing_free(struct sealing *);

#endif
