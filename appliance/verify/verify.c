/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/verify/verify.h"
#include "appliance/record/members.h"

#include "appliance/verify/checks.h"

#include <stdio.h>

enum step {
	DEFINITION,
	DEFINITION_NOTE,
	OPERATORS_TEXT,
	AUTHORITY_TEXT,
	EK,
	AK,
	INDICES,
	BOOT_APPROVALS,
	ACTIVATION,
	ENROLMENT,
	BOX_KEY,
	RESULT_KEY,
	KEYS_NOTE,
	JOURNAL,
	GOING_ON,
	ABANDONMENT,
	BOXES,
	CIPHERTEXT,
	OPEN_APPROVALS,
	CHALLENGE,
	HEADERS,
	HEADERS_HOLD,
	NONCE,
	QUOTE,
	PCRS,
	EVENT_LOG,
	RELEASE_APPROVALS,
	RESULT_NOTE,
	RESULT,
	CLOSING_ANCHOR,
	RELEASE_ANCHOR,
	PRESENT_ANCHOR,
	ANCHOR_IF_SENT,
	MEMBERS,
	STEPS,
};

#define BIT(n) (UINT64_C(1) << (n))
_Static_assert(STEPS <= 64, "each step has a bit of its own");

/* Goals from an election's stage to its end. */
enum {
	TO_APPROVE = BIT(VERIFY_IDENTITY),
	TO_ENROL = BIT(VERIFY_ENROLMENT),
	AT_NOW = BIT(VERIFY_NOW),
	FROM_RELEASED = BIT(VERIFY_RELEASED),
	FROM_CLOSED = BIT(VERIFY_CLOSED) | FROM_RELEASED,
	FROM_INTAKE = BIT(VERIFY_INTAKE) | FROM_CLOSED,
	ABANDONED = BIT(VERIFY_ABANDONED),
	/* In whatever state the election is. */
	ENDING = BIT(VERIFY_ABANDON) | ABANDONED,
	FROM_SEALED = BIT(VERIFY_SEALED) | FROM_INTAKE | ENDING,
	ENROLLED = TO_ENROL | FROM_SEALED | AT_NOW,
	ALWAYS = TO_APPROVE | ENROLLED,
};

struct needed {
	/* NULL: it never is, for no verifier may have it. */
	bool (*is_there)(const struct evidence *);
	const char *otherwise; /* why a check is not made */
};

struct row {
	const char *name;
	refusal (*check)(struct chain *);
	uint64_t goals;
	uint64_t grounds;	     /* steps that must have passed */
	const struct needed *needed; /* NULL: nothing else */
};

static bool has_nonce(const struct evidence *evidence)
{
	return evidence->nonce.size > 0;
}

static bool has_profile(const struct evidence *evidence)
{
	return evidence->profile != NULL;
}

static bool has_anchor(const struct evidence *evidence)
{
	return archive_find(evidence->sent, MEMBERS_NOW MEMBER_ANCHOR).size > 0;
}

static bool has_ciphertext(const struct evidence *evidence)
{
	return !evidence_is_public(evidence);
}

/* What a verifier need not have. */
static const struct needed the_ciphertext = { has_ciphertext,
	"ciphertext not compared: a public bundle is without the boxes" };
static const struct needed the_nonce = { has_nonce,
	"no nonce of yours was given, so it may be old" };
static const struct needed an_escrow_key = { NULL,
	"whether the recipients can open them is seen with a key of theirs "
	"alone, by 'sandoq recount'" };
static const struct needed the_profile = { has_profile,
	"no boot profile was given" };
static const struct needed the_anchor = { has_anchor,
	"the machine sent no anchor of its journal, as one that has failed" };

