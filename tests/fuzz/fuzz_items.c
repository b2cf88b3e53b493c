/* SPDX-License-Identifier: Apache-2.0 */
/* A list that is accepted is the one encoding of its items. */
#include "appliance/record/items.h"
#include "tests/fuzz/property.h"

#include <string.h>

static uint8_t valid[EDITED_MOST];
static uint8_t edit_buffer[EDITED_MOST];

static void write_again(
	struct writer *writer, struct bytes list, const struct item *item)
{
	char name[ITEM_NAME_MOST + 1] = { 0 };
	struct bytes found;
	property(item->name.size <= ITEM_NAME_MOST);
	memcpy(name, item->name.data, item->name.size);
	property(item_is(item, name));
	property(items_find(list, name, &found));
	property(found.data == item->content.data &&
		 found.size == item->content.size);
	write_item(writer, item->visibility, name, item->content);
}

static void check(struct bytes in)
{
	struct cursor list = cursor_of(in);
	struct writer writer;
	struct item item;
	uint8_t *again;
	if (items_check(in))
		return;
	again = malloc(in.size + 1);
	property(again != NULL);
	writer = writer_of(again, in.size);
	while (list.rest.size > 0) {
		property(!items_next(&list, &item));
		write_again(&writer, in, &item);
		item_is_one_of(&item, "approval");
	}
	property(bytes_equal(written(&writer), in));
	free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct writer writer = writer_of(valid, sizeof(valid));
	write_item(&writer, ITEM_PUBLIC, "note", bytes_of_text("text"));
	write_item(&writer, ITEM_PRIVATE, "lock", bytes_of(NULL, 0));
	write_item(&writer, ITEM_PUBLIC, "approval-1", bytes_of_text("x"));
	check(bytes_of(data, size));
	check(edited(written(&writer), bytes_of(data, size), edit_buffer));
	return 0;
}
