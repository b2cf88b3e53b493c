/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each refusal of the chain of evidence, on a machine on paper. With
 * SANDOQ_REFUSED the evidence is left in that workplace, too, for
 * tests/desk/test_page_forgeries.c.
 */
#include "tests/desk/paper_files.h"
#include "tests/support/scalar.h"
#include "tests/verify/paper.h"

#include "appliance/formats/checkpoint.h"
#include "appliance/formats/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct paper *original;

static int make_original(void **state)
{
	const char *workplace = getenv("SANDOQ_REFUSED");
	(void)state;
	original = paper_make();
	if (workplace != NULL)
		paper_leave_refused(original, workplace);
	return 0;
}

static int drop_original(void **state)
{
	(void)state;
	paper_free(original);
	return 0;
}

static int make(void **state)
{
	*state = paper_copy(original);
	return 0;
}

static int drop(void **state)
{
	paper_free(*state);
	return 0;
}

static const struct bytes nothing = { NULL, 0 };

static void every_goal_is_reached(void **state)
{
	for (enum verify_goal goal = VERIFY_ENROLMENT; goal <= VERIFY_NOW;
		goal++)
		paper_accepts(*state, goal);
}

/* --- who is trusted --- */

static void another_definition(void **state)
{
	paper_flip(*state, "definition.json", -2);
	paper_refuses(*state, VERIFY_SEALED, "definition",
		"another definition than yours");
}

static struct bytes note_text(struct paper *paper, const char *name)
{
	static struct note note;
	assert_null(note_parse(paper_get(paper, name), &note));
	return note.text;
}

static void definition_signed_by_one(void **state)
{
	paper_sign_again(*state, "definition.note", AUTHORITY, MEMBER_1);
	paper_refuses(*state, VERIFY_SEALED, "definition note",
		"fewer have signed than the quorum needs");
}

static void definition_signed_by_one_board(void **state)
{
	paper_sign_again(*state, "definition.note", AUTHORITY, ONE_BOARD);
	paper_refuses(*state, VERIFY_SEALED, "definition note",
		"too few of the supervisory board");
}

static void other_operators(void **state)
{
	struct paper *paper = *state;
	paper->definition.plan.roster[OPERATORS].quorum.need = 3;
	paper_refuses(
		paper, VERIFY_CLOSED, "operators", "not the definition's");
}

static void operators_of_another_least_number(void **state)
{
	struct paper *paper = *state;
	paper->definition.plan.roster[OPERATORS].quorum.each = 2;
	paper_refuses(
		paper, VERIFY_CLOSED, "operators", "not the definition's");
}

static void operators_of_other_boards(void **state)
{
	struct paper *paper = *state;
	struct quorum *operators =
		&paper->definition.plan.roster[OPERATORS].quorum;
	assert_int_equal(operators->member[1].board, EXECUTIVE);
	operators->member[1].board = SUPERVISORY;
	paper_refuses(
		paper, VERIFY_CLOSED, "operators", "not the definition's");
}

static void operators_with_another_key(void **state)
{
	struct paper *paper = *state;
	struct plan *plan = &paper->definition.plan;
	plan->roster[OPERATORS].quorum.member[2].key =
		plan->roster[AUTHORITY].quorum.member[2].key;
	paper_refuses(
		paper, VERIFY_CLOSED, "operators", "not the definition's");
}

static void operators_of_another_name(void **state)
{
	struct paper *paper = *state;
	strcpy(paper->definition.plan.roster[OPERATORS].id[2], "operator-4");
	paper_refuses(
		paper, VERIFY_CLOSED, "operators", "not the definition's");
}

static void other_operators_text(void **state)
{
	struct paper *paper = *state;
	paper->evidence.operators = bytes_of_text("another text\n");
	paper_refuses(paper, VERIFY_ENROLMENT, "operators",
		"another operators text than yours");
}

static void nobody_is_trusted(void **state)
{
	struct paper *paper = *state;
	paper->evidence.definition = NULL;
	paper_refuses(paper, VERIFY_NOW, "operators", "nothing that you trust");
}

static void another_authority(void **state)
{
	struct paper *paper = *state;
	paper->definition.plan.roster[AUTHORITY].quorum.need = 3;
	paper_refuses(paper, VERIFY_NOW, "authority",
		"for another authority than the definition's");
}

static void another_authority_text(void **state)
{
	struct paper *paper = *state;
	paper->evidence.authority = bytes_of_text("another text\n");
	paper_refuses(paper, VERIFY_ENROLMENT, "authority",
		"another authority's text than yours");
}

static void no_authority(void **state)
{
	struct paper *paper = *state;
	paper_put(paper, "authority", nothing);
	paper_refuses(paper, VERIFY_NOW, "authority", "nothing names");
}

/* Approvals are public: they stay what they were signed for. */
static void approvals_for_another_authority(void **state)
{
	uint8_t text[STATEMENT_ROSTER_MOST];
	struct writer out = writer_of(text, sizeof(text));
	struct paper *paper = *state;
	struct roster *authority = &paper->definition.plan.roster[AUTHORITY];
	authority->quorum.need = 3;
	assert_null(write_statement_authority(&out, authority));
	paper_put(paper, "authority", written(&out));
	paper_refuses(paper, VERIFY_NOW, "boot approvals",
		"for the machine of another authority");
}

/* --- the machine --- */

static void authority_is_not_listed(void **state)
{
	struct paper *paper = *state;
	paper->definition.ek_ca[0].byte[0] ^= 1;
	paper_refuses(paper, VERIFY_CLOSED, "endorsement key",
		"not among the definition's ek_cas");
}

/* Whoever is yet to sign the note believes no date in one that came along. */
static void certificate_has_expired(void **state)
{
	struct paper *paper = *state;
	paper->evidence.now += INT64_C(30) * 24 * 60 * 60;
	paper_refuses(paper, VERIFY_ENROLMENT, "endorsement key", "expired");
}

static void certificate_expired_after_the_enrolment(void **state)
{
	struct paper_certificate year_ago = paper_certificate;
	(void)state;
	year_ago.from = -370;
	year_ago.to = -360;
	struct paper *paper = paper_make_enrolled(&year_ago, -365);
	for (enum verify_goal goal = VERIFY_SEALED; goal <= VERIFY_NOW; goal++)
		paper_accepts(paper, goal);
	paper_free(paper);
}

static void certificate_was_not_valid_at_the_enrolment(void **state)
{
	paper_date(*state, -3);
	paper_refuses(
		*state, VERIFY_RELEASED, "endorsement key", "not yet valid");
	paper_date(*state, 3);
	paper_refuses(*state, VERIFY_RELEASED, "endorsement key", "expired");
}

/* What a software TPM sends whose host has the certificate of a real one. */
static void certificate_of_another_tpm(void **state)
{
	struct paper_certificate hardware = paper_certificate;
	struct paper *paper = *state;
	hardware.maker = PAPER_HARDWARE;
	paper->definition.software_tpm = false;
	paper_graft(paper, &hardware);
	/* The first operator has given the secret away, the other has not. */
	paper_flip(paper, "activation-2", 0);
	paper_refuses(paper, VERIFY_ENROLMENT, "activation",
		"did not open the credential that operator-3 made for it");
}

static void certificate_for_another_use(void **state)
{
	struct paper_certificate certificate = paper_certificate;
	certificate.usage = NULL;
	paper_certify(*state, &certificate);
	paper_refuses(*state, VERIFY_SEALED, "endorsement key",
		"not for an endorsement key");
	certificate.usage = "serverAuth";
	paper_certify(*state, &certificate);
	paper_refuses(*state, VERIFY_SEALED, "endorsement key",
		"not for an endorsement key");
	paper_certify(*state, &paper_certificate);
	paper_refuses(*state, VERIFY_SEALED, "enrolment note",
		"it names another endorsement key certificate");
}

static void certificate_was_changed(void **state)
{
	paper_flip(*state, "ek.crt", -1);
	paper_refuses(*state, VERIFY_CLOSED, "endorsement key", "signature");
}

static void software_tpm(void **state)
{
	struct paper *paper = *state;
	paper->definition.software_tpm = false;
	paper_refuses(
		paper, VERIFY_CLOSED, "endorsement key", "a software one");
}

