/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The approvals of software, of opening and of release: each one is signed by
 * a member, says what the chain established, and the TPM would accept it. It
 * judges notes that the machine sent and asks no TPM.
 */
#include "appliance/formats/crypto.h"
#include "appliance/record/members.h"
#include "appliance/verify/checks.h"
#include "appliance/verify/values.h"

#include <stdio.h>
#include <string.h>

/*
 * Approvals of one kind: who may give them, what they must say, and over what
 * the TPM demands the authorization in them.
 */
struct approving {
	enum statement_kind kind;
	const char *stem; /* of the members' names */
	const struct roster *roster;
	const struct quorum *quorum;
	struct approval_scope scope;
	const struct digest *cp_hash; /* NULL: unbound */
	size_t authorization;
	/* What the texts say. */
	const struct statement_value *value;
	size_t count;
};

static refusal read_authorization(
	const struct text *text, size_t field, struct p256_signature *out)
{
	uint8_t der[P256_DER_MOST];
	struct writer writer = writer_of(der, sizeof(der));
	text_bytes(text, field, &writer);
	return p256_signature_from_der(written(&writer), out);
}

/* One note; `statement` has it afterwards. */
static refusal read_approval(const struct approving *approving,
	struct bytes note, struct statement *statement,
	struct approvals *approvals)
{
	size_t member;
	refusal refused = statement_open(approving->kind, note, statement);
	if (refused == NULL)
		refused = statement_signed_by_one(
			statement, approving->roster, &member);
	if (refused == NULL)
		refused = statement_says(&statement->text,
			approving->scope.rehearsal, approving->value,
			approving->count);
	if (refused != NULL)
		return refused;
	struct approval *approval = &approvals->list[approvals->count];
	*approval = (struct approval){
		.member = (uint16_t)member,
		.bound = approving->cp_hash != NULL,
	};
	refused = read_authorization(&statement->text, approving->authorization,
		&approval->signature);
	if (refused == NULL)
		refused = approval_check(approving->quorum, &approving->scope,
			approving->cp_hash, approval);
	if (refused == NULL)
		approvals->count++;
	return refused;
}

static refusal refuse_approval(
	struct chain *chain, const char *stem, size_t number, refusal why)
{
	char name[MEMBER_NAME_SIZE];
	member_numbered(stem, number, name);
	return refuse(chain, "%s: %s", name, why);
}

/* All that the machine sent; bit m of `*signed_by` for each member m. */
static refusal read_approvals(struct chain *chain,
	const struct approving *approving, uint16_t *signed_by)
{
	struct approvals approvals = { 0 };
	struct statement statement;
	for (size_t n = 1; n <= QUORUM_MOST; n++) {
		struct bytes note = archive_numbered(
			chain->evidence->sent, approving->stem, n);
		if (note.size == 0)
			break;
		refusal refused =
			read_approval(approving, note, &statement, &approvals);
		if (refused != NULL)
			return refuse_approval(
				chain, approving->stem, n, refused);
		*signed_by = (uint16_t)(*signed_by |
					1u << approvals.list[n - 1].member);
	}
	return approvals_check(approving->quorum, &approving->scope,
		approving->cp_hash, &approvals);
}

static refusal read_pcrs(const struct text *text, struct pcr_set *out)
{
	struct text_values lines = text_values(text, BOOT_PCR);
	*out = (struct pcr_set){ 0 };
	while (text_next(&lines)) {
		struct statement_pcr pcr;
		refusal refused = statement_pcr_decode(lines.value, &pcr);
		if (refused != NULL)
			return refused;
		out->mask |= UINT32_C(1) << pcr.index;
		out->value[pcr.index] = pcr.value;
	}
	return NULL;
}

