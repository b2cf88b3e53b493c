/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/forgeries/forgeries.h"

#include "appliance/election/result_form.h"
#include "appliance/formats/crypto.h"
#include "appliance/machine/memfd.h"
#include "appliance/machine/spawn.h"
#include "appliance/record/items.h"
#include "appliance/record/journal.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { STRANGER = 77, OUTBOX_MEMBER = 3 * 512 };

/*
 * Parts of answers
 */

static struct p256_public stranger(void)
{
	const uint8_t scalar[P256_SIZE] = { [P256_SIZE - 1] = STRANGER };
	struct p256_private *key;
	if (p256_from_scalar(scalar, &key) != NULL)
		_exit(1);
	const struct p256_public public = p256_public_of(key);
	p256_free(key);
	return public;
}

static refusal say(const struct words *words)
{
	const struct wire_said said = { words->type, &words->body };
	return __real_wire_send(
		words->end, said, words->descriptor, words->descriptors);
}

/* Beside what is said in answer: the question stays open. */
static void say_before(const struct words *words)
{
	const enum wire_type asked = words->end->asked;
	say(words);
	words->end->asked = asked;
}

/* Of bulk, a copy that can be changed. */
static struct writer copy_of(int memfd)
{
	struct bytes content;
	if (memfd_map(memfd, ITEMS_MOST, &content) != NULL)
		_exit(1);
	struct writer copy = writer_of(malloc(content.size), content.size);
	write_bytes(&copy, content);
	memfd_unmap(&content);
	return copy;
}

/* A role may have few files: what it put the last time has been sent. */
static void put_bulk(struct words *words, const struct writer *content)
{
	static int put = -1;
	if (put >= 0)
		close(put);
	put = memfd_written(content);
	words->descriptor[0] = put;
	words->descriptors = 1;
}

/* The first place where the bulk has `from` gets `to`, which is as long. */
static void replace(struct words *words, const char *from, const char *to)
{
	const struct bytes text = bytes_of_text(to);
	struct writer copy = copy_of(words->descriptor[0]);
	char *place = memmem(copy.data, copy.size, from, strlen(from));
	if (place != NULL)
		memcpy(place, text.data, text.size);
	put_bulk(words, &copy);
}

/* Bulk of two items that mean nothing. */
static void put_items(struct words *words, const char *one, const char *other)
{
	static uint8_t space[256];
	struct writer out = writer_of(space, sizeof(space));
	write_item(&out, ITEM_PUBLIC, one, bytes_of_text("made up\n"));
	write_item(&out, ITEM_PUBLIC, other, bytes_of_text("made up\n"));
	put_bulk(words, &out);
}

static void set_why(struct words *words)
{
	wire_text_set(&words->body.INTAKE_VOID.box.why, "made up");
	words->descriptors = 0;
}

/*
 * define
 */

static void name_an_operator(struct words *words)
{
	words->body.DEFINE_ENROLMENT.operators.member[1].key = stranger();
}

static void approve_another_program(struct words *words)
{
	words->body.DEFINE_ENROLMENT.software.boot.pcrs.value[4].byte[0] ^= 1;
}

static void make_up_a_boot_approval(struct words *words)
{
	words->body.DEFINE_ENROLMENT.software.approvals.list[1]
		.signature.r[0] ^= 1;
}

static void need_one_operator(struct words *words)
{
	words->body.DEFINE_ENROLMENT.operators.need = 1;
}

static void leave_a_credential_out(struct words *words)
{
	words->body.DEFINE_ENROLMENT.credentials--;
}

static void name_another_secret(struct words *words)
{
	words->body.DEFINE_ENROLMENT.credential[1].secret.byte[0] ^= 1;
}

static void name_another_definition(struct words *words)
{
	words->body.DEFINE_ELECTION.definition.byte[0] ^= 1;
}

static void need_one_auditor(struct words *words)
{
	words->body.DEFINE_ELECTION.auditors.need = 1;
}

static void add_an_officer(struct words *words)
{
	struct quorum *officers = &words->body.DEFINE_ELECTION.officers;
	officers->member[officers->of++].key = stranger();
}

static void name_another_machine(struct words *words)
{
	words->body.DEFINE_ELECTION.ak.byte[2] ^= 1;
}

static void name_a_box_key(struct words *words)
{
	const struct p256_public key = stranger();
	p256_to_point(&key, words->body.DEFINE_ELECTION.bk_point);
}