static void put_ak(struct paper *paper, unsigned scalar)
{
	struct p256_private *key = scalar_key(scalar);
	struct p256_public public = p256_public_of(key);
	struct tpm_public area = key_encode(KEY_AK, NULL, &public);
	p256_free(key);
	paper_put(paper, "ak.pub", tpm_public_bytes(&area));
}

static void ak_of_another_tpm(void **state)
{
	put_ak(*state, PAPER_OTHER_SCALAR);
	paper_refuses(*state, VERIFY_CLOSED, "TPM indices",
		"these operators and this attestation key");
}

static void ak_is_no_attestation_key(void **state)
{
	struct paper *paper = *state;
	paper_put(paper, "ak.pub", paper_get(paper, "srk.pub"));
	paper_refuses(paper, VERIFY_CLOSED, "attestation key", "");
}

static void another_index(void **state)
{
	paper_flip(*state, "phase.nv", -3);
	paper_refuses(*state, VERIFY_CLOSED, "TPM indices", "phase.nv");
}

static void credential_was_not_opened(void **state)
{
	for (enum verify_goal goal = VERIFY_ENROLMENT; goal <= VERIFY_NOW;
		goal++) {
		paper_flip(*state, "activation-1", -1);
		paper_refuses(*state, goal, "activation", "did not open");
		paper_flip(*state, "activation-1", -1);
	}
	paper_put(*state, "activation-2", nothing);
	paper_refuses(*state, VERIFY_RELEASED, "activation", "did not open");
}

/* The quorum is one of those who each know which TPM answered. */
static void enrolment_signed_without_a_credential(void **state)
{
	paper_sign_again(
		*state, "enrolment.note", OPERATORS, MEMBER_2 | MEMBER_3);
	paper_refuses(*state, VERIFY_CLOSED, "enrolment note",
		"whose credential the machine's TPM did not open");
}

static void enrolment_signed_by_one(void **state)
{
	paper_sign_again(*state, "enrolment.note", OPERATORS, MEMBER_3);
	paper_refuses(*state, VERIFY_CLOSED, "enrolment note",
		"fewer have signed than the quorum needs");
}

static void enrolment_of_another_srk(void **state)
{
	struct paper *paper = *state;
	struct p256_private *key = scalar_key(PAPER_OTHER_SCALAR);
	struct p256_public public = p256_public_of(key);
	struct tpm_public area = key_encode(KEY_SRK, NULL, &public);
	p256_free(key);
	paper_put(paper, "srk.pub", tpm_public_bytes(&area));
	paper_refuses(paper, VERIFY_CLOSED, "enrolment note",
		"another storage root key");
}

/* --- boot approvals --- */

static void approve_boot(struct paper *paper, const struct paper_approval *how,
	const struct digest *image)
{
	struct boot_policy boot = paper->chain.in_force->boot;
	paper_approve_boot(paper, how, &boot, image);
}

static void boot_approved_by_one(void **state)
{
	const struct paper_approval how = { .members = MEMBER_1 };
	struct paper *paper = *state;
	approve_boot(paper, &how, &paper->definition.image);
	paper_refuses(paper, VERIFY_ENROLMENT, "boot approvals",
		"fewer approvals than the quorum needs");
}

static void boot_approved_by_one_board(void **state)
{
	const struct paper_approval how = { .members = ONE_BOARD };
	struct paper *paper = *state;
	approve_boot(paper, &how, &paper->definition.image);
	paper_refuses(paper, VERIFY_ENROLMENT, "boot approvals",
		"fewer approvals of one board than the quorum needs");
}

static void boot_approval_without_cp_hash(void **state)
{
	const struct paper_approval how = { .members = QUORUM,
		.unbound = true };
	struct paper *paper = *state;
	approve_boot(paper, &how, &paper->definition.image);
	paper_refuses(paper, VERIFY_ENROLMENT, "boot approvals",
		"bound to no command");
}

static void boot_of_another_image(void **state)
{
	const struct paper_approval how = { .members = QUORUM };
	const struct digest image = { { 77 } };
	approve_boot(*state, &how, &image);
	paper_refuses(*state, VERIFY_CLOSED, "boot approvals",
		"another image than the definition");
}

/* Whatever else is measured, or one of them less: another state can boot. */
static void boot_of_other_pcrs(void **state)
{
	static const uint32_t masks[] = { BOOT_PROFILE_MASK | 1 << 5,
		BOOT_PROFILE_MASK & ~(1 << 7) };
	const struct paper_approval how = { .members = QUORUM };
	struct paper *paper = *state;
	struct boot_policy boot = paper->chain.in_force->boot;
	for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
		boot.pcrs.mask = masks[i];
		paper_approve_boot(
			paper, &how, &boot, &paper->definition.image);
		paper_refuses(paper, VERIFY_ENROLMENT, "boot approvals",
			"it binds other PCRs than");
	}
}

static void boot_approvals_disagree(void **state)
{
	const struct paper_approval how = { .members = QUORUM };
	struct paper *paper = *state;
	static uint8_t first[STATEMENT_MOST];
	struct bytes note = paper_get(paper, "approval-1");
	struct boot_policy boot = paper->chain.in_force->boot;
	size_t size = note.size;
	memcpy(first, note.data, size);
	boot.epoch++;
	paper_approve_boot(paper, &how, &boot, &paper->definition.image);
	paper_put(paper, "approval-1", bytes_of(first, size));
	paper_refuses(paper, VERIFY_ENROLMENT, "boot approvals",
		"another revocation epoch");
}

/* --- later software --- */

/* Another image in the same PCRs but 4, approved up to the next counter. */
static struct boot_policy second_release(struct digest *image)
{
	struct boot_profile profile = original->profile;
	struct boot_policy boot = { .epoch = PAPER_REVOCATION + 1 };
	*image = (struct digest){ { 0x22 } };
	boot_profile_set_image(&profile, image);
	boot_profile_predict(&profile, &boot.pcrs);
	return boot;
}

static void approve_second(
	struct paper *paper, unsigned members, enum entry_type before)
{
	const struct paper_approval how = { .members = members };
	struct digest image;
	const struct boot_policy boot = second_release(&image);
	paper_approve_software(paper, &how, &boot, &image, before);
	paper_certify_journal(paper);
}

/* The closing by the first release stays what it was. */
static void software_approved_after_the_closing(void **state)
{
	approve_second(*state, QUORUM, ENTRY_APPROVED);
	paper_accepts(*state, VERIFY_CLOSED);
	paper_accepts(*state, VERIFY_RELEASED);
	paper_refuses(*state, VERIFY_NOW, "boot state",
		"no longer approved: journal entry ");
}

static void software_approved_before_the_closing(void **state)
{
	approve_second(*state, QUORUM, ENTRY_OPEN);
	paper_refuses(*state, VERIFY_CLOSED, "boot state",
		"no longer approved: journal entry ");
}

static void software_approved_before_sealing(void **state)
{
	approve_second(*state, QUORUM, ENTRY_SEALED);
	paper_refuses(*state, VERIFY_SEALED, "boot approvals",
		"another image than the definition");
}

static void software_approved_by_one(void **state)
{
	approve_second(*state, MEMBER_1, ENTRY_OPEN);
	paper_refuses(*state, VERIFY_CLOSED, "boot approvals",
		"fewer approvals than the quorum needs");
}

static void software_approved_by_one_board(void **state)
{
	approve_second(*state, ONE_BOARD, ENTRY_OPEN);
	paper_refuses(*state, VERIFY_NOW, "boot approvals",
		"fewer approvals of one board");
}

static void software_that_nobody_sent(void **state)
{
	struct paper *paper = *state;
	const struct paper_approval how = { .members = QUORUM };
	struct digest image;
	const struct boot_policy boot = second_release(&image);
	char name[64];
	snprintf(name, sizeof(name), "software/%04u.approval-1",
		(unsigned)paper_approve_software(
			paper, &how, &boot, &image, ENTRY_APPROVED));
	paper_put(paper, name, nothing);
	paper_refuses(paper, VERIFY_RELEASED, "boot approvals", "software/");
}

