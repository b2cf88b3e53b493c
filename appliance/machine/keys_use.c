/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys role, what the keys are for: a box's file key and its new header,
 * the signature on the result, the quote, and what the journal's anchor is.
 */
#include "appliance/machine/keys.h"

#include "appliance/record/members.h"

enum {
	/* Firmware and loader, and what the airlock extends. */
	QUOTED_PCRS = 0x7fff,
};

static bool box_secret(struct keys *keys, const struct p256_public *enc,
	uint8_t shared_x[P256_SIZE])
{
	uint8_t point[P256_POINT_SIZE];
	p256_to_point(enc, point);
	return tpm_box_secret(keys->tpm, &keys->bk, &keys->terms, &keys->boot,
		&keys->open, point, shared_x);
}

/* The box's file key, sealed anew to all who may recount. */
static void make_header(
	const struct recipients *recipients, struct keys_opened *out)
{
	struct age_stanza stanza[RECIPIENTS_MOST];
	struct writer header = writer_of(out->header, sizeof(out->header));
	for (size_t i = 0; i < recipients->count; i++)
		age_wrap(&out->key, &recipients->key[i], &stanza[i]);
	write_age_header(&header, &out->key, stanza, recipients->count);
	out->size = (uint16_t)header.size;
}

refusal keys_box(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct keys *keys = state;
	const struct keys_box *asked = HEARD(message, KEYS_BOX);
	const struct age_stanza *stanza = &asked->stanza;
	struct keys_opened opened = { .size = 0 };
	struct wire_text text;
	uint8_t shared_x[P256_SIZE];
	refusal why = p256_check(&stanza->enc);
	if (why == NULL && !box_secret(keys, &stanza->enc, shared_x))
		return keys_refuse(end, "the box key", keys->tpm);
	if (why == NULL) {
		why = age_unwrap_shared(
			stanza, &keys->bk_public, shared_x, &opened.key);
		wipe(shared_x, sizeof(shared_x));
	}
	if (why != NULL) {
		wire_text_set(&text, why);
		return wire_send(end, SAY(KEYS_VOID, &text), NULL, 0);
	}
	if (asked->header)
		make_header(&keys->recipients, &opened);
	why = wire_send(end, SAY(KEYS_OPENED, &opened), NULL, 0);
	wipe(&opened, sizeof(opened));
	return why;
}

refusal keys_sign(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct keys *keys = state;
	struct keys_signed answer;
	if (!tpm_sign_result(keys->tpm, &keys->rk, &keys->terms, &keys->boot,
		    &keys->release, &HEARD(message, KEYS_SIGN)->result,
		    &answer.signature))
		return keys_refuse(end, "the result key", keys->tpm);
	return wire_send(end, SAY(KEYS_SIGNED, &answer), NULL, 0);
}

static refusal send_attestation(struct wire_end *end,
	const struct attestation *attestation, const char *attest,
	const char *signature)
{
	uint8_t space[KEYS_ANSWER_MOST];
	struct writer out = writer_of(space, sizeof(space));
	uint8_t signed_by[TPM_SIGNATURE_SIZE];
	tpm_signature_encode(&attestation->signature, signed_by);
	write_item(&out, ITEM_PUBLIC, attest, attestation_bytes(attestation));
	write_item(&out, ITEM_PUBLIC, signature,
		bytes_of(signed_by, sizeof(signed_by)));
	return role_send_written(end, SAY(KEYS_MEMBERS, &nothing), &out);
}

refusal keys_quote(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct keys *keys = state;
	struct attestation quote;
	struct pcr_set values;
	if (!tpm_quote(keys->tpm, &HEARD(message, KEYS_QUOTE)->qualifying,
		    QUOTED_PCRS, &quote, &values))
		return keys_refuse(end, "the quote", keys->tpm);
	return send_attestation(
		end, &quote, MEMBER_QUOTE, MEMBER_QUOTE_SIGNATURE);
}

refusal keys_certify(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct keys *keys = state;
	const struct keys_certify *asked = HEARD(message, KEYS_CERTIFY);
	struct attestation anchor;
	if (!tpm_certify_anchor(
		    keys->tpm, &asked->qualifying, &keys->nv, &anchor))
		return keys_refuse(end, "the journal's anchor", keys->tpm);
	return asked->released ? send_attestation(end, &anchor, MEMBER_RELEASED,
					 MEMBER_RELEASED_SIGNATURE)
			       : send_attestation(end, &anchor, MEMBER_ANCHOR,
					 MEMBER_ANCHOR_SIGNATURE);
}
