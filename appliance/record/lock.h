/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the journal keeps in the clear, because it is needed before the MAC key
 * is: the lock, in entry 0, and each later software's boot policy, in the entry
 * that approves it. Whoever changes them gets no key.
 */
#ifndef SANDOQ_RECORD_LOCK_H
#define SANDOQ_RECORD_LOCK_H

#include "tpm/policy/machine_policy.h"

/*
 * What it takes to unseal the journal's MAC key. The names of the indices
 * follow from `ak` and `operators`; `boot` is the first one approved.
 */
#define journal_lock_members(X)                                                \
	X(PART, tpm_name, srk)                                                 \
	X(PART, tpm_name, ak)                                                  \
	X(PART, blob, mac_public)                                              \
	X(PART, blob, mac_private)                                             \
	X(PART, quorum, operators)                                             \
	X(PART, boot_policy, boot)
LAYOUT_STRUCT(journal_lock);

void journal_lock_encode(struct writer *, const struct journal_lock *);
refusal journal_lock_decode(struct bytes, struct journal_lock *);
/* The same of what a software entry keeps. */
void journal_boot_encode(struct writer *, const struct boot_policy *);
refusal journal_boot_decode(struct bytes, struct boot_policy *);

#endif
