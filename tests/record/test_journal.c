/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal's headers and their fold: each type of entry in each state, and
 * what the tree, the chain and the anchor are made of.
 */
#include "appliance/record/journal.h"

#include "appliance/formats/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { STATES = STATE_FAILED };

/* The way of one election through all states. */
static const enum entry_type way[] = { ENTRY_ENROLLED, ENTRY_LOCKED,
	ENTRY_SEALED, ENTRY_INTAKE, ENTRY_OPEN, ENTRY_CLOSED, ENTRY_APPROVED,
	ENTRY_RELEASED };

static struct digest digest_of(const char *text)
{
	return sha256(bytes_of_text(text));
}

/* The header that may follow, its payload told by its number. */
static struct journal_header header_after(
	const struct journal_fold *fold, enum entry_type type)
{
	const uint8_t content[] = { (uint8_t)fold->tree.size };
	return (struct journal_header){
		.type = (uint16_t)type,
		.anchored = entry_row_of(type)->anchored,
		.entry = fold->entries,
		.size = sizeof(content),
		.payload = sha256(bytes_of(content, sizeof(content))),
		.text = entry_row_of(type)->leaf
				? sha256(bytes_of(content, sizeof(content)))
				: (struct digest){ { 0 } },
		.previous = fold->chain,
	};
}

static refusal fold_header(
	struct journal_fold *fold, const struct journal_header *header)
{
	uint8_t bytes[JOURNAL_HEADER_SIZE];
	journal_header_encode(header, bytes);
	return journal_fold_next(fold, bytes);
}

static refusal fold_type(struct journal_fold *fold, enum entry_type type)
{
	const struct journal_header header = header_after(fold, type);
	return fold_header(fold, &header);
}

/* To `abandoned` from `open`, which is in the middle of it. */
static enum entry_type next_on_way(enum machine_state state, size_t i)
{
	return state == STATE_ABANDONED && way[i] == ENTRY_CLOSED
		       ? ENTRY_ABANDONED
		       : way[i];
}

static struct journal_fold fold_in(enum machine_state state)
{
	struct journal_fold fold;
	journal_fold_start(&fold);
	for (size_t i = 0; fold.state != state; i++)
		assert_null(fold_type(&fold, next_on_way(state, i)));
	return fold;
}

static void expect_unchanged(struct journal_fold *fold,
	const struct journal_header *header, const char *why)
{
	const struct journal_fold before = *fold;
	assert_string_equal(fold_header(fold, header), why);
	assert_memory_equal(fold, &before, sizeof(before));
}

static void test_headers_come_back(void **state)
{
	static const uint8_t start[] = { 's', 'a', 'n', 'd', 'o', 'q', 'J', '1',
		0, ENTRY_BOX, 0, 1, 2, 3, 4, 5, 0, 0, 0, 0, 0, 0, 6, 7, 0, 0, 0,
		0, 0, 0, 8, 9 };
	struct journal_header header = { .type = ENTRY_BOX,
		.anchored = true,
		.station = 0x0203,
		.sequence = 0x0405,
		.entry = 0x0607,
		.size = 0x0809,
		.payload = digest_of("payload"),
		.text = digest_of("text"),
		.previous = digest_of("previous") };
	struct journal_header again;
	uint8_t bytes[JOURNAL_HEADER_SIZE];
	(void)state;
	memset(&again, 0, sizeof(again));
	journal_header_encode(&header, bytes);
	assert_memory_equal(bytes, start, sizeof(start));
	assert_null(journal_header_decode(bytes, &again));
	assert_int_equal(again.type, header.type);
	assert_true(again.anchored);
	assert_int_equal(again.station, header.station);
	assert_int_equal(again.sequence, header.sequence);
	assert_int_equal(again.entry, header.entry);
	assert_int_equal(again.size, header.size);
	assert_true(digest_equal(&again.payload, &header.payload));
	assert_true(digest_equal(&again.text, &header.text));
	assert_true(digest_equal(&again.previous, &header.previous));
}

