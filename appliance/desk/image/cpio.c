/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/image/cpio.h"

#include <string.h>
#include <sys/stat.h>

enum {
	MAGIC_SIZE = 6,
	FIELD_SIZE = 8,
	NAME_MOST = 4096,
	RECORD = 512,
};

/* The header's fields after the magic, each eight hexadecimal digits. */
enum field {
	INODE,
	MODE,
	USER,
	GROUP,
	LINKS,
	TIME,
	SIZE,
	MAJOR,
	MINOR,
	DEVICE_MAJOR,
	DEVICE_MINOR,
	NAME_SIZE,
	CHECK,
	FIELDS,
};

enum { HEADER_SIZE = MAGIC_SIZE + FIELDS * FIELD_SIZE };

static const char magic[MAGIC_SIZE + 1] = "070701";
static const char trailer[] = "TRAILER!!!";

struct cpio cpio_of(struct bytes archive)
{
	return (struct cpio){ .whole = archive };
}

static bool take(struct cpio *cpio, size_t size, struct bytes *out)
{
	*out = bytes_of(NULL, 0);
	if (size > cpio->whole.size - cpio->at)
		return false;
	*out = bytes_of(cpio->whole.data + cpio->at, size);
	cpio->at += size;
	return true;
}

/* Zeros up to a multiple of `unit`. */
static bool take_padding(struct cpio *cpio, size_t unit)
{
	struct bytes padding;
	if (!take(cpio, (unit - cpio->at % unit) % unit, &padding))
		return false;
	for (size_t i = 0; i < padding.size; i++)
		if (padding.data[i] != 0)
			return false;
	return true;
}

static int digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool read_fields(struct bytes header, uint32_t field[FIELDS])
{
	const uint8_t *at = header.data + MAGIC_SIZE;
	if (memcmp(header.data, magic, MAGIC_SIZE) != 0)
		return false;
	for (size_t i = 0; i < FIELDS; i++) {
		field[i] = 0;
		for (size_t j = 0; j < FIELD_SIZE; j++, at++) {
			if (digit(*at) < 0)
				return false;
			field[i] = field[i] << 4 | (uint32_t)digit(*at);
		}
	}
	return true;
}

/* A path, without the NUL that ends it and the padding behind that. */
static refusal read_name(struct cpio *cpio, uint32_t size, struct bytes *out)
{
	struct bytes name;
	if (size < 2 || size > NAME_MOST || !take(cpio, size, &name) ||
		name.data[size - 1] != 0 || !take_padding(cpio, 4))
		return "a path of the initramfs is cut off";
	*out = bytes_of(name.data, size - 1);
	if (!text_is_clean(*out))
		return "a path of the initramfs has odd characters";
	return NULL;
}

/* The kernel's program writes the NUL behind a link's target, too. */
static refusal check_link(struct cpio_entry *entry)
{
	struct bytes *target = &entry->content;
	if (!S_ISLNK(entry->mode))
		return NULL;
	if (target->size > 0 && target->data[target->size - 1] == 0)
		target->size--;
	return text_is_clean(*target)
		       ? NULL
		       : "a link of the initramfs has odd characters";
}

refusal cpio_next(struct cpio *cpio, struct cpio_entry *out, bool *end)
{
	struct bytes header;
	uint32_t field[FIELDS];
	refusal refused;
	*out = (struct cpio_entry){ 0 };
	*end = false;
	if (!take(cpio, HEADER_SIZE, &header))
		return "the initramfs is cut off";
	if (!read_fields(header, field))
		return "an entry of the initramfs does not begin as newc has "
		       "it";
	refused = read_name(cpio, field[NAME_SIZE], &out->path);
	if (refused != NULL)
		return refused;
	if (!take(cpio, field[SIZE], &out->content) || !take_padding(cpio, 4))
		return "a file of the initramfs is cut off";
	out->mode = field[MODE];
	out->user = field[USER];
	out->group = field[GROUP];
	out->device_major = field[DEVICE_MAJOR];
	out->device_minor = field[DEVICE_MINOR];
	if (!bytes_equal(out->path, bytes_of_text(trailer)))
		return check_link(out);
	*out = (struct cpio_entry){ 0 };
	*end = true;
	return take_padding(cpio, RECORD) ? NULL : "the initramfs is cut off";
}
