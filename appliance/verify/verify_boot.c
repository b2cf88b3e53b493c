/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What ran on the machine: challenge, quote, PCRs and event log of one boot,
 * against the software that the operators approved. It takes no event of the
 * log for true that the quote does not lead to.
 */
#include "appliance/election/statement.h"
#include "appliance/formats/crypto.h"
#include "appliance/record/members.h"
#include "appliance/verify/checks.h"

#include <inttypes.h>
#include <string.h>

/* What a quote must cover: the approved PCRs, and the airlock. */
enum { QUOTE_MASK = BOOT_PROFILE_MASK | 1 << PCR_AIRLOCK };

static bool is_zero(const struct digest *digest)
{
	const struct digest zero = { { 0 } };
	return digest_equal(digest, &zero);
}

/* A machine that is not sealed yet has no definition to name. */
static refusal check_now(const struct chain *chain, const struct text *text)
{
	const struct statement_value ak = { CHALLENGE_AK,
		tpm_name_bytes(&chain->machine.ak), 0,
		"it names the attestation key of another TPM" };
	const struct definition *definition = chain->evidence->definition;
	struct digest digest = text_digest(text, CHALLENGE_DEFINITION);
	if (definition != NULL && !is_zero(&digest) &&
		!digest_equal(&digest, &definition->plan.definition))
		return "it is of another definition";
	return statement_says(text, text->rehearsal, &ak, 1);
}

static bool same_nonces(const struct text *open, const struct text *challenge)
{
	struct text_values wanted = text_values(open, OPEN_NONCE);
	struct text_values lines = text_values(challenge, CHALLENGE_NONCE);
	bool same = text_count(open, OPEN_NONCE) ==
		    text_count(challenge, CHALLENGE_NONCE);
	while (same && text_next(&wanted))
		same = text_next(&lines) &&
		       bytes_equal(wanted.value, lines.value);
	return same;
}

/* The officers say which nonces are in it; their approvals were verified. */
static refusal check_nonces(
	const struct chain *chain, const struct text *challenge)
{
	for (size_t n = 1; n <= QUORUM_MOST; n++) {
		struct statement open;
		const struct bytes note = archive_numbered(
			chain->evidence->sent, MEMBERS_OPEN MEMBER_APPROVAL, n);
		if (note.size == 0)
			return NULL;
		const refusal refused =
			statement_open(STATEMENT_OPEN, note, &open);
		if (refused != NULL)
			return refused;
		if (!same_nonces(&open.text, challenge))
			return "it has other nonces than the officers approved";
	}
	return NULL;
}

static refusal check_closing(const struct chain *chain, const struct text *text)
{
	const struct definition *definition = chain->evidence->definition;
	const struct digest *root = &chain->checkpoint_root;
	const struct statement_value value[] = {
		{ CHALLENGE_ELECTION, bytes_of_text(definition->plan.id), 0,
			"it is of another election" },
		{ CHALLENGE_DEFINITION,
			bytes_of(chain->terms.definition.byte, SHA256_SIZE), 0,
			"it is of another definition" },
		{ CHALLENGE_AK, tpm_name_bytes(&chain->machine.ak), 0,
			"it names the attestation key of another TPM" },
		{ CHALLENGE_RK, tpm_name_bytes(&chain->rk.name), 0,
			"it names another result key" },
		{ CHALLENGE_CHECKPOINT_SIZE, bytes_of(NULL, 0),
			chain->checkpoint_size, "it is of another checkpoint" },
		{ CHALLENGE_CHECKPOINT_ROOT, bytes_of(root->byte, SHA256_SIZE),
			0, "it is of another checkpoint" },
	};
	const refusal refused = statement_says(text, chain->rehearsal, value,
		sizeof(value) / sizeof(value[0]));
	return refused != NULL ? refused : check_nonces(chain, text);
}

refusal verify_challenge(struct chain *chain)
{
	struct text text;
	struct bytes whole = evidence_find(chain, MEMBER_CHALLENGE);
	refusal refused = statement_decode(STATEMENT_CHALLENGE, whole, &text);
	if (refused != NULL)
		return refused;
	chain->challenge = sha256(whole);
	chain->result_digest = text_digest(&text, CHALLENGE_RESULT);
	chain->headers_root = text_digest(&text, CHALLENGE_HEADERS);
	chain->revocation = text_number(&text, CHALLENGE_REVOCATION);
	return chain_is_now(chain) ? check_now(chain, &text)
				   : check_closing(chain, &text);
}

static bool has_nonce(const struct text *challenge, struct bytes auditor,
	const struct digest *nonce)
{
	struct text_values lines = text_values(challenge, CHALLENGE_NONCE);
	while (text_next(&lines)) {
		struct statement_nonce line;
		if (statement_nonce_decode(lines.value, &line) == NULL &&
			bytes_equal(line.auditor, auditor) &&
			digest_equal(&line.nonce, nonce))
			return true;
	}
	return false;
}

refusal verify_nonce(struct chain *chain)
{
	struct text nonce, challenge;
	refusal refused = statement_decode(
		STATEMENT_NONCE, chain->evidence->nonce, &nonce);
	if (refused == NULL)
		refused = statement_decode(STATEMENT_CHALLENGE,
			evidence_find(chain, MEMBER_CHALLENGE), &challenge);
	if (refused != NULL)
		return refused;
	struct digest digest = text_digest(&nonce, NONCE_NONCE);
	return has_nonce(&challenge, text_value(&nonce, NONCE_AUDITOR), &digest)
		       ? NULL
		       : "your nonce is not in it: this evidence was made "
			 "before, or for somebody else";
}

