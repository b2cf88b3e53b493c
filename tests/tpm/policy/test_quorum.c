/* SPDX-License-Identifier: Apache-2.0 */
/* k of n with both boards: every way through the graph, and the refusals. */
#include "appliance/formats/crypto.h"
#include "tests/support/sealed_machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct p256_private *keys[QUORUM_MOST];

static int make_keys(void **state)
{
	(void)state;
	crypto_start();
	for (size_t i = 0; i < QUORUM_MOST; i++)
		keys[i] = p256_generate();
	return 0;
}

static int free_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < QUORUM_MOST; i++)
		p256_free(keys[i]);
	return 0;
}

/* `boards`: bit i is set when member i is of the second board. */
static struct quorum quorum_of(
	size_t count, size_t need, size_t each, unsigned boards)
{
	struct quorum approvers = {
		.need = (uint16_t)need,
		.of = (uint16_t)count,
		.each = (uint16_t)each,
	};
	for (size_t i = 0; i < count; i++) {
		approvers.member[i].key = p256_public_of(keys[i]);
		approvers.member[i].board = boards >> i & 1;
	}
	return approvers;
}

/* Members alternate between the boards. */
enum { ALTERNATE = 0xAA };

static struct quorum body_of(size_t count, size_t need)
{
	return quorum_of(count, need, 1, ALTERNATE);
}

static struct approvals unsigned_approvals(unsigned members)
{
	struct approvals approvals = { 0 };
	for (size_t i = 0; i < QUORUM_MOST; i++)
		if (members >> i & 1)
			approvals.list[approvals.count++].member = (uint16_t)i;
	return approvals;
}

static unsigned count_bits(unsigned set)
{
	unsigned count = 0;
	for (; set; set &= set - 1)
		count++;
	return count;
}

static bool is_enough(
	const struct quorum *quorum, unsigned set, unsigned boards)
{
	return count_bits(set) >= quorum->need &&
	       count_bits(set & boards) >= quorum->each &&
	       count_bits(set & ~boards) >= quorum->each;
}

/* What comes before every quorum here. */
static struct policy base_policy(void)
{
	struct policy base = { 0 };
	const struct policy_step first = { .kind = POLICY_COMMAND_CODE,
		.command = COMMAND_SIGN };
	policy_append(&base, &first);
	return base;
}

/* The path of every set of members, against the digest of all. */
static void check_all_sets(const struct quorum *quorum, unsigned boards)
{
	const struct approval_scope scope = { .purpose = APPROVE_OPEN };
	const struct digest ref = policy_ref(&scope);
	const struct policy base = base_policy();
	const struct digest start = policy_digest(&base);
	const struct digest wanted = quorum_digest(quorum, &ref, &start);
	assert_null(quorum_check(quorum));
	for (unsigned set = 0; set < 1u << quorum->of; set++) {
		const struct approvals approvals = unsigned_approvals(set);
		const bool met = is_enough(quorum, set, boards);
		struct policy policy = base;
		const refusal why =
			quorum_path(quorum, &scope, &approvals, &policy);
		const struct digest digest = policy_digest(&policy);
		assert_int_equal(quorum_is_met(quorum, (uint16_t)set), met);
		assert_int_equal(why == NULL, met);
		assert_int_equal(digest_equal(&digest, &wanted), met);
		assert_true(
			policy.count <= base.count + quorum->need + quorum->of);
	}
}

/* Every need and every least number that such a body can have. */
static void check_body(size_t count, unsigned boards,
	void (*check)(const struct quorum *, unsigned boards))
{
	const unsigned second = count_bits(boards);
	const size_t fewest = second < count - second ? second : count - second;
	for (size_t need = 2; need <= count; need++)
		for (size_t each = 1; each <= fewest && 2 * each <= need;
			each++) {
			const struct quorum quorum =
				quorum_of(count, need, each, boards);
			check(&quorum, boards);
		}
}

static void every_set_of_members(void **state)
{
	(void)state;
	for (size_t count = 2; count <= 5; count++)
		for (unsigned boards = 1; boards + 1 < 1u << count; boards++)
			check_body(count, boards, check_all_sets);
	for (size_t count = 6; count <= QUORUM_MOST; count++)
		check_body(
			count, ALTERNATE & ((1u << count) - 1), check_all_sets);
}

