/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of items: what is written is found, what is malformed is refused. */
#include "appliance/record/items.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { SPACE = 8192 };

static uint8_t space[SPACE];

static struct writer list_of_two(void)
{
	struct writer out = writer_of(space, sizeof(space));
	write_item(&out, ITEM_PUBLIC, "note", bytes_of_text("first"));
	write_item(&out, ITEM_PRIVATE, "lock", bytes_of(NULL, 0));
	assert_false(out.broken);
	return out;
}

static void test_bytes_are_as_described(void **state)
{
	static const uint8_t expected[] = "\x01\x04note\0\0\0\x05"
					  "first\0\x04lock\0\0\0";
	struct writer out = list_of_two();
	(void)state;
	assert_int_equal(out.size, sizeof(expected));
	assert_memory_equal(space, expected, sizeof(expected));
	assert_int_equal(
		out.size, 2UL * ITEM_OVERHEAD + strlen("notelock") + 5);
}

static void test_items_come_in_their_order(void **state)
{
	struct writer out = list_of_two();
	struct cursor list = cursor_of(written(&out));
	struct item item;
	(void)state;
	assert_null(items_next(&list, &item));
	assert_true(item_is(&item, "note"));
	assert_int_equal(item.visibility, ITEM_PUBLIC);
	assert_true(bytes_equal(item.content, bytes_of_text("first")));
	assert_null(items_next(&list, &item));
	assert_true(item_is(&item, "lock"));
	assert_false(item_is(&item, "loc"));
	assert_false(item_is(&item, "locks"));
	assert_int_equal(item.visibility, ITEM_PRIVATE);
	assert_int_equal(item.content.size, 0);
	assert_true(cursor_done(&list));
}

static void test_items_are_found(void **state)
{
	struct writer out = list_of_two();
	struct bytes content;
	(void)state;
	assert_null(items_check(written(&out)));
	assert_true(items_find(written(&out), "note", &content));
	assert_true(bytes_equal(content, bytes_of_text("first")));
	assert_true(items_find(written(&out), "lock", &content));
	assert_false(items_find(written(&out), "first", &content));
	assert_false(items_find(written(&out), "", &content));
	assert_null(items_check(bytes_of(NULL, 0)));
}

static void test_cut_lists_are_refused(void **state)
{
	struct writer out = list_of_two();
	const size_t first = ITEM_OVERHEAD + strlen("notefirst");
	(void)state;
	for (size_t size = 1; size < out.size; size++)
		if (size == first)
			assert_null(items_check(bytes_of(space, size)));
		else
			assert_string_equal(items_check(bytes_of(space, size)),
				"a list of items is cut short");
	space[out.size] = 0;
	assert_non_null(items_check(bytes_of(space, out.size + 1)));
}

static void test_other_visibilities_are_refused(void **state)
{
	struct writer out = list_of_two();
	(void)state;
	for (unsigned visibility = 2; visibility <= UINT8_MAX; visibility++) {
		space[0] = (uint8_t)visibility;
		assert_string_equal(items_check(written(&out)),
			"an item is neither public nor private");
	}
}

static bool is_plain(unsigned c)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	return c != 0 && strchr(plain, (int)c) != NULL;
}

static void test_names_are_plain(void **state)
{
	struct writer out = list_of_two();
	(void)state;
	for (unsigned c = 0; c <= UINT8_MAX; c++) {
		space[3] = (uint8_t)c;
		assert_int_equal(
			items_check(written(&out)) == NULL, is_plain(c));
	}
}

static bool is_written(const char *name, struct bytes content)
{
	struct writer out = writer_of(space, sizeof(space));
	write_item(&out, ITEM_PUBLIC, name, content);
	return !out.broken && items_check(written(&out)) == NULL;
}

static void test_only_sound_items_are_written(void **state)
{
	char name[ITEM_NAME_MOST + 2];
	static uint8_t large[ITEMS_MOST + 1];
	(void)state;
	memset(name, 'n', sizeof(name));
	name[ITEM_NAME_MOST + 1] = '\0';
	assert_false(is_written(name, bytes_of(NULL, 0)));
	assert_true(is_written(name + 1, bytes_of(NULL, 0)));
	assert_false(is_written("", bytes_of(NULL, 0)));
	assert_false(is_written("a/b", bytes_of(NULL, 0)));
	assert_false(is_written("large", bytes_of(large, sizeof(large))));
	assert_false(is_written("full", bytes_of(large, SPACE)));
}

static void test_lengths_past_the_most_are_refused(void **state)
{
	static uint8_t list[ITEMS_MOST + 64];
	struct writer out = writer_of(list, sizeof(list));
	(void)state;
	write_u8(&out, ITEM_PUBLIC);
	write_u8(&out, 1);
	write_text(&out, "n");
	write_u32(&out, ITEMS_MOST + 1);
	assert_non_null(items_check(bytes_of(list, sizeof(list))));
	list[out.size - 1] = 0;
	assert_null(items_check(bytes_of(list, out.size + ITEMS_MOST)));
}

static void test_a_name_twice_is_refused(void **state)
{
	struct writer out = list_of_two();
	(void)state;
	write_item(&out, ITEM_PRIVATE, "notes", bytes_of(NULL, 0));
	assert_null(items_check(written(&out)));
	write_item(&out, ITEM_PRIVATE, "note", bytes_of_text("second"));
	assert_string_equal(
		items_check(written(&out)), "an item is there twice");
}