static void test_unsound_headers_are_refused(void **state)
{
	struct journal_header header = { .type = ENTRY_BOX,
		.size = JOURNAL_PAYLOAD_MOST };
	struct journal_header out;
	uint8_t bytes[JOURNAL_HEADER_SIZE];
	(void)state;
	journal_header_encode(&header, bytes);
	assert_null(journal_header_decode(bytes, &out));
	for (size_t i = 0; i < 8; i++) {
		bytes[i] ^= 1;
		assert_string_equal(journal_header_decode(bytes, &out),
			"there is no entry here");
		bytes[i] ^= 1;
	}
	bytes[11] = 2;
	assert_non_null(journal_header_decode(bytes, &out));
	header.size++;
	journal_header_encode(&header, bytes);
	assert_non_null(journal_header_decode(bytes, &out));
	header.size = UINT64_MAX;
	journal_header_encode(&header, bytes);
	assert_non_null(journal_header_decode(bytes, &out));
}

static void test_entries_fill_whole_blocks(void **state)
{
	(void)state;
	assert_int_equal(journal_entry_size(0), 4096);
	assert_int_equal(journal_entry_size(4096 - JOURNAL_LEAD_SIZE), 4096);
	assert_int_equal(journal_entry_size(4097 - JOURNAL_LEAD_SIZE), 8192);
}

/* '-': refused; '.': the state stays; otherwise the first letter of the next,
 * with L for enrolling, R for released, C for closed
 * and X for abandoned. */
static const char *const transitions[ENTRY_TYPES + 1] = {
	/* blank, enrolling, enrolled, sealed, intake, open, closed, approved,
	 * released, abandoned */
	[ENTRY_ENROLLED] = "L---------",
	[ENTRY_BOOT] = "--........",
	[ENTRY_SEALED] = "--S-----SS",
	[ENTRY_INTAKE] = "---I------",
	[ENTRY_BOX] = "----.-----",
	[ENTRY_REFUSED] = "----.-----",
	[ENTRY_MEDIUM] = "----.-----",
	[ENTRY_OPEN] = "----O-----",
	[ENTRY_CLOSED] = "-----C----",
	[ENTRY_APPROVED] = "------A---",
	[ENTRY_RELEASED] = "-------R--",
	[ENTRY_SOFTWARE] = "--...-.-..",
	[ENTRY_REVOCATION] = "--...-.-..",
	[ENTRY_FAILED] = "-.........",
	[ENTRY_LOCKED] = "-E--------",
	[ENTRY_HEADERS] = "-----.----",
	[ENTRY_ABANDONED] = "---XXXXX--",
	[ENTRY_STATIONS] = "-------.--",
};

static void expect_transition(
	enum machine_state before, enum entry_type type, char expected)
{
	static const char letter[] = "BLESIOCARX";
	struct journal_fold fold = fold_in(before);
	const struct journal_header header = header_after(&fold, type);
	if (expected == '-') {
		expect_unchanged(
			&fold, &header, "such an entry may not stand here");
		return;
	}
	assert_null(fold_header(&fold, &header));
	assert_int_equal(letter[fold.state],
		expected == '.' ? letter[before] : expected);
	assert_int_equal(fold.entries, header.entry + 1);
	assert_int_equal(fold.last[type], header.entry);
}

static void test_every_type_in_every_state(void **state)
{
	(void)state;
	for (unsigned type = ENTRY_ENROLLED; type <= ENTRY_TYPES; type++)
		for (unsigned before = 0; before < STATES; before++)
			expect_transition(
				before, type, transitions[type][before]);
}