static const struct row rows[STEPS] = {
	[DEFINITION] = { "definition", verify_definition, FROM_SEALED, 0,
		NULL },
	[DEFINITION_NOTE] = { "definition note", verify_definition_note,
		FROM_SEALED, BIT(DEFINITION), NULL },
	[OPERATORS_TEXT] = { "operators", verify_operators, ALWAYS, 0, NULL },
	[AUTHORITY_TEXT] = { "authority", verify_authority, ALWAYS, 0, NULL },
	[EK] = { "endorsement key", verify_ek, ALWAYS, 0, NULL },
	[AK] = { "attestation key", verify_ak, ALWAYS, 0, NULL },
	[INDICES] = { "TPM indices", verify_indices, ENROLLED,
		BIT(OPERATORS_TEXT) | BIT(AK), NULL },
	[BOOT_APPROVALS] = { "boot approvals", verify_boot_approvals, ENROLLED,
		BIT(INDICES) | BIT(AUTHORITY_TEXT), NULL },
	[ACTIVATION] = { "activation", verify_activation, ENROLLED,
		BIT(EK) | BIT(BOOT_APPROVALS), NULL },
	[ENROLMENT] = { "enrolment note", verify_enrolment,
		FROM_SEALED | AT_NOW, BIT(ACTIVATION), NULL },
	[BOX_KEY] = { "box key", verify_box_key, FROM_SEALED,
		BIT(DEFINITION) | BIT(ENROLMENT), NULL },
	[RESULT_KEY] = { "result key", verify_result_key, FROM_SEALED,
		BIT(BOX_KEY), NULL },
	[KEYS_NOTE] = { "election keys note", verify_election_keys, FROM_INTAKE,
		BIT(RESULT_KEY), NULL },
	[JOURNAL] = { "journal", verify_journal, FROM_INTAKE | ENDING | AT_NOW,
		0, NULL },
	[GOING_ON] = { "going on", verify_going_on,
		FROM_INTAKE | BIT(VERIFY_ABANDON), BIT(JOURNAL), NULL },
	[ABANDONMENT] = { "abandonment", verify_abandonment, ABANDONED,
		BIT(JOURNAL) | BIT(RESULT_KEY) | BIT(DEFINITION_NOTE), NULL },
	[BOXES] = { "boxes", verify_boxes, FROM_INTAKE,
		BIT(JOURNAL) | BIT(KEYS_NOTE), NULL },
	[CIPHERTEXT] = { "ciphertext", verify_ciphertext, FROM_INTAKE,
		BIT(BOXES), &the_ciphertext },
	[OPEN_APPROVALS] = { "open approvals", verify_open_approvals,
		FROM_CLOSED, BIT(JOURNAL) | BIT(KEYS_NOTE), NULL },
	[CHALLENGE] = { "challenge", verify_challenge, FROM_CLOSED | AT_NOW,
		BIT(AK) | BIT(JOURNAL) | BIT(KEYS_NOTE) | BIT(OPEN_APPROVALS),
		NULL },
	[HEADERS] = { "box headers", verify_headers, FROM_CLOSED,
		BIT(CHALLENGE) | BIT(BOXES), NULL },
	[HEADERS_HOLD] = { "what box headers hold", NULL, FROM_CLOSED, 0,
		&an_escrow_key },
	[NONCE] = { "nonce", verify_nonce, FROM_CLOSED | AT_NOW, BIT(CHALLENGE),
		&the_nonce },
	[QUOTE] = { "quote", verify_quote, FROM_CLOSED | AT_NOW,
		BIT(CHALLENGE) | BIT(ENROLMENT), NULL },
	[PCRS] = { "boot state", verify_pcrs, FROM_CLOSED | AT_NOW,
		BIT(QUOTE) | BIT(BOOT_APPROVALS), NULL },
	[EVENT_LOG] = { "event log", verify_event_log, FROM_CLOSED | AT_NOW,
		BIT(QUOTE) | BIT(BOOT_APPROVALS), &the_profile },
	[RELEASE_APPROVALS] = { "release approvals", verify_release_approvals,
		FROM_RELEASED, BIT(QUOTE) | BIT(KEYS_NOTE), NULL },
	[RESULT_NOTE] = { "result note", verify_result_note, FROM_RELEASED,
		BIT(CHALLENGE) | BIT(KEYS_NOTE), NULL },
	[RESULT] = { "result", verify_result, FROM_RELEASED,
		BIT(RESULT_NOTE) | BIT(BOXES), NULL },
	[CLOSING_ANCHOR] = { "closing anchor", verify_closing_anchor,
		FROM_CLOSED, BIT(JOURNAL) | BIT(QUOTE), NULL },
	[RELEASE_ANCHOR] = { "release anchor", verify_release_anchor,
		FROM_RELEASED, BIT(JOURNAL) | BIT(RESULT_NOTE) | BIT(ENROLMENT),
		NULL },
	[PRESENT_ANCHOR] = { "present anchor", verify_present_anchor,
		FROM_INTAKE | ENDING, BIT(JOURNAL) | BIT(ENROLMENT), NULL },
	[ANCHOR_IF_SENT] = { "present anchor", verify_present_anchor, AT_NOW,
		BIT(JOURNAL) | BIT(ENROLMENT), &the_anchor },
	/* Last, so that whatever looks at one member says what is wrong. */
	[MEMBERS] = { "members", verify_members, FROM_INTAKE | ENDING,
		BIT(JOURNAL), NULL },
};

