/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/record/items.h"

#include <string.h>

static bool name_is_plain(struct bytes name)
{
	if (name.size == 0 || name.size > ITEM_NAME_MOST)
		return false;
	for (size_t i = 0; i < name.size; i++) {
		const uint8_t c = name.data[i];
		const bool plain = (c >= 'a' && c <= 'z') ||
				   (c >= 'A' && c <= 'Z') ||
				   (c >= '0' && c <= '9') || c == '.' ||
				   c == '_' || c == '-';
		if (!plain)
			return false;
	}
	return true;
}

void write_item_start(struct writer *out, enum item_visibility visibility,
	const char *name, size_t size)
{
	const struct bytes text = bytes_of_text(name);
	if (!name_is_plain(text) || size > ITEMS_MOST) {
		out->broken = true;
		return;
	}
	write_u8(out, (uint8_t)visibility);
	write_u8(out, (uint8_t)text.size);
	write_bytes(out, text);
	write_u32(out, (uint32_t)size);
}

void write_item(struct writer *out, enum item_visibility visibility,
	const char *name, struct bytes content)
{
	write_item_start(out, visibility, name, content.size);
	write_bytes(out, content);
}

refusal items_next(struct cursor *list, struct item *out)
{
	const uint8_t visibility = cursor_u8(list);
	out->name = cursor_take(list, cursor_u8(list));
	out->content = cursor_field(list, ITEMS_MOST);
	if (list->broken)
		return "a list of items is cut short";
	if (visibility > ITEM_PUBLIC)
		return "an item is neither public nor private";
	if (!name_is_plain(out->name))
		return "an item's name is not plain";
	out->visibility = (enum item_visibility)visibility;
	return NULL;
}

static bool named_before(struct bytes list, const struct item *item)
{
	struct cursor rest = cursor_of(list);
	struct item other;
	while (rest.rest.size > 0 && items_next(&rest, &other) == NULL) {
		if (other.name.data == item->name.data)
			return false;
		if (bytes_equal(other.name, item->name))
			return true;
	}
	return false;
}

refusal items_check(struct bytes list)
{
	struct cursor rest = cursor_of(list);
	struct item item;
	for (size_t count = 0; rest.rest.size > 0; count++) {
		const refusal why = items_next(&rest, &item);
		if (why != NULL)
			return why;
		if (count == ITEM_COUNT_MOST)
			return "a list has too many items";
		if (named_before(list, &item))
			return "an item is there twice";
	}
	return NULL;
}

bool items_find(struct bytes list, const char *name, struct bytes *content)
{
	struct cursor rest = cursor_of(list);
	struct item item;
	while (rest.rest.size > 0 && items_next(&rest, &item) == NULL) {
		if (!item_is(&item, name))
			continue;
		*content = item.content;
		return true;
	}
	return false;
}

size_t listing_size(struct bytes list)
{
	struct cursor rest = cursor_of(list);
	struct item item;
	size_t size = 2;
	while (rest.rest.size > 0 && items_next(&rest, &item) == NULL)
		size += ITEM_OVERHEAD + item.name.size + SHA256_SIZE;
	return size;
}

static void write_listed(struct writer *out, const struct item *item)
{
	const struct digest digest = sha256(item->content);
	write_u8(out, (uint8_t)item->visibility);
	write_u8(out, (uint8_t)item->name.size);
	write_bytes(out, item->name);
	write_u32(out, (uint32_t)item->content.size);
	write_bytes(out, bytes_of(digest.byte, SHA256_SIZE));
}

refusal write_listing(struct writer *out, struct bytes list)
{
	struct cursor rest = cursor_of(list);
	struct item item;
	uint16_t count = 0;
	const refusal why = items_check(list);
	if (why != NULL)
		return why;
	while (rest.rest.size > 0 && items_next(&rest, &item) == NULL)
		count++;
	write_u16(out, count);
	rest = cursor_of(list);
	while (rest.rest.size > 0 && items_next(&rest, &item) == NULL)
		write_listed(out, &item);
	return NULL;
}

refusal items_digest(struct bytes list, struct digest *out)
{
	uint8_t space[LISTING_MOST];
	struct writer listing = writer_of(space, sizeof(space));
	const refusal why = write_listing(&listing, list);
	*out = sha256(written(&listing));
	return why;
}

struct cursor listing_items(struct bytes listing)
{
	struct cursor items = cursor_of(listing);
	cursor_u16(&items);
	return items;
}

/* False when no item of any list is listed so. */
static bool take_listed(struct cursor *items, struct listed *out)
{
	const uint8_t visibility = cursor_u8(items);
	out->visibility = (enum item_visibility)visibility;
	out->name = cursor_take(items, cursor_u8(items));
	out->size = cursor_u32(items);
	cursor_copy(items, out->digest.byte, SHA256_SIZE);
	return !items->broken && visibility <= ITEM_PUBLIC &&
	       name_is_plain(out->name) && out->size <= ITEMS_MOST;
}

refusal listing_take(
	struct cursor *listings, struct bytes *listing, uint64_t *list_size)
{
	const struct bytes whole = listings->rest;
	const uint16_t count = cursor_u16(listings);
	*list_size = 0;
	if (count > ITEM_COUNT_MOST)
		return "a listing has too many items";
	for (unsigned i = 0; i < count; i++) {
		struct listed item;
		if (!take_listed(listings, &item))
			return "a listing is malformed";
		*list_size += ITEM_OVERHEAD + item.name.size + item.size;
	}
	*listing = bytes_of(whole.data, whole.size - listings->rest.size);
	return listings->broken ? "a listing is cut short" : NULL;
}

bool listing_next(struct cursor *items, struct listed *out)
{
	return items->rest.size > 0 && take_listed(items, out);
}

bool item_is(const struct item *item, const char *name)
{
	return bytes_equal(item->name, bytes_of_text(name));
}

bool item_is_one_of(const struct item *item, const char *stem)
{
	const size_t size = strlen(stem);
	const uint8_t *const name = item->name.data;
	return item->name.size == size + 2 && memcmp(name, stem, size) == 0 &&
	       name[size] == '-' && name[size + 1] >= '1' &&
	       name[size + 1] <= '9';
}
