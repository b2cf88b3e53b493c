/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The archive is found on sticks of every kind, and what leads elsewhere is
 * refused. tests/desk/sticks.t reads what other programs have made.
 */
#include "appliance/record/stick.h"

#include "appliance/formats/ustar.h"
#include "tests/support/volume_maker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
	CONTENT = 70000,
	/* Bytes that are read at once: no divisor of a cluster. */
	STEP = 1000,
};

static uint8_t content[CONTENT];

static struct bytes whole(void)
{
	for (size_t i = 0; i < CONTENT; i++)
		content[i] = (uint8_t)(i * 7 + i / 256);
	return bytes_of(content, CONTENT);
}

static const enum volume_kind kinds[] = { VOLUME_FAT16, VOLUME_FAT32,
	VOLUME_EXFAT };
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static struct maker usual(enum volume_kind kind)
{
	struct maker maker = { .kind = kind,
		.table = TABLE_MBR,
		.sector = 512,
		.per_cluster = 2 };
	maker_begin(&maker);
	return maker;
}

static refusal open_it(struct maker *maker, struct stick *stick)
{
	return stick_open(maker_read, maker, stick);
}

static void reads_all(struct maker *maker, enum stick_form form)
{
	struct stick stick;
	uint8_t part[STEP];
	assert_null(open_it(maker, &stick));
	assert_int_equal(stick.form, form);
	assert_int_equal(stick.file.size, CONTENT);
	for (uint64_t at = 0; at < CONTENT; at += STEP) {
		assert_null(stick_read(&stick, at, part, STEP));
		assert_memory_equal(part, content + at, STEP);
	}
	/* And back. */
	assert_null(stick_read(&stick, 512, part, STEP));
	assert_memory_equal(part, content + 512, STEP);
	assert_non_null(stick_read(&stick, CONTENT - STEP + 1, part, STEP));
	assert_non_null(stick_read(&stick, CONTENT, part, 1));
	assert_null(stick_read(&stick, CONTENT, part, 0));
}

static void one_layout(enum volume_kind kind, enum table_kind table,
	uint32_t sector, uint32_t per_cluster)
{
	for (int scattered = 0; scattered < 2; scattered++) {
		struct maker maker = { .kind = kind,
			.table = table,
			.sector = sector,
			.per_cluster = per_cluster,
			.scattered = scattered != 0 };
		maker_begin(&maker);
		maker_add_clutter(&maker);
		maker_add(&maker, STICK_ARCHIVE, whole());
		maker_add_clutter(&maker);
		reads_all(&maker, STICK_FILE);
		maker_free(&maker);
	}
}

static void test_every_layout_is_read(void **state)
{
	static const uint32_t sector[] = { 512, 4096 };
	static const uint32_t per_cluster[] = { 1, 8 };
	(void)state;
	for (size_t kind = 0; kind < KINDS; kind++)
		for (int table = TABLE_NONE; table <= TABLE_GPT; table++)
			for (size_t s = 0; s < 2; s++)
				for (size_t c = 0; c < 2; c++)
					one_layout(kinds[kind],
						(enum table_kind)table,
						sector[s], per_cluster[c]);
}

static void test_the_raw_archive_is_read(void **state)
{
	struct maker maker = { .size = 4096 };
	struct stick stick;
	struct stretch room;
	uint8_t back[USTAR_BLOCK_SIZE];
	(void)state;
	maker.disk = calloc(1, maker.size);
	assert_null(ustar_header_encode("courier", 5, maker.disk));
	assert_null(open_it(&maker, &stick));
	assert_int_equal(stick.form, STICK_RAW);
	assert_null(stick_read(&stick, 0, back, sizeof(back)));
	assert_memory_equal(back, maker.disk, sizeof(back));
	assert_null(stick_stretch(&stick, &room));
	assert_int_equal(room.at, 0);
	assert_int_equal(room.size, INT64_MAX);
	maker_free(&maker);
}

static void test_an_outbox_is_one_stretch(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < KINDS; kind++) {
		struct maker maker = usual(kinds[kind]);
		struct stick stick;
		struct stretch room;
		maker_add(&maker, "OTHER.TAR", whole());
		maker_add(&maker, STICK_OUTBOX, whole());
		reads_all(&maker, STICK_FILE_FOR_OUT);
		assert_null(open_it(&maker, &stick));
		assert_null(stick_stretch(&stick, &room));
		assert_int_equal(room.size, CONTENT);
		assert_memory_equal(maker.disk + room.at, content, CONTENT);
		maker_free(&maker);
	}
}