/* What ran is approved, but only by an entry behind the closing. */
static void software_ran_before_its_approval(void **state)
{
	struct paper *paper = *state;
	const struct paper_approval how = { .members = QUORUM };
	struct digest image;
	const struct boot_policy second = second_release(&image);
	const struct boot_policy first = paper->chain.in_force->boot;
	const struct digest first_image = paper->chain.in_force->image;
	paper_approve_software(paper, &how, &second, &image, ENTRY_OPEN);
	paper_approve_software(
		paper, &how, &first, &first_image, ENTRY_APPROVED);
	paper_certify_journal(paper);
	paper_accepts(paper, VERIFY_NOW);
	paper_refuses(paper, VERIFY_CLOSED, "boot state", "approved later");
}

/* --- the election's keys --- */

static void rk_policy_is_not_published(void **state)
{
	struct paper *paper = *state;
	struct paper_creation creation = {
		.ak_scalar = PAPER_AK_SCALAR,
		.policy = paper->chain.rk.policy,
		.outside_info = paper->definition.plan.definition,
	};
	creation.policy.byte[0] ^= 1;
	paper_election_key(paper, "rk", KEY_RK, PAPER_RK_SCALAR, &creation);
	paper_refuses(paper, VERIFY_CLOSED, "result key", "policy");
}

static void rk_is_not_named(void **state)
{
	struct paper *paper = *state;
	const struct paper_creation creation = {
		.ak_scalar = PAPER_AK_SCALAR,
		.policy = paper->chain.rk.policy,
		.outside_info = paper->definition.plan.definition,
	};
	paper_election_key(paper, "rk", KEY_RK, PAPER_OTHER_SCALAR, &creation);
	paper_refuses(paper, VERIFY_CLOSED, "election keys note",
		"another result key");
}

static void rk_is_certified_by_another_ak(void **state)
{
	struct paper *paper = *state;
	const struct paper_creation creation = {
		.ak_scalar = PAPER_OTHER_SCALAR,
		.policy = paper->chain.rk.policy,
		.outside_info = paper->definition.plan.definition,
	};
	paper_election_key(paper, "rk", KEY_RK, PAPER_RK_SCALAR, &creation);
	paper_refuses(
		paper, VERIFY_CLOSED, "result key", "another attestation key");
}

static void bk_of_another_election(void **state)
{
	struct paper *paper = *state;
	const struct paper_creation creation = {
		.ak_scalar = PAPER_AK_SCALAR,
		.policy = paper->chain.bk.policy,
		.outside_info = { { 1 } },
	};
	paper_election_key(paper, "bk", KEY_BK, PAPER_BK_SCALAR, &creation);
	paper_refuses(paper, VERIFY_CLOSED, "box key", "another definition");
}

static void keys_of_another_phase(void **state)
{
	paper_flip(*state, "phase", -1);
	paper_refuses(*state, VERIFY_CLOSED, "box key", "policy");
}

static void keys_signed_by_one(void **state)
{
	paper_sign_again(*state, "election-keys.note", AUTHORITY, MEMBER_2);
	paper_refuses(*state, VERIFY_CLOSED, "election keys note",
		"fewer have signed than the quorum needs");
}

/* --- journal and boxes --- */

static void entry_was_changed(void **state)
{
	paper_flip(*state, "entries", 2 * JOURNAL_HEADER_SIZE + 40);
	paper_refuses(*state, VERIFY_CLOSED, "journal", "entry 3");
}

static void entry_was_taken_away(void **state)
{
	struct paper *paper = *state;
	struct bytes entries = paper_get(paper, "entries");
	static uint8_t fewer[64 * JOURNAL_HEADER_SIZE];
	struct writer out = writer_of(fewer, sizeof(fewer));
	const size_t place = (size_t)4 * JOURNAL_HEADER_SIZE;
	write_bytes(&out, bytes_of(entries.data, place));
	write_bytes(&out, bytes_of(entries.data + place + JOURNAL_HEADER_SIZE,
				  entries.size - place - JOURNAL_HEADER_SIZE));
	paper_put(paper, "entries", written(&out));
	paper_refuses(paper, VERIFY_CLOSED, "journal",
		"entry 4: its number does not follow");
}

/* An enrolment that left its TPM to whoever owned it. */
static void owner_was_not_locked(void **state)
{
	paper_leave_out(*state, ENTRY_LOCKED);
	paper_refuses(*state, VERIFY_CLOSED, "journal",
		"entry 1: such an entry may not stand here");
}

/* --- called off --- */

static void called_off(void **state)
{
	paper_abandon(*state, ENTRY_MEDIUM, QUORUM, 0);
	paper_accepts(*state, VERIFY_ABANDONED);
	paper_refuses(*state, VERIFY_INTAKE, "going on",
		"the election was called off");
	paper_refuses(*state, VERIFY_ABANDON, "going on",
		"the election was called off");
}

static void called_off_with_the_auditors(void **state)
{
	paper_abandon(*state, ENTRY_CLOSED, QUORUM, QUORUM);
	paper_accepts(*state, VERIFY_ABANDONED);
	paper_refuses(*state, VERIFY_CLOSED, "going on",
		"the election was called off");
}

static void called_off_by_one(void **state)
{
	paper_abandon(*state, ENTRY_MEDIUM, MEMBER_1, QUORUM);
	paper_refuses(*state, VERIFY_ABANDONED, "abandonment",
		"fewer have signed than the quorum needs");
}

static void result_was_dropped_by_the_authority(void **state)
{
	paper_abandon(*state, ENTRY_CLOSED, QUORUM, ONE_BOARD);
	paper_refuses(*state, VERIFY_ABANDONED, "abandonment",
		"the auditors' quorum has not signed it");
}

static void nobody_called_it_off(void **state)
{
	paper_refuses(*state, VERIFY_ABANDONED, "abandonment",
		"no entry of the journal calls the election off");
}

static void called_off_for_another_phase(void **state)
{
	struct paper *paper = *state;
	paper->chain.terms.phase++;
	paper_abandon(paper, ENTRY_SEALED, QUORUM, 0);
	paper_refuses(paper, VERIFY_ABANDONED, "abandonment",
		"it names another phase");
}

static void checkpoint_was_changed(void **state)
{
	paper_flip(*state, "checkpoint", 0);
	paper_accepts(*state, VERIFY_CLOSED); /* the origin names nothing */
	paper_flip(*state, "checkpoint", 5);
	paper_refuses(*state, VERIFY_CLOSED, "journal", "checkpoint");
}

/* The same checkpoint with another size or root, well written. */
static void put_checkpoint(struct paper *paper, int more, uint8_t bits)
{
	uint8_t text[256];
	struct writer out = writer_of(text, sizeof(text));
	struct checkpoint checkpoint;
	assert_null(
		checkpoint_parse(paper_get(paper, "checkpoint"), &checkpoint));
	checkpoint.size += (uint64_t)more;
	checkpoint.root.byte[31] ^= bits;
	write_checkpoint(&out, &checkpoint);
	paper_put(paper, "checkpoint", written(&out));
}

static void checkpoint_of_other_entries(void **state)
{
	struct paper *paper = *state;
	put_checkpoint(paper, 0, 0);
	paper_accepts(paper, VERIFY_CLOSED);
	put_checkpoint(paper, 0, 1);
	paper_refuses(paper, VERIFY_CLOSED, "journal",
		"the entries do not lead to the checkpoint");
	put_checkpoint(paper, -1, 1);
	paper_refuses(paper, VERIFY_CLOSED, "journal",
		"the checkpoint is of another number of entries");
}

static void box_name(const struct paper *paper, size_t box, const char *ending,
	char name[64])
{
	snprintf(name, 64, "boxes/%04u.%s", (unsigned)paper->box[box].leaf,
		ending);
}

static void box_was_changed(void **state)
{
	char name[64];
	box_name(*state, 1, "age", name);
	paper_flip(*state, name, -1);
	paper_refuses(*state, VERIFY_CLOSED, "boxes", "not the one");
}

static void box_is_missing(void **state)
{
	char name[64];
	box_name(*state, 0, "note", name);
	paper_put(*state, name, nothing);
	paper_refuses(*state, VERIFY_CLOSED, "boxes", "is missing");
}

/* --- approvals to open --- */