/*
 * The graph as policy.md writes it down, with no digest remembered: each node
 * is computed as often as a way leads through it.
 */
struct written_down {
	const struct quorum *quorum;
	struct digest ref;
	struct digest base;
	/* Of more than one way: where the TPM would be asked for an OR. */
	bool is_or[QUORUM_MOST + 1][QUORUM_MOST + 1][QUORUM_EACH_MOST + 1]
		  [QUORUM_EACH_MOST + 1];
	unsigned ors;
};

static bool reach(struct written_down *graph, size_t i, int j, int a, int b,
	struct digest *out);

/* One more way, through a signature or past it. */
static void add_way(struct policy_step *ways, const struct written_down *graph,
	size_t i, const struct digest *before, bool signs)
{
	struct policy_step sign = { .kind = POLICY_SIGNED };
	sign.sign.key = graph->quorum->member[i].key;
	sign.sign.ref = graph->ref;
	ways->either.branch[ways->either.count++] =
		signs ? policy_extend(before, &sign) : *before;
}

static bool reach(struct written_down *graph, size_t i, int j, int a, int b,
	struct digest *out)
{
	static const struct digest zeros;
	struct policy_step ways = { .kind = POLICY_OR };
	struct digest before;
	*out = graph->base;
	if (i == 0 || j < 0 || a < 0 || b < 0)
		return i == 0 && j == 0 && a == 0 && b == 0;
	const bool first = graph->quorum->member[i - 1].board == EXECUTIVE;
	const int each = graph->quorum->each;
	if (reach(graph, i - 1, j, a, b, &before))
		add_way(&ways, graph, i - 1, &before, false);
	if ((first ? a : b) == each &&
		reach(graph, i - 1, j - 1, a, b, &before))
		add_way(&ways, graph, i - 1, &before, true);
	if (reach(graph, i - 1, j - 1, first ? a - 1 : a, first ? b : b - 1,
		    &before))
		add_way(&ways, graph, i - 1, &before, true);
	if (ways.either.count > 1 && !graph->is_or[i][j][a][b]) {
		graph->is_or[i][j][a][b] = true;
		graph->ors++;
	}
	*out = ways.either.count > 1 ? policy_extend(&zeros, &ways)
				     : ways.either.branch[0];
	return ways.either.count > 0;
}

static unsigned most_ors;

static void check_as_written_down(const struct quorum *quorum, unsigned boards)
{
	const struct approval_scope scope = { .purpose = APPROVE_OPEN };
	const struct policy base = base_policy();
	struct written_down graph = { .quorum = quorum,
		.ref = policy_ref(&scope),
		.base = policy_digest(&base) };
	const struct digest digest =
		quorum_digest(quorum, &graph.ref, &graph.base);
	struct digest wanted;
	(void)boards;
	assert_true(reach(&graph, quorum->of, quorum->need, quorum->each,
		quorum->each, &wanted));
	assert_true(digest_equal(&digest, &wanted));
	if (graph.ors > most_ors)
		most_ors = graph.ors;
}

static void every_size_is_as_written_down(void **state)
{
	(void)state;
	for (size_t count = 2; count <= QUORUM_MOST; count++)
		for (size_t second = 1; second < count; second++)
			check_body(count, (1u << second) - 1,
				check_as_written_down);
	check_body(QUORUM_MOST, ALTERNATE, check_as_written_down);
	print_message("# at most %u ORs in a graph, %d on a way through it\n",
		most_ors, QUORUM_MOST);
}

static void five_of_nine_is_short(void **state)
{
	struct quorum approvers = body_of(9, 5);
	struct approvals approvals = unsigned_approvals(0x1F0);
	const struct approval_scope scope = { .purpose = APPROVE_OPEN };
	struct digest ref = policy_ref(&scope);
	struct policy policy = { 0 };
	struct digest empty = { { 0 } };
	struct digest digest;
	struct digest wanted = quorum_digest(&approvers, &ref, &empty);
	(void)state;
	assert_null(quorum_path(&approvers, &scope, &approvals, &policy));
	digest = policy_digest(&policy);
	assert_true(digest_equal(&digest, &wanted));
	assert_in_range(policy.count, 6, 14);
}

