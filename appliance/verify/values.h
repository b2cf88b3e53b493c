/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What texts about a chain say, in the order of their fields: for the checks,
 * and for the commands that write the texts. The lists borrow from the chain.
 */
#ifndef SANDOQ_VERIFY_VALUES_H
#define SANDOQ_VERIFY_VALUES_H

#include "appliance/election/statement.h"
#include "appliance/verify/chain.h"

enum {
	/* Without the PCRs and the authorization. */
	BOOT_VALUES = 10,
	ENROLMENT_VALUES = ENROLMENT_AUTHORITY + 1,
	ELECTION_KEYS_VALUES = ELECTION_KEYS_PHASE + 1,
	/* Without the nonces, and the authorization, which comes last. */
	OPEN_VALUES = OPEN_NONCE,
	RELEASE_VALUES = RELEASE_AUTHORIZATION,
	/* Without the reason, which comes last. */
	ABANDONMENT_VALUES = ABANDONMENT_REASON,
};

/* One boot approval; boot_terms_of() fills the last three. */
struct boot_terms {
	struct bytes serial;
	const struct machine *machine;
	const struct digest *authority;
	const struct boot_policy *boot;
	const struct digest *image;
	/* SHA-256 of the secret in its signer's credential; else zeros. */
	struct digest credential;
	struct digest policy;
	struct tpm_name index;
	struct digest cp_hash;
};
/* `written`: is it for index A as it is after its first write? */
void boot_terms_of(struct boot_terms *, bool written);
void boot_values(
	const struct boot_terms *, struct statement_value[BOOT_VALUES]);
void enrolment_values(
	const struct chain *, struct statement_value[ENROLMENT_VALUES]);
void election_keys_values(
	const struct chain *, struct statement_value[ELECTION_KEYS_VALUES]);
void open_values(const struct chain *, struct statement_value[OPEN_VALUES]);
/* `cp_hash` is release_cp_hash(), in memory of the caller. */
void release_values(const struct chain *, const struct digest *cp_hash,
	struct statement_value[RELEASE_VALUES]);
struct digest release_cp_hash(const struct chain *);
void abandonment_values(
	const struct chain *, struct statement_value[ABANDONMENT_VALUES]);

#endif