static void opened_by_one(void **state)
{
	const struct paper_approval how = { .members = MEMBER_1 };
	paper_approve_open(*state, &how);
	paper_refuses(*state, VERIFY_CLOSED, "open approvals",
		"fewer approvals than the quorum needs");
}

static void opened_at_another_checkpoint(void **state)
{
	const struct paper_approval how = { .members = QUORUM };
	struct paper *paper = *state;
	paper->chain.checkpoint_size++;
	paper_approve_open(paper, &how);
	paper_refuses(
		paper, VERIFY_CLOSED, "open approvals", "another checkpoint");
}

static void opened_for_a_rehearsal(void **state)
{
	const struct paper_approval how = { .members = QUORUM,
		.rehearsal = true };
	paper_approve_open(*state, &how);
	paper_refuses(
		*state, VERIFY_CLOSED, "open approvals", "for a rehearsal");
}

/* --- evidence --- */

static void header_was_changed(void **state)
{
	char name[64];
	box_name(*state, 0, "header", name);
	paper_flip(*state, name, -10);
	paper_refuses(*state, VERIFY_CLOSED, "box headers", "");
}

static void header_is_missing(void **state)
{
	char name[64];
	box_name(*state, 1, "header", name);
	paper_put(*state, name, bytes_of(NULL, 0));
	paper_refuses(*state, VERIFY_CLOSED, "box headers",
		"not those of the challenge");
}

static void header_of_another_box(void **state)
{
	char name[64], other[64];
	box_name(*state, 0, "header", name);
	box_name(*state, 1, "header", other);
	paper_put(*state, name, paper_get(*state, other));
	paper_refuses(*state, VERIFY_CLOSED, "box headers",
		"not those of the challenge");
}

static void counted_without_a_header(void **state)
{
	paper_drop_header(*state, 1);
	paper_refuses(*state, VERIFY_RELEASED, "result",
		"was counted, and the machine made no header for it");
}

/* A box's own header has a stanza for the box key, too. */
static void header_for_others(void **state)
{
	char name[64], file[64];
	struct age_header header;
	box_name(*state, 0, "header", name);
	box_name(*state, 0, "age", file);
	const struct bytes box = paper_get(*state, file);
	assert_null(age_header_parse(box, &header));
	paper_put(*state, name,
		bytes_of(box.data, box.size - header.payload.size));
	paper_refuses(*state, VERIFY_CLOSED, "box headers",
		"not for the recipients that the definition lists");
}

static void something_follows_the_header(void **state)
{
	char name[64], file[64];
	box_name(*state, 0, "header", name);
	box_name(*state, 0, "age", file);
	paper_put(*state, name, paper_get(*state, file));
	paper_refuses(*state, VERIFY_CLOSED, "box headers",
		"something follows the header");
}

static void replayed_nonce(void **state)
{
	struct paper *paper = *state;
	paper->nonce.data[paper->nonce.size - 2] = '7';
	paper_refuses(paper, VERIFY_CLOSED, "nonce", "your nonce is not in it");
}

/* Whoever brought the officers' approvals has exchanged it. */
static void nonce_that_no_officer_approved(void **state)
{
	struct paper *paper = *state;
	paper_flip_behind(paper, "challenge", "nonce: auditor-1 ");
	paper_refuses(paper, VERIFY_CLOSED, "challenge",
		"it has other nonces than the officers approved");
}

static void nonce_of_another_auditor(void **state)
{
	struct paper *paper = *state;
	char *place =
		memmem(paper->nonce.data, paper->nonce.size, "auditor-1", 9);
	place[8] = '2';
	paper_refuses(paper, VERIFY_CLOSED, "nonce", "your nonce is not in it");
}

static void reason_was_changed(void **state)
{
	paper_flip(*state, "refused/0003", 8);
	paper_refuses(*state, VERIFY_INTAKE, "boxes",
		"refused/0003 is not the one in the journal");
}

static void reason_is_missing(void **state)
{
	paper_put(*state, "refused/0003", nothing);
	paper_refuses(
		*state, VERIFY_CLOSED, "boxes", "refused/0003 is missing");
}

static void leaf_of_another_text(
	struct paper *paper, enum entry_type type, const char *reason)
{
	size_t at = 0;
	while (paper->entry[at].type != type)
		at++;
	paper->entry[at].of_another_text = true;
	paper_journal(paper);
	paper_refuses(paper, VERIFY_INTAKE, "boxes", reason);
}

static void box_of_another_text(void **state)
{
	leaf_of_another_text(*state, ENTRY_BOX,
		"leaf 0001 of the election's tree stands for another text");
}

static void keys_note_of_another_text(void **state)
{
	leaf_of_another_text(*state, ENTRY_INTAKE,
		"leaf 0000 of the election's tree stands for another text");
}

static void reason_of_another_text(void **state)
{
	leaf_of_another_text(*state, ENTRY_REFUSED,
		"leaf 0003 of the election's tree stands for another text");
}

static void reason_says_nothing(void **state)
{
	static const char *const lines[] = { "no reason at all\n",
		"0123456789012345678901234567890123456789012345678901234567890"
		"12g for a reason\n",
		"0123456789012345678901234567890123456789012345678901234567890"
		"123 \n",
		"0123456789012345678901234567890123456789012345678901234567890"
		"123 for a reason\nand one more\n" };
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct paper *copy = paper_copy(*state);
		paper_put(copy, "refused/0003", bytes_of_text(lines[i]));
		paper_journal(copy);
		paper_refuses(copy, VERIFY_INTAKE, "boxes",
			"refusal 0003: it does not say what came and why");
		paper_free(copy);
	}
}

/* A station's box counts for the place that it signed for alone. */
static void box_in_another_place(void **state)
{
	for (unsigned i = 0; i < 2; i++) {
		struct paper *copy = paper_copy(*state);
		size_t at = 0;
		while (copy->entry[at].type != ENTRY_BOX)
			at++;
		if (i == 0)
			copy->entry[at].station++;
		else
			copy->entry[at].sequence++;
		paper_journal(copy);
		paper_refuses(copy, VERIFY_INTAKE, "boxes",
			"the journal has it in another place than its "
			"station signed");
		paper_free(copy);
	}
}

#define DIGEST_SAID                                                            \
	"0123456789012345678901234567890123456789012345678901234567890123 "

/* Of the box that the journal's header places, in the words of people. */
static void reason_of_another_box(void **state)
{
	static const char *const lines[][2] = {
		{ "station-03, box 1: late\n",
			"it tells of another box than the journal" },
		{ "station-04, box 2: late\n",
			"it tells of another box than the journal" },
		{ "station-04: late\n",
			"it tells of another box than the journal" },
		{ "late\n", "it does not say what came and why" },
		{ "station-04, box 1: \n",
			"it does not say what came and why" },
	};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct paper *copy = paper_copy(*state);
		char line[256], wanted[256];
		snprintf(line, sizeof(line), DIGEST_SAID "%s", lines[i][0]);
		snprintf(wanted, sizeof(wanted), "refusal 0003: %s",
			lines[i][1]);
		paper_put(copy, "refused/0003", bytes_of_text(line));
		paper_journal(copy);
		paper_refuses(copy, VERIFY_INTAKE, "boxes", wanted);
		paper_free(copy);
	}
}

#define OF_NO_ENTRY "deliveries without an entry of their own: "
#define CAME "0123456789012345678901234567890123456789012345678901234567890123"

/* The machine's refusal becomes one of nine that nobody has signed. */
static struct paper *with_sum(
	const struct paper *paper, uint16_t sequence, const char *text)
{
	struct paper *copy = paper_copy(paper);
	struct paper_entry *entry =
		&copy->entry[paper_find(copy, ENTRY_REFUSED)];
	entry->station = JOURNAL_NO_STATION;
	entry->sequence = sequence;
	paper_put(copy, "refused/0003", bytes_of_text(text));
	paper_end_after(copy, paper_find(copy, ENTRY_MEDIUM) + 1);
	return copy;
}

