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

/* What is accepted as a listing is the one encoding of what it lists. */
static void check_listing(struct bytes in)
{
	struct cursor all = cursor_of(in);
	struct bytes listing;
	struct listed item;
	uint64_t size;
	size_t seen = 2;
	if (listing_take(&all, &listing, &size) != NULL)
		return;
	struct cursor items = listing_items(listing);
	while (listing_next(&items, &item)) {
		property(item.name.size > 0 && item.size <= size);
		seen += ITEM_OVERHEAD + item.name.size + SHA256_SIZE;
	}
	property(seen == listing.size && items.rest.size == 0);
	property(listing.size + all.rest.size == in.size);
}

/* A list's listing is taken as it was written. */
static void check_listed(struct bytes list)
{
	uint8_t *space = malloc(listing_size(list));
	struct writer out = writer_of(space, listing_size(list));
	struct bytes listing;
	uint64_t size;
	property(space != NULL);
	property(write_listing(&out, list) == NULL && !out.broken);
	struct cursor all = cursor_of(written(&out));
	property(listing_take(&all, &listing, &size) == NULL);
	property(size == list.size && all.rest.size == 0);
	free(space);
}

static void check(struct bytes in)
{
	struct cursor list = cursor_of(in);
	struct writer writer;
	struct item item;
	uint8_t *again;
	check_listing(in);
	if (items_check(in))
		return;
	check_listed(in);
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