/* An election keeps the software that it was sealed with. */
static void test_sealing_keeps_its_software(void **state)
{
	struct journal_fold fold = fold_in(STATE_ENROLLED);
	uint64_t software = fold.entries;
	(void)state;
	assert_true(fold.sealed_software == UINT64_MAX);
	assert_null(fold_type(&fold, ENTRY_SOFTWARE));
	assert_true(fold.sealed_software == UINT64_MAX);
	assert_null(fold_type(&fold, ENTRY_SEALED));
	assert_int_equal(fold.sealed_software, software);
	assert_null(fold_type(&fold, ENTRY_SOFTWARE));
	assert_int_equal(fold.sealed_software, software);
	assert_int_equal(fold.last[ENTRY_SOFTWARE], software + 2);
}

/* Of the headers that were made before a count was begun again none is left. */
static void test_headers_are_of_the_last_count(void **state)
{
	struct journal_fold fold = fold_in(STATE_OPEN);
	(void)state;
	assert_null(fold_type(&fold, ENTRY_BOOT));
	assert_true(fold.headers == UINT64_MAX);
	assert_null(fold_type(&fold, ENTRY_HEADERS));
	assert_null(fold_type(&fold, ENTRY_BOOT));
	assert_true(fold.headers == UINT64_MAX);
	const uint64_t first = fold.entries;
	assert_null(fold_type(&fold, ENTRY_HEADERS));
	assert_null(fold_type(&fold, ENTRY_HEADERS));
	assert_null(fold_type(&fold, ENTRY_CLOSED));
	assert_null(fold_type(&fold, ENTRY_BOOT));
	assert_int_equal(fold.headers, first);
	assert_null(fold_type(&fold, ENTRY_APPROVED));
	assert_null(fold_type(&fold, ENTRY_RELEASED));
	assert_int_equal(fold.headers, first);
	assert_null(fold_type(&fold, ENTRY_SEALED));
	assert_true(fold.headers == UINT64_MAX);
}

static void test_stations_are_of_the_last_count(void **state)
{
	struct journal_fold fold = fold_in(STATE_APPROVED);
	(void)state;
	assert_true(fold.stations == UINT64_MAX);
	const uint64_t lost = fold.entries;
	assert_null(fold_type(&fold, ENTRY_STATIONS));
	assert_int_equal(fold.stations, lost);
	assert_null(fold_type(&fold, ENTRY_BOOT));
	assert_true(fold.stations == UINT64_MAX);
	const uint64_t first = fold.entries;
	assert_null(fold_type(&fold, ENTRY_STATIONS));
	assert_null(fold_type(&fold, ENTRY_STATIONS));
	assert_null(fold_type(&fold, ENTRY_RELEASED));
	assert_null(fold_type(&fold, ENTRY_BOOT));
	assert_int_equal(fold.stations, first);
	assert_true(journal_is_stale(
		ENTRY_STATIONS, lost, fold.headers, fold.stations));
	assert_false(journal_is_stale(
		ENTRY_STATIONS, first, fold.headers, fold.stations));
	assert_null(fold_type(&fold, ENTRY_SEALED));
	assert_true(fold.stations == UINT64_MAX);
}

static void test_unknown_types_are_refused(void **state)
{
	struct journal_fold fold = fold_in(STATE_INTAKE);
	struct journal_header header = header_after(&fold, ENTRY_BOX);
	(void)state;
	for (unsigned type = 0; type <= UINT16_MAX; type++) {
		if (type >= ENTRY_ENROLLED && type <= ENTRY_TYPES)
			continue;
		assert_null(entry_row_of(type));
		header.type = (uint16_t)type;
		assert_string_equal(
			fold_header(&fold, &header), "its type is unknown");
	}
}

static void test_entries_follow_each_other(void **state)
{
	struct journal_fold fold = fold_in(STATE_INTAKE);
	struct journal_header header = header_after(&fold, ENTRY_BOX);
	(void)state;
	header.entry++;
	expect_unchanged(&fold, &header, "its number does not follow");
	header.entry -= 2;
	expect_unchanged(&fold, &header, "its number does not follow");
	header.entry++;
	header.previous.byte[SHA256_SIZE - 1] ^= 1;
	expect_unchanged(&fold, &header, "it does not follow the entry before");
	header.previous.byte[SHA256_SIZE - 1] ^= 1;
	header.anchored = !header.anchored;
	expect_unchanged(&fold, &header, "its anchor mark is wrong");
	header.anchored = !header.anchored;
	assert_null(fold_header(&fold, &header));
}