static void name_a_result_key(struct words *words)
{
	const struct p256_public key = stranger();
	p256_to_point(&key, words->body.DEFINE_ELECTION.rk_point);
}

static void change_plan(struct words *words, void (*change)(struct plan *))
{
	const size_t beside = words->descriptors;
	struct writer copy = copy_of(words->descriptor[0]);
	struct plan *plan;
	if (plan_decode(written(&copy), &plan) != NULL)
		_exit(1);
	change(plan);
	copy.size = 0;
	plan_encode(&copy, plan);
	plan_free(plan);
	put_bulk(words, &copy);
	/* What travels beside the plan still does. */
	words->descriptors = beside;
}

/* To have the boxes' file keys sealed to it. */
static void name_a_recipient(struct words *words)
{
	struct recipients *named = &words->body.DEFINE_ELECTION.recipients;
	named->key[named->count++] = stranger();
}

/* Votes for one are votes for the other. */
static void swap_two(struct plan *plan)
{
	const uint16_t code = plan->candidate[0].code;
	plan->candidate[0].code = plan->candidate[1].code;
	plan->candidate[1].code = code;
}

static void swap_candidates(struct words *words)
{
	change_plan(words, swap_two);
}

static void leave_one_choice(struct plan *plan)
{
	plan->contest[0].max_choices = 1;
}

static void leave_out_choices(struct words *words)
{
	change_plan(words, leave_one_choice);
}

static void find_approvals(struct words *words)
{
	if (words->end->asked != DEFINE_OPEN)
		return;
	words->type = DEFINE_APPROVALS;
	memset(&words->body, 0, sizeof(words->body));
	struct approvals *found = &words->body.DEFINE_APPROVALS.given.approvals;
	found->count = 2;
	memset(found->list, 1, sizeof(found->list));
	for (uint16_t i = 0; i < found->count; i++) {
		found->list[i].member = 2 * i;
		found->list[i].bound = 0;
	}
}

static void call_off(struct words *words)
{
	if (words->end->asked != DEFINE_ABANDON)
		return;
	words->type = DEFINE_ABANDONED;
	memset(&words->body, 0, sizeof(words->body));
	wire_text_set(&words->body.DEFINE_ABANDONED, "made up");
}

static void make_up_an_approval(struct words *words)
{
	words->body.DEFINE_APPROVALS.given.approvals.list[1].signature.r[0] ^=
		1;
}

static void make_up_a_release(struct words *words)
{
	if (words->end->asked == DEFINE_RELEASE)
		make_up_an_approval(words);
}

static void find_another_nonce(struct words *words)
{
	struct wire_text *nonce = &words->body.DEFINE_APPROVALS.nonce[0];
	char *last = &nonce->line[strlen(nonce->line) - 1];
	*last = *last == '0' ? '1' : '0';
}

static void find_another_result(struct words *words)
{
	if (words->end->asked == DEFINE_RELEASE)
		words->body.DEFINE_APPROVALS.given.result.byte[0] ^= 1;
}

static void find_another_revocation(struct words *words)
{
	if (words->end->asked == DEFINE_RELEASE)
		words->body.DEFINE_APPROVALS.revocation++;
}

static void tell_of_all_boxes(struct words *words)
{
	words->body.DEFINE_DELIVERED =
		notice_of(NOTICE_PART(BOXES, .first = 12, .second = 12));
}

static void tell_another_digest(struct words *words)
{
	words->body.DEFINE_DIGESTED.digest.byte[0] ^= 1;
}

/*
 * intake
 */

static void change_what_was_brought(struct words *words)
{
	replace(words, "\"rehearsal\": false", "\"rehearsal\": true ");
}

static void say_another_kind(struct words *words)
{
	words->body.INTAKE_KIND.kind = COURIER_APPROVALS;
}

static bool is_first(const struct words *words)
{
	return words->body.INTAKE_BOX.box.station == 0;
}

static void say_another_station(struct words *words)
{
	if (is_first(words))
		words->body.INTAKE_BOX.box.station = 7;
}

static void say_another_sequence(struct words *words)
{
	if (is_first(words))
		words->body.INTAKE_BOX.box.sequence++;
}

static void say_another_digest(struct words *words)
{
	words->body.INTAKE_BOX.box.digest.byte[0] ^= 1;
}

static void say_another_text(struct words *words)
{
	if (is_first(words))
		words->body.INTAKE_BOX.box.text.byte[0] ^= 1;
}