/* What the first approval approves; the others must say the same. */
static refusal read_boot(const struct chain *chain, const char *stem,
	struct chain_software *out, struct statement *statement)
{
	refusal refused = statement_open(STATEMENT_BOOT_APPROVAL,
		archive_numbered(chain->evidence->sent, stem, 1), statement);
	if (refused != NULL)
		return refused;
	out->boot.epoch = text_number(&statement->text, BOOT_REVOCATION);
	out->image = text_digest(&statement->text, BOOT_IMAGE);
	refused = read_pcrs(&statement->text, &out->boot.pcrs);
	if (refused == NULL)
		refused = boot_policy_check(&out->boot);
	if (refused == NULL && out->boot.pcrs.mask != BOOT_PROFILE_MASK)
		refused = "it binds other PCRs than 0, 2, 3, 4, 7, 8 and 9";
	return refused;
}

void boot_values(const struct boot_terms *terms,
	struct statement_value value[BOOT_VALUES])
{
	const struct statement_value list[BOOT_VALUES] = {
		{ BOOT_MACHINE, terms->serial, 0,
			"it is for a machine with another serial" },
		{ BOOT_MEANING,
			bytes_of_text(
				statement_meaning(STATEMENT_BOOT_APPROVAL)),
			0, "it has another meaning" },
		{ BOOT_AK, tpm_name_bytes(&terms->machine->ak), 0,
			"it is for another machine" },
		{ BOOT_AUTHORITY, bytes_of(terms->authority->byte, SHA256_SIZE),
			0, "it is for the machine of another authority" },
		{ BOOT_IMAGE, bytes_of(terms->image->byte, SHA256_SIZE), 0,
			"it approves another image" },
		{ BOOT_REVOCATION, bytes_of(NULL, 0), terms->boot->epoch,
			"it approves another revocation epoch" },
		{ BOOT_POLICY, bytes_of(terms->policy.byte, SHA256_SIZE), 0,
			"its policy is not that of the PCRs in it" },
		{ BOOT_INDEX, tpm_name_bytes(&terms->index), 0,
			"it is for another index" },
		{ BOOT_CPHASH, bytes_of(terms->cp_hash.byte, SHA256_SIZE), 0,
			"it is not bound to the write of this policy" },
		{ BOOT_CREDENTIAL,
			bytes_of(terms->credential.byte, SHA256_SIZE), 0,
			"it names a credential, as only the approvals of an "
			"enrolment do" },
	};
	memcpy(value, list, sizeof(list));
}

void boot_terms_of(struct boot_terms *terms, bool written)
{
	uint8_t content[TPM_NAME_SIZE];
	struct nv_names names = machine_nv_names(terms->machine);
	boot_policy_value(terms->boot, &names, content);
	memcpy(terms->policy.byte, content + 2, SHA256_SIZE);
	terms->index =
		written ? names.name[NV_A]
			: machine_nv_name_unwritten(terms->machine, NV_A);
	terms->cp_hash =
		boot_approval_cp_hash(terms->machine, terms->boot, written);
}

/* Was it made for the index as it is after its first write? */
static bool is_for_written(
	const struct chain *chain, const struct statement *approval)
{
	const struct tpm_name index = text_name(&approval->text, BOOT_INDEX);
	return tpm_name_equal(&index, &chain->indices.name[NV_A]);
}

/* Approvals of one boot state, which meet the operators' quorum. */
static refusal read_software(
	struct chain *chain, const char *stem, struct chain_software *out)
{
	struct statement first;
	struct statement_value value[BOOT_VALUES];
	refusal refused = read_boot(chain, stem, out, &first);
	if (refused != NULL)
		return refuse_approval(chain, stem, 1, refused);
	struct boot_terms terms = {
		.serial = chain->serial,
		.machine = &chain->machine,
		.authority = &chain->authority,
		.boot = &out->boot,
		.image = &out->image,
	};
	boot_terms_of(&terms, is_for_written(chain, &first));
	boot_values(&terms, value);
	const struct approving approving = {
		.kind = STATEMENT_BOOT_APPROVAL,
		.stem = stem,
		.roster = &chain->operator_roster,
		.quorum = &chain->machine.operators,
		.scope = machine_scope(&chain->machine, APPROVE_BOOT),
		.cp_hash = &terms.cp_hash,
		.authorization = BOOT_AUTHORIZATION,
		.value = value,
		/* The enrolment's name one each: verify_activation(). */
		.count = out->entry == 0 ? BOOT_VALUES - 1 : BOOT_VALUES,
	};
	return read_approvals(chain, &approving, &out->approved_by);
}

