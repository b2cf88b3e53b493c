/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything that is asked of the TPM, through ESAPI.
 *
 * Every function is bool: false means that nothing of `out` is to be used and
 * that tpm_error() says what was being done and why it failed. No function
 * leaves a session or a transient object behind. Commands that carry a secret
 * or whose answer is believed run in sessions salted to the storage root key,
 * which tpm_pin() fixes by its name.
 *
 * No type of the TSS shows here.
 */
#ifndef SANDOQ_TPM_TPM_H
#define SANDOQ_TPM_TPM_H

#include "tpm/policy/attest.h"
#include "tpm/policy/certificate.h"
#include "tpm/policy/credential.h"
#include "tpm/policy/machine_policy.h"

struct tpm;

struct tpm_error {
	const char *doing; /* "TPM2_PolicyPCR"; NULL when nothing failed */
	uint32_t code;	   /* TPM_RC or TSS2_RC; 0 when the TPM was not asked */
	refusal why;	   /* in English; NULL when the code says it all */
	uint32_t pcrs;	   /* PCRs that differ from the policy's, if any */
};

/*
 * On a descriptor of /dev/tpmrm0, or of a stream socket that speaks TPM 2.0
 * commands; borrowed, the caller closes it after tpm_close(). Calls
 * crypto_start() and sets TSS2_LOG in the environment; opens no file, now or
 * later, so a role calls it before it enters its sandbox and needs no path
 * afterwards. NULL when out of memory.
 */
struct tpm *tpm_open(int descriptor);
/* Takes NULL too. */
void tpm_close(struct tpm *);
struct tpm_error tpm_error(const struct tpm *);
/* Whether no answer came: the TPM, or the way to it, is broken. */
bool tpm_is_gone(const struct tpm_error *);
/*
 * In words, and behind them what was asked and the code:
 * "PCR 14 differs (TPM2_PolicyPCR, 0x1C4)"
 */
void write_tpm_error(struct writer *, const struct tpm_error *);

/*
 * Storage root and attestation key. tpm_make_root_keys() creates and persists
 * what is missing (before tpm_lock_owner() only) and pins the SRK;
 * tpm_pin() refuses an SRK of another name than the enrolled one.
 */
struct root_keys {
	struct tpm_public srk;
	struct tpm_public ak;
};
bool tpm_make_root_keys(struct tpm *, struct root_keys *out);
bool tpm_pin(struct tpm *, const struct tpm_name *srk);

/* DER, as the maker wrote it to NV. */
bool tpm_ek_certificate(
	struct tpm *, uint8_t out[EK_CERTIFICATE_MOST], size_t *size);
bool tpm_ek_public(struct tpm *, struct tpm_public *out);
/* The secret of a credential that credential_make() made for this AK. */
bool tpm_activate(
	struct tpm *, const struct credential *, uint8_t secret[SHA256_SIZE]);

/* What the TPM says of itself. */
struct tpm_state {
	struct tpm_clock clock;
	bool owner_locked;   /* owner authorization set */
	bool lockout_locked; /* lockout authorization set */
	bool clear_disabled;
	bool certifies_nv;	/* knows TPM2_NV_Certify */
	bool sha256_only;	/* CVE-2021-42299: no second, unextended bank */
	bool present[NV_COUNT]; /* at its handle, whatever its name */
	bool written[NV_COUNT];
	struct tpm_name name[NV_COUNT];
};
bool tpm_state(struct tpm *, struct tpm_state *out);
bool tpm_random(struct tpm *, uint8_t *out, size_t size);

bool tpm_pcr_read(struct tpm *, uint32_t mask, struct pcr_set *out);
bool tpm_pcr_extend(struct tpm *, unsigned pcr, const struct digest *);
/*
 * True when the TPM refuses PolicyPCR(14 = 0), as it must in a courier boot,
 * and the error is then how it says so; false with an error when it accepts
 * it or cannot be asked.
 */
bool tpm_airlock_refuses(struct tpm *);

/*
 * Enrolment, in this order. Each step but the last may be repeated: it finds
 * what an earlier run that lost its power did, and does the rest. An index that
 * is there under another name than the machine's is undefined and defined
 * again.
 */
/*
 * That owner, endorsement hierarchy and lockout have neither an authorization
 * nor a policy; the error names the one that was found.
 */
