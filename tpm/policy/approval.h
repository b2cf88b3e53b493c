/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an approver signs: one PolicySigned approval of one purpose, on one
 * machine, for one definition, and, where it is bound, of one command.
 */
#ifndef SANDOQ_TPM_POLICY_APPROVAL_H
#define SANDOQ_TPM_POLICY_APPROVAL_H

#include "tpm/policy/policy.h"

/*
 * policyRef: what an approval is for, in the one place where PolicySigned
 * leaves room for it:
 *
 *   00 || first 31 bytes of
 *       SHA-256(purpose || live || definition || AK name || phase)
 *
 * purpose     "sandoq/boot", "sandoq/revoke", "sandoq/open" or
 *             "sandoq/release", and one byte 00
 * live        one byte: 00 live, 01 rehearsal
 * definition  SHA-256 of the definition, 32 bytes; zeros for boot and revoke
 * AK name     34 bytes: the machine
 * phase       8 bytes: p, the value of P when the election was sealed; zeros
 *             for boot and revoke, which are older than P's first value
 *
 * The leading 00 keeps the text of a signed note, which holds no control
 * characters, from ever being read as what an approval signs.
 */
enum approval_purpose {
	APPROVE_BOOT,
	APPROVE_REVOKE,
	APPROVE_OPEN,
	APPROVE_RELEASE,
};

struct approval_scope {
	enum approval_purpose purpose;
	bool rehearsal;
	struct digest definition;
	struct tpm_name ak;
	uint64_t phase;
};

struct digest policy_ref(const struct approval_scope *);

/*
 * Of PolicySigned (part 3, clause 23.3). An approval to open may become a
 * ticket that dies at a reset: negative, and later than any time that a TPM
 * counts. Every other one has none.
 */
uint32_t approval_expiration(enum approval_purpose);

/*
 * The digest that an approver's key signs, the aHash of PolicySigned without
 * nonceTPM, so that an approval on a medium outlives a reboot:
 * SHA-256(expiration || cpHash || policyRef). `cp_hash` is NULL for an
 * approval that is not bound to one command (purpose open).
 */
struct digest approval_digest(
	const struct approval_scope *, const struct digest *cp_hash);
/* What is hashed there: `out` holds 4 + 32 + 32 bytes; gives the size. */
enum { APPROVAL_TEXT_MOST = 68 };
size_t approval_text(const struct approval_scope *,
	const struct digest *cp_hash, uint8_t out[APPROVAL_TEXT_MOST]);

/* cpHash of the three commands that approvals are bound to. */
struct digest cp_hash_sign(const struct tpm_name *rk, const struct digest *);
/* `written`: whether A was written before; its name changes with that. */
struct digest cp_hash_write(
	const struct tpm_name *a, const uint8_t value[TPM_NAME_SIZE]);
struct digest cp_hash_increment(const struct tpm_name *counter);

#endif