static refusal add_software(
	struct chain *chain, const char *stem, uint64_t entry)
{
	struct chain_software *out = &chain->software[chain->software_count];
	if (chain->software_count == SOFTWARE_MOST)
		return "there is more software than anybody approves";
	out->entry = entry;
	refusal refused = read_software(chain, stem, out);
	if (refused == NULL)
		chain->software_count++;
	return refused;
}

/* Places in chain->software: the last one before sealing, and closing. */
struct software_at {
	size_t sealed;
	size_t closed;
	bool is_closed;
	size_t released;
	bool is_released;
};

/* One header, in the journal's order. */
static refusal follow_software(struct chain *chain,
	const struct journal_header *header, struct software_at *at)
{
	char stem[MEMBER_NAME_SIZE];
	switch (header->type) {
	case ENTRY_SOFTWARE:
		member_of_entry(ENTRY_SOFTWARE, header->entry,
			bytes_of_text(MEMBER_APPROVAL), stem);
		return add_software(chain, stem, header->entry);
	case ENTRY_SEALED:
		at->sealed = chain->software_count - 1;
		at->is_closed = at->is_released = false;
		return NULL;
	case ENTRY_CLOSED:
		at->closed = chain->software_count - 1;
		at->is_closed = true;
		return NULL;
	case ENTRY_RELEASED:
		at->released = chain->software_count - 1;
		at->is_released = true;
		return NULL;
	default:
		return NULL;
	}
}

/* Headers that make no sense are for the journal's own check to refuse. */
static refusal follow_journal(struct chain *chain, struct software_at *at)
{
	struct cursor rest =
		cursor_of(archive_find(chain->evidence->sent, MEMBER_ENTRIES));
	refusal refused = NULL;
	while (refused == NULL && rest.rest.size >= JOURNAL_HEADER_SIZE) {
		struct journal_header header;
		struct bytes bytes = cursor_take(&rest, JOURNAL_HEADER_SIZE);
		if (journal_header_decode(bytes.data, &header) != NULL)
			return NULL;
		refused = follow_software(chain, &header, at);
	}
	return refused;
}

refusal verify_boot_approvals(struct chain *chain)
{
	const struct definition *definition = chain->evidence->definition;
	struct software_at at = { .sealed = 0 };
	refusal refused = add_software(chain, MEMBER_APPROVAL, 0);
	if (refused == NULL)
		refused = follow_journal(chain, &at);
	if (refused != NULL)
		return refused;
	chain->in_force = &chain->software[at.is_closed && !chain_is_now(chain)
						   ? at.closed
						   : chain->software_count - 1];
	chain->signing = at.is_released ? &chain->software[at.released] : NULL;
	return definition == NULL ||
			       digest_equal(&chain->software[at.sealed].image,
				       &definition->image)
		       ? NULL
		       : "the operators approved another image than the "
			 "definition";
}

void open_values(
	const struct chain *chain, struct statement_value value[OPEN_VALUES])
{
	const struct election_terms *terms = &chain->terms;
	const struct statement_value list[OPEN_VALUES] = {
		{ OPEN_ELECTION,
			bytes_of_text(chain->evidence->definition->plan.id), 0,
			"it is for another election" },
		{ OPEN_MACHINE, chain->serial, 0,
			"it is for a machine with another serial" },
		{ OPEN_MEANING,
			bytes_of_text(statement_meaning(STATEMENT_OPEN)), 0,
			"it has another meaning" },
		{ OPEN_DEFINITION,
			bytes_of(terms->definition.byte, SHA256_SIZE), 0,
			"it is for another definition" },
		{ OPEN_AK, tpm_name_bytes(&terms->ak), 0,
			"it is for another machine" },
		{ OPEN_BK, tpm_name_bytes(&chain->bk.name), 0,
			"it is for another box key" },
		{ OPEN_CHECKPOINT_SIZE, bytes_of(NULL, 0),
			chain->checkpoint_size,
			"it is for another checkpoint" },
		{ OPEN_CHECKPOINT_ROOT,
			bytes_of(chain->checkpoint_root.byte, SHA256_SIZE), 0,
			"it is for another checkpoint" },
		{ OPEN_PHASE, bytes_of(NULL, 0),
			terms->phase + state_phases(STATE_OPEN),
			"it is for another phase" },
	};
	memcpy(value, list, sizeof(list));
}