static void test_only_leaves_stand_for_texts(void **state)
{
	struct journal_fold fold = fold_in(STATE_INTAKE);
	struct journal_header header = header_after(&fold, ENTRY_MEDIUM);
	(void)state;
	header.text.byte[SHA256_SIZE - 1] = 1;
	expect_unchanged(&fold, &header, "it stands for a text and is no leaf");
	header = header_after(&fold, ENTRY_REFUSED);
	header.text.byte[SHA256_SIZE - 1] ^= 1;
	header.station = JOURNAL_NO_STATION;
	assert_null(fold_header(&fold, &header));
}

static void test_only_boxes_name_boxes(void **state)
{
	(void)state;
	for (enum entry_type type = ENTRY_MEDIUM; type <= ENTRY_OPEN; type++) {
		struct journal_fold fold = fold_in(STATE_INTAKE);
		struct journal_header header = header_after(&fold, type);
		header.station = 1;
		expect_unchanged(&fold, &header, "it names a box and is none");
		header.station = 0;
		header.sequence = 1;
		expect_unchanged(&fold, &header, "it names a box and is none");
	}
	struct journal_fold fold = fold_in(STATE_INTAKE);
	struct journal_header header = header_after(&fold, ENTRY_BOX);
	header.station = 1;
	header.sequence = 1;
	assert_null(fold_header(&fold, &header));
}

static void test_chain_is_of_the_header(void **state)
{
	struct journal_fold fold = fold_in(STATE_SEALED);
	const struct journal_header header = header_after(&fold, ENTRY_INTAKE);
	uint8_t bytes[JOURNAL_HEADER_SIZE];
	(void)state;
	journal_header_encode(&header, bytes);
	assert_null(journal_fold_next(&fold, bytes));
	const struct digest chain = sha256(bytes_of(bytes, sizeof(bytes)));
	assert_true(digest_equal(&fold.chain, &chain));
}

/* --- tree --- */

/* One intake, with boot entries of which the tree must know nothing. */
static struct journal_fold intake_with_boots(size_t boots)
{
	static const enum entry_type entries[] = { ENTRY_INTAKE, ENTRY_BOX,
		ENTRY_REFUSED, ENTRY_MEDIUM, ENTRY_BOX, ENTRY_MEDIUM };
	struct journal_fold fold = fold_in(STATE_SEALED);
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		for (size_t j = 0; j < boots; j++)
			assert_null(fold_type(&fold, ENTRY_BOOT));
		assert_null(fold_type(&fold, entries[i]));
	}
	return fold;
}

static void test_tree_knows_no_boots(void **state)
{
	const struct journal_fold once = intake_with_boots(0);
	const struct journal_fold often = intake_with_boots(3);
	const struct digest root = merkle_root(&once.tree);
	const struct digest same = merkle_root(&often.tree);
	(void)state;
	assert_int_equal(once.tree.size, 4);
	assert_int_equal(often.tree.size, 4);
	assert_true(digest_equal(&root, &same));
	assert_false(digest_equal(&once.chain, &often.chain));
}

static void test_leaf_is_as_described(void **state)
{
	uint8_t bytes[2 + 2 + 2 + SHA256_SIZE] = { 0, ENTRY_BOX, 0, 2, 0, 3 };
	struct journal_header header = { .type = ENTRY_BOX,
		.station = 2,
		.sequence = 3,
		.entry = 9,
		.size = 4,
		.payload = digest_of("payload"),
		.text = digest_of("text"),
		.previous = digest_of("previous") };
	(void)state;
	memcpy(bytes + 6, header.text.byte, SHA256_SIZE);
	const struct digest expected =
		merkle_leaf(bytes_of(bytes, sizeof(bytes)));
	const struct digest leaf = journal_leaf(&header);
	assert_true(digest_equal(&leaf, &expected));
	header.entry = 10;
	header.size = 5;
	header.payload = digest_of("signed once more");
	header.previous = digest_of("other");
	const struct digest same = journal_leaf(&header);
	assert_true(digest_equal(&same, &expected));
}