static void a_sum_of_refusals(void **state)
{
#define LINE_A CAME " -: a\n"
#define LINES_4 LINE_A LINE_A LINE_A LINE_A
	struct paper *paper =
		with_sum(*state, 9, OF_NO_ENTRY "9\n" LINES_4 LINES_4);
	paper_accepts(paper, VERIFY_INTAKE);
	paper_free(paper);
	paper = with_sum(*state, 8, OF_NO_ENTRY "9\n" LINES_4 LINES_4);
	paper_refuses(paper, VERIFY_INTAKE, "boxes",
		"refusal 0003: it is of another number of deliveries than its "
		"entry");
	paper_free(paper);
	paper = with_sum(*state, 9, OF_NO_ENTRY "9\n" LINES_4);
	paper_refuses(paper, VERIFY_INTAKE, "boxes",
		"refusal 0003: it does not say what came and why");
	paper_free(paper);
	paper = with_sum(*state, 1, LINE_A);
	paper_refuses(paper, VERIFY_INTAKE, "boxes",
		"refusal 0003: it does not say how many deliveries were "
		"refused");
	paper_free(paper);
}

/* Signed once more, a note has other bytes and the same leaf. */
static void a_signature_is_not_in_the_tree(void **state)
{
	struct paper *paper = *state;
	const struct digest root = merkle_root(&paper->fold.tree);
	const struct bytes text = note_text(paper, "boxes/0001.note");
	uint8_t note[4096];
	struct writer out = writer_of(note, sizeof(note));
	paper_sign(&out, text, paper->definition.plan.station[0].id,
		paper_scalar(BODIES, 0) + 1u);
	assert_false(bytes_equal(
		written(&out), paper_get(paper, "boxes/0001.note")));
	paper_put(paper, "boxes/0001.note", written(&out));
	paper_journal(paper);
	const struct digest same = merkle_root(&paper->fold.tree);
	assert_true(digest_equal(&root, &same));
	paper_close_again(paper);
	paper_accepts(paper, VERIFY_RELEASED);
}

/* Who decides before the release has to see what there is to open. */
static void ciphertext_is_withheld(void **state)
{
	struct paper *paper = *state;
	paper_put(paper, "boxes/0001.age", nothing);
	paper_put(paper, "boxes/0002.age", nothing);
	paper_refuses(
		paper, VERIFY_INTAKE, "boxes", "boxes/0001.age is missing");
	paper_refuses(
		paper, VERIFY_CLOSED, "boxes", "boxes/0001.age is missing");
	paper_accepts(paper, VERIFY_RELEASED);
}

/* What the journal lists is another file than the note says. */
static void withheld_is_another_box(void **state)
{
	struct paper *paper = *state;
	paper_put(paper, "boxes/0001.age", paper_get(paper, "boxes/0002.age"));
	paper_journal(paper);
	paper_refuses(paper, VERIFY_RELEASED, "boxes",
		"the box is not the one that the station signed for");
}

/* --- the anchor --- */

/* The closing's challenge once more, quoted, certified and approved. */
static void challenge_again(
	struct paper *paper, const char *from, const char *to)
{
	char *text = strndup((const char *)paper_get(paper, "challenge").data,
		paper_get(paper, "challenge").size);
	char *at = strstr(text, from);
	struct pcr_set pcrs;
	assert_non_null(at);
	assert_int_equal(strlen(from), strlen(to));
	memcpy(at, to, strlen(from));
	paper_put(paper, "challenge", bytes_of_text(text));
	free(text);
	const struct digest challenge = sha256(paper_get(paper, "challenge"));
	paper_pcrs(paper, &pcrs);
	const struct paper_quote quote = { paper_quoted_mask(), PAPER_AK_SCALAR,
		&pcrs, &challenge };
	paper_quote(paper, "", &quote);
	paper_certify_anchor(paper, "journal", PAPER_AK_SCALAR, &challenge,
		paper_find(paper, ENTRY_CLOSED));
}

static void anchor_of_other_entries(void **state)
{
	challenge_again(*state, "journal-size: 1", "journal-size: 2");
	paper_refuses(*state, VERIFY_CLOSED, "closing anchor",
		"entries of the journal, and not about 1");
}

static void anchor_that_the_challenge_does_not_name(void **state)
{
	struct paper *paper = *state;
	const struct bytes challenge = paper_get(paper, "challenge");
	char line[18];
	const char *at =
		memmem(challenge.data, challenge.size, "journal-anchor: ", 16);
	memcpy(line, at, 17);
	line[17] = '\0';
	char other[sizeof(line)];
	memcpy(other, line, sizeof(line));
	other[16] = other[16] == '0' ? '1' : '0';
	challenge_again(paper, line, other);
	paper_refuses(paper, VERIFY_CLOSED, "closing anchor",
		"the challenge names another anchor");
}

/* What stands there now was another entry when the TPM extended its anchor. */
static void entry_was_exchanged(void **state)
{
	struct paper *paper = *state;
	const size_t at = paper_find(paper, ENTRY_MEDIUM);
	assert_true(at < paper->entries);
	paper->entry[at].type = ENTRY_BOOT;
	paper_journal(paper);
	paper_refuses(paper, VERIFY_CLOSED, "closing anchor",
		"one was left out, added or changed");
}

static void release_certified_over_something_else(void **state)
{
	struct paper *paper = *state;
	const struct digest other = sha256(paper_get(paper, "challenge"));
	paper_certify_anchor(paper, "released", PAPER_AK_SCALAR, &other,
		paper_find(paper, ENTRY_RELEASED));
	paper_journal(paper);
	paper_refuses(paper, VERIFY_RELEASED, "release anchor",
		"it was certified for something else, or before");
}

static void anchor_of_another_boot(void **state)
{
	struct paper *paper = *state;
	const struct digest challenge = sha256(paper_get(paper, "challenge"));
	paper->resets = 1;
	paper_certify_anchor(paper, "journal", PAPER_AK_SCALAR, &challenge,
		paper_find(paper, ENTRY_CLOSED));
	paper_refuses(paper, VERIFY_CLOSED, "closing anchor",
		"another boot than the quote's");
}

/* --- all that the archive has, and no check before looks at --- */

static void member_was_changed(void **state)
{
	paper_flip(*state, "credential-1", -1);
	paper_refuses(*state, VERIFY_RELEASED, "members",
		"credential-1 is not the one in the journal");
}

static void member_is_missing(void **state)
{
	paper_put(*state, "credential-1", nothing);
	paper_refuses(
		*state, VERIFY_INTAKE, "members", "credential-1 is missing");
}

static void member_of_no_entry(void **state)
{
	paper_put(*state, "failed/0007", bytes_of_text("a fire\n"));
	paper_refuses(*state, VERIFY_RELEASED, "members",
		"no entry of the journal has failed/0007");
}

/* Of an entry that all of the headers still follow from. */
static void failure_was_changed(void **state)
{
	struct paper *paper = *state;
	char name[64];
	snprintf(name, sizeof(name), "failed/%04u",
		(unsigned)paper_find(paper, ENTRY_OPEN));
	paper_invent(paper, ENTRY_FAILED, "failed", ENTRY_OPEN);
	paper_close_again(paper);
	paper_accepts(paper, VERIFY_RELEASED);
	paper_flip(paper, name, 0);
	paper_refuses(paper, VERIFY_RELEASED, "members",
		"is not the one in the journal");
}

static void listing_was_changed(void **state)
{
	paper_flip(*state, "items", 40);
	paper_refuses(*state, VERIFY_INTAKE, "journal",
		"entry 0 has other items than listed");
}

static void listing_is_missing(void **state)
{
	struct paper *paper = *state;
	struct bytes items = paper_get(paper, "items");
	paper_put(paper, "items", bytes_of(items.data, items.size - 1));
	paper_refuses(paper, VERIFY_INTAKE, "journal",
		"the items of entry 14 are not listed");
}

static void listing_of_no_entry(void **state)
{
	struct paper *paper = *state;
	struct bytes items = paper_get(paper, "items");
	/* No items. */
	static uint8_t more[1 << 16];
	memcpy(more, items.data, items.size);
	paper_put(paper, "items", bytes_of(more, items.size + 2));
	paper_refuses(
		paper, VERIFY_INTAKE, "journal", "more items than entries");
}

static void challenge_of_other_boxes(void **state)
{
	static const char field[] = "checkpoint-size: ";
	struct bytes text = paper_get(*state, "challenge");
	const uint8_t *place =
		memmem(text.data, text.size, field, sizeof(field) - 1);
	assert_non_null(place);
	paper_flip(*state, "challenge",
		place - text.data + (long)sizeof(field) - 1);
	paper_refuses(*state, VERIFY_CLOSED, "challenge", "another checkpoint");
}