refusal verify_open_approvals(struct chain *chain)
{
	struct statement_value value[OPEN_VALUES];
	const struct plan *plan = &chain->evidence->definition->plan;
	if (chain->fold.last[ENTRY_OPEN] == UINT64_MAX)
		return "the boxes have not been opened yet";
	open_values(chain, value);
	const struct approving approving = {
		.kind = STATEMENT_OPEN,
		.stem = MEMBERS_OPEN MEMBER_APPROVAL,
		.roster = &plan->roster[OFFICERS],
		.quorum = &chain->terms.officers,
		.scope = election_scope(&chain->terms, APPROVE_OPEN),
		.authorization = OPEN_AUTHORIZATION,
		.value = value,
		.count = OPEN_VALUES,
	};
	return read_approvals(chain, &approving, &chain->opened_by);
}

struct digest release_cp_hash(const struct chain *chain)
{
	return cp_hash_sign(&chain->rk.name, &chain->result_digest);
}

void release_values(const struct chain *chain, const struct digest *cp_hash,
	struct statement_value value[RELEASE_VALUES])
{
	const struct election_terms *terms = &chain->terms;
	const struct statement_value list[RELEASE_VALUES] = {
		{ RELEASE_ELECTION,
			bytes_of_text(chain->evidence->definition->plan.id), 0,
			"it is for another election" },
		{ RELEASE_MACHINE, chain->serial, 0,
			"it is for a machine with another serial" },
		{ RELEASE_MEANING,
			bytes_of_text(statement_meaning(STATEMENT_RELEASE)), 0,
			"it has another meaning" },
		{ RELEASE_DEFINITION,
			bytes_of(terms->definition.byte, SHA256_SIZE), 0,
			"it is for another definition" },
		{ RELEASE_AK, tpm_name_bytes(&terms->ak), 0,
			"it is for another machine" },
		{ RELEASE_RK, tpm_name_bytes(&chain->rk.name), 0,
			"it is for another result key" },
		{ RELEASE_CHECKPOINT_SIZE, bytes_of(NULL, 0),
			chain->checkpoint_size,
			"it is for another checkpoint" },
		{ RELEASE_CHECKPOINT_ROOT,
			bytes_of(chain->checkpoint_root.byte, SHA256_SIZE), 0,
			"it is for another checkpoint" },
		{ RELEASE_RESULT,
			bytes_of(chain->result_digest.byte, SHA256_SIZE), 0,
			"it is for another result" },
		{ RELEASE_CHALLENGE,
			bytes_of(chain->challenge.byte, SHA256_SIZE), 0,
			"it is for another challenge" },
		{ RELEASE_QUOTE, bytes_of(chain->quote.byte, SHA256_SIZE), 0,
			"it is for another quote" },
		{ RELEASE_CPHASH, bytes_of(cp_hash->byte, SHA256_SIZE), 0,
			"it is not bound to the signing of this result" },
	};
	memcpy(value, list, sizeof(list));
}

refusal verify_release_approvals(struct chain *chain)
{
	struct statement_value value[RELEASE_VALUES];
	const struct plan *plan = &chain->evidence->definition->plan;
	struct digest cp_hash = release_cp_hash(chain);
	release_values(chain, &cp_hash, value);
	const struct approving approving = {
		.kind = STATEMENT_RELEASE,
		.stem = MEMBERS_RELEASE MEMBER_APPROVAL,
		.roster = &plan->roster[AUDITORS],
		.quorum = &chain->terms.auditors,
		.scope = election_scope(&chain->terms, APPROVE_RELEASE),
		.cp_hash = &cp_hash,
		.authorization = RELEASE_AUTHORIZATION,
		.value = value,
		.count = RELEASE_VALUES,
	};
	return read_approvals(chain, &approving, &chain->released_by);
}