/* The last step of a path has the whole quorum's digest; no other has. */
static void digest_depends_on_all(void **state)
{
	struct quorum approvers = body_of(3, 2);
	struct quorum other;
	const struct approval_scope scope = { .purpose = APPROVE_OPEN };
	struct digest ref = policy_ref(&scope);
	struct digest base = { { 0 } };
	struct digest digest = quorum_digest(&approvers, &ref, &base);
	struct digest changed;
	(void)state;
	other = approvers;
	other.member[2].board = 0;
	other.member[1].board = 0;
	changed = quorum_digest(&other, &ref, &base);
	assert_false(digest_equal(&digest, &changed));
	other = approvers;
	other.need = 3;
	changed = quorum_digest(&other, &ref, &base);
	assert_false(digest_equal(&digest, &changed));
	other = body_of(9, 5);
	digest = quorum_digest(&other, &ref, &base);
	other.each = 2;
	changed = quorum_digest(&other, &ref, &base);
	assert_false(digest_equal(&digest, &changed));
	digest = quorum_digest(&approvers, &ref, &base);
	other = approvers;
	other.member[1].key = p256_public_of(keys[5]);
	changed = quorum_digest(&other, &ref, &base);
	assert_false(digest_equal(&digest, &changed));
	ref.byte[31] ^= 1;
	changed = quorum_digest(&approvers, &ref, &base);
	assert_false(digest_equal(&digest, &changed));
}

static void bodies_that_are_no_quorum(void **state)
{
	struct quorum approvers = body_of(3, 2);
	(void)state;
	approvers.need = 1;
	assert_string_equal(quorum_check(&approvers),
		"the quorum needs fewer than two approvals");
	approvers.need = 4;
	assert_string_equal(quorum_check(&approvers),
		"the quorum needs more approvals than it has members");
	approvers = body_of(3, 2);
	approvers.member[2].key = approvers.member[0].key;
	assert_string_equal(
		quorum_check(&approvers), "two members have the same key");
	approvers = body_of(3, 2);
	approvers.member[1].board = 0;
	assert_string_equal(quorum_check(&approvers),
		"a board has fewer members than the quorum needs of it");
	approvers.member[1].board = 2;
	assert_string_equal(
		quorum_check(&approvers), "a member is of neither board");
	approvers = body_of(3, 2);
	approvers.member[2].key.y[P256_SIZE - 1] ^= 1;
	assert_non_null(quorum_check(&approvers));
	approvers.of = QUORUM_MOST + 1;
	assert_string_equal(
		quorum_check(&approvers), "the quorum has more members than 9");
}

static void boards_that_are_no_quorum(void **state)
{
	static const char of_each[] = "of each board the quorum needs none, or "
				      "more than half of its approvals";
	struct quorum approvers = body_of(5, 4);
	(void)state;
	approvers.each = 2;
	assert_null(quorum_check(&approvers));
	approvers.each = 0;
	assert_string_equal(quorum_check(&approvers), of_each);
	approvers.each = 3;
	assert_string_equal(quorum_check(&approvers), of_each);
	approvers.each = UINT16_MAX;
	assert_string_equal(quorum_check(&approvers), of_each);
	approvers.each = 2;
	approvers.member[1].board = EXECUTIVE;
	assert_string_equal(quorum_check(&approvers),
		"a board has fewer members than the quorum needs of it");
}

static void one_key_in_two_bodies(void **state)
{
	struct quorum officers = body_of(3, 2);
	struct quorum auditors = body_of(3, 2);
	(void)state;
	assert_string_equal(quorums_check(&officers, &auditors),
		"one key is in two quorums");
	for (size_t i = 0; i < 3; i++)
		auditors.member[i].key = p256_public_of(keys[3 + i]);
	assert_null(quorums_check(&officers, &auditors));
}

/* Two of three, members 0 and 1 of one board. */
struct room {
	struct body body;
	struct approval_scope scope;
	struct digest cp_hash;
};