static struct digest challenge_digest(struct paper *paper)
{
	return sha256(paper_get(paper, "challenge"));
}

static void quote_over_fewer_pcrs(void **state)
{
	struct paper *paper = *state;
	struct pcr_set pcrs;
	struct digest challenge = challenge_digest(paper);
	paper_pcrs(paper, &pcrs);
	static const unsigned left_out[] = { 4, PCR_AIRLOCK };
	for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++) {
		const struct paper_quote quote = { paper_quoted_mask() &
							   ~(1u << left_out[i]),
			PAPER_AK_SCALAR, &pcrs, &challenge };
		paper_quote(paper, "", &quote);
		paper_refuses(paper, VERIFY_CLOSED, "quote", "fewer PCRs");
	}
}

static void quote_by_another_ak(void **state)
{
	struct paper *paper = *state;
	struct pcr_set pcrs;
	struct digest challenge = challenge_digest(paper);
	paper_pcrs(paper, &pcrs);
	const struct paper_quote quote = { paper_quoted_mask(),
		PAPER_OTHER_SCALAR, &pcrs, &challenge };
	paper_quote(paper, "", &quote);
	paper_refuses(paper, VERIFY_CLOSED, "quote", "another attestation key");
}

static void quote_of_another_challenge(void **state)
{
	struct paper *paper = *state;
	struct pcr_set pcrs;
	const struct digest challenge = { { 1 } };
	paper_pcrs(paper, &pcrs);
	const struct paper_quote quote = { paper_quoted_mask(), PAPER_AK_SCALAR,
		&pcrs, &challenge };
	paper_quote(paper, "", &quote);
	paper_refuses(paper, VERIFY_CLOSED, "quote", "another challenge");
}

static void quote_was_changed(void **state)
{
	paper_flip(*state, "quote.attest", -1);
	paper_refuses(*state, VERIFY_CLOSED, "quote", "signature is wrong");
}

/* Quotes what these events lead to, and gives them as the log. */
static void boot_of(struct paper *paper, const char *folder,
	const struct event_rule *event, size_t count,
	const struct digest *airlock)
{
	char name[64];
	struct pcr_set pcrs;
	snprintf(name, sizeof(name), "%sevent-log", folder);
	paper_log(paper, name, event, count);
	assert_null(eventlog_replay(paper_get(paper, name), &pcrs));
	pcrs.value[PCR_AIRLOCK] = *airlock;
	snprintf(name, sizeof(name), "%schallenge", folder);
	struct digest challenge = sha256(paper_get(paper, name));
	const struct paper_quote quote = { paper_quoted_mask(), PAPER_AK_SCALAR,
		&pcrs, &challenge };
	paper_quote(paper, folder, &quote);
}

static const struct digest closed_airlock;

static void another_image_ran(void **state)
{
	struct paper *paper = *state;
	struct boot_profile profile = paper->profile;
	profile.event[profile.image].digest.byte[31] = 1;
	boot_of(paper, "", profile.event, profile.count, &closed_airlock);
	paper_refuses(paper, VERIFY_CLOSED, "boot state", "PCR 4 differs");
}

static void another_image_runs_now(void **state)
{
	struct paper *paper = *state;
	struct boot_profile profile = paper->profile;
	struct digest airlock = paper->chain.pcrs.value[PCR_AIRLOCK];
	profile.event[profile.image].digest.byte[31] = 1;
	boot_of(paper, "now/", profile.event, profile.count, &airlock);
	paper_refuses(paper, VERIFY_NOW, "boot state", "PCR 4 differs");
}

static void load_options_were_given(void **state)
{
	struct paper *paper = *state;
	struct boot_profile profile = paper->profile;
	profile.event[profile.count++] = (struct event_rule){ 9, 6, { { 5 } } };
	boot_of(paper, "", profile.event, profile.count, &closed_airlock);
	paper_refuses(paper, VERIFY_CLOSED, "boot state", "PCR 9 differs");
}

static void closed_in_a_courier_boot(void **state)
{
	struct paper *paper = *state;
	const struct digest zero = { { 0 } };
	const struct digest event =
		sha256(bytes_of_text("sandoq courier boot"));
	const struct bytes part[] = { bytes_of(zero.byte, SHA256_SIZE),
		bytes_of(event.byte, SHA256_SIZE) };
	struct digest airlock = sha256_parts(part, 2);
	boot_of(paper, "", paper->profile.event, paper->profile.count,
		&airlock);
	paper_refuses(paper, VERIFY_CLOSED, "boot state", "PCR 14 is not zero");
}

static void software_was_revoked(void **state)
{
	const struct paper_approval how = { .members = QUORUM };
	struct paper *paper = *state;
	struct boot_policy boot = paper->chain.in_force->boot;
	boot.epoch = PAPER_REVOCATION - 1;
	paper_approve_boot(paper, &how, &boot, &paper->definition.image);
	paper_refuses(paper, VERIFY_CLOSED, "boot state",
		"was revoked: the revocation counter is 1, it allows 0");
}

static void log_of_another_boot(void **state)
{
	struct paper *paper = *state;
	paper_log(paper, "event-log", paper->profile.event,
		paper->profile.count - 1);
	paper_refuses(paper, VERIFY_CLOSED, "boot state",
		"does not lead to the PCRs");
}

/* These change no PCR, so only the comparison with the profile sees them. */

static void event_too_many(void **state)
{
	struct paper *paper = *state;
	struct boot_profile log = paper->profile;
	log.event[log.count++] =
		(struct event_rule){ 2, EVENT_NO_ACTION, { { 0 } } };
	paper_log(paper, "event-log", log.event, log.count);
	paper_refuses(paper, VERIFY_CLOSED, "event log", "has an event that");
}

static void event_too_few(void **state)
{
	struct paper *paper = *state;
	struct event_rule event[BOOT_PROFILE_EVENTS_MOST];
	size_t count = 0;
	for (size_t i = 0; i < paper->profile.count; i++)
		if (paper->profile.event[i].type != EVENT_NO_ACTION)
			event[count++] = paper->profile.event[i];
	paper_log(paper, "event-log", event, count);
	paper_refuses(paper, VERIFY_CLOSED, "event log", "lacks an event");
}

static void events_in_another_order(void **state)
{
	struct paper *paper = *state;
	struct boot_profile log = paper->profile;
	struct event_rule second = log.event[2];
	log.event[2] = log.event[3];
	log.event[3] = second;
	paper_log(paper, "event-log", log.event, log.count);
	paper_refuses(paper, VERIFY_CLOSED, "event log", "in another place");
}

/* --- approvals to release --- */

static void releases(struct paper *paper, const struct paper_approval *how,
	const char *reason)
{
	paper_approve_release(paper, how);
	paper_refuses(paper, VERIFY_RELEASED, "release approvals", reason);
}

static void released_by_one(void **state)
{
	const struct paper_approval how = { .members = MEMBER_3 };
	releases(*state, &how, "fewer approvals than the quorum needs");
}

static void released_by_one_board(void **state)
{
	const struct paper_approval how = { .members = ONE_BOARD };
	releases(*state, &how,
		"fewer approvals of one board than the quorum needs");
}

static void released_twice_by_the_same(void **state)
{
	struct paper *paper = *state;
	paper_put(paper, "release-approval-2",
		paper_get(paper, "release-approval-1"));
	paper_refuses(paper, VERIFY_RELEASED, "release approvals",
		"two approvals by the same member");
}

static void released_another_result(void **state)
{
	const struct digest result = { { 3 } };
	const struct paper_approval how = { .members = QUORUM,
		.result = &result };
	releases(*state, &how, "another result");
}

static void released_another_election(void **state)
{
	const struct digest definition = { { 3 } };
	const struct paper_approval how = { .members = QUORUM,
		.definition = &definition };
	releases(*state, &how, "another definition");
}

static void released_another_machine(void **state)
{
	struct tpm_name ak = { { 0, 0x0b, 3 } };
	const struct paper_approval how = { .members = QUORUM, .ak = &ak };
	releases(*state, &how, "another machine");
}

