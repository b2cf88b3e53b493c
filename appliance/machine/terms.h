/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What two roles make of the same facts: the terms that an election's keys hang
 * on, and the line of a challenge that a nonce's text asks for. Pure.
 */
#ifndef SANDOQ_MACHINE_TERMS_H
#define SANDOQ_MACHINE_TERMS_H

#include "appliance/machine/messages.h"

/* Refused when one of its quorums is not sound. */
refusal election_terms_of(const struct election *, const struct nv_names *,
	struct election_terms *out);
/* `AUDITOR HEX64`, of a text of kind `nonce`. */
refusal nonce_line(struct bytes content, struct wire_text *out);

#endif
