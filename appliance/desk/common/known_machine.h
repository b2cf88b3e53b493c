/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine as its operators know it: the text that names them, and what the
 * machine last wrote to an outbox.
 */
#ifndef SANDOQ_DESK_COMMON_KNOWN_MACHINE_H
#define SANDOQ_DESK_COMMON_KNOWN_MACHINE_H

#include "appliance/desk/common/options.h"
#include "appliance/election/statement.h"
#include "tpm/policy/machine_policy.h"

struct known_machine {
	struct roster operators;
	char serial[STATEMENT_LINE_MOST + 1];
	struct machine machine;
	bool written;	     /* its index A was written before */
	uint64_t revocation; /* R when it wrote that; 0 when not known */
};

/* By --operators and --sent: 0, or a status after printing what is wrong. */
int known_machine_read(const struct arguments *, struct known_machine *out);

#endif