refusal verify_quote(struct chain *chain)
{
	struct attestation attestation;
	struct quote quote;
	struct bytes attest = evidence_find(chain, MEMBER_QUOTE);
	refusal refused = chain_attestation(attest,
		evidence_find(chain, MEMBER_QUOTE_SIGNATURE), &attestation);
	if (refused == NULL)
		refused = quote_verify(&chain->ak, &attestation,
			bytes_of(chain->challenge.byte, SHA256_SIZE),
			QUOTE_MASK, &quote);
	if (refused != NULL)
		return refused;
	chain->quote = sha256(attest);
	chain->quoted = quote.pcr_mask;
	chain->quoted_digest = quote.pcr_digest;
	chain->clock = quote.head.clock;
	return NULL;
}

static bool is_quoted(const struct chain *chain, const struct pcr_set *pcrs)
{
	struct digest digest = pcr_set_digest(pcrs);
	return digest_equal(&digest, &chain->quoted_digest);
}

/* PCR 14 of a courier boot. */
static struct digest airlock_value(void)
{
	const struct digest zero = { { 0 } };
	const struct digest event =
		sha256(bytes_of_text("sandoq courier boot"));
	const struct bytes part[] = {
		bytes_of(zero.byte, SHA256_SIZE),
		bytes_of(event.byte, SHA256_SIZE),
	};
	return sha256_parts(part, 2);
}

/* What the log leads to, in a boot of either kind. */
static refusal replay(struct chain *chain)
{
	struct pcr_set *pcrs = &chain->pcrs;
	refusal refused =
		eventlog_replay(evidence_find(chain, MEMBER_EVENT_LOG), pcrs);
	if (refused != NULL)
		return refused;
	pcrs->mask = chain->quoted;
	if (is_quoted(chain, pcrs))
		return NULL;
	pcrs->value[PCR_AIRLOCK] = airlock_value();
	return is_quoted(chain, pcrs)
		       ? NULL
		       : "the event log does not lead to the PCRs that the "
			 "TPM quoted";
}

/* Software that the operators approved before or later than what counts. */
static refusal name_software(struct chain *chain)
{
	const struct chain_software *in_force = chain->in_force;
	for (size_t i = chain->software_count; i-- > 0;) {
		const struct chain_software *other = &chain->software[i];
		if (pcr_set_differences(&other->boot.pcrs, &chain->pcrs) != 0)
			continue;
		if (other < in_force)
			return refuse(chain,
				"the software that ran is no longer approved: "
				"journal entry %" PRIu64
				" approved other software",
				in_force->entry);
		return refuse(chain,
			"the software that ran was approved later, by journal "
			"entry %" PRIu64,
			other->entry);
	}
	return NULL;
}

static refusal name_pcr(struct chain *chain, unsigned pcr)
{
	char is[2 * SHA256_SIZE + 1] = { 0 }, wanted[sizeof(is)] = { 0 };
	struct writer first = writer_of(is, sizeof(is));
	struct writer second = writer_of(wanted, sizeof(wanted));
	write_hex(&first, bytes_of(chain->pcrs.value[pcr].byte, SHA256_SIZE));
	write_hex(&second, bytes_of(chain->in_force->boot.pcrs.value[pcr].byte,
				   SHA256_SIZE));
	return refuse(chain,
		"PCR %u differs from the approved boot: it is %s, approved is "
		"%s",
		pcr, is, wanted);
}

refusal verify_pcrs(struct chain *chain)
{
	refusal refused = replay(chain);
	if (refused != NULL)
		return refused;
	uint32_t differ =
		pcr_set_differences(&chain->in_force->boot.pcrs, &chain->pcrs);
	refused = differ != 0 ? name_software(chain) : NULL;
	if (refused != NULL)
		return refused;
	for (unsigned pcr = 0; pcr < PCR_COUNT; pcr++)
		if ((differ >> pcr & 1) != 0)
			return name_pcr(chain, pcr);
	if (!chain_is_now(chain) && !is_zero(&chain->pcrs.value[PCR_AIRLOCK]))
		return "PCR 14 is not zero: the result was closed in a boot "
		       "that let media in";
	if (chain->revocation > chain->in_force->boot.epoch)
		return refuse(chain,
			"the approval of this software was revoked: the "
			"revocation counter is %" PRIu64 ", it allows %" PRIu64,
			chain->revocation, chain->in_force->boot.epoch);
	return NULL;
}

refusal verify_event_log(struct chain *chain)
{
	struct boot_profile profile = *chain->evidence->profile;
	boot_profile_set_image(&profile, &chain->in_force->image);
	struct event_verdict verdict =
		eventlog_compare(evidence_find(chain, MEMBER_EVENT_LOG),
			BOOT_PROFILE_MASK, profile.event, profile.count);
	if (verdict.difference == EVENTS_EQUAL)
		return NULL;
	if (verdict.difference == EVENT_MALFORMED)
		return verdict.why;
	return refuse(chain, "%s: event %zu, PCR %u, type 0x%X", verdict.why,
		verdict.at, verdict.event.pcr, verdict.event.type);
}
