/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine as its operators know it before they sign for it: verified, by
 * what it last wrote to an outbox. What is not enrolled yet has an identity
 * alone; from what is, a quote tells what runs and where its counters are.
 */
#ifndef SANDOQ_DESK_COMMON_KNOWN_MACHINE_H
#define SANDOQ_DESK_COMMON_KNOWN_MACHINE_H

#include "appliance/desk/common/evidence.h"

/* Rows of option tables: what known_machine_read() goes by. */
#define OPTIONS_KNOWN_MACHINE                                                  \
	OPTION_SENT, OPTION_OPERATORS(REQUIRED), OPTION_AUTHORITIES,           \
		OPTION_ENROLMENT(OPTIONAL)

struct known_machine {
	struct roster operators;
	char serial[STATEMENT_LINE_MOST + 1];
	struct machine machine;
	struct digest authority;
	bool enrolled;	     /* its index A was written before */
	uint64_t revocation; /* R, as the quote has it; 0 when not enrolled */
};

/* Which machines a command is about. */
enum machines { ANY_MACHINE, ENROLLED_MACHINE };

/*
 * 0, or a status after printing what is wrong: EX_DATAERR when a check was
 * refused, or when it is not such a machine.
 */
int known_machine_read(
	const struct arguments *, enum machines, struct known_machine *out);

#endif