static void test_an_outbox_in_pieces_is_refused(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < KINDS; kind++) {
		struct maker maker = usual(kinds[kind]);
		struct stick stick;
		struct stretch room;
		maker.scattered = true;
		maker_add(&maker, STICK_OUTBOX, whole());
		assert_null(open_it(&maker, &stick));
		assert_string_equal(stick_stretch(&stick, &room),
			"its file OUTBOX.TAR lies in more than one piece, and "
			"so cannot be written safely: pack the outbox anew");
		maker_free(&maker);
	}
}

static void says(struct maker *maker, const char *part)
{
	struct stick stick;
	const refusal why = open_it(maker, &stick);
	if (why == NULL || strstr(why, part) == NULL)
		fail_msg("said '%s' and not '%s'", why != NULL ? why : "yes",
			part);
	maker_free(maker);
}

static void test_what_is_not_there_is_said(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < KINDS; kind++) {
		struct maker maker = usual(kinds[kind]);
		maker_add_clutter(&maker);
		says(&maker, "there is no file SANDOQ.TAR");
	}
	struct maker blank = { .size = 8192, .disk = calloc(1, 8192) };
	says(&blank, "it is empty, or formatted in a way");
}

static void put(uint8_t *to, uint64_t number, size_t size)
{
	for (size_t i = 0; i < size; i++)
		to[i] = (uint8_t)(number >> (8 * i));
}

static void seal_set(uint8_t *set)
{
	uint16_t sum = 0;
	for (size_t i = 0; i < 96; i++)
		if (i != 2 && i != 3)
			sum = (uint16_t)((sum << 15 | sum >> 1) + set[i]);
	put(set + 2, sum, 2);
}

/* Nobody reads it, so it is no reason to refuse what lies beside it. */
static void test_another_partition_is_no_matter(void **state)
{
	/* Where its sectors end only if they have 512 bytes; and within. */
	for (int where = 0; where < 2; where++)
		for (size_t slot = 0; slot < 2; slot++) {
			struct maker maker = usual(VOLUME_FAT32);
			uint8_t *const entry = maker.disk + 446;
			const uint64_t at = (maker.size / 512) - 64;
			maker_add(&maker, STICK_ARCHIVE, whole());
			memmove(entry + 16 * slot, entry, 16);
			memset(entry + 16 * (1 - slot), 0, 16);
			entry[16 * (1 - slot) + 4] = 0x07;
			put(entry + 16 * (1 - slot) + 8, at, 4);
			put(entry + 16 * (1 - slot) + 12, 64, 4);
			if (where != 0)
				memcpy(maker.disk + at * 512,
					"\xEB\x52\x90NTFS    ", 11);
			reads_all(&maker, STICK_FILE);
			maker_free(&maker);
		}
	(void)state;
}

static void test_two_files_are_refused(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < KINDS; kind++) {
		struct maker maker = usual(kinds[kind]);
		maker_add(&maker, STICK_ARCHIVE, whole());
		maker_add(&maker, STICK_OUTBOX, whole());
		says(&maker, "more than one file");
		maker = usual(kinds[kind]);
		maker_add(&maker, STICK_ARCHIVE, whole());
		maker_add(&maker, STICK_ARCHIVE, whole());
		says(&maker, "damaged");
	}
}

static void test_an_empty_file_is_refused(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < KINDS; kind++) {
		struct maker maker = usual(kinds[kind]);
		maker_add(&maker, STICK_ARCHIVE, bytes_of(NULL, 0));
		says(&maker, "is empty");
	}
}

/* What each does to a file of 69 clusters of 1,024 bytes that lie apart. */
static void loop(struct maker *maker, uint32_t first)
{
	maker_link(maker, first - 2, first);
}

static void end_early(struct maker *maker, uint32_t first)
{
	maker_link(maker, first - 2, UINT32_MAX);
}

static void end_late(struct maker *maker, uint32_t first)
{
	/* The last one is the lowest. */
	maker_link(maker, first - 68 * 2, first + 2);
	maker_link(maker, first + 2, UINT32_MAX);
}

