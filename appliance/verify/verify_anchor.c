/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal's history: the TPM certified its anchor J, and the headers lead
 * to it. J is over every entry before the one that holds the certificate, or,
 * of the certificate that was made for this outbox, over all of them. Who made
 * which entry is for the other checks.
 */
#include "appliance/election/statement.h"
#include "appliance/formats/crypto.h"
#include "appliance/record/members.h"
#include "appliance/verify/checks.h"

#include <inttypes.h>
#include <stdio.h>

/* Headers of entries that were written when this election was over. */
static struct bytes later_headers(const struct chain *chain)
{
	return archive_find(chain->evidence->sent, MEMBER_LATER);
}

static refusal fold_later(const struct chain *chain, struct journal_fold *fold)
{
	struct cursor rest = cursor_of(later_headers(chain));
	refusal refused = NULL;
	while (refused == NULL && rest.rest.size > 0) {
		const struct bytes header =
			cursor_take(&rest, JOURNAL_HEADER_SIZE);
		refused = rest.broken ? "a later entry is cut off"
				      : journal_fold_next(fold, header.data);
	}
	return refused;
}

/* The fold over the first of the entries, or over all, later ones too. */
static refusal fold_first(
	const struct chain *chain, uint64_t entries, struct journal_fold *out)
{
	const bool all = entries > chain->fold.entries;
	const size_t size = (size_t)entries * JOURNAL_HEADER_SIZE;
	refusal refused = journal_fold_headers(out,
		all ? chain->headers : bytes_of(chain->headers.data, size));
	if (refused == NULL && all)
		refused = fold_later(chain, out);
	if (refused == NULL && out->entries != entries)
		return "the journal has fewer entries than that";
	if (refused == NULL && out->anchored != entries)
		return "no anchored entry is the last of them";
	return refused;
}

static bool is_anchor(const struct journal_fold *fold, struct bytes content)
{
	return bytes_equal(content, bytes_of(fold->anchor.byte, SHA256_SIZE));
}

/* J as the AK certified it is that of the first `entries` of the journal. */
static refusal certified(struct chain *chain, const char *attest,
	const char *signature, const struct digest *qualifying,
	uint64_t entries, struct nv_certificate *out)
{
	const struct archive *sent = chain->evidence->sent;
	struct attestation attestation;
	struct journal_fold fold;
	refusal refused = chain_attestation(archive_find(sent, attest),
		archive_find(sent, signature), &attestation);
	if (refused == NULL)
		refused = nv_certificate_verify(&chain->ak, &attestation,
			bytes_of(qualifying->byte, SHA256_SIZE),
			&chain->indices.name[NV_J], out);
	if (refused == NULL)
		refused = fold_first(chain, entries, &fold);
	if (refused != NULL)
		return refused;
	return is_anchor(&fold, out->content)
		       ? NULL
		       : refuse(chain,
				 "the TPM's anchor is of other entries than "
				 "the first %" PRIu64
				 ": one was left out, added or changed",
				 entries);
}

/* Over a challenge, which says what J is, and of how many entries. */
static refusal certified_challenge(struct chain *chain, const char *folder,
	uint64_t entries, struct nv_certificate *out)
{
	char challenge[MEMBER_NAME_SIZE], attest[MEMBER_NAME_SIZE];
	char signature[MEMBER_NAME_SIZE];
	struct text text;
	snprintf(
		challenge, sizeof(challenge), "%s%s", folder, MEMBER_CHALLENGE);
	snprintf(attest, sizeof(attest), "%s%s", folder, MEMBER_ANCHOR);
	snprintf(signature, sizeof(signature), "%s%s", folder,
		MEMBER_ANCHOR_SIGNATURE);
	const struct bytes whole =
		archive_find(chain->evidence->sent, challenge);
	const struct digest qualifying = sha256(whole);
	refusal refused = statement_decode(STATEMENT_CHALLENGE, whole, &text);
	if (refused != NULL)
		return refused;
	const uint64_t size = text_number(&text, CHALLENGE_JOURNAL_SIZE);
	const struct digest anchor =
		text_digest(&text, CHALLENGE_JOURNAL_ANCHOR);
	if (size != entries)
		return refuse(chain,
			"the challenge is about %" PRIu64
			" entries of the journal, and not about %" PRIu64,
			size, entries);
	refused =
		certified(chain, attest, signature, &qualifying, entries, out);
	if (refused != NULL)
		return refused;
	return bytes_equal(out->content, bytes_of(anchor.byte, SHA256_SIZE))
		       ? NULL
		       : "the challenge names another anchor";
}

refusal verify_closing_anchor(struct chain *chain)
{
	const struct tpm_clock *quoted = &chain->clock;
	struct nv_certificate certificate = { 0 };
	refusal refused = certified_challenge(
		chain, "", chain->fold.last[ENTRY_CLOSED], &certificate);
	if (refused != NULL)
		return refused;
	return certificate.head.clock.reset_count == quoted->reset_count &&
			       certificate.head.clock.restart_count ==
				       quoted->restart_count
		       ? NULL
		       : "it was certified in another boot than the quote's";
}

refusal verify_release_anchor(struct chain *chain)
{
	const struct digest note =
		sha256(archive_find(chain->evidence->sent, MEMBER_RESULT));
	struct nv_certificate certificate;
	return certified(chain, MEMBER_RELEASED, MEMBER_RELEASED_SIGNATURE,
		&note, chain->fold.last[ENTRY_RELEASED], &certificate);
}

refusal verify_present_anchor(struct chain *chain)
{
	struct nv_certificate certificate;
	const uint64_t later = later_headers(chain).size / JOURNAL_HEADER_SIZE;
	return certified_challenge(
		chain, MEMBERS_NOW, chain->fold.entries + later, &certificate);
}