static bool is_for(const struct row *row, enum verify_goal goal)
{
	return (row->goals & BIT(goal)) != 0;
}

/* Only what this goal looks at can be a ground. */
static refusal ground_of(struct chain *chain, const struct row *row,
	enum verify_goal goal, uint64_t passed)
{
	uint64_t missing = row->grounds & ~passed;
	for (size_t step = 0; step < STEPS; step++)
		if ((missing & BIT(step)) != 0 && is_for(&rows[step], goal))
			return refuse(chain,
				"cannot be verified, for the %s was refused",
				rows[step].name);
	return NULL;
}

static bool is_there(
	const struct needed *needed, const struct evidence *evidence)
{
	return needed->is_there != NULL && needed->is_there(evidence);
}

static bool record(struct checks *checks, const char *name,
	enum check_outcome outcome, const char *reason)
{
	struct check *check = &checks->check[checks->count++];
	*check = (struct check){ .name = name, .outcome = outcome };
	if (reason != NULL)
		snprintf(check->reason, sizeof(check->reason), "%s", reason);
	return outcome == CHECK_PASSED;
}

size_t verify_steps(enum verify_goal goal)
{
	size_t count = 0;
	for (size_t step = 0; step < STEPS; step++)
		count += is_for(&rows[step], goal);
	return count;
}

struct verification verify_begin(enum verify_goal goal,
	const struct evidence *evidence, struct chain *chain,
	struct checks *checks)
{
	*checks = (struct checks){ 0 };
	*chain = (struct chain){
		.evidence = evidence,
		.folder = goal == VERIFY_NOW ? MEMBERS_NOW : "",
		.has_enrolment = is_for(&rows[ENROLMENT], goal),
		/* Whoever decides before the release has to see the boxes. */
		.withheld =
			goal == VERIFY_RELEASED && evidence_is_public(evidence),
	};
	return (struct verification){
		.goal = goal, .chain = chain, .checks = checks
	};
}

bool verify_step(struct verification *verification)
{
	struct chain *chain = verification->chain;
	while (verification->step < STEPS &&
		!is_for(&rows[verification->step], verification->goal))
		verification->step++;
	if (verification->step == STEPS)
		return false;
	const size_t step = verification->step++;
	const struct row *row = &rows[step];
	if (row->needed != NULL && !is_there(row->needed, chain->evidence)) {
		record(verification->checks, row->name, CHECK_NOT_MADE,
			row->needed->otherwise);
		return true;
	}
	refusal refused =
		ground_of(chain, row, verification->goal, verification->passed);
	if (refused == NULL)
		refused = row->check(chain);
	if (record(verification->checks, row->name,
		    refused == NULL ? CHECK_PASSED : CHECK_REFUSED, refused))
		verification->passed |= BIT(step);
	return true;
}

const struct check *checks_refused(const struct checks *checks)
{
	for (size_t i = 0; i < checks->count; i++)
		if (checks->check[i].outcome == CHECK_REFUSED)
			return &checks->check[i];
	return NULL;
}

bool verify(enum verify_goal goal, const struct evidence *evidence,
	struct chain *chain, struct checks *checks)
{
	struct verification verification =
		verify_begin(goal, evidence, chain, checks);
	while (verify_step(&verification))
		;
	return checks_refused(checks) == NULL;
}

void verify_free(struct chain *chain)
{
	if (chain->has_result)
		result_free(&chain->result);
	*chain = (struct chain){ 0 };
}
