/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stick of each file system and table of partitions, which the input edits:
 * a byte says which stick and whether the boot sector's checksum is made again,
 * then follow steps of place (a kind of structure, and an offset in it) and new
 * number. What is accepted is one file whose pieces lie in the volume and share
 * no byte.
 */
#include "appliance/record/stick.h"
#include "tests/fuzz/property.h"
#include "tests/support/volume_maker.h"

#include <string.h>

enum {
	STICKS = 9,
	STEPS_MOST = 64,
	STEP = 7, /* structure, offset of 16 bits, number of 32 */
	CONTENT = 20000,
	BOOT_MOST = 12 * 512,
	SHARED_MOST = 1 << 20, /* pieces of a file that are compared */
};

static struct maker sticks[STICKS];
static uint8_t content[CONTENT];

static void make_sticks(void)
{
	static const enum volume_kind kinds[] = { VOLUME_FAT16, VOLUME_FAT32,
		VOLUME_EXFAT };
	for (size_t i = 0; i < STICKS; i++) {
		struct maker *maker = &sticks[i];
		*maker = (struct maker){ .kind = kinds[i % 3],
			.table = (enum table_kind)(i / 3),
			.sector = 512,
			.per_cluster = 2,
			.scattered = true };
		maker_begin(maker);
		maker_add_clutter(maker);
		maker_add(maker, i % 2 ? STICK_OUTBOX : STICK_ARCHIVE,
			bytes_of(content, CONTENT));
	}
}

/* Where the structures lie that an edit may be in. */
static uint64_t place_of(const struct maker *maker, uint8_t structure)
{
	switch (structure % 5) {
	case 0:
		return 0;
	case 1:
		return maker->where.at;
	case 2:
		return maker->table_at;
	case 3:
		return maker->root_at;
	default:
		return 512;
	}
}

struct edit {
	uint64_t at;
	uint32_t before;
};

static size_t edit_stick(
	struct maker *maker, struct cursor *steps, struct edit *edits)
{
	size_t count = 0;
	while (steps->rest.size >= STEP && count < STEPS_MOST) {
		struct edit *edit = &edits[count++];
		edit->at = place_of(maker, cursor_u8(steps));
		edit->at += cursor_u16(steps);
		const uint32_t number = cursor_u32(steps);
		memcpy(&edit->before, maker->disk + edit->at,
			sizeof(edit->before));
		memcpy(maker->disk + edit->at, &number, sizeof(number));
	}
	return count;
}

static void undo(struct maker *maker, const struct edit *edits, size_t count)
{
	while (count-- > 0)
		memcpy(maker->disk + edits[count].at, &edits[count].before,
			sizeof(edits[count].before));
}

/* A chain that comes back to a cluster would give its bytes twice. */
static void pieces_share_nothing(const struct maker *maker, struct stick *stick)
{
	static uint8_t seen[SHARED_MOST / 8];
	const uint64_t size = stick->file.size;
	memset(seen, 0, sizeof(seen));
	for (uint64_t at = 0; at < size;) {
		struct stretch run;
		property(volume_file_at(&stick->file, at, size, &run) == NULL);
		property(run.size > 0 && run.size <= size - at);
		property(run.at >= maker->where.at);
		const uint64_t block = run.at / DISK_BLOCK;
		if (block < SHARED_MOST) {
			property((seen[block / 8] & 1U << block % 8) == 0);
			seen[block / 8] |= (uint8_t)(1U << block % 8);
		}
		at += run.size;
	}
}

static bool one_stick(struct maker *maker)
{
	struct stick stick;
	struct stretch room;
	uint8_t part[1000];
	if (stick_open(maker_read, maker, &stick) != NULL)
		return false;
	if (stick.form == STICK_RAW)
		return true;
	property(stick.file.size > 0);
	pieces_share_nothing(maker, &stick);
	if (stick_stretch(&stick, &room) == NULL)
		property(room.size == stick.file.size);
	stick_read(&stick, stick.file.size / 2, part, sizeof(part));
	property(stick_read(&stick, stick.file.size, part, 1) != NULL);
	return true;
}

static void edited_stick(struct maker *maker, bool seal, struct cursor *steps)
{
	struct edit edits[STEPS_MOST];
	uint8_t boot[BOOT_MOST];
	const size_t count = edit_stick(maker, steps, edits);
	memcpy(boot, maker->disk + maker->where.at, sizeof(boot));
	if (seal && maker->kind == VOLUME_EXFAT)
		maker_seal(maker);
	one_stick(maker);
	memcpy(maker->disk + maker->where.at, boot, sizeof(boot));
	undo(maker, edits, count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor in = cursor_of(bytes_of(data, size));
	if (sticks[0].disk == NULL)
		make_sticks();
	const uint8_t which = cursor_u8(&in);
	if (size == 0)
		for (size_t i = 0; i < STICKS; i++)
			property(one_stick(&sticks[i]));
	edited_stick(&sticks[which % STICKS], which >= 128, &in);
	return 0;
}
