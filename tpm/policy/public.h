/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public areas and names: the exact keys and NV indices of this machine.
 *
 * An object's or index's name is 000B || SHA-256 of its public area
 * (TPM 2.0 Library, part 1, clause 16). Clauses in this folder and the one
 * above it are those of revision 1.59. Every template below is fixed to the
 * last byte, so a name says everything about a key: where it was made, what
 * it may do, and its authPolicy. Decoders accept these templates only.
 */
#ifndef SANDOQ_TPM_POLICY_PUBLIC_H
#define SANDOQ_TPM_POLICY_PUBLIC_H

#include "appliance/formats/p256.h"

/*
 * Where things live in the TPM. Part 2, clauses 7.2 and 7.3: 81 is a persistent
 * handle, 01 an NV index; the last one is fixed by TCG's EK Credential Profile.
 */
#define TPM_HANDLE_SRK 0x81000001u
#define TPM_HANDLE_AK 0x81010010u
#define TPM_HANDLE_EK_CERTIFICATE 0x01C00002u

/*
 * The elliptic curve keys, all NIST P-256 with SHA-256.
 *
 * SRK  storage root, owner hierarchy: the template of TCG's Provisioning
 *      Guidance; sessions are salted to it, so it is pinned by its name
 * AK   attestation key, primary of the endorsement hierarchy: restricted
 *      ECDSA signer
 * BK   box key: ECDH only, by authPolicy only
 * RK   result key: unrestricted ECDSA signer, by authPolicy only
 * APPROVER  somebody's outside key as PolicySigned wants it: attributes
 *      00040040 (userWithAuth, sign), no symmetric, no scheme, no kdf
 *
 * BK and RK: fixedTPM, fixedParent, sensitiveDataOrigin, adminWithPolicy,
 * noDA, and no userWithAuth: no password ever stands in for the policy.
 */
enum key_template {
	KEY_SRK,
	KEY_AK,
	KEY_BK,
	KEY_RK,
	KEY_APPROVER,
};

enum { TPM_PUBLIC_MOST = 384 };

/* A TPMT_PUBLIC (part 2, clause 12.2.4): what tpm2-tools call a public area
 * without its length. */
struct tpm_public {
	uint8_t byte[TPM_PUBLIC_MOST];
	size_t size;
};

struct bytes tpm_public_bytes(const struct tpm_public *);
/* `policy` may be NULL where the template has none (SRK, AK, APPROVER). */
struct tpm_public key_encode(enum key_template, const struct digest *policy,
	const struct p256_public *);
/* `policy` is all zeros where the template has none. */
refusal key_decode(enum key_template, struct bytes area, struct digest *policy,
	struct p256_public *out);
/* Of any public area. */
struct tpm_name public_name(struct bytes area);
/* key_encode of KEY_APPROVER, then its name: what PolicySigned hashes. */
struct tpm_name approver_name(const struct p256_public *);
/* Of a primary key of the endorsement hierarchy (part 1, clause 16). */
struct tpm_name endorsement_qualified_name(const struct tpm_name *);

/*
 * EK: RSA-2048, the default template L-1 of TCG's EK Credential Profile,
 * authPolicy 837197..69aa = PolicySecret(TPM_RH_ENDORSEMENT).
 */
enum { EK_MODULUS_SIZE = 256 };
struct tpm_public ek_encode(const uint8_t modulus[EK_MODULUS_SIZE]);
refusal ek_decode(struct bytes area, uint8_t modulus[EK_MODULUS_SIZE]);

/*
 * A sealed object (keyedHash, scheme NULL; part 2, clause 12.2.3.3): fixedTPM,
 * fixedParent, adminWithPolicy, noDA; `unique` is what the TPM derives from the
 * secret. The decoder refuses another authPolicy.
 */
struct tpm_public sealed_encode(
	const struct digest *policy, const struct digest *unique);
refusal sealed_decode(
	struct bytes area, const struct digest *policy, struct digest *unique);

/*
 * The NV indices, at TPM_HANDLE_NV + enum value.
 *
 * A  approved boot policy: 34 bytes, 000B || digest (PolicyAuthorizeNV)
 * R  revocation counter
 * P  phase counter
 * J  journal anchor: extend, 32 bytes
 *
 * All: written by policy, read with the empty authorization, noDA.
 */
enum nv_index {
	NV_A,
	NV_R,
	NV_P,
	NV_J,
	NV_COUNT,
};

#define TPM_HANDLE_NV 0x01800001u

enum { NV_PUBLIC_SIZE = 46 };

/* A TPMS_NV_PUBLIC (part 2, clause 13.5); `written` is TPMA_NV_WRITTEN, which
 * the name covers. */
void nv_encode(enum nv_index, const struct digest *policy, bool written,
	uint8_t out[NV_PUBLIC_SIZE]);
struct tpm_name nv_name(
	enum nv_index, const struct digest *policy, bool written);

#endif
