/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The definition that the verifier trusts, and the two keys that the TPM made
 * for it alone. It may not take the definition that the machine sent.
 */
#include "appliance/formats/crypto.h"
#include "appliance/record/members.h"
#include "appliance/verify/checks.h"
#include "appliance/verify/values.h"

#include <stdio.h>
#include <string.h>

static const struct plan *plan_of(const struct chain *chain)
{
	return &chain->evidence->definition->plan;
}

refusal verify_definition(struct chain *chain)
{
	const struct evidence *evidence = chain->evidence;
	const struct plan *plan = plan_of(chain);
	struct bytes sent = archive_find(evidence->sent, MEMBER_DEFINITION);
	chain->rehearsal = plan->rehearsal;
	chain->terms = (struct election_terms){
		.definition = plan->definition,
		.rehearsal = plan->rehearsal,
	};
	if (!bytes_equal(sent, evidence->definition_file))
		return "the machine has another definition than yours";
	chain->terms.officers = plan->roster[OFFICERS].quorum;
	chain->terms.auditors = plan->roster[AUDITORS].quorum;
	refusal refused = quorum_check(&chain->terms.officers);
	return refused != NULL ? refused : quorum_check(&chain->terms.auditors);
}

refusal verify_definition_note(struct chain *chain)
{
	const struct plan *plan = plan_of(chain);
	const struct statement_value value[] = {
		{ DEFINITION_ELECTION, bytes_of_text(plan->id), 0,
			"it is of another election" },
		{ DEFINITION_DIGEST,
			bytes_of(plan->definition.byte, SHA256_SIZE), 0,
			"it is of another definition" },
	};
	struct statement statement;
	refusal refused = statement_open(STATEMENT_DEFINITION,
		archive_find(chain->evidence->sent, MEMBER_DEFINITION_NOTE),
		&statement);
	if (refused == NULL)
		refused = statement_says(
			&statement.text, plan->rehearsal, value, 2);
	if (refused == NULL)
		refused = statement_signed_by_quorum(
			&statement, &plan->roster[AUTHORITY], NULL);
	return refused;
}

static struct bytes sent(const struct chain *chain, const char *name)
{
	return archive_find(chain->evidence->sent, name);
}

static refusal attestation_of(
	struct bytes attest, struct bytes signature, struct attestation *out)
{
	if (attest.size == 0 || attest.size > ATTEST_MOST)
		return "there is no attestation, or it is too long";
	memcpy(out->attest, attest.data, attest.size);
	out->size = attest.size;
	return tpm_signature_decode(signature, &out->signature);
}

/* That the key with this public area was made in this TPM for this election. */
static refusal verify_creation(struct chain *chain,
	const struct key_members *names, struct chain_key *out)
{
	struct attestation attestation;
	struct creation_data data;
	struct bytes attest = sent(chain, names->attest);
	refusal refused = attestation_of(
		attest, sent(chain, names->signature), &attestation);
	if (refused != NULL)
		return refused;
	out->creation = sha256(attest);
	return creation_verify(&chain->ak, &attestation,
		sent(chain, names->creation), &out->name, &chain->srk,
		&chain->terms.definition, BOOT_PROFILE_MASK, &data);
}

/* The phase that the machine says the keys were made in. */
static bool read_phase(const struct chain *chain, uint64_t *out)
{
	struct cursor phase =
		cursor_of(archive_find(chain->evidence->sent, MEMBER_PHASE));
	*out = cursor_u64(&phase);
	return cursor_done(&phase);
}

refusal verify_box_key(struct chain *chain)
{
	struct election_terms *terms = &chain->terms;
	struct bytes area = sent(chain, bk_members.public_area);
	terms->ak = chain->machine.ak;
	terms->nv = chain->indices;
	if (!read_phase(chain, &terms->phase))
		return "the machine does not say in which phase it was made";
	chain->bk.name = public_name(area);
	chain->bk.policy = bk_policy(terms);
	refusal refused = bk_check(terms, area, &chain->bk.key);
	return refused != NULL
		       ? refused
		       : verify_creation(chain, &bk_members, &chain->bk);
}

refusal verify_result_key(struct chain *chain)
{
	struct bytes area = sent(chain, rk_members.public_area);
	chain->rk.name = public_name(area);
	chain->rk.policy = rk_policy(&chain->terms);
	refusal refused = rk_check(&chain->terms, area, &chain->rk.key);
	return refused != NULL
		       ? refused
		       : verify_creation(chain, &rk_members, &chain->rk);
}

static struct bytes view(const struct digest *digest)
{
	return bytes_of(digest->byte, SHA256_SIZE);
}

void election_keys_values(const struct chain *chain,
	struct statement_value value[ELECTION_KEYS_VALUES])
{
	const struct chain_key *bk = &chain->bk, *rk = &chain->rk;
	const struct statement_value list[ELECTION_KEYS_VALUES] = {
		{ ELECTION_KEYS_ELECTION, bytes_of_text(plan_of(chain)->id), 0,
			"it is of another election" },
		{ ELECTION_KEYS_DEFINITION, view(&chain->terms.definition), 0,
			"it is of another definition" },
		{ ELECTION_KEYS_ENROLMENT, view(&chain->enrolment), 0,
			"it is of another enrolment" },
		{ ELECTION_KEYS_AK, tpm_name_bytes(&chain->machine.ak), 0,
			"it names the attestation key of another TPM" },
		{ ELECTION_KEYS_BK, tpm_name_bytes(&bk->name), 0,
			"it names another box key" },
		{ ELECTION_KEYS_RK, tpm_name_bytes(&rk->name), 0,
			"it names another result key" },
		{ ELECTION_KEYS_BK_POLICY, view(&bk->policy), 0,
			"it names another policy of the box key" },
		{ ELECTION_KEYS_RK_POLICY, view(&rk->policy), 0,
			"it names another policy of the result key" },
		{ ELECTION_KEYS_BK_CREATION, view(&bk->creation), 0,
			"it names another creation of the box key" },
		{ ELECTION_KEYS_RK_CREATION, view(&rk->creation), 0,
			"it names another creation of the result key" },
		{ ELECTION_KEYS_PHASE, bytes_of(NULL, 0), chain->terms.phase,
			"it names another phase" },
	};
	memcpy(value, list, sizeof(list));
}

refusal verify_election_keys(struct chain *chain)
{
	struct statement statement;
	struct statement_value value[ELECTION_KEYS_VALUES];
	refusal refused = statement_open(STATEMENT_ELECTION_KEYS,
		archive_find(chain->evidence->sent, MEMBER_ELECTION_KEYS),
		&statement);
	election_keys_values(chain, value);
	if (refused == NULL)
		refused = statement_says(&statement.text, chain->rehearsal,
			value, ELECTION_KEYS_VALUES);
	if (refused == NULL)
		refused = statement_signed_by_quorum(
			&statement, &plan_of(chain)->roster[AUTHORITY], NULL);
	return refused;
}