static void say_another_keys_text(struct words *words)
{
	words->body.INTAKE_KEYS.text.byte[0] ^= 1;
}

static void end_after_a_box(struct words *words)
{
	if (!is_first(words)) {
		words->type = INTAKE_END;
		words->descriptors = 0;
		words->body.INTAKE_END = (struct intake_end){ .boxes = 1 };
	}
}

static void say_a_box_twice(struct words *words)
{
	if (is_first(words))
		say_before(words);
}

static void give_two_places(struct words *words)
{
	if (is_first(words)) {
		struct words other = *words;
		other.body.INTAKE_BOX.box.station = 7;
		say_before(&other);
	}
}

static void make_up_a_box(struct words *words)
{
	if (is_first(words))
		put_items(words, "note", "age");
}

static void make_up_no_box(struct words *words)
{
	if (is_first(words))
		put_items(words, "one", "other");
}

static void refuse_a_box(struct words *words)
{
	if (is_first(words)) {
		words->type = INTAKE_VOID;
		set_why(words);
	}
}

static void make_up_the_keys_note(struct words *words)
{
	put_items(words, "election-keys.note", "other");
}

/*
 * journal
 */

static bool is_a_box(const struct words *words)
{
	return words->body.JOURNAL_ENTRY.type == ENTRY_BOX &&
	       words->body.JOURNAL_ENTRY.station == 0;
}

static void change_a_box(struct words *words)
{
	if (is_a_box(words))
		replace(words, "age-encryption.org/v1",
			"age-encryption.org/v2");
}

static void hide_a_box(struct words *words)
{
	if (is_a_box(words))
		words->body.JOURNAL_ENTRY.type = ENTRY_MEDIUM;
}

static void give_another_place(struct words *words)
{
	if (is_a_box(words))
		words->body.JOURNAL_ENTRY.station = 7;
}

static void say_another_root(struct words *words)
{
	words->body.JOURNAL_APPENDED.root.byte[0] ^= 1;
}

static void say_it_is_open(struct words *words)
{
	words->body.JOURNAL_UNLOCKED.state = STATE_OPEN;
}

static void say_it_is_approved(struct words *words)
{
	words->body.JOURNAL_UNLOCKED.state = STATE_APPROVED;
}

static void say_another_chain(struct words *words)
{
	words->body.JOURNAL_APPENDED.anchor_chain.byte[0] ^= 1;
}

static void say_another_anchor(struct words *words)
{
	words->body.JOURNAL_APPENDED.anchor.byte[0] ^= 1;
}

static void change_the_definition(struct words *words)
{
	if (words->body.JOURNAL_ENTRY.type == ENTRY_SEALED)
		replace(words, "\"max_choices\": 13", "\"max_choices\": 12");
}

static void change_the_challenge(struct words *words)
{
	if (words->body.JOURNAL_ENTRY.type == ENTRY_CLOSED)
		replace(words, "revocation: 1", "revocation: 2");
}

/*
 * keys
 */

static void give_another_file_key(struct words *words)
{
	words->body.KEYS_OPENED.key.byte[0] ^= 1;
}

/* Well-formed, for the listed recipients, and under another file key. */
static void make_false_headers(struct words *words)
{
	const struct age_file_key other = { "another file key" };
	struct keys_opened *opened = &words->body.KEYS_OPENED;
	struct writer out = writer_of(opened->header, sizeof(opened->header));
	struct age_header header;
	if (opened->size == 0)
		return;
	if (age_header_parse(bytes_of(opened->header, opened->size), &header) !=
		NULL)
		_exit(1);
	write_age_header(&out, &other, header.stanza, header.stanza_count);
}

static void make_no_headers(struct words *words)
{
	words->body.KEYS_OPENED.size = 0;
	memset(words->body.KEYS_OPENED.header, 0, BOX_HEADER_MOST);
}

static void make_up_a_signature(struct words *words)
{
	words->body.KEYS_SIGNED.signature.r[0] ^= 1;
}

static void make_up_members(struct words *words)
{
	if (words->end->asked == KEYS_QUOTE)
		put_items(words, "quote.attest", "quote.signature");
}

static void make_up_an_anchor(struct words *words)
{
	if (words->end->asked == KEYS_CERTIFY)
		put_items(words, "journal.attest", "journal.signature");
}

static void make_up_the_last_anchor(struct words *words)
{
	if (words->end->asked == KEYS_CERTIFY)
		put_items(words, "released.attest", "released.signature");
}