bool tpm_nobody_owns(struct tpm *);
bool tpm_define_indices(struct tpm *, const struct machine *);
/* R's first increment, unless it has one; gives R. */
bool tpm_first_revocation(struct tpm *, const struct machine *, uint64_t *out);
/* A is written; also later, to approve another boot. */
bool tpm_write_boot_policy(struct tpm *, const struct machine *,
	const struct boot_policy *, const struct approvals *);
/* P's first increment, unless it has one; gives P. */
bool tpm_first_phase(struct tpm *, const struct boot_policy *,
	const struct nv_names *, uint64_t *out);
/*
 * Policies are emptied, Clear is disabled, owner and lockout authorization are
 * made random and forgotten, and all of it is read back. False, too, when an
 * authorization is set already: nothing tells whether nobody knows it.
 */
bool tpm_lock_owner(struct tpm *);
/*
 * That nobody has taken the lock back. Of the endorsement hierarchy it asks
 * nothing: anybody may set that, and gains nothing by it.
 */
bool tpm_owner_is_locked(struct tpm *);

/*
 * True when the empty authorization is not the platform hierarchy's, as it must
 * not be in any boot; false with an error when it is, or when the TPM cannot be
 * asked. Then the hierarchy is closed until the next reset.
 */
bool tpm_platform_refuses(struct tpm *);

/* A key that lives in a file and works in this TPM only. */
enum { TPM_PRIVATE_MOST = 256 };
struct tpm_private {
	uint8_t byte[TPM_PRIVATE_MOST];
	size_t size;
};
struct sealed_key {
	struct tpm_public public_area;
	struct tpm_private private_area;
};
enum { JOURNAL_KEY_SIZE = 32 };
bool tpm_make_journal_key(
	struct tpm *, const struct nv_names *, struct sealed_key *out);
bool tpm_unseal_journal_key(struct tpm *, const struct sealed_key *,
	const struct boot_policy *, const struct nv_names *,
	uint8_t out[JOURNAL_KEY_SIZE]);

/* J becomes SHA-256(J || digest); all zeros before the first time. */
bool tpm_anchor(struct tpm *, const struct digest *, const struct boot_policy *,
	const struct nv_names *);
bool tpm_anchor_read(struct tpm *, const struct nv_names *, struct digest *out);
bool tpm_phase(struct tpm *, const struct nv_names *, uint64_t *out);
/* P becomes P + 1. */
bool tpm_phase_advance(
	struct tpm *, const struct boot_policy *, const struct nv_names *);
bool tpm_revocations(struct tpm *, const struct nv_names *, uint64_t *out);
/* R becomes R + 1. */
bool tpm_revoke(struct tpm *, const struct machine *, const struct approvals *);
/* A's 34 bytes. */
bool tpm_boot_policy_value(
	struct tpm *, const struct nv_names *, uint8_t out[TPM_NAME_SIZE]);

/*
 * BK or RK, made under the election's policy; the AK certifies its creation
 * with the definition digest as outsideInfo and as qualifying data.
 */
struct election_key {
	struct sealed_key key;
	uint8_t creation_data[CREATION_MOST];
	size_t creation_size;
	struct attestation certificate;
};
bool tpm_make_bk(
	struct tpm *, const struct election_terms *, struct election_key *out);
bool tpm_make_rk(
	struct tpm *, const struct election_terms *, struct election_key *out);
/* PCRs whose values at creation creation_data records. */
enum { PCR_CREATION_MASK = 0xFFFF };

/* ECDH of BK with the point `enc`: the x coordinate, padded. Secret. */
bool tpm_box_secret(struct tpm *, const struct sealed_key *bk,
	const struct election_terms *, const struct boot_policy *,
	const struct approvals *, const uint8_t enc[P256_POINT_SIZE],
	uint8_t shared_x[P256_SIZE]);
bool tpm_sign_result(struct tpm *, const struct sealed_key *rk,
	const struct election_terms *, const struct boot_policy *,
	const struct approvals *, const struct digest *result,
	struct p256_signature *out);
/* What J holds, by the AK: TPM2_NV_Certify. */
bool tpm_certify_anchor(struct tpm *, const struct digest *qualifying,
	const struct nv_names *, struct attestation *out);
/* With the PCR values that the quote's digest is of. */
bool tpm_quote(struct tpm *, const struct digest *qualifying, uint32_t mask,
	struct attestation *out, struct pcr_set *values);

#endif
