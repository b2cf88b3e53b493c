/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The result: its head is signed by the result key and bound to this chain, its
 * stations' parts make up the head, and every box of the journal is counted or
 * void. It counts no votes again; a recount does.
 */
#include "appliance/formats/crypto.h"
#include "appliance/formats/note.h"
#include "appliance/record/members.h"
#include "appliance/verify/checks.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static refusal signed_by_result_key(
	const struct chain *chain, const struct note *note)
{
	struct note_key key;
	refusal refused = note_key_of("result", &chain->rk.key, &key);
	if (refused == NULL && note->signature_count != 1)
		refused = "a result carries exactly one signature";
	return refused != NULL ? refused : note_verify(note, &key);
}

refusal verify_result_note(struct chain *chain)
{
	struct note note;
	refusal refused = note_parse(
		archive_find(chain->evidence->sent, MEMBER_RESULT), &note);
	if (refused == NULL)
		refused = signed_by_result_key(chain, &note);
	if (refused != NULL)
		return refused;
	struct digest digest = sha256(note.text);
	chain->result_text = note.text;
	return digest_equal(&digest, &chain->result_digest)
		       ? NULL
		       : "it is not the result that the auditors approved";
}

static refusal check_binding(const struct chain *chain)
{
	const struct result_binding *binding = &chain->result.binding;
	if (!tpm_name_equal(&binding->ak, &chain->machine.ak) ||
		!tpm_name_equal(&binding->bk, &chain->bk.name) ||
		!tpm_name_equal(&binding->rk, &chain->rk.name))
		return "it is bound to other keys";
	if (binding->checkpoint_size != chain->checkpoint_size ||
		!digest_equal(
			&binding->checkpoint_root, &chain->checkpoint_root))
		return "it is bound to another checkpoint";
	if (binding->phase != chain->terms.phase + state_phases(STATE_CLOSED))
		return "it is bound to another phase";
	return binding->revocation == chain->revocation
		       ? NULL
		       : "it has another revocation counter than the challenge";
}

/* A counted box must be one that a station signed, as the result says. */
static refusal check_counted(
	struct chain *chain, const struct result_box *counted)
{
	struct box box;
	const struct bytes note = chain_box_note(chain, counted->entry);
	const struct box_terms terms = chain_box_terms(chain);
	if (note.size == 0)
		return refuse(chain, "box %04" PRIu64 " is not in the journal",
			counted->entry);
	refusal refused = box_note_check(&terms, note, &box);
	if (refused != NULL)
		return refuse(chain, "box %04" PRIu64 ": %s", counted->entry,
			refused);
	if (box.station != counted->station ||
		box.sequence != counted->sequence ||
		!digest_equal(&box.digest, &counted->sealed))
		return refuse(chain,
			"box %04" PRIu64 " is another one than was counted",
			counted->entry);
	if (terms.plan->recipients > 0 &&
		chain_header(chain, counted->entry).size == 0)
		return refuse(chain,
			"box %04" PRIu64
			" was counted, and the machine made no header for it",
			counted->entry);
	return NULL;
}

/*
 * A box of the journal is whole, as everybody can see. So it is void by what is
 * in it, which whoever recounts sees by its header, or as the machine says that
 * its key does not open it.
 */
static refusal check_void(struct chain *chain, const struct result_void *voided)
{
	const bool header = chain_header(chain, voided->entry).size > 0;
	if (chain->evidence->definition->plan.recipients == 0)
		return NULL;
	if (result_is_unopened(voided))
		return header ? refuse(chain,
					"box %04" PRIu64
					" has a header, and is said not to "
					"have opened",
					voided->entry)
			      : NULL;
	return header ? NULL
		      : refuse(chain,
				"box %04" PRIu64
				" is void by what is in it, and the machine "
				"made no header for it",
				voided->entry);
}

/* Of leaves: result_parse() found every entry below the checkpoint's size. */
static void mark_accounted(const struct result *result, bool *accounted)
{
	for (size_t i = 0; i < result->boxes; i++)
		accounted[result->box[i].entry] = true;
	for (size_t i = 0; i < result->voids; i++)
		accounted[result->voided[i].entry] = true;
}

static refusal find_unaccounted(struct chain *chain, const bool *accounted)
{
	struct journal_header header;
	struct leaves leaves = leaves_of(chain);
	while (leaves_next(&leaves, &header))
		if (header.type == ENTRY_BOX &&
			(leaves.leaf >= chain->checkpoint_size ||
				!accounted[leaves.leaf]))
			return refuse(chain,
				"box %04" PRIu64 " is neither counted nor void",
				leaves.leaf);
	return NULL;
}

/* Every box of the journal is in the result: counted, or void with a reason. */
static refusal check_all_boxes(struct chain *chain)
{
	bool *accounted = calloc((size_t)chain->checkpoint_size + 1, 1);
	if (accounted == NULL)
		return "no memory is left";
	mark_accounted(&chain->result, accounted);
	const refusal refused = find_unaccounted(chain, accounted);
	free(accounted);
	return refused;
}

/* The stations' parts, in pieces, as the archive has them. */
struct sent_pieces {
	const struct archive *sent;
	size_t next;
};

static refusal next_piece(void *context, struct bytes *piece)
{
	struct sent_pieces *pieces = context;
	char name[MEMBER_NAME_SIZE];
	member_piece(pieces->next++, name);
	*piece = archive_find(pieces->sent, name);
	return NULL;
}

static refusal parse(struct chain *chain, size_t *line)
{
	struct sent_pieces pieces = { .sent = chain->evidence->sent };
	const struct result_source source = { &pieces, next_piece };
	return result_parse(&chain->result, &chain->evidence->definition->plan,
		chain->result_text, &source, line);
}

refusal verify_result(struct chain *chain)
{
	size_t line = 0;
	refusal refused = parse(chain, &line);
	chain->has_result = true;
	if (refused != NULL)
		return refuse(chain, "line %zu: %s", line, refused);
	refused = check_binding(chain);
	for (size_t i = 0; i < chain->result.boxes && refused == NULL; i++)
		refused = check_counted(chain, &chain->result.box[i]);
	for (size_t i = 0; i < chain->result.voids && refused == NULL; i++)
		refused = check_void(chain, &chain->result.voided[i]);
	return refused != NULL ? refused : check_all_boxes(chain);
}
