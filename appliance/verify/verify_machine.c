/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose machine it is: operators, endorsement and attestation key, indices and
 * enrolment. It trusts certificates that the verifier gave, at the day that the
 * operators signed for, and nothing that the machine says of itself.
 */
#include "appliance/formats/crypto.h"
#include "appliance/record/members.h"
#include "appliance/verify/authorities.h"
#include "appliance/verify/checks.h"
#include "appliance/verify/values.h"
#include "tpm/policy/certificate.h"

#include <string.h>

static struct bytes sent(const struct chain *chain, const char *name)
{
	return archive_find(chain->evidence->sent, name);
}

static bool same_roster(const struct roster *a, const struct roster *b)
{
	bool same = quorum_equal(&a->quorum, &b->quorum);
	for (size_t i = 0; same && i < a->quorum.of; i++)
		same = strcmp(a->id[i], b->id[i]) == 0;
	return same;
}

/* Somebody whom the verifier trusts must have named the operators. */
static refusal trust_operators(
	const struct chain *chain, struct bytes operators)
{
	const struct evidence *evidence = chain->evidence;
	if (evidence->definition == NULL && evidence->operators.size == 0)
		return "nothing that you trust names the operators; give the "
		       "definition or the operators text";
	if (evidence->operators.size > 0 &&
		!bytes_equal(evidence->operators, operators))
		return "the machine has another operators text than yours";
	if (evidence->definition != NULL &&
		!same_roster(&chain->operator_roster,
			&evidence->definition->plan.roster[OPERATORS]))
		return "the machine's operators are not the definition's";
	return NULL;
}

refusal verify_operators(struct chain *chain)
{
	struct text text;
	struct bytes operators = sent(chain, MEMBER_OPERATORS);
	/* A blank machine has none yet. */
	if (operators.size == 0)
		operators = chain->evidence->operators;
	refusal refused =
		statement_decode(STATEMENT_OPERATORS, operators, &text);
	if (refused != NULL)
		return refused;
	refused = statement_operators(&text, &chain->operator_roster);
	if (refused != NULL)
		return refused;
	chain->serial = text_value(&text, OPERATORS_MACHINE);
	chain->operators = sha256(operators);
	chain->machine.operators = chain->operator_roster.quorum;
	refused = quorum_check(&chain->machine.operators);
	return refused != NULL ? refused : trust_operators(chain, operators);
}

/* Somebody whom the verifier trusts may have named the authority. */
static refusal trust_authority(const struct chain *chain, struct bytes text)
{
	const struct evidence *evidence = chain->evidence;
	struct digest named;
	if (evidence->authority.size > 0 &&
		!bytes_equal(evidence->authority, text))
		return "the machine has another authority's text than yours";
	if (evidence->definition == NULL)
		return NULL;
	refusal refused = statement_authority_digest(
		&evidence->definition->plan.roster[AUTHORITY], &named);
	if (refused != NULL)
		return refused;
	return digest_equal(&named, &chain->authority)
		       ? NULL
		       : "the machine was enrolled for another authority than "
			 "the definition's";
}

refusal verify_authority(struct chain *chain)
{
	struct text text;
	struct bytes authority = sent(chain, MEMBER_AUTHORITY);
	/* A blank machine has none yet. */
	if (authority.size == 0)
		authority = chain->evidence->authority;
	if (authority.size == 0)
		return "nothing names the authority that the machine is for; "
		       "give the text that does";
	refusal refused =
		statement_decode(STATEMENT_AUTHORITY, authority, &text);
	if (refused == NULL)
		refused = statement_authority(&text, &chain->authority_roster);
	chain->authority = sha256(authority);
	return refused != NULL ? refused : trust_authority(chain, authority);
}

static struct bytes enrolment_of(const struct chain *chain)
{
	const struct bytes given = chain->evidence->enrolment;
	return given.size > 0 ? given : sent(chain, MEMBER_ENROLMENT_NOTE);
}

/*
 * The day that the enrolment note names, when that has a check of its own,
 * which decides whether to believe it; else the verifier's time.
 */
static int64_t judged_at(const struct chain *chain)
{
	struct statement statement;
	return chain->has_enrolment &&
			       statement_open(STATEMENT_ENROLMENT,
				       enrolment_of(chain), &statement) == NULL
		       ? statement_date(&statement.text)
		       : chain->evidence->now;
}

refusal verify_ek(struct chain *chain)
{
	const struct evidence *evidence = chain->evidence;
	const struct definition *definition = evidence->definition;
	struct bytes certificate = sent(chain, MEMBER_EK_CERTIFICATE);
	refusal refused = NULL;
	if (definition != NULL)
		refused = authorities_check(evidence->authorities, definition);
	if (refused == NULL)
		refused =
			ek_certificate_check(certificate, evidence->authorities,
				judged_at(chain), sent(chain, MEMBER_EK));
	if (refused != NULL)
		return refused;
	chain->ek = sha256(certificate);
	if (definition != NULL && !definition->software_tpm &&
		ek_is_software(certificate))
		return "the TPM is a software one, which the definition does "
		       "not allow";
	return NULL;
}