static void leave_volume(struct maker *maker, uint32_t first)
{
	maker_link(maker, first, maker->clusters + 2);
}

static void be_free(struct maker *maker, uint32_t first)
{
	maker_link(maker, first, 0);
}

static void be_reserved(struct maker *maker, uint32_t first)
{
	maker_link(maker, first, 1);
}

static void be_bad(struct maker *maker, uint32_t first)
{
	static const uint32_t bad[] = {
		[VOLUME_FAT16] = 0xFFF7,
		[VOLUME_FAT32] = 0x0FFFFFF7,
		[VOLUME_EXFAT] = 0xFFFFFFF7,
	};
	maker_link(maker, first, bad[maker->kind]);
}

static void test_broken_chains_are_refused(void **state)
{
	static void (*const harm[])(struct maker *, uint32_t) = { loop,
		end_early, end_late, leave_volume, be_free, be_reserved,
		be_bad };
	(void)state;
	for (size_t kind = 0; kind < KINDS; kind++)
		for (size_t i = 0; i < sizeof(harm) / sizeof(harm[0]); i++) {
			struct maker maker = usual(kinds[kind]);
			uint32_t first;
			maker.scattered = true;
			first = maker_add(&maker, STICK_ARCHIVE, whole());
			harm[i](&maker, first);
			says(&maker, "damaged");
		}
}

/* What would be followed for minutes, if its size were believed. */
static void test_a_chain_has_an_end_that_one_can_wait_for(void **state)
{
	enum { LINKS_MOST = 1 << 20 };
	struct maker maker = { .kind = VOLUME_EXFAT,
		.table = TABLE_NONE,
		.sector = 512,
		.per_cluster = 1,
		.scattered = true,
		.claimed = 2 * LINKS_MOST };
	(void)state;
	maker_begin(&maker);
	maker_add(&maker, STICK_ARCHIVE, whole());
	reads_all(&maker, STICK_FILE);
	put(maker_entry(&maker, 0) + 40, (LINKS_MOST + 1ULL) * 512, 8);
	put(maker_entry(&maker, 0) + 56, (LINKS_MOST + 1ULL) * 512, 8);
	seal_set(maker_entry(&maker, 0));
	says(&maker, "lies in too many pieces");
}

/* The upper four bits of a FAT32 link mean nothing. */
static void test_reserved_bits_of_a_link_are_ignored(void **state)
{
	struct maker maker = usual(VOLUME_FAT32);
	uint32_t first;
	(void)state;
	maker.scattered = true;
	first = maker_add(&maker, STICK_ARCHIVE, whole());
	maker_link(&maker, first, (first - 2) | 0x50000000);
	reads_all(&maker, STICK_FILE);
	maker_free(&maker);
}

/* A number of the boot sector that leads out of the volume, or nowhere. */
struct wrong {
	enum volume_kind kind;
	size_t at;
	size_t size;
	uint64_t number;
	const char *said;
};

static const struct wrong wrongs[] = {
	{ VOLUME_FAT16, 13, 1, 255, "formatted in a way" },
	{ VOLUME_FAT16, 14, 2, 0, "damaged" },
	{ VOLUME_FAT16, 16, 1, 3, "formatted in a way" },
	{ VOLUME_FAT16, 17, 2, 0, "damaged" },
	{ VOLUME_FAT16, 19, 2, 60000, "damaged" },
	{ VOLUME_FAT16, 19, 2, 30, "damaged" },
	{ VOLUME_FAT16, 19, 2, 4000, "FAT12" },
	{ VOLUME_FAT16, 22, 2, 8, "damaged" },
	{ VOLUME_FAT32, 22, 2, 600, "damaged" },
	{ VOLUME_FAT32, 32, 4, 0xFFFFFFFF, "damaged" },
	{ VOLUME_FAT32, 36, 4, 400, "damaged" },
	{ VOLUME_FAT32, 40, 2, 0x82, "damaged" },
	{ VOLUME_FAT32, 42, 2, 1, "damaged" },
	{ VOLUME_FAT32, 44, 4, 0, "damaged" },
	{ VOLUME_FAT32, 44, 4, 0x0FFFFFF0, "damaged" },
	{ VOLUME_EXFAT, 72, 8, 1ULL << 60, "damaged" },
	{ VOLUME_EXFAT, 72, 8, 100, "damaged" },
	{ VOLUME_EXFAT, 80, 4, 11, "damaged" },
	{ VOLUME_EXFAT, 84, 4, 1, "damaged" },
	{ VOLUME_EXFAT, 88, 4, 129, "damaged" },
	{ VOLUME_EXFAT, 92, 4, 0, "damaged" },
	{ VOLUME_EXFAT, 92, 4, 0xFFFFFFFF, "damaged" },
	{ VOLUME_EXFAT, 96, 4, 1, "damaged" },
	{ VOLUME_EXFAT, 106, 2, 1, "damaged" },
	{ VOLUME_EXFAT, 108, 1, 13, "damaged" },
	{ VOLUME_EXFAT, 109, 1, 17, "damaged" },
	{ VOLUME_EXFAT, 110, 1, 3, "damaged" },
};

