/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An approval of an election's next step: the evidence is verified as far as
 * its kind demands, and only then is the text shown and signed.
 */
#ifndef SANDOQ_DESK_COMMON_APPROVING_H
#define SANDOQ_DESK_COMMON_APPROVING_H

#include "appliance/desk/common/evidence.h"

/* What is signed, how far the chain must hold for it, and who signs. */
struct approval_kind {
	enum statement_kind statement;
	enum verify_goal goal;
	enum body body;
	enum approval_purpose purpose;
	size_t values;	      /* that the chain gives: fields from the first */
	size_t authorization; /* the text's last field */
	const char *unseen;   /* what the signer does not see of it, or NULL */
	/* Fields between them: a status of sysexits.h, or NULL. */
	int (*more)(const struct arguments *, const struct plan *,
		struct text_writer *);
};

/*
 * By --sent, --definition and --key. 0, or a status of sysexits.h after
 * printing what is wrong: EX_DATAERR when a check was refused, and then
 * nothing was signed.
 */
int approve_verified(const struct approval_kind *, const struct arguments *);

#endif