static void say_another_ak(struct words *words)
{
	words->body.KEYS_STARTED.ak.byte[2] ^= 1;
}

/*
 * starter, count and tally
 */

static void name_another_process(struct words *words)
{
	words->body.STARTER_STARTED.pid = 1;
}

static void void_its_box(struct words *words)
{
	words->type = COUNT_VOID;
	wire_text_set(&words->body.COUNT_VOID.box.why, "made up");
	words->descriptors = 0;
}

/* Head and parts are written of what is changed here: every sum is right. */
static void bind_to_another_revocation(struct words *words)
{
	words->result->binding.revocation++;
}

static void move_a_vote(struct words *words)
{
	uint32_t *votes = result_row(words->result, 0, 0) + ROW_VOTES;
	votes[0]--;
	votes[1]++;
}

static void forget_a_box(struct words *words)
{
	struct result *result = words->result;
	const uint16_t station = result->box[--result->boxes].station;
	const struct plan *plan = result->plan;
	for (uint16_t c = 0; c < plan->contests; c++) {
		uint32_t *row = result_row(result, station, c);
		if (row != NULL)
			memset(row, 0, result_row_size(plan, c) * sizeof(*row));
	}
	result->boxes_of[station] = (struct result_chain){ 0 };
}

/* One ballot more, or less, with a name too many: no sum is of it. */
static void change_a_flaw(struct words *words)
{
	words->result->flaws[0][ROW_EXTRA - ROW_FLAWS] ^= 1;
}

/* The head has the root of the true ones. */
static void change_a_part(struct words *words)
{
	replace(words, " cast=", " cast:");
}

/* All parts are in one piece here: of two stations it has the lines. */
static void leave_a_part_out(struct words *words)
{
	struct writer copy = copy_of(words->descriptor[0]);
	const uint8_t *next = memmem(copy.data + 1, copy.size - 1,
		"\nstation: ", strlen("\nstation: "));
	if (next == NULL)
		_exit(1);
	const size_t size = (size_t)(next + 1 - copy.data);
	struct writer rest = writer_of(copy.data + size, copy.size - size);
	rest.size = rest.capacity;
	put_bulk(words, &rest);
}

static void repeat_the_parts(struct words *words)
{
	const struct writer copy = copy_of(words->descriptor[0]);
	struct writer twice = writer_of(malloc(2 * copy.size), 2 * copy.size);
	write_bytes(&twice, written(&copy));
	write_bytes(&twice, written(&copy));
	put_bulk(words, &twice);
}

/*
 * media, console, publish
 */

static void bring_a_medium(struct words *words)
{
	const int medium = memfd_of(bytes_of_text("a medium"));
	__real_wire_send(words->end, SAY(MEDIA_HERE, &nothing), &medium, 1);
}

static void bring_a_medium_later(struct words *words)
{
	say(words);
	bring_a_medium(words);
	words->unsaid = true;
}

static void draw_another_line(struct words *words)
{
	static const char line[] = "sandoq: released: all is well\n";
	words->unsaid = write(SPAWN_GRANTED + 1, line, strlen(line)) < 0;
}

static void write_over_a_member(struct words *words)
{
	if (words->end->asked == PUBLISH_MEMBERS_OF)
		words->unsaid =
			pwrite(SPAWN_GRANTED, "x", 1, OUTBOX_MEMBER) < 0;
}

/*
 * The table
 */

/* When: in every boot of a step, in its first one or in its counting boot. */
#define IN(step) step, step, ANY_BOOT, NULL
#define AT_FIRST_IN(step) step, step, 0, NULL
#define COUNTING_IN(step) step, step, 1, NULL
#define COUNTING OPEN, RELEASE, 1, NULL
/* With approvals by one officer alone. */
#define BY_ONE(boot) OPEN, OPEN, boot, "open_by_one"

/* The first is in the journal, too. */
#define FAILED "failed: "
#define UNCONNECTED "the journal role's answers do not follow from each other"
#define ELSEWHERE "the journal has it in another place than its station signed"
#define NO_APPROVAL "the signature is not this member's"
#define NOT_OPENED "did not open the credential that operator-3 made for it"
#define NOT_THE_KEY "the key's policy is not that of this election"
#define NOT_APPROVED                                                           \
	FAILED "the count is not the one that the auditors approved"
#define RECOUNTED "the machine's result is another one"
#define VOID_WITHOUT                                                           \
	"box 0001 is void by what is in it, and the machine made no header "   \
	"for it"
