/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a TPM attests to: strict decoders and the checks an auditor makes.
 *
 * Attestations are the TPM's own bytes (TPMS_ATTEST, TPMS_CREATION_DATA,
 * TPMT_SIGNATURE; TPM 2.0 Library, part 2, clauses 10.12.12, 15.1, 11.3.4), as
 * tpm2_checkquote and tpm2_print read them. Only what this machine makes is
 * accepted: SHA-256, ECDSA P-256, one bank.
 */
#ifndef SANDOQ_TPM_POLICY_ATTEST_H
#define SANDOQ_TPM_POLICY_ATTEST_H

#include "tpm/policy/policy.h"

enum {
	ATTEST_MOST = 256,
	CREATION_MOST = 256,
	TPM_SIGNATURE_SIZE = 72,
};

/* A TPMS_ATTEST and the AK's signature over it. */
struct attestation {
	uint8_t attest[ATTEST_MOST];
	size_t size;
	struct p256_signature signature;
};

struct bytes attestation_bytes(const struct attestation *);

/* TPMT_SIGNATURE, ECDSA with SHA-256. DER is in p256.h. */
void tpm_signature_encode(
	const struct p256_signature *, uint8_t out[TPM_SIGNATURE_SIZE]);
refusal tpm_signature_decode(struct bytes, struct p256_signature *);

/* When it was made, as the TPM counts. */
struct tpm_clock {
	uint64_t milliseconds;
	uint32_t reset_count;
	uint32_t restart_count;
	bool safe;
};

/* What every attestation begins with: part 2, clause 10.12.12. */
struct attest_head {
	struct tpm_name signer; /* qualified name of the AK */
	struct bytes qualifying;
	struct tpm_clock clock;
	uint64_t firmware;
};

struct quote {
	struct attest_head head;
	uint32_t pcr_mask;
	struct digest pcr_digest;
};

struct creation {
	struct attest_head head;
	struct tpm_name object;
	struct digest creation_hash;
};

/* What an NV index held: the whole of it. */
struct nv_certificate {
	struct attest_head head;
	struct tpm_name index;
	struct bytes content;
};

struct creation_data {
	uint32_t pcr_mask;
	struct digest pcr_digest;
	struct tpm_name parent;
	struct tpm_name parent_qualified;
	struct digest outside_info;
};

/* Views point into the bytes given. */
refusal quote_decode(struct bytes attest, struct quote *);
refusal creation_decode(struct bytes attest, struct creation *);
refusal nv_certificate_decode(struct bytes attest, struct nv_certificate *);
refusal creation_data_decode(struct bytes, struct creation_data *);

/*
 * That this AK quoted `pcr_mask`, at least, over this qualifying data. The
 * caller compares out->pcr_digest with pcr_set_digest() of what it expects;
 * out->pcr_mask may hold more than was asked for.
 */
refusal quote_verify(const struct p256_public *ak, const struct attestation *,
	struct bytes qualifying, uint32_t pcr_mask, struct quote *out);
/*
 * That this AK certified, over this qualifying data, what the index of this
 * name held. The caller compares out->content.
 */
refusal nv_certificate_verify(const struct p256_public *ak,
	const struct attestation *, struct bytes qualifying,
	const struct tpm_name *index, struct nv_certificate *out);
/*
 * That this AK certified, over the same 32 bytes as outsideInfo, that the
 * object of this name was created in its TPM while at least `pcr_mask` was
 * recorded, under the storage root key `srk`.
 */
refusal creation_verify(const struct p256_public *ak,
	const struct attestation *, struct bytes creation_data,
	const struct tpm_name *object, const struct tpm_name *srk,
	const struct digest *outside_info, uint32_t pcr_mask,
	struct creation_data *out);

#endif
