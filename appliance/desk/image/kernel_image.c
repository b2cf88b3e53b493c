/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/image/kernel_image.h"
#include "appliance/desk/image/cpio.h"
#include "appliance/desk/image/unpack.h"

#include <stdlib.h>
#include <string.h>

/* Offsets in the file's first sectors; numbers are little-endian. */
enum {
	SECTOR = 512,
	SETUP_SECTORS = 0x1F1,
	MAGIC = 0x202,
	PROTOCOL = 0x206,
	PROTOCOL_LEAST = 0x20C, /* 2.12: 64-bit, with a packed payload */
	VERSION = 0x20E,	/* counted from the second sector */
	PAYLOAD_OFFSET = 0x248,
	PAYLOAD_SIZE = 0x24C,
	HEADER_SIZE = 0x250,
	VERSION_MOST = 256,
	KERNEL_MOST = 256 * 1024 * 1024,
	COMMAND_LINE_ARRAY = 2048,
	COMMAND_LINE_LEAST = 4,
	COMMAND_LINE_ALIGNMENT = 16,
	/* So that no file takes long to search. */
	STUB_MOST = 1024 * 1024,
	ARCHIVES_MOST = 256,
};

static uint64_t little(struct bytes file, size_t at, size_t size)
{
	uint64_t value = 0;
	while (size-- > 0)
		value = value << 8 | file.data[at + size];
	return value;
}

static bool within(struct bytes whole, uint64_t at, uint64_t size)
{
	return at <= whole.size && size <= whole.size - at;
}

static bool printable(uint8_t c)
{
	return c >= ' ' && c <= '~';
}

static struct bytes printable_at(struct bytes whole, size_t at, size_t most)
{
	size_t size = 0;
	while (size < most && at + size < whole.size &&
		printable(whole.data[at + size]))
		size++;
	return bytes_of(whole.data + at, size);
}

static refusal read_header(
	struct bytes file, struct kernel_image *out, struct bytes *payload)
{
	if (file.size < HEADER_SIZE ||
		memcmp(file.data + MAGIC, "HdrS", 4) != 0 ||
		little(file, PROTOCOL, 2) < PROTOCOL_LEAST)
		return "it is not a Linux kernel for x86-64";

	size_t version = little(file, VERSION, 2) + SECTOR;
	uint64_t at = (little(file, SETUP_SECTORS, 1) + 1) * SECTOR +
		      little(file, PAYLOAD_OFFSET, 4);
	uint64_t size = little(file, PAYLOAD_SIZE, 4);
	if (!within(file, at, size) || size <= 4 || version >= file.size)
		return "the kernel's file is cut off";
	out->version = printable_at(file, version, VERSION_MOST);
	*payload = bytes_of(file.data + at, (size_t)size);
	return NULL;
}

/* The size of the unpacked kernel follows the packed one. */
static refusal unpack_payload(struct bytes payload, struct kernel_image *out)
{
	size_t packed = payload.size - 4;
	out->kernel_size = (size_t)little(payload, packed, 4);
	if (out->kernel_size > KERNEL_MOST)
		return "the kernel is larger than 256 MiB when unpacked";
	out->kernel = malloc(out->kernel_size + 1);
	if (out->kernel == NULL)
		return "no memory is left for the unpacked kernel";
	refusal refused = unpack(
		bytes_of(payload.data, packed), out->kernel, out->kernel_size);
	if (refused != NULL)
		return refused;
	if (out->kernel_size < 4 || memcmp(out->kernel, "\177ELF", 4) != 0)
		return "what the kernel unpacks to is not an ELF file";
	return NULL;
}

/* The size of the archive at `at` if its size follows it, else 0. */
static size_t archive_size(struct bytes kernel, size_t at)
{
	struct cpio cpio =
		cpio_of(bytes_of(kernel.data + at, kernel.size - at));
	struct cpio_entry entry;
	bool end = false;
	while (!end)
		if (cpio_next(&cpio, &entry, &end) != NULL)
			return 0;
	size_t after = (at + cpio.at + 7) / 8 * 8;
	if (!within(kernel, after, 8) || little(kernel, after, 8) != cpio.at)
		return 0;
	return cpio.at;
}

static refusal find_initramfs(struct bytes kernel, struct bytes *out)
{
	size_t tried = 0;
	*out = bytes_of(NULL, 0);
	for (size_t at = 0; within(kernel, at, 6); at += 4) {
		if (memcmp(kernel.data + at, "070701", 6) != 0)
			continue;
		if (++tried > ARCHIVES_MOST)
			return "too much of the kernel looks like an initramfs";
		size_t size = archive_size(kernel, at);
		if (size == 0)
			continue;
		if (out->size > 0)
			return "the kernel has more than one initramfs";
		*out = bytes_of(kernel.data + at, size);
		at += (size - 1) / 4 * 4;
	}
	return out->size > 0 ? NULL : "the kernel has no initramfs in it";
}

/* The text at `at` of an array that it fills up with zeros, or nothing. */
static struct bytes array_text(struct bytes kernel, size_t at)
{
	struct bytes none = bytes_of(NULL, 0);
	struct bytes text = printable_at(kernel, at, COMMAND_LINE_ARRAY - 1);
	if (text.size < COMMAND_LINE_LEAST ||
		!within(kernel, at, COMMAND_LINE_ARRAY))
		return none;
	for (size_t i = text.size; i < COMMAND_LINE_ARRAY; i++)
		if (kernel.data[at + i] != 0)
			return none;
	return text;
}

/* Whether the text with a NUL at each end is in it. */
static bool has_text(struct bytes whole, struct bytes text)
{
	const uint8_t *at = whole.data;
	const uint8_t *end = whole.data + whole.size;
	while ((at = memmem(at, (size_t)(end - at), text.data, text.size)) !=
		NULL) {
		const uint8_t *after = at + text.size;
		if (at > whole.data && at[-1] == 0 && after < end &&
			after[0] == 0)
			return true;
		at++;
	}
	return false;
}

/* `stub` is what lies behind the packed kernel. */
static refusal find_command_line(
	struct bytes kernel, struct bytes stub, struct bytes *out)
{
	*out = bytes_of(NULL, 0);
	for (size_t at = 0; at < kernel.size; at += COMMAND_LINE_ALIGNMENT) {
		struct bytes text = array_text(kernel, at);
		if (text.size == 0 || !has_text(stub, text))
			continue;
		if (out->size > 0)
			return "more than one text of the kernel may be its "
			       "command line";
		*out = text;
	}
	return out->size > 0 ? NULL : "the kernel has no built-in command line";
}

refusal kernel_image_read(struct bytes file, struct kernel_image *out)
{
	struct bytes payload;
	*out = (struct kernel_image){ 0 };
	refusal refused = read_header(file, out, &payload);
	if (refused == NULL)
		refused = unpack_payload(payload, out);
	if (refused != NULL)
		return refused;

	struct bytes kernel = bytes_of(out->kernel, out->kernel_size);
	const uint8_t *behind = payload.data + payload.size;
	size_t left = (size_t)(file.data + file.size - behind);
	struct bytes stub =
		bytes_of(behind, left < STUB_MOST ? left : STUB_MOST);
	refused = find_initramfs(kernel, &out->initramfs);
	if (refused == NULL)
		refused = find_command_line(kernel, stub, &out->command_line);
	return refused;
}

void kernel_image_free(struct kernel_image *image)
{
	free(image->kernel);
	*image = (struct kernel_image){ 0 };
}