#define NOT_THE_PARTS "the stations' parts are not those of the definition"
#define DISPUTED "it is disputed: the machine left boxes out that it says its"

const struct forgery forgeries[] = {
	{ ROLE_DEFINE, "names another operator", IN(ENROL), DEFINE_ENROLMENT,
		name_an_operator, ENROL, NO_APPROVAL },
	{ ROLE_DEFINE, "needs one operator", IN(ENROL), DEFINE_ENROLMENT,
		need_one_operator, ENROL,
		"the quorum needs fewer than two approvals" },
	{ ROLE_DEFINE, "approves another program", IN(ENROL), DEFINE_ENROLMENT,
		approve_another_program, ENROL, NO_APPROVAL },
	{ ROLE_DEFINE, "makes a boot approval up", IN(ENROL), DEFINE_ENROLMENT,
		make_up_a_boot_approval, ENROL, NO_APPROVAL },
	{ ROLE_DEFINE, "leaves a credential out", IN(ENROL), DEFINE_ENROLMENT,
		leave_a_credential_out, ENROL, NOT_OPENED },
	{ ROLE_DEFINE, "names another secret", IN(ENROL), DEFINE_ENROLMENT,
		name_another_secret, ENROL, "holds another secret" },
	{ ROLE_DEFINE, "names another definition", IN(SEAL), DEFINE_ELECTION,
		name_another_definition, SEAL, NOT_THE_KEY },
	{ ROLE_DEFINE, "adds an officer", IN(SEAL), DEFINE_ELECTION,
		add_an_officer, SEAL, NOT_THE_KEY },
	{ ROLE_DEFINE, "names another machine's AK", IN(SEAL), DEFINE_ELECTION,
		name_another_machine, SEAL, NOT_THE_KEY },
	{ ROLE_DEFINE, "needs one auditor", IN(SEAL), DEFINE_ELECTION,
		need_one_auditor, SEAL,
		"the quorum needs fewer than two approvals" },
	{ ROLE_DEFINE, "names a box key of its own", IN(DELIVER),
		DEFINE_ELECTION, name_a_box_key, OPEN,
		"the box has a recipient that the definition does not list" },
	{ ROLE_DEFINE, "finds approvals to open", BY_ONE(0), REFUSED,
		find_approvals, OPEN,
		FAILED "the approvals: fewer approvals than the quorum needs" },
	{ ROLE_DEFINE, "finds approvals to open, always", BY_ONE(ANY_BOOT),
		REFUSED, find_approvals, OPEN, NO_APPROVAL },
	{ ROLE_DEFINE, "makes an approval to open up", IN(OPEN),
		DEFINE_APPROVALS, make_up_an_approval, OPEN,
		FAILED "the box key: opening a box: " NO_APPROVAL },
	{ ROLE_DEFINE, "makes an approval to release up", IN(RELEASE),
		DEFINE_APPROVALS, make_up_a_release, RELEASE,
		FAILED "the result key: signing the result: " NO_APPROVAL },
	{ ROLE_DEFINE, "finds another nonce", COUNTING_IN(OPEN),
		DEFINE_APPROVALS, find_another_nonce, EVIDENCE,
		"it has other nonces than the officers approved" },
	{ ROLE_DEFINE, "finds another result approved", COUNTING_IN(RELEASE),
		DEFINE_APPROVALS, find_another_result, RELEASE, NOT_APPROVED },
	{ ROLE_DEFINE, "finds another revocation", COUNTING_IN(RELEASE),
		DEFINE_APPROVALS, find_another_revocation, RELEASE,
		NOT_APPROVED },
	{ ROLE_DEFINE, "names a result key of its own", IN(RELEASE),
		DEFINE_ELECTION, name_a_result_key, BUNDLE,
		"REFUSED result note" },
	{ ROLE_DEFINE, "swaps two candidates once", COUNTING_IN(OPEN),
		DEFINE_ELECTION, swap_candidates, RELEASE, NOT_APPROVED },
	{ ROLE_DEFINE, "swaps two candidates", COUNTING, DEFINE_ELECTION,
		swap_candidates, BUNDLE,
		"this line is not what the result's own numbers make it" },
	{ ROLE_DEFINE, "names a recipient of its own", COUNTING_IN(OPEN),
		DEFINE_ELECTION, name_a_recipient, OPEN,
		FAILED "the box cannot be judged: the plan has other "
		       "recipients" },
	{ ROLE_DEFINE, "leaves choices out", COUNTING, DEFINE_ELECTION,
		leave_out_choices, RECOUNT, RECOUNTED },
	/* The screen is wrong; who signs is told by their own computer. */
	{ ROLE_DEFINE, "lets one member of the authority call it off", OPEN,
		OPEN, 0, "abandoned_by_one", REFUSED, call_off, OPEN,
		"REFUSED abandonment: fewer have signed than the quorum" },
	{ ROLE_DEFINE, "tells of boxes that nobody has brought", IN(DELIVER),
		DEFINE_DELIVERED, tell_of_all_boxes, STEPS,
		"boxes_counted: 3\nboxes_void: 0" },
	/* What a telephone reads is not what anybody signs. */
	{ ROLE_DEFINE, "tells another digest", IN(EVIDENCE), DEFINE_DIGESTED,
		tell_another_digest, STEPS, "boxes_counted: 3\nboxes_void: 0" },

	{ ROLE_INTAKE, "changes what was brought", IN(SEAL), INTAKE_MEMBERS,
		change_what_was_brought, SEAL,
		"refused: definition.note: it is for a live election" },
	{ ROLE_INTAKE, "says another kind", IN(DELIVER), INTAKE_KIND,
		say_another_kind, DELIVER,
		"refused: a medium of kind approvals is not for a machine" },
	{ ROLE_INTAKE, "makes the keys' note up", IN(DELIVER), INTAKE_KEYS,
		make_up_the_keys_note, OPEN, "election keys note: not a" },
	{ ROLE_INTAKE, "makes a box up without its parts", IN(DELIVER),
		INTAKE_BOX, make_up_no_box, OPEN, "box 0001 is missing" },
	{ ROLE_INTAKE, "makes a box up", IN(DELIVER), INTAKE_BOX, make_up_a_box,
		OPEN, "boxes: box 0001: " },
	{ ROLE_INTAKE, "says another station", IN(DELIVER), INTAKE_BOX,
		say_another_station, OPEN, "boxes: box 0001: " ELSEWHERE },
	{ ROLE_INTAKE, "says another sequence", IN(DELIVER), INTAKE_BOX,
		say_another_sequence, OPEN, "boxes: box 0001: " ELSEWHERE },
	{ ROLE_INTAKE, "says another digest", IN(DELIVER), INTAKE_BOX,
		say_another_digest, STEPS, "boxes_counted: 3\nboxes_void: 0" },
	{ ROLE_INTAKE, "says another text", IN(DELIVER), INTAKE_BOX,
		say_another_text, OPEN,
		"leaf 0001 of the election's tree stands for another text" },
	{ ROLE_INTAKE, "says another text of the keys", IN(DELIVER),
		INTAKE_KEYS, say_another_keys_text, OPEN,
		"leaf 0000 of the election's tree stands for another text" },
	{ ROLE_INTAKE, "says a box twice", IN(DELIVER), INTAKE_BOX,
		say_a_box_twice, STEPS, "boxes_counted: 3\nboxes_void: 0" },
	{ ROLE_INTAKE, "gives a box two places", IN(DELIVER), INTAKE_BOX,
		give_two_places, OPEN, ELSEWHERE },
	{ ROLE_INTAKE, "drops what follows a box", IN(DELIVER), INTAKE_BOX,
		end_after_a_box, OPEN,
		"the votes of 11 boxes would be left out, and not of 9" },
	{ ROLE_INTAKE, "refuses a box", IN(DELIVER), INTAKE_BOX, refuse_a_box,
		OPEN, "; refused: 1" },

	{ ROLE_JOURNAL, "says that it is open", AT_FIRST_IN(DELIVER),
		JOURNAL_UNLOCKED, say_it_is_open, DELIVER, FAILED UNCONNECTED },
	{ ROLE_JOURNAL, "says another chain", AT_FIRST_IN(DELIVER),
		JOURNAL_APPENDED, say_another_chain, OPEN,
		"but the TPM has anchored more than the entries before it" },
	{ ROLE_JOURNAL, "says another root", AT_FIRST_IN(OPEN),
		JOURNAL_APPENDED, say_another_root, OPEN,
		"it is for another set of boxes: its checkpoint has another "
		"root" },
	{ ROLE_JOURNAL, "says another anchor", COUNTING_IN(OPEN),
		JOURNAL_APPENDED, say_another_anchor, EVIDENCE,
		"REFUSED closing anchor" },
	{ ROLE_JOURNAL, "changes the definition", COUNTING_IN(OPEN),
		JOURNAL_ENTRY, change_the_definition, OPEN,
		FAILED "definition.note: it is for another definition" },
	{ ROLE_JOURNAL, "says that it is approved", AT_FIRST_IN(RELEASE),
		JOURNAL_UNLOCKED, say_it_is_approved, RELEASE,
		FAILED UNCONNECTED },
	{ ROLE_JOURNAL, "changes the challenge", COUNTING_IN(RELEASE),
		JOURNAL_ENTRY, change_the_challenge, RELEASE,
		FAILED "approval-1: it is for another challenge" },
	{ ROLE_JOURNAL, "hides a box once", COUNTING_IN(OPEN), JOURNAL_ENTRY,
		hide_a_box, EVIDENCE, "REFUSED box headers" },
	{ ROLE_JOURNAL, "hides a box", COUNTING, JOURNAL_ENTRY, hide_a_box,
		EVIDENCE, "REFUSED box headers" },
	{ ROLE_JOURNAL, "changes a box", COUNTING, JOURNAL_ENTRY, change_a_box,
		BUNDLE, VOID_WITHOUT },
	{ ROLE_JOURNAL, "gives a box another place", COUNTING, JOURNAL_ENTRY,
		give_another_place, BUNDLE, VOID_WITHOUT },

	{ ROLE_KEYS, "names another AK", AT_FIRST_IN(OPEN), KEYS_STARTED,
		say_another_ak, OPEN,
		FAILED "image: it is for a machine with another AK" },
	{ ROLE_KEYS, "makes the quote up", COUNTING_IN(OPEN), KEYS_MEMBERS,
		make_up_members, EVIDENCE, "REFUSED quote" },
	{ ROLE_KEYS, "makes the anchor up", COUNTING_IN(OPEN), KEYS_MEMBERS,
		make_up_an_anchor, EVIDENCE, "REFUSED closing anchor" },
	{ ROLE_KEYS, "makes the last anchor up", COUNTING_IN(RELEASE),
		KEYS_MEMBERS, make_up_the_last_anchor, BUNDLE,
		"REFUSED release anchor" },
	{ ROLE_KEYS, "makes the signature up", COUNTING_IN(RELEASE),
		KEYS_SIGNED, make_up_a_signature, BUNDLE,
		"REFUSED result note" },
	{ ROLE_KEYS, "makes no headers", COUNTING_IN(OPEN), KEYS_OPENED,
		make_no_headers, OPEN,
		FAILED "the keys role made no header for a box" },
	{ ROLE_KEYS, "makes false headers", COUNTING_IN(OPEN), KEYS_OPENED,
		make_false_headers, RECOUNT,
		"the header that the machine made for box 0001 is false" },
	{ ROLE_KEYS, "gives other file keys once", COUNTING_IN(OPEN),
		KEYS_OPENED, give_another_file_key, RELEASE, NOT_APPROVED },
	{ ROLE_KEYS, "gives other file keys", COUNTING, KEYS_OPENED,
		give_another_file_key, RECOUNT, DISPUTED },

	{ ROLE_STARTER, "names another process", COUNTING, STARTER_STARTED,
		name_another_process, STEPS,
		"boxes_counted: 3\nboxes_void: 0" },
	{ ROLE_COUNT, "voids every box once", COUNTING_IN(OPEN), COUNT_VECTOR,
		void_its_box, RELEASE, NOT_APPROVED },
	{ ROLE_COUNT, "voids every box", COUNTING, COUNT_VECTOR, void_its_box,
		RECOUNT, DISPUTED },
	{ ROLE_TALLY, "says another revocation", COUNTING, TALLY_RESULT,
		bind_to_another_revocation, BUNDLE,
		"it has another revocation counter than the challenge" },
	{ ROLE_TALLY, "forgets a box", COUNTING, TALLY_RESULT, forget_a_box,
		BUNDLE, "box 0003 is neither counted nor void" },
	{ ROLE_TALLY, "moves a vote once", COUNTING_IN(OPEN), TALLY_RESULT,
		move_a_vote, RELEASE, NOT_APPROVED },
	{ ROLE_TALLY, "moves a vote", COUNTING, TALLY_RESULT, move_a_vote,
		RECOUNT, RECOUNTED },
	{ ROLE_TALLY, "changes a flaw", COUNTING, TALLY_RESULT, change_a_flaw,
		RECOUNT, RECOUNTED },
	{ ROLE_TALLY, "changes a station's part", COUNTING_IN(RELEASE),
		TALLY_PIECE, change_a_part, BUNDLE, "REFUSED result: line " },
	{ ROLE_TALLY, "leaves a station's part out", COUNTING_IN(RELEASE),
		TALLY_PIECE, leave_a_part_out, BUNDLE, NOT_THE_PARTS },
	{ ROLE_TALLY, "gives the stations' parts twice", COUNTING_IN(RELEASE),
		TALLY_PIECE, repeat_the_parts, BUNDLE,
		"there is more than one part of each station" },

	{ ROLE_MEDIA, "brings a medium unasked", COUNTING_IN(OPEN), DONE,
		bring_a_medium, OPEN,
		FAILED "a role gave another answer than was asked for" },
	{ ROLE_MEDIA, "brings a medium later", COUNTING, DONE,
		bring_a_medium_later, STEPS,
		"boxes_counted: 3\nboxes_void: 0" },
	{ ROLE_CONSOLE, "draws other lines", IN(OPEN), DONE, draw_another_line,
		STEPS, "boxes_counted: 3\nboxes_void: 0" },
	{ ROLE_PUBLISH, "changes the evidence", IN(EVIDENCE), DONE,
		write_over_a_member, EVIDENCE, "REFUSED operators" },
	{ ROLE_PUBLISH, "changes the bundle", IN(BUNDLE), DONE,
		write_over_a_member, BUNDLE, "REFUSED operators" },
};
const size_t forgery_count = sizeof(forgeries) / sizeof(forgeries[0]);

