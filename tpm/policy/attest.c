/* SPDX-License-Identifier: Apache-2.0 */
#include "tpm/policy/attest.h"

#include "appliance/formats/crypto.h"

#include <string.h>

/* Part 2, clauses 6.2 (TPM_GENERATED), 6.9 (TPM_ST) and 6.3 (TPM_ALG_ID). */
enum {
	ATTEST_MAGIC = 0xff544347,
	ATTEST_NV = 0x8014,
	ATTEST_CREATION = 0x801A,
	ATTEST_QUOTE = 0x8018,
	ALG_SHA256 = 0x000B,
	ALG_ECDSA = 0x0018,
};

struct bytes attestation_bytes(const struct attestation *attestation)
{
	return bytes_of(attestation->attest, attestation->size);
}

/* TPMS_SIGNATURE_ECC in a TPMT_SIGNATURE, part 2, clauses 11.3.2 and 11.3.4. */
void tpm_signature_encode(
	const struct p256_signature *signature, uint8_t out[TPM_SIGNATURE_SIZE])
{
	struct writer writer = writer_of(out, TPM_SIGNATURE_SIZE);
	write_u16(&writer, ALG_ECDSA);
	write_u16(&writer, ALG_SHA256);
	write_u16(&writer, P256_SIZE);
	write_bytes(&writer, bytes_of(signature->r, P256_SIZE));
	write_u16(&writer, P256_SIZE);
	write_bytes(&writer, bytes_of(signature->s, P256_SIZE));
}

refusal tpm_signature_decode(struct bytes bytes, struct p256_signature *out)
{
	uint8_t again[TPM_SIGNATURE_SIZE];
	memset(out, 0, sizeof(*out));
	if (bytes.size != TPM_SIGNATURE_SIZE)
		return "the TPM's signature has another length";
	memcpy(out->r, bytes.data + 6, P256_SIZE);
	memcpy(out->s, bytes.data + 8 + P256_SIZE, P256_SIZE);
	tpm_signature_encode(out, again);
	if (!bytes_equal(bytes, bytes_of(again, sizeof(again))))
		return "the TPM's signature is not ECDSA with SHA-256";
	return NULL;
}

/* A TPM2B: 16-bit size, then the bytes. */
static struct bytes sized(struct cursor *in)
{
	return cursor_take(in, cursor_u16(in));
}

/* A TPM2B of exactly this size. */
static void sized_exactly(struct cursor *in, void *out, size_t size)
{
	if (cursor_u16(in) != size)
		in->broken = true;
	cursor_copy(in, out, size);
}

static void read_name(struct cursor *in, struct tpm_name *out)
{
	sized_exactly(in, out->byte, TPM_NAME_SIZE);
}

/* TPML_PCR_SELECTION, part 2, clause 10.9.7. */
static uint32_t read_selection(struct cursor *in)
{
	uint32_t mask = 0;
	if (cursor_u32(in) != 1 || cursor_u16(in) != ALG_SHA256 ||
		cursor_u8(in) != PCR_COUNT / 8)
		in->broken = true;
	for (unsigned i = 0; i < PCR_COUNT; i += 8)
		mask |= (uint32_t)cursor_u8(in) << i;
	return mask;
}

/* TPMS_CLOCK_INFO, part 2, clause 10.11.1. */
static struct tpm_clock read_clock(struct cursor *in)
{
	struct tpm_clock clock;
	uint8_t safe;
	clock.milliseconds = cursor_u64(in);
	clock.reset_count = cursor_u32(in);
	clock.restart_count = cursor_u32(in);
	safe = cursor_u8(in);
	if (safe > 1)
		in->broken = true;
	clock.safe = safe == 1;
	return clock;
}

static refusal read_head(
	struct cursor *in, uint16_t type, struct attest_head *head)
{
	if (cursor_u32(in) != ATTEST_MAGIC)
		return "the attestation was not made by a TPM: its magic "
		       "number differs";
	if (cursor_u16(in) != type)
		return "the attestation is of another kind";
	read_name(in, &head->signer);
	head->qualifying = sized(in);
	head->clock = read_clock(in);
	head->firmware = cursor_u64(in);
	return NULL;
}

/* TPMS_QUOTE_INFO, part 2, clause 10.12.4. */
refusal quote_decode(struct bytes attest, struct quote *out)
{
	struct cursor in = cursor_of(attest);
	refusal why;
	*out = (struct quote){ 0 };
	why = read_head(&in, ATTEST_QUOTE, &out->head);
	if (why != NULL)
		return why;
	out->pcr_mask = read_selection(&in);
	sized_exactly(&in, out->pcr_digest.byte, SHA256_SIZE);
	return cursor_done(&in) ? NULL : "the quote is malformed";
}

