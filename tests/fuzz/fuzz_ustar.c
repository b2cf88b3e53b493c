/* SPDX-License-Identifier: Apache-2.0 */
/* What is accepted is, but for zeros at its end, what we write. */
#include "appliance/formats/ustar.h"
#include "tests/fuzz/property.h"

static uint8_t buffer[1 << 20];
static uint8_t edit_buffer[EDITED_MOST];

static void one_header(const uint8_t *block)
{
	uint8_t again[USTAR_BLOCK_SIZE];
	struct ustar_member member;
	if (ustar_header_decode(block, &member) || member.end)
		return;
	property(!ustar_header_encode(member.name, member.size, again));
	property(bytes_equal(bytes_of(block, USTAR_BLOCK_SIZE),
		bytes_of(again, USTAR_BLOCK_SIZE)));
}

static void fresh_header(const uint8_t *data, size_t size)
{
	uint8_t block[USTAR_BLOCK_SIZE];
	char name[USTAR_NAME_MOST + 1] = { 0 };
	struct ustar_member member;
	for (size_t i = 0; i < size && i < USTAR_NAME_MOST; i++)
		name[i] = (char)data[i];
	if (!ustar_header_encode(name, size, block))
		property(!ustar_header_decode(block, &member) &&
			 member.size == size);
}

static void archive(struct bytes in)
{
	struct bytes rest = in;
	struct writer writer = writer_of(buffer, sizeof(buffer));
	struct ustar_member member = { .end = false };
	struct bytes content;
	while (!member.end) {
		if (ustar_next(&rest, &member, &content))
			return;
		if (!member.end)
			write_ustar_member(&writer, member.name, content);
	}
	write_ustar_end(&writer);
	property(writer.broken ||
		 bytes_equal(written(&writer), bytes_of(in.data, writer.size)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t valid[5 * USTAR_BLOCK_SIZE];
	struct writer writer = writer_of(valid, sizeof(valid));
	struct bytes in = bytes_of(data, size);
	write_ustar_member(&writer, "boxes/017.age", bytes_of_text("box"));
	write_ustar_member(&writer, "empty", bytes_of(data, 0));
	write_ustar_end(&writer);
	if (size >= USTAR_BLOCK_SIZE)
		one_header(data);
	fresh_header(data, size);
	archive(in);
	archive(edited(written(&writer), in, edit_buffer));
	return 0;
}