/*
 * Which of them it is
 */

static long told(const char *name)
{
	const char *text = getenv(name);
	return text != NULL ? strtol(text, NULL, 10) : -1;
}

static long told_forgery(void)
{
	const char *name = getenv("FORGERY");
	for (size_t i = 0; name != NULL && i < forgery_count; i++)
		if (strcmp(forgeries[i].name, name) == 0)
			return (long)i;
	return told("FORGERY");
}

static bool applies(
	const struct forgery *forgery, enum role role, enum wire_type type)
{
	return forgery->role == role && forgery->type == type &&
	       (forgery->boot == ANY_BOOT || forgery->boot == told("BOOT"));
}

/* Between two questions nothing of a machine is half done but what it asks. */
static void cut_power(const struct wire_end *end, enum wire_type type)
{
	static long asked;
	const char *name = getenv("CUT");
	const long after = told("CUT_AFTER");
	if (name != NULL && end->self == ROLE_SUPERVISOR &&
		strcmp(name, wire_row_of(type)->name) == 0 &&
		asked++ == (after < 0 ? 0 : after))
		kill(getpid(), SIGKILL);
}

static uint8_t *forged;

/*
 * What the tally role has counted, before it writes any of it. What it says
 * later follows from that.
 */
refusal __real_result_write_head(struct writer *, const struct result *);
refusal __wrap_result_write_head(struct writer *, const struct result *);