static void test_wrong_numbers_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		const struct wrong *wrong = &wrongs[i];
		struct maker maker = usual(wrong->kind);
		maker_add(&maker, STICK_ARCHIVE, whole());
		put(maker.disk + maker.where.at + wrong->at, wrong->number,
			wrong->size);
		if (wrong->kind == VOLUME_EXFAT)
			maker_seal(&maker);
		says(&maker, wrong->said);
	}
}

/* One sector less than the volume says. */
static void test_a_volume_stays_in_its_partition(void **state)
{
	static const struct {
		size_t at;
		size_t size;
	} total[] = {
		[VOLUME_FAT16] = { 19, 2 },
		[VOLUME_FAT32] = { 32, 4 },
		[VOLUME_EXFAT] = { 72, 8 },
	};
	(void)state;
	for (size_t kind = 0; kind < KINDS; kind++) {
		struct maker maker = usual(kinds[kind]);
		const uint8_t *boot = maker.disk + maker.where.at;
		uint64_t sectors = 0;
		for (size_t i = total[kinds[kind]].size; i-- > 0;)
			sectors =
				sectors << 8 | boot[total[kinds[kind]].at + i];
		maker_add(&maker, STICK_ARCHIVE, whole());
		put(maker.disk + 446 + 12, sectors, 4);
		reads_all(&maker, STICK_FILE);
		put(maker.disk + 446 + 12, sectors - 1, 4);
		says(&maker, "damaged");
	}
}

/* Without a chain, its clusters lie behind each other: to the last one. */
static void test_a_file_stays_in_its_volume(void **state)
{
	const uint32_t clusters = (CONTENT + 1023) / 1024;
	(void)state;
	for (uint32_t beyond = 0; beyond < 2; beyond++) {
		struct maker maker = usual(VOLUME_EXFAT);
		struct stick stick;
		maker_add(&maker, STICK_ARCHIVE, whole());
		put(maker_entry(&maker, 0) + 52,
			maker.clusters + 2 - clusters + beyond, 4);
		seal_set(maker_entry(&maker, 0));
		if (beyond != 0) {
			says(&maker, "damaged");
			continue;
		}
		assert_null(open_it(&maker, &stick));
		maker_free(&maker);
	}
}

static void test_a_changed_exfat_boot_sector_is_refused(void **state)
{
	struct maker maker = usual(VOLUME_EXFAT);
	(void)state;
	maker_add(&maker, STICK_ARCHIVE, whole());
	maker.disk[maker.where.at + 200] ^= 1;
	says(&maker, "damaged");
}

static void test_a_changed_exfat_file_is_refused(void **state)
{
	(void)state;
	for (size_t byte = 1; byte < 64; byte++) {
		struct maker maker = usual(VOLUME_EXFAT);
		struct stick stick;
		uint8_t *entry;
		maker_add(&maker, STICK_ARCHIVE, whole());
		entry = maker_entry(&maker, 0);
		entry[byte] ^= 0x40;
		assert_non_null(open_it(&maker, &stick));
		maker_free(&maker);
	}
}

static void test_a_file_that_was_cut_off_is_refused(void **state)
{
	struct maker maker = usual(VOLUME_EXFAT);
	(void)state;
	maker_add(&maker, STICK_ARCHIVE, whole());
	put(maker_entry(&maker, 0) + 40, CONTENT - 1, 8);
	seal_set(maker_entry(&maker, 0));
	says(&maker, "was not written to its end");
}