static void test_leaf_tells_boxes_apart(void **state)
{
	const struct journal_header header = { .type = ENTRY_BOX,
		.text = digest_of("text") };
	const struct digest leaf = journal_leaf(&header);
	struct journal_header other[4] = { header, header, header, header };
	(void)state;
	other[0].type = ENTRY_REFUSED;
	other[1].station = 1;
	other[2].sequence = 1;
	other[3].text = digest_of("other");
	for (size_t i = 0; i < 4; i++) {
		const struct digest differs = journal_leaf(&other[i]);
		assert_false(digest_equal(&leaf, &differs));
	}
}

static void test_open_freezes_the_checkpoint(void **state)
{
	struct journal_fold fold = intake_with_boots(1);
	const struct digest root = merkle_root(&fold.tree);
	static const enum entry_type rest[] = { ENTRY_OPEN, ENTRY_BOOT,
		ENTRY_CLOSED, ENTRY_APPROVED, ENTRY_RELEASED };
	(void)state;
	assert_int_equal(fold.frozen_size, 0);
	for (size_t i = 0; i < sizeof(rest) / sizeof(rest[0]); i++) {
		assert_null(fold_type(&fold, rest[i]));
		assert_int_equal(fold.frozen_size, 4);
		assert_true(digest_equal(&fold.frozen_root, &root));
	}
}

static void test_next_election_has_its_own_tree(void **state)
{
	struct journal_fold fold = fold_in(STATE_RELEASED);
	(void)state;
	assert_int_equal(fold.tree.size, 1);
	assert_null(fold_type(&fold, ENTRY_SEALED));
	assert_int_equal(fold.tree.size, 0);
	assert_null(fold_type(&fold, ENTRY_INTAKE));
	assert_int_equal(fold.tree.size, 1);
	const struct journal_fold first = fold_in(STATE_INTAKE);
	const struct digest root = merkle_root(&fold.tree);
	const struct digest same = merkle_root(&first.tree);
	assert_true(digest_equal(&root, &same));
}

/* Or its officers would sign the boxes of the election before. */
static void expect_nothing_left_of(enum machine_state before)
{
	struct journal_fold fold = fold_in(before);
	const struct digest none = { 0 };
	assert_true(fold.last[ENTRY_OPEN] != UINT64_MAX);
	assert_true(fold.frozen_size != 0);
	const uint64_t sealed = fold.entries;
	assert_null(fold_type(&fold, ENTRY_SEALED));
	for (unsigned type = ENTRY_INTAKE; type <= ENTRY_RELEASED; type++)
		assert_true(fold.last[type] == UINT64_MAX);
	assert_true(fold.last[ENTRY_ABANDONED] == UINT64_MAX);
	assert_int_equal(fold.last[ENTRY_ENROLLED], 0);
	assert_int_equal(fold.last[ENTRY_SEALED], sealed);
	assert_int_equal(fold.frozen_size, 0);
	assert_true(digest_equal(&fold.frozen_root, &none));
}

static void test_next_election_has_its_own_steps(void **state)
{
	(void)state;
	expect_nothing_left_of(STATE_RELEASED);
	expect_nothing_left_of(STATE_ABANDONED);
}

/* --- anchor --- */

/* What the TPM's index becomes when it is extended. */
static struct digest extended(
	const struct digest *anchor, const struct digest *chain)
{
	uint8_t both[2 * SHA256_SIZE];
	memcpy(both, anchor->byte, SHA256_SIZE);
	memcpy(both + SHA256_SIZE, chain->byte, SHA256_SIZE);
	return sha256(bytes_of(both, sizeof(both)));
}