refusal __wrap_result_write_head(
	struct writer *out, const struct result *result)
{
	const long number = told_forgery();
	struct words words = { .type = TALLY_RESULT,
		.result = (struct result *)result };
	if (number >= 0 && (size_t)number < forgery_count &&
		applies(&forgeries[number], ROLE_TALLY, TALLY_RESULT)) {
		*forged = 1;
		forgeries[number].forge(&words);
	}
	return __real_result_write_head(out, result);
}

void forgery_begin(void)
{
	const char *path = getenv("FORGED");
	const int file = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
	if (file < 0)
		return;
	forged = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (forged == MAP_FAILED)
		_exit(1);
	close(file);
}

refusal forgery_send(struct wire_end *end, struct wire_said said,
	const int *descriptor, size_t count)
{
	const long number = told_forgery();
	cut_power(end, said.type);
	struct words words = { end, .type = said.type, .descriptors = count };
	if (number < 0 || (size_t)number >= forgery_count ||
		!applies(&forgeries[number], end->self, said.type) ||
		said.type == TALLY_RESULT)
		return __real_wire_send(end, said, descriptor, count);
	memcpy(&words.body, said.body,
		wire_row_of(said.type)->body()->struct_size);
	for (size_t i = 0; i < count; i++)
		words.descriptor[i] = descriptor[i];
	*forged = 1;
	forgeries[number].forge(&words);
	if (words.unsaid)
		return NULL;
	return say(&words);
}