/* TPMS_CREATION_INFO, part 2, clause 10.12.7. */
refusal creation_decode(struct bytes attest, struct creation *out)
{
	struct cursor in = cursor_of(attest);
	refusal why;
	*out = (struct creation){ 0 };
	why = read_head(&in, ATTEST_CREATION, &out->head);
	if (why != NULL)
		return why;
	read_name(&in, &out->object);
	sized_exactly(&in, out->creation_hash.byte, SHA256_SIZE);
	return cursor_done(&in) ? NULL
				: "the creation certificate is malformed";
}

/* TPMS_NV_CERTIFY_INFO, part 2, clause 10.12.8. */
refusal nv_certificate_decode(struct bytes attest, struct nv_certificate *out)
{
	struct cursor in = cursor_of(attest);
	refusal why;
	*out = (struct nv_certificate){ 0 };
	why = read_head(&in, ATTEST_NV, &out->head);
	if (why != NULL)
		return why;
	read_name(&in, &out->index);
	if (cursor_u16(&in) != 0) /* not from its first byte on */
		in.broken = true;
	out->content = sized(&in);
	return cursor_done(&in) ? NULL
				: "the certificate of an index is malformed";
}

/* TPMS_CREATION_DATA, part 2, clause 15.1. */
refusal creation_data_decode(struct bytes data, struct creation_data *out)
{
	struct cursor in = cursor_of(data);
	*out = (struct creation_data){ 0 };
	out->pcr_mask = read_selection(&in);
	sized_exactly(&in, out->pcr_digest.byte, SHA256_SIZE);
	cursor_u8(&in); /* locality: ours is always zero, PCRs say the rest */
	if (cursor_u16(&in) != ALG_SHA256)
		in.broken = true;
	read_name(&in, &out->parent);
	read_name(&in, &out->parent_qualified);
	sized_exactly(&in, out->outside_info.byte, SHA256_SIZE);
	return cursor_done(&in) ? NULL : "the creation data is malformed";
}

/* The AK is a primary key: its public area alone gives the signer's name. */
static refusal check_signer(const struct p256_public *ak,
	const struct attestation *attestation, const struct tpm_name *signer)
{
	struct tpm_public area = key_encode(KEY_AK, NULL, ak);
	struct tpm_name name = public_name(tpm_public_bytes(&area));
	struct tpm_name qualified = endorsement_qualified_name(&name);
	struct digest digest = sha256(attestation_bytes(attestation));
	if (!tpm_name_equal(&qualified, signer))
		return "it was made by another attestation key";
	if (!p256_verify(ak, &digest, &attestation->signature))
		return "the attestation key's signature is wrong";
	return NULL;
}

static refusal check_mask(uint32_t mask, uint32_t wanted)
{
	return (mask & wanted) == wanted ? NULL
					 : "it covers fewer PCRs than asked";
}

refusal quote_verify(const struct p256_public *ak,
	const struct attestation *attestation, struct bytes qualifying,
	uint32_t pcr_mask, struct quote *out)
{
	refusal why = quote_decode(attestation_bytes(attestation), out);
	if (why == NULL)
		why = check_signer(ak, attestation, &out->head.signer);
	if (why == NULL && !bytes_equal(out->head.qualifying, qualifying))
		why = "it answers another challenge";
	if (why == NULL)
		why = check_mask(out->pcr_mask, pcr_mask);
	return why;
}

refusal nv_certificate_verify(const struct p256_public *ak,
	const struct attestation *attestation, struct bytes qualifying,
	const struct tpm_name *index, struct nv_certificate *out)
{
	refusal why =
		nv_certificate_decode(attestation_bytes(attestation), out);
	if (why == NULL)
		why = check_signer(ak, attestation, &out->head.signer);
	if (why == NULL && !bytes_equal(out->head.qualifying, qualifying))
		why = "it was certified for something else, or before";
	if (why == NULL && !tpm_name_equal(&out->index, index))
		why = "it certifies another index";
	return why;
}

refusal creation_verify(const struct p256_public *ak,
	const struct attestation *attestation, struct bytes creation_data,
	const struct tpm_name *object, const struct tpm_name *srk,
	const struct digest *outside_info, uint32_t pcr_mask,
	struct creation_data *out)
{
	struct bytes outside = bytes_of(outside_info->byte, SHA256_SIZE);
	struct digest hash = sha256(creation_data);
	struct creation creation;
	refusal why;
	*out = (struct creation_data){ 0 };
	why = creation_decode(attestation_bytes(attestation), &creation);
	if (why == NULL)
		why = check_signer(ak, attestation, &creation.head.signer);
	if (why == NULL)
		why = creation_data_decode(creation_data, out);
	if (why != NULL)
		return why;
	if (!tpm_name_equal(&creation.object, object))
		return "it certifies another key";
	if (!digest_equal(&creation.creation_hash, &hash))
		return "it certifies other creation data";
	if (!digest_equal(&out->outside_info, outside_info) ||
		!bytes_equal(creation.head.qualifying, outside))
		return "the key was made for another definition";
	if (!tpm_name_equal(&out->parent, srk))
		return "the key is under another storage root key";
	return check_mask(out->pcr_mask, pcr_mask);
}