static void expect_anchor(
	struct journal_fold *fold, enum entry_type type, struct digest *anchor)
{
	const struct digest before = *anchor;
	assert_null(fold_type(fold, type));
	if (entry_row_of(type)->anchored) {
		assert_int_equal(
			journal_fold_compare(fold, anchor), ANCHOR_DUE);
		assert_true(digest_equal(&fold->anchored_chain, &fold->chain));
		*anchor = extended(anchor, &fold->chain);
		assert_int_equal(fold->anchored, fold->entries);
		assert_int_equal(
			journal_fold_compare(fold, &before), ANCHOR_DUE);
	}
	assert_int_equal(journal_fold_compare(fold, anchor), ANCHOR_HOLDS);
}

static void test_anchor_follows_anchored_entries(void **state)
{
	static const enum entry_type entries[] = { ENTRY_ENROLLED, ENTRY_LOCKED,
		ENTRY_BOOT, ENTRY_SEALED, ENTRY_INTAKE, ENTRY_BOX,
		ENTRY_REFUSED, ENTRY_MEDIUM, ENTRY_BOX, ENTRY_OPEN,
		ENTRY_CLOSED };
	struct journal_fold fold;
	struct digest anchor = { { 0 } };
	(void)state;
	journal_fold_start(&fold);
	assert_int_equal(journal_fold_compare(&fold, &anchor), ANCHOR_HOLDS);
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++)
		expect_anchor(&fold, entries[i], &anchor);
}

static void test_other_anchors_differ(void **state)
{
	const struct journal_fold fold = fold_in(STATE_OPEN);
	struct journal_fold ahead = fold;
	const struct journal_fold behind = fold_in(STATE_SEALED);
	struct digest flipped = fold.anchor;
	(void)state;
	flipped.byte[0] ^= 1;
	assert_int_equal(journal_fold_compare(&fold, &flipped), ANCHOR_DIFFERS);
	assert_int_equal(
		journal_fold_compare(&fold, &behind.anchor), ANCHOR_DIFFERS);
	assert_null(fold_type(&ahead, ENTRY_CLOSED));
	assert_int_equal(
		journal_fold_compare(&fold, &ahead.anchor), ANCHOR_DIFFERS);
}

static void test_names(void **state)
{
	(void)state;
	for (unsigned type = ENTRY_ENROLLED; type <= ENTRY_TYPES; type++) {
		const struct entry_row *row = entry_row_of(type);
		assert_non_null(row);
		assert_int_equal(row->type, type);
		/* Whoever was enrolled is so once the owner is locked. */
		if (row->moves && type != ENTRY_ENROLLED &&
			type != ENTRY_LOCKED)
			assert_string_equal(row->name, state_name(row->next));
	}
	assert_string_equal(state_name(STATE_FAILED), "failed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_headers_come_back),
		cmocka_unit_test(test_unsound_headers_are_refused),
		cmocka_unit_test(test_entries_fill_whole_blocks),
		cmocka_unit_test(test_every_type_in_every_state),
		cmocka_unit_test(test_sealing_keeps_its_software),
		cmocka_unit_test(test_headers_are_of_the_last_count),
		cmocka_unit_test(test_stations_are_of_the_last_count),
		cmocka_unit_test(test_unknown_types_are_refused),
		cmocka_unit_test(test_entries_follow_each_other),
		cmocka_unit_test(test_only_boxes_name_boxes),
		cmocka_unit_test(test_only_leaves_stand_for_texts),
		cmocka_unit_test(test_chain_is_of_the_header),
		cmocka_unit_test(test_tree_knows_no_boots),
		cmocka_unit_test(test_leaf_is_as_described),
		cmocka_unit_test(test_leaf_tells_boxes_apart),
		cmocka_unit_test(test_open_freezes_the_checkpoint),
		cmocka_unit_test(test_next_election_has_its_own_tree),
		cmocka_unit_test(test_next_election_has_its_own_steps),
		cmocka_unit_test(test_anchor_follows_anchored_entries),
		cmocka_unit_test(test_other_anchors_differ),
		cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