static int enter(void **state)
{
	static struct room room;
	room.body = body_make();
	room.scope = (struct approval_scope){ .purpose = APPROVE_RELEASE };
	room.scope.definition = sha256(bytes_of_text("definition"));
	room.scope.ak = public_name(bytes_of_text("AK"));
	room.cp_hash = sha256(bytes_of_text("command"));
	*state = &room;
	return 0;
}

static int leave(void **state)
{
	struct room *room = *state;
	body_free(&room->body);
	return 0;
}

static struct approvals approved(
	const struct room *room, const struct approval_scope *scope)
{
	return approve(&room->body, scope, &room->cp_hash, QUORUM);
}

static void assert_why(const struct room *room,
	const struct approvals *approvals, const char *why)
{
	refusal actual = approvals_check(
		&room->body.approvers, &room->scope, &room->cp_hash, approvals);
	if (why == NULL) {
		assert_null(actual);
		return;
	}
	assert_non_null(actual);
	assert_string_equal(actual, why);
}

static const char other_scope[] =
	"the signature is not this member's over this purpose, election, "
	"machine and command";

static void two_of_both_boards(void **state)
{
	struct room *room = *state;
	struct approvals approvals = approved(room, &room->scope);
	assert_why(room, &approvals, NULL);
}

static void one_of_two(void **state)
{
	struct room *room = *state;
	struct approvals approvals =
		approve(&room->body, &room->scope, &room->cp_hash, MEMBER_0);
	assert_why(room, &approvals, "fewer approvals than the quorum needs");
	approvals.count = 0;
	assert_why(room, &approvals, "fewer approvals than the quorum needs");
}

static void twice_by_the_same(void **state)
{
	struct room *room = *state;
	struct approvals approvals = approved(room, &room->scope);
	approvals.list[1] = approvals.list[0];
	assert_why(room, &approvals, "two approvals by the same member");
}

/* The same signature under the name of somebody else. */
static void under_another_name(void **state)
{
	struct room *room = *state;
	struct approvals approvals = approved(room, &room->scope);
	approvals.list[1] = approvals.list[0];
	approvals.list[1].member = 2;
	assert_why(room, &approvals, "the signature is another member's");
}

static void both_of_one_board(void **state)
{
	struct room *room = *state;
	struct approvals approvals =
		approve(&room->body, &room->scope, &room->cp_hash, ONE_BOARD);
	assert_why(room, &approvals,
		"fewer approvals of one board than the quorum needs");
}

static void of_another_digest(void **state)
{
	struct room *room = *state;
	struct digest other = sha256(bytes_of_text("another command"));
	struct approvals approvals =
		approve(&room->body, &room->scope, &other, QUORUM);
	assert_why(room, &approvals, other_scope);
}

static void of_another_election(void **state)
{
	struct room *room = *state;
	struct approval_scope scope = room->scope;
	struct approvals approvals;
	scope.definition.byte[0] ^= 1;
	approvals = approved(room, &scope);
	assert_why(room, &approvals, other_scope);
}

static void of_another_machine(void **state)
{
	struct room *room = *state;
	struct approval_scope scope = room->scope;
	struct approvals approvals;
	scope.ak.byte[5] ^= 1;
	approvals = approved(room, &scope);
	assert_why(room, &approvals, other_scope);
}

static void of_another_phase(void **state)
{
	struct room *room = *state;
	struct approval_scope scope = room->scope;
	struct approvals approvals;
	scope.phase += 3;
	approvals = approved(room, &scope);
	assert_why(room, &approvals, other_scope);
}

static void of_another_purpose(void **state)
{
	struct room *room = *state;
	struct approval_scope scope = room->scope;
	struct approvals approvals;
	scope.purpose = APPROVE_OPEN;
	approvals = approved(room, &scope);
	assert_why(room, &approvals, other_scope);
}

static void of_a_rehearsal(void **state)
{
	struct room *room = *state;
	struct approval_scope scope = room->scope;
	struct approvals approvals;
	scope.rehearsal = true;
	approvals = approved(room, &scope);
	assert_why(room, &approvals, "the approval is for a rehearsal");
	scope.rehearsal = false;
	approvals = approved(room, &scope);
	room->scope.rehearsal = true;
	assert_why(room, &approvals, "the approval is for a live election");
}