static void test_small_letters_are_the_same_on_exfat(void **state)
{
	struct maker maker = usual(VOLUME_EXFAT);
	(void)state;
	maker_add(&maker, "Sandoq.tar", whole());
	reads_all(&maker, STICK_FILE);
	maker_free(&maker);
}

/* A folder of FAT32 that leads into itself, full of other names. */
static void test_a_folder_without_end_is_refused(void **state)
{
	struct maker maker = usual(VOLUME_FAT32);
	(void)state;
	memset(maker.disk + maker.root_at, 'X', maker.cluster);
	for (uint32_t i = 0; i < maker.cluster / 32; i++)
		maker_entry(&maker, i)[11] = 0x20;
	maker_link(&maker, 2, 2);
	says(&maker, "too many files");
}

static void test_what_people_bring_instead_is_named(void **state)
{
	struct maker maker = usual(VOLUME_FAT32);
	(void)state;
	memcpy(maker.disk + maker.where.at + 3, "NTFS    ", 8);
	says(&maker, "formatted with NTFS");
	maker = usual(VOLUME_FAT32);
	memcpy(maker.disk + maker.where.at + 3, "-FVE-FS-", 8);
	says(&maker, "encrypted with BitLocker");
}

/* The second table of FAT32, when the first is out of use. */
static void test_the_active_table_is_followed(void **state)
{
	struct maker maker = usual(VOLUME_FAT32);
	uint8_t *boot;
	uint64_t table;
	(void)state;
	maker.scattered = true;
	maker_add(&maker, STICK_ARCHIVE, whole());
	boot = maker.disk + maker.where.at;
	table = (uint64_t)(boot[36] | boot[37] << 8) * 512;
	memcpy(maker.disk + maker.table_at + table, maker.disk + maker.table_at,
		table);
	memset(maker.disk + maker.table_at, 0, table);
	put(boot + 40, 0x81, 2);
	reads_all(&maker, STICK_FILE);
	maker_free(&maker);
}

static void test_damaged_tables_of_partitions_are_refused(void **state)
{
	struct maker maker = { .kind = VOLUME_FAT16,
		.table = TABLE_GPT,
		.sector = 512,
		.per_cluster = 1 };
	static const struct {
		size_t at, size;
		uint64_t number;
	} harm[] = { { 512, 1, 'e' }, { 512 + 80, 4, 5000 },
		{ 512 + 84, 4, 100 }, { 512 + 72, 8, 1ULL << 60 },
		{ 1024 + 128 + 32, 8, 0 }, { 1024 + 128 + 40, 8, 1 } };
	(void)state;
	for (size_t i = 0; i < sizeof(harm) / sizeof(harm[0]); i++) {
		maker_begin(&maker);
		maker_add(&maker, STICK_ARCHIVE, whole());
		put(maker.disk + harm[i].at, harm[i].number, harm[i].size);
		says(&maker, "format it anew");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_layout_is_read),
		cmocka_unit_test(test_the_raw_archive_is_read),
		cmocka_unit_test(test_an_outbox_is_one_stretch),
		cmocka_unit_test(test_an_outbox_in_pieces_is_refused),
		cmocka_unit_test(test_what_is_not_there_is_said),
		cmocka_unit_test(test_another_partition_is_no_matter),
		cmocka_unit_test(test_two_files_are_refused),
		cmocka_unit_test(test_an_empty_file_is_refused),
		cmocka_unit_test(test_broken_chains_are_refused),
		cmocka_unit_test(test_a_chain_has_an_end_that_one_can_wait_for),
		cmocka_unit_test(test_reserved_bits_of_a_link_are_ignored),
		cmocka_unit_test(test_wrong_numbers_are_refused),
		cmocka_unit_test(test_a_volume_stays_in_its_partition),
		cmocka_unit_test(test_a_file_stays_in_its_volume),
		cmocka_unit_test(test_a_changed_exfat_boot_sector_is_refused),
		cmocka_unit_test(test_a_changed_exfat_file_is_refused),
		cmocka_unit_test(test_a_file_that_was_cut_off_is_refused),
		cmocka_unit_test(test_small_letters_are_the_same_on_exfat),
		cmocka_unit_test(test_a_folder_without_end_is_refused),
		cmocka_unit_test(test_what_people_bring_instead_is_named),
		cmocka_unit_test(test_the_active_table_is_followed),
		cmocka_unit_test(test_damaged_tables_of_partitions_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