static void released_for_a_rehearsal(void **state)
{
	const struct paper_approval how = { .members = QUORUM,
		.rehearsal = true };
	releases(*state, &how, "for a rehearsal");
}

static void released_by_a_stranger(void **state)
{
	const struct paper_approval how = { .members = QUORUM,
		.note_scalar = PAPER_OTHER_SCALAR };
	releases(*state, &how, "a key that may not approve this");
}

static void released_without_cp_hash(void **state)
{
	const struct paper_approval how = { .members = QUORUM,
		.unbound = true };
	releases(*state, &how, "bound to no command");
}

static void note_passed_off_as_approval(void **state)
{
	const struct paper_approval how = { .members = QUORUM,
		.note_in_place = "sandoq/release/v1 live\n" };
	releases(*state, &how, "not this member's over this purpose");
}

static void released_for_another_purpose(void **state)
{
	const struct paper_approval how = { .members = QUORUM,
		.other_purpose = true };
	releases(*state, &how, "not this member's over this purpose");
}

static void released_with_two_signatures(void **state)
{
	paper_sign_again(*state, "release-approval-1", AUDITORS, QUORUM);
	paper_refuses(*state, VERIFY_RELEASED, "release approvals",
		"exactly one signature");
}

/* --- the result --- */

static void result_by_another_key(void **state)
{
	struct paper *paper = *state;
	static uint8_t text[1 << 20], note[1 << 20];
	struct bytes signed_text = note_text(paper, "result.note");
	struct writer out = writer_of(note, sizeof(note));
	size_t size = signed_text.size;
	memcpy(text, signed_text.data, size);
	paper_sign(&out, bytes_of(text, size), "result", PAPER_OTHER_SCALAR);
	paper_put(paper, "result.note", written(&out));
	paper_refuses(paper, VERIFY_RELEASED, "result note", "");
}

static void result_with_two_signatures(void **state)
{
	static uint8_t text[1 << 20], one[1 << 20], two[1 << 20];
	struct paper *paper = *state;
	struct bytes signed_text = note_text(paper, "result.note");
	struct writer out = writer_of(text, sizeof(text));
	struct writer first = writer_of(one, sizeof(one));
	struct writer both = writer_of(two, sizeof(two));
	write_bytes(&out, signed_text);
	paper_sign(&first, written(&out), "result", PAPER_RK_SCALAR);
	const size_t whole = first.size;
	paper_sign(&both, written(&out), "another", PAPER_OTHER_SCALAR);
	/* Behind the text and an empty line is the signature. */
	const size_t before = out.size + 1;
	write_bytes(&first, bytes_of(two + before, both.size - before));
	assert_true(first.size > whole);
	paper_put(paper, "result.note", written(&first));
	paper_refuses(paper, VERIFY_RELEASED, "result note",
		"a result carries exactly one signature");
}

static void another_result(void **state)
{
	struct paper *paper = *state;
	static uint8_t text[1 << 20], note[1 << 20];
	struct bytes signed_text = note_text(paper, "result.note");
	struct writer out = writer_of(note, sizeof(note));
	size_t size = signed_text.size;
	memcpy(text, signed_text.data, size);
	char *cast = memmem(text, size, "cast=", 5);
	assert_non_null(cast);
	cast[5] = cast[5] == '9' ? '8' : '9';
	paper_sign(&out, bytes_of(text, size), "result", PAPER_RK_SCALAR);
	paper_put(paper, "result.note", written(&out));
	paper_refuses(paper, VERIFY_RELEASED, "result note",
		"not the result that the auditors approved");
}

static void not_released_yet(void **state)
{
	struct paper *paper = *state;
	paper_put(paper, "result.note", nothing);
	paper_refuses(paper, VERIFY_RELEASED, "result note", "");
}

/* A refused ground is named, and nothing is believed on it. */
static void grounds_are_named(void **state)
{
	struct paper *paper = *state;
	put_ak(paper, PAPER_OTHER_SCALAR);
	paper_refuses(paper, VERIFY_RELEASED, "TPM indices", "");
	const struct check *check = paper->checks.check;
	while (strcmp(check->name, "result") != 0)
		check++;
	assert_false(check->outcome == CHECK_PASSED);
	assert_non_null(strstr(check->reason, "was refused"));
}

/* --- the stations' parts --- */

static void refuses_result(struct paper *paper, const char *why)
{
	paper_refuses(paper, VERIFY_RELEASED, "result", why);
}

#define PARTS "the stations' parts are not those of the definition"
#define NOT_ITS_NUMBERS "is not what the result's own numbers make it"

static void part_was_changed(void **state)
{
	paper_flip(*state, "stations/0000", -10);
	refuses_result(*state, "");
}

static void piece_is_missing(void **state)
{
	paper_put(*state, "stations/0001", bytes_of(NULL, 0));
	refuses_result(*state, PARTS);
}

static void pieces_are_swapped(void **state)
{
	struct paper *paper = *state;
	const struct bytes one = paper_get(paper, "stations/0000");
	const struct bytes other = paper_get(paper, "stations/0001");
	char *first = strndup((const char *)one.data, one.size);
	char *second = strndup((const char *)other.data, other.size);
	paper_put(paper, "stations/0000", bytes_of_text(second));
	paper_put(paper, "stations/0001", bytes_of_text(first));
	free(first);
	free(second);
	refuses_result(paper, PARTS);
}

static void piece_is_there_twice(void **state)
{
	struct paper *paper = *state;
	paper_put(paper, "stations/0002", paper_get(paper, "stations/0001"));
	refuses_result(paper, "there is more than one part of each station");
}

/* Each text is one that RK has signed the head of, its root being right. */
static char *without_part(char *text, const char *station, char **part)
{
	char begins[64];
	snprintf(begins, sizeof(begins), "\nstation: %s ", station);
	char *at = strstr(text, begins);
	assert_non_null(at);
	char *next = strstr(++at, "\nstation: ");
	assert_non_null(next);
	*part = strndup(at, (size_t)(++next - at));
	memmove(at, next, strlen(next) + 1);
	return at;
}

static void a_signed_root_is_of_a_part_less(void **state)
{
	char *text = paper_result(*state);
	char *part;
	without_part(text, "station-02", &part);
	paper_set_result(*state, text);
	free(part);
	free(text);
	refuses_result(*state, PARTS);
}

static void a_signed_root_is_of_swapped_parts(void **state)
{
	char *text = paper_result(*state);
	char *part;
	char *swapped;
	char *at = without_part(text, "station-02", &part);
	char *behind = strstr(at, "\nstation: ") + 1;
	assert_true(asprintf(&swapped, "%.*s%s%s", (int)(behind - text), text,
			    part, behind) > 0);
	paper_set_result(*state, swapped);
	free(swapped);
	free(part);
	free(text);
	refuses_result(*state, PARTS);
}

static void a_signed_root_is_of_a_repeated_part(void **state)
{
	char *text = paper_result(*state);
	char *part;
	char *repeated;
	char *at = without_part(text, "station-02", &part);
	assert_true(asprintf(&repeated, "%.*s%s%s%s", (int)(at - text), text,
			    part, part, at) > 0);
	paper_set_result(*state, repeated);
	free(repeated);
	free(part);
	free(text);
	refuses_result(*state, PARTS);
}

static void a_part_does_not_sum_up(void **state)
{
	paper_change_result(*state,
		"\nballots: council cast=", "\nballots: council cast=1");
	refuses_result(*state, "");
}

static void a_head_has_another_sum(void **state)
{
	paper_change_result(*state, " cast=", " cast=1");
	refuses_result(*state, NOT_ITS_NUMBERS);
}

static void a_box_is_in_the_part_of_another_station(void **state)
{
	struct paper *paper = *state;
	char *text = paper_result(paper);
	char *box = strstr(text, "\nbox: ") + 1;
	const size_t size = (size_t)(strchr(box, '\n') + 1 - box);
	char *line = strndup(box, size);
	char *moved;
	memmove(box, box + size, strlen(box + size) + 1);
	char *next = strstr(box, "\nbox: ") + 1;
	assert_true(asprintf(&moved, "%.*s%s%s", (int)(next - text), text, line,
			    next) > 0);
	paper_set_result(paper, moved);
	free(moved);
	free(line);
	free(text);
	refuses_result(paper, "");
}