static void by_an_outsider(void **state)
{
	struct room *room = *state;
	struct approvals approvals = approved(room, &room->scope);
	struct digest digest = approval_digest(&room->scope, &room->cp_hash);
	approvals.list[1].signature = p256_sign(keys[0], &digest);
	assert_why(room, &approvals, other_scope);
	approvals.list[1].member = BODY_SIZE;
	assert_why(
		room, &approvals, "the approver is not a member of the quorum");
}

static void bound_to_nothing(void **state)
{
	struct room *room = *state;
	struct approvals approvals =
		approve(&room->body, &room->scope, NULL, QUORUM);
	assert_why(room, &approvals,
		"the approval is bound to no command: it would approve any");
	/* And the same signatures when they claim to be bound. */
	approvals.list[0].bound = true;
	approvals.list[1].bound = true;
	assert_why(room, &approvals,
		"the approval is bound to no command: it would approve any");
}

/* The TPM would look for the command in vain: it is told of none. */
static void bound_and_given_as_unbound(void **state)
{
	struct room *room = *state;
	struct approvals approvals = approved(room, &room->scope);
	approvals.list[1].bound = false;
	assert_why(room, &approvals,
		"the approval is bound to no command: it would approve any");
}

static void bound_where_it_must_not_be(void **state)
{
	struct room *room = *state;
	struct approvals approvals = approved(room, &room->scope);
	assert_string_equal(approvals_check(&room->body.approvers, &room->scope,
				    NULL, &approvals),
		"the approval is bound to a command, which this purpose does "
		"not allow");
}

static void signature_of_a_note(void **state)
{
	struct room *room = *state;
	struct digest note =
		sha256(bytes_of_text("sandoq box v1 live\nstation 7\n"));
	struct approvals approvals = approved(room, &room->scope);
	approvals.list[0].signature = p256_sign(room->body.key[0], &note);
	assert_why(room, &approvals, other_scope);
}

static void more_than_can_be(void **state)
{
	struct room *room = *state;
	struct approvals approvals = approved(room, &room->scope);
	approvals.count = QUORUM_MOST + 1;
	assert_why(room, &approvals,
		"more approvals than a quorum can have members");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_set_of_members),
		cmocka_unit_test(every_size_is_as_written_down),
		cmocka_unit_test(five_of_nine_is_short),
		cmocka_unit_test(digest_depends_on_all),
		cmocka_unit_test(bodies_that_are_no_quorum),
		cmocka_unit_test(boards_that_are_no_quorum),
		cmocka_unit_test(one_key_in_two_bodies),
		cmocka_unit_test_setup_teardown(
			two_of_both_boards, enter, leave),
		cmocka_unit_test_setup_teardown(one_of_two, enter, leave),
		cmocka_unit_test_setup_teardown(
			twice_by_the_same, enter, leave),
		cmocka_unit_test_setup_teardown(
			under_another_name, enter, leave),
		cmocka_unit_test_setup_teardown(
			both_of_one_board, enter, leave),
		cmocka_unit_test_setup_teardown(
			of_another_digest, enter, leave),
		cmocka_unit_test_setup_teardown(
			of_another_election, enter, leave),
		cmocka_unit_test_setup_teardown(
			of_another_machine, enter, leave),
		cmocka_unit_test_setup_teardown(of_another_phase, enter, leave),
		cmocka_unit_test_setup_teardown(
			of_another_purpose, enter, leave),
		cmocka_unit_test_setup_teardown(of_a_rehearsal, enter, leave),
		cmocka_unit_test_setup_teardown(by_an_outsider, enter, leave),
		cmocka_unit_test_setup_teardown(bound_to_nothing, enter, leave),
		cmocka_unit_test_setup_teardown(
			bound_and_given_as_unbound, enter, leave),
		cmocka_unit_test_setup_teardown(
			bound_where_it_must_not_be, enter, leave),
		cmocka_unit_test_setup_teardown(
			signature_of_a_note, enter, leave),
		cmocka_unit_test_setup_teardown(more_than_can_be, enter, leave),
	};
	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
