/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What boxes are sealed to: the box key that the authority's quorum signed for,
 * and whom else the definition lists. Who seals asks here first.
 */
#ifndef SANDOQ_VERIFY_SEALING_KEYS_H
#define SANDOQ_VERIFY_SEALING_KEYS_H

#include "appliance/election/box.h"
#include "tpm/policy/public.h"

struct sealing_keys {
	struct box_terms terms; /* borrows the plan */
	/* What else the note names. */
	struct tpm_name ak;
	struct tpm_name rk;
	uint64_t phase;
};

/*
 * `note` is the election keys note, signed by the quorum of the plan's
 * authority for this definition; `area` is the public area that it names as
 * the box key, as a TPM has it.
 */
refusal sealing_keys_trust(const struct plan *, struct bytes note,
	struct bytes area, struct sealing_keys *out);
/* The box key, then whom else the definition lists: how many they are. */
size_t sealing_keys_recipients(const struct sealing_keys *,
	struct p256_public out[1 + RECIPIENTS_MOST]);

#endif