static bool is_approval(const char *name)
{
	const struct item item = { .name = bytes_of_text(name) };
	return item_is_one_of(&item, "approval");
}

static void test_too_many_items_are_refused(void **state)
{
	struct writer out = writer_of(space, sizeof(space));
	char name[8];
	(void)state;
	for (unsigned i = 0; i < ITEM_COUNT_MOST; i++) {
		snprintf(name, sizeof(name), "%u", i);
		write_item(&out, ITEM_PRIVATE, name, bytes_of(NULL, 0));
	}
	assert_null(items_check(written(&out)));
	write_item(&out, ITEM_PRIVATE, "more", bytes_of(NULL, 0));
	assert_string_equal(
		items_check(written(&out)), "a list has too many items");
}

static void test_numbered_names(void **state)
{
	static const char *const others[] = { "approval", "approval-",
		"approval-0", "approval-10", "approval1", "approval-a",
		"approval:1", "Approval-1", "xapproval-1", "-1", "" };
	char name[] = "approval-1";
	(void)state;
	for (int digit = '1'; digit <= '9'; digit++) {
		name[sizeof(name) - 2] = (char)digit;
		assert_true(is_approval(name));
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(is_approval(others[i]));
}

static void test_a_listing_has_what_a_list_has(void **state)
{
	uint8_t room[LISTING_MOST];
	struct writer list = list_of_two();
	struct writer out = writer_of(room, sizeof(room));
	const struct digest first = sha256(bytes_of_text("first"));
	const struct digest nothing = sha256(bytes_of(NULL, 0));
	struct digest digest;
	struct listed item;
	(void)state;
	assert_null(write_listing(&out, written(&list)));
	assert_int_equal(out.size, listing_size(written(&list)));
	assert_memory_equal(room, "\0\2\1\4note\0\0\0\5", 12);
	assert_memory_equal(room + 12, first.byte, SHA256_SIZE);
	assert_null(items_digest(written(&list), &digest));
	const struct digest whole = sha256(written(&out));
	assert_true(digest_equal(&digest, &whole));

	struct cursor items = listing_items(written(&out));
	assert_true(listing_next(&items, &item));
	assert_int_equal(item.visibility, ITEM_PUBLIC);
	assert_true(bytes_equal(item.name, bytes_of_text("note")));
	assert_int_equal(item.size, 5);
	assert_true(digest_equal(&item.digest, &first));
	assert_true(listing_next(&items, &item));
	assert_int_equal(item.visibility, ITEM_PRIVATE);
	assert_true(digest_equal(&item.digest, &nothing));
	assert_false(listing_next(&items, &item));
}

/* Several, each from its first byte to its last. */
static void test_listings_are_taken_one_by_one(void **state)
{
	uint8_t room[2 * LISTING_MOST];
	struct writer list = list_of_two();
	struct writer out = writer_of(room, sizeof(room));
	struct bytes listing;
	uint64_t size;
	(void)state;
	assert_null(write_listing(&out, bytes_of(NULL, 0)));
	assert_null(write_listing(&out, written(&list)));
	struct cursor all = cursor_of(written(&out));
	assert_null(listing_take(&all, &listing, &size));
	assert_int_equal(listing.size, 2);
	assert_int_equal(size, 0);
	assert_null(listing_take(&all, &listing, &size));
	assert_int_equal(listing.size, out.size - 2);
	assert_int_equal(size, list.size);
	assert_int_equal(all.rest.size, 0);
	for (size_t end = 0; end < out.size; end++) {
		all = cursor_of(bytes_of(room, end));
		if (listing_take(&all, &listing, &size) == NULL)
			assert_non_null(listing_take(&all, &listing, &size));
	}
}

static void test_listings_of_no_list_are_refused(void **state)
{
	uint8_t room[LISTING_MOST];
	struct writer list = list_of_two();
	struct writer out = writer_of(room, sizeof(room));
	struct bytes listing;
	uint64_t size;
	(void)state;
	assert_null(write_listing(&out, written(&list)));
	for (size_t at = 2; at <= 4; at++) {
		struct cursor all = cursor_of(written(&out));
		const uint8_t was = room[at];
		room[at] = at == 3 ? 0 : 2; /* visibility, length, letter */
		assert_non_null(listing_take(&all, &listing, &size));
		room[at] = was;
	}
	struct cursor many = cursor_of(bytes_of("\1\1", 2));
	assert_string_equal(listing_take(&many, &listing, &size),
		"a listing has too many items");
	/* What is no list has no listing. */
	struct digest digest;
	assert_non_null(items_digest(bytes_of(space, list.size - 1), &digest));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_listing_has_what_a_list_has),
		cmocka_unit_test(test_listings_are_taken_one_by_one),
		cmocka_unit_test(test_listings_of_no_list_are_refused),
		cmocka_unit_test(test_bytes_are_as_described),
		cmocka_unit_test(test_items_come_in_their_order),
		cmocka_unit_test(test_items_are_found),
		cmocka_unit_test(test_cut_lists_are_refused),
		cmocka_unit_test(test_other_visibilities_are_refused),
		cmocka_unit_test(test_names_are_plain),
		cmocka_unit_test(test_only_sound_items_are_written),
		cmocka_unit_test(test_lengths_past_the_most_are_refused),
		cmocka_unit_test(test_a_name_twice_is_refused),
		cmocka_unit_test(test_too_many_items_are_refused),
		cmocka_unit_test(test_numbered_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