refusal verify_ak(struct chain *chain)
{
	struct digest none;
	struct p256_public srk;
	struct bytes ak_area = sent(chain, MEMBER_AK);
	struct bytes srk_area = sent(chain, MEMBER_SRK);
	refusal refused = key_decode(KEY_AK, ak_area, &none, &chain->ak);
	if (refused == NULL)
		refused = key_decode(KEY_SRK, srk_area, &none, &srk);
	chain->machine.ak = public_name(ak_area);
	chain->srk = public_name(srk_area);
	return refused;
}

refusal verify_indices(struct chain *chain)
{
	chain->indices = machine_nv_names(&chain->machine);
	for (size_t i = 0; i < NV_COUNT; i++) {
		struct tpm_name name = public_name(sent(chain, nv_members[i]));
		if (!tpm_name_equal(&name, &chain->indices.name[i]))
			return refuse(chain,
				"%s is not the index that these operators "
				"and this attestation key must have",
				nv_members[i]);
	}
	return NULL;
}

/* Approval `n` of the enrolment, and what the TPM found in its credential. */
static refusal verify_secret(
	struct chain *chain, size_t n, struct bytes approval)
{
	struct statement statement;
	size_t member;
	refusal refused =
		statement_open(STATEMENT_BOOT_APPROVAL, approval, &statement);
	if (refused == NULL)
		refused = statement_signed_by_one(
			&statement, &chain->operator_roster, &member);
	if (refused != NULL)
		return refused;
	const struct digest found = sha256(
		archive_numbered(chain->evidence->sent, MEMBER_ACTIVATION, n));
	const struct digest said =
		text_digest(&statement.text, BOOT_CREDENTIAL);
	if (!digest_equal(&found, &said))
		return refuse(chain,
			"the machine's TPM did not open the credential that "
			"%s made for it",
			chain->operator_roster.id[member]);
	chain->enrolled_by = (uint16_t)(chain->enrolled_by | 1u << member);
	return NULL;
}

refusal verify_activation(struct chain *chain)
{
	refusal refused = NULL;
	for (size_t n = 1; refused == NULL && n <= QUORUM_MOST; n++) {
		const struct bytes approval = archive_numbered(
			chain->evidence->sent, MEMBER_APPROVAL, n);
		if (approval.size == 0)
			break;
		refused = verify_secret(chain, n, approval);
	}
	return refused;
}

void enrolment_values(const struct chain *chain,
	struct statement_value value[ENROLMENT_VALUES])
{
	const struct nv_names *nv = &chain->indices;
	const struct statement_value list[ENROLMENT_VALUES] = {
		{ ENROLMENT_MACHINE, chain->serial, 0,
			"it is of a machine with another serial" },
		{ ENROLMENT_MEANING,
			bytes_of_text(statement_meaning(STATEMENT_ENROLMENT)),
			0, "it has another meaning" },
		{ ENROLMENT_DATE, chain->date, 0, NULL },
		{ ENROLMENT_EK, bytes_of(chain->ek.byte, SHA256_SIZE), 0,
			"it names another endorsement key certificate" },
		{ ENROLMENT_AK, tpm_name_bytes(&chain->machine.ak), 0,
			"it names the attestation key of another TPM" },
		{ ENROLMENT_SRK, tpm_name_bytes(&chain->srk), 0,
			"it names another storage root key" },
		{ ENROLMENT_APPROVED, tpm_name_bytes(&nv->name[NV_A]), 0,
			"it names another index for the approved boot" },
		{ ENROLMENT_REVOCATION, tpm_name_bytes(&nv->name[NV_R]), 0,
			"it names another revocation counter" },
		{ ENROLMENT_PHASE, tpm_name_bytes(&nv->name[NV_P]), 0,
			"it names another phase counter" },
		{ ENROLMENT_JOURNAL, tpm_name_bytes(&nv->name[NV_J]), 0,
			"it names another journal anchor" },
		{ ENROLMENT_REVOCATION_BASE, bytes_of(NULL, 0),
			chain->revocation_base, NULL },
		{ ENROLMENT_OPERATORS,
			bytes_of(chain->operators.byte, SHA256_SIZE), 0,
			"it names other operators" },
		{ ENROLMENT_AUTHORITY,
			bytes_of(chain->authority.byte, SHA256_SIZE), 0,
			"it names another authority" },
	};
	memcpy(value, list, sizeof(list));
}

refusal verify_enrolment(struct chain *chain)
{
	struct statement statement;
	struct statement_value value[ENROLMENT_VALUES];
	uint16_t signed_by;
	refusal refused = statement_open(
		STATEMENT_ENROLMENT, enrolment_of(chain), &statement);
	if (refused == NULL)
		refused = statement_signed_by_quorum(
			&statement, &chain->operator_roster, &signed_by);
	if (refused == NULL && (signed_by & ~chain->enrolled_by) != 0)
		refused = "somebody has signed it whose credential the "
			  "machine's TPM did not open";
	if (refused != NULL)
		return refused;
	chain->date = text_value(&statement.text, ENROLMENT_DATE);
	chain->enrolment = sha256(statement.note.text);
	chain->revocation_base =
		text_number(&statement.text, ENROLMENT_REVOCATION_BASE);
	enrolment_values(chain, value);
	return statement_says(&statement.text, false, value, ENROLMENT_VALUES);
}