/* Of the first line that begins so, the last byte of this word, from 0. */
static void change_word(struct paper *paper, const char *begins, unsigned word)
{
	char *from = paper_result(paper);
	char *to = strdup(from);
	const char *at = strstr(from, begins);
	assert_non_null(at);
	for (at += strlen(begins); word > 0; word--)
		at = strchr(at, ' ') + 1;
	char *last = to + (at - from) + strcspn(at, " \n") - 1;
	*last = *last == '0' ? '1' : '0';
	paper_change_result(paper, from, to);
	free(to);
	free(from);
}

static void a_result_for_another_phase(void **state)
{
	change_word(*state, "\nphase: ", 0);
	refuses_result(*state, "it is bound to another phase");
}

static void a_result_of_another_revocation(void **state)
{
	change_word(*state, "\nrevocation: ", 0);
	refuses_result(
		*state, "it has another revocation counter than the challenge");
}

static void a_counted_box_is_another_one(void **state)
{
	change_word(*state, "\nbox: ", 2);
	refuses_result(*state, " is another one than was counted");
}

static void a_result_of_version_1(void **state)
{
	paper_change_result(*state, "result/v2", "result/v1");
	refuses_result(*state,
		"it is a result of version 1; this program reads version 2");
}

#define REFUSAL(test) cmocka_unit_test_setup_teardown(test, make, drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		REFUSAL(every_goal_is_reached),
		REFUSAL(another_definition),
		REFUSAL(definition_signed_by_one),
		REFUSAL(definition_signed_by_one_board),
		REFUSAL(other_operators),
		REFUSAL(operators_of_another_least_number),
		REFUSAL(operators_of_other_boards),
		REFUSAL(operators_with_another_key),
		REFUSAL(operators_of_another_name),
		REFUSAL(other_operators_text),
		REFUSAL(nobody_is_trusted),
		REFUSAL(authority_is_not_listed),
		REFUSAL(another_authority),
		REFUSAL(another_authority_text),
		REFUSAL(no_authority),
		REFUSAL(approvals_for_another_authority),
		REFUSAL(certificate_has_expired),
		cmocka_unit_test(certificate_expired_after_the_enrolment),
		REFUSAL(certificate_was_not_valid_at_the_enrolment),
		REFUSAL(certificate_of_another_tpm),
		REFUSAL(certificate_for_another_use),
		REFUSAL(certificate_was_changed),
		REFUSAL(software_tpm),
		REFUSAL(ak_of_another_tpm),
		REFUSAL(ak_is_no_attestation_key),
		REFUSAL(another_index),
		REFUSAL(credential_was_not_opened),
		REFUSAL(enrolment_signed_without_a_credential),
		REFUSAL(enrolment_signed_by_one),
		REFUSAL(enrolment_of_another_srk),
		REFUSAL(boot_approved_by_one),
		REFUSAL(boot_approved_by_one_board),
		REFUSAL(boot_approval_without_cp_hash),
		REFUSAL(boot_of_another_image),
		REFUSAL(boot_of_other_pcrs),
		REFUSAL(boot_approvals_disagree),
		REFUSAL(rk_policy_is_not_published),
		REFUSAL(rk_is_not_named),
		REFUSAL(rk_is_certified_by_another_ak),
		REFUSAL(bk_of_another_election),
		REFUSAL(keys_of_another_phase),
		REFUSAL(keys_signed_by_one),
		REFUSAL(entry_was_changed),
		REFUSAL(entry_was_taken_away),
		REFUSAL(owner_was_not_locked),
		REFUSAL(called_off),
		REFUSAL(called_off_with_the_auditors),
		REFUSAL(called_off_by_one),
		REFUSAL(result_was_dropped_by_the_authority),
		REFUSAL(nobody_called_it_off),
		REFUSAL(called_off_for_another_phase),
		REFUSAL(checkpoint_was_changed),
		REFUSAL(checkpoint_of_other_entries),
		REFUSAL(box_was_changed),
		REFUSAL(box_is_missing),
		REFUSAL(reason_was_changed),
		REFUSAL(reason_is_missing),
		REFUSAL(ciphertext_is_withheld),
		REFUSAL(withheld_is_another_box),
		REFUSAL(box_of_another_text),
		REFUSAL(keys_note_of_another_text),
		REFUSAL(reason_of_another_text),
		REFUSAL(reason_says_nothing),
		REFUSAL(reason_of_another_box),
		REFUSAL(box_in_another_place),
		REFUSAL(a_sum_of_refusals),
		REFUSAL(a_signature_is_not_in_the_tree),
		REFUSAL(header_was_changed),
		REFUSAL(header_is_missing),
		REFUSAL(header_of_another_box),
		REFUSAL(counted_without_a_header),
		REFUSAL(header_for_others),
		REFUSAL(something_follows_the_header),
		REFUSAL(anchor_of_other_entries),
		REFUSAL(anchor_that_the_challenge_does_not_name),
		REFUSAL(entry_was_exchanged),
		REFUSAL(release_certified_over_something_else),
		REFUSAL(anchor_of_another_boot),
		REFUSAL(member_was_changed),
		REFUSAL(member_is_missing),
		REFUSAL(member_of_no_entry),
		REFUSAL(failure_was_changed),
		REFUSAL(listing_was_changed),
		REFUSAL(listing_is_missing),
		REFUSAL(listing_of_no_entry),
		REFUSAL(opened_by_one),
		REFUSAL(opened_at_another_checkpoint),
		REFUSAL(opened_for_a_rehearsal),
		REFUSAL(replayed_nonce),
		REFUSAL(nonce_that_no_officer_approved),
		REFUSAL(nonce_of_another_auditor),
		REFUSAL(challenge_of_other_boxes),
		REFUSAL(quote_over_fewer_pcrs),
		REFUSAL(quote_by_another_ak),
		REFUSAL(quote_of_another_challenge),
		REFUSAL(quote_was_changed),
		REFUSAL(another_image_ran),
		REFUSAL(another_image_runs_now),
		REFUSAL(load_options_were_given),
		REFUSAL(closed_in_a_courier_boot),
		REFUSAL(software_was_revoked),
		REFUSAL(software_approved_after_the_closing),
		REFUSAL(software_approved_before_the_closing),
		REFUSAL(software_approved_before_sealing),
		REFUSAL(software_approved_by_one),
		REFUSAL(software_approved_by_one_board),
		REFUSAL(software_that_nobody_sent),
		REFUSAL(software_ran_before_its_approval),
		REFUSAL(log_of_another_boot),
		REFUSAL(event_too_many),
		REFUSAL(event_too_few),
		REFUSAL(events_in_another_order),
		REFUSAL(released_by_one),
		REFUSAL(released_by_one_board),
		REFUSAL(released_twice_by_the_same),
		REFUSAL(released_another_result),
		REFUSAL(released_another_election),
		REFUSAL(released_another_machine),
		REFUSAL(released_for_a_rehearsal),
		REFUSAL(released_by_a_stranger),
		REFUSAL(released_without_cp_hash),
		REFUSAL(note_passed_off_as_approval),
		REFUSAL(released_for_another_purpose),
		REFUSAL(released_with_two_signatures),
		REFUSAL(result_by_another_key),
		REFUSAL(result_with_two_signatures),
		REFUSAL(another_result),
		REFUSAL(part_was_changed),
		REFUSAL(piece_is_missing),
		REFUSAL(pieces_are_swapped),
		REFUSAL(piece_is_there_twice),
		REFUSAL(a_signed_root_is_of_a_part_less),
		REFUSAL(a_signed_root_is_of_swapped_parts),
		REFUSAL(a_signed_root_is_of_a_repeated_part),
		REFUSAL(a_part_does_not_sum_up),
		REFUSAL(a_head_has_another_sum),
		REFUSAL(a_box_is_in_the_part_of_another_station),
		REFUSAL(a_result_for_another_phase),
		REFUSAL(a_result_of_another_revocation),
		REFUSAL(a_counted_box_is_another_one),
		REFUSAL(a_result_of_version_1),
		REFUSAL(not_released_yet),
		REFUSAL(grounds_are_named),
	};
	crypto_start();
	return cmocka_run_group_tests(tests, make_original, drop_original);
}
