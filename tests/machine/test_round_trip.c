/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything in this room that is both written and read: each message of the
 * wire, lists of items, journal headers, what the journal keeps in the clear.
 */
#include "tests/support/round_trip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "appliance/machine/wire.h"
#include "appliance/record/items.h"
#include "appliance/record/journal.h"

enum { ROUNDS = 60, WIRE_ROUNDS = 400, LISTED_MOST = 4, CONTENT_MOST = 60 };

/*
 * Messages
 */

struct told {
	enum wire_type type;
	union wire_body body;
};

static refusal fill_member(
	void *context, const struct layout_member *member, uint8_t *at)
{
	struct sample_random *random = context;
	uint16_t size;
	switch (member->kind) {
	case LAYOUT_LINE:
		random_text_in(random, at, 0, member->size - 1);
		break;
	case LAYOUT_REST:
		size = (uint16_t)random_bytes_in(random, at, member->size).size;
		memcpy(at - sizeof(size), &size, sizeof(size));
		break;
	default:
		random_fill(random, at, member->size);
	}
	return NULL;
}

static void make_message(
	struct sample_random *random, unsigned round, void *value)
{
	struct told *told = value;
	const struct wire_row *row = &wire_table[round % wire_table_size];
	told->type = row->type;
	layout_walk(row->body(), &told->body, fill_member, random);
}

static void encode_message(struct writer *out, const void *value)
{
	const struct told *told = value;
	wire_encode(out, (struct wire_said){ told->type, &told->body });
}

static refusal decode_message(struct bytes in, void *value)
{
	struct told *told = value;
	return wire_decode(in, &told->type, &told->body);
}

/*
 * What the journal keeps in the clear
 */

static void make_lock(struct sample_random *random, unsigned round, void *value)
{
	(void)round;
	layout_walk(journal_lock_layout(), value, fill_member, random);
}

static void encode_lock(struct writer *out, const void *value)
{
	journal_lock_encode(out, value);
}

static refusal decode_lock(struct bytes in, void *value)
{
	return journal_lock_decode(in, value);
}

static void make_boot(struct sample_random *random, unsigned round, void *value)
{
	(void)round;
	layout_walk(boot_policy_layout(), value, fill_member, random);
}

static void encode_boot(struct writer *out, const void *value)
{
	journal_boot_encode(out, value);
}

static refusal decode_boot(struct bytes in, void *value)
{
	return journal_boot_decode(in, value);
}

/*
 * Journal headers
 */

static void make_header(
	struct sample_random *random, unsigned round, void *value)
{
	struct journal_header *header = value;
	header->type = (uint16_t)sample_below(random, 1 << 16);
	header->anchored = round % 2 == 1;
	header->station = (uint16_t)sample_below(random, 1 << 16);
	header->sequence = (uint16_t)sample_below(random, 1 << 16);
	header->entry = sample_next(random);
	header->size = sample_below(random, JOURNAL_PAYLOAD_MOST + 1);
	random_fill(random, header->payload.byte, SHA256_SIZE);
	random_fill(random, header->text.byte, SHA256_SIZE);
	random_fill(random, header->previous.byte, SHA256_SIZE);
}

static void encode_header(struct writer *out, const void *value)
{
	uint8_t bytes[JOURNAL_HEADER_SIZE];
	journal_header_encode(value, bytes);
	write_bytes(out, bytes_of(bytes, sizeof(bytes)));
}

static refusal decode_header(struct bytes in, void *value)
{
	assert_int_equal(in.size, JOURNAL_HEADER_SIZE);
	return journal_header_decode(in.data, value);
}

/*
 * Lists of items
 */

struct list {
	size_t count;
	struct {
		enum item_visibility visibility;
		char name[ITEM_NAME_MOST + 1];
		size_t size;
		uint8_t content[CONTENT_MOST];
	} item[LISTED_MOST];
};

static void make_list(struct sample_random *random, unsigned round, void *value)
{
	struct list *list = value;
	list->count = 1 + round % LISTED_MOST;
	for (size_t i = 0; i < list->count; i++) {
		struct writer name =
			writer_of(list->item[i].name, ITEM_NAME_MOST);
		list->item[i].visibility =
			(enum item_visibility)sample_below(random, 2);
		write_text(&name, i == 0 ? "boxes.note_" : "approval-");
		write_decimal(&name, i);
		list->item[i].size = random_bytes_in(
			random, list->item[i].content, CONTENT_MOST)
					     .size;
	}
}

static void encode_list(struct writer *out, const void *value)
{
	const struct list *list = value;
	for (size_t i = 0; i < list->count; i++)
		write_item(out, list->item[i].visibility, list->item[i].name,
			bytes_of(list->item[i].content, list->item[i].size));
}

static refusal decode_list(struct bytes in, void *value)
{
	struct list *list = value;
	struct cursor rest = cursor_of(in);
	struct item item;
	refusal refused = items_check(in);
	while (refused == NULL && rest.rest.size > 0) {
		size_t i = list->count++;
		refused = items_next(&rest, &item);
		if (i == LISTED_MOST || item.content.size > CONTENT_MOST)
			return "larger than any of this test";
		list->item[i].visibility = item.visibility;
		memcpy(list->item[i].name, item.name.data, item.name.size);
		list->item[i].size = item.content.size;
		memcpy(list->item[i].content, item.content.data,
			item.content.size);
	}
	return refused;
}

static const struct round_trip messages[] = {
	{ "message", sizeof(struct told), WHOLE, make_message, encode_message,
		decode_message, NULL, NULL },
};

static const struct round_trip trips[] = {
	{ "journal lock", sizeof(struct journal_lock), WHOLE, make_lock,
		encode_lock, decode_lock, NULL, NULL },
	{ "boot policy", sizeof(struct boot_policy), WHOLE, make_boot,
		encode_boot, decode_boot, NULL, NULL },
	{ "journal header", sizeof(struct journal_header), FIXED, make_header,
		encode_header, decode_header, NULL, NULL },
	/* Any number of items is a list. */
	{ "items", sizeof(struct list), ANY, make_list, encode_list,
		decode_list, NULL, NULL },
};

static void every_message_comes_back(void **state)
{
	(void)state;
	assert_true(wire_table_size < WIRE_ROUNDS);
	round_trip(messages, 1, WIRE_ROUNDS);
}

static void everything_comes_back(void **state)
{
	(void)state;
	round_trip(trips, sizeof(trips) / sizeof(trips[0]), ROUNDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_message_comes_back),
		cmocka_unit_test(everything_comes_back),
	};
	return cmocka_run_group_tests_name("round trip", tests, NULL, NULL);
}
