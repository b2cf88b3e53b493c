/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose partition is it? A disk as image/disk makes it, and what could be
 * taken for one.
 */
#include "appliance/machine/partition.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define SECTORS ((size_t)8)
#define GUID_SIZE ((size_t)16)

/* As sgdisk prints them: CA50D1FC-60B8-4B8E-9DFF-53616E646F71, 9D02 */
static const uint8_t journal_type[] = { 0xfc, 0xd1, 0x50, 0xca, 0xb8, 0x60,
	0x8e, 0x4b, 0x9d, 0xff, 0x53, 0x61, 0x6e, 0x64, 0x6f, 0x71 };
static const uint8_t journal_guid[] = { 0xfc, 0xd1, 0x50, 0xca, 0xb8, 0x60,
	0x8e, 0x4b, 0x9d, 0x02, 0x53, 0x61, 0x6e, 0x64, 0x6f, 0x71 };

static const uint8_t signature[8] = { 'E', 'F', 'I', ' ', 'P', 'A', 'R', 'T' };

struct disk {
	int file;
	size_t sector;
	uint8_t *bytes; /* of the whole file, shared with it */
};

static void put(uint8_t *at, uint64_t value, int size)
{
	for (int i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static uint8_t *entry_of(const struct disk *disk, unsigned number)
{
	return disk->bytes + 2 * disk->sector + (size_t)(number - 1) * 128;
}

/* A table of 4 entries; the second is the journal's. */
static struct disk make_disk(size_t sector)
{
	struct disk disk = { memfd_create("disk", MFD_CLOEXEC), sector, NULL };
	const size_t size = SECTORS * sector;
	assert_int_equal(ftruncate(disk.file, (off_t)size), 0);
	disk.bytes = mmap(
		NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, disk.file, 0);
	assert_ptr_not_equal(disk.bytes, MAP_FAILED);
	uint8_t *header = disk.bytes + sector;
	memcpy(header, signature, sizeof(signature));
	put(header + 72, 2, 8);
	put(header + 80, 4, 4);
	put(header + 84, 128, 4);
	memcpy(entry_of(&disk, 2), journal_type, GUID_SIZE);
	memcpy(entry_of(&disk, 2) + GUID_SIZE, journal_guid, GUID_SIZE);
	return disk;
}

static void drop_disk(struct disk *disk)
{
	munmap(disk->bytes, SECTORS * disk->sector);
	close(disk->file);
}

static bool is_journal(const struct disk *disk, unsigned number)
{
	return partition_is_journal(disk->file, disk->sector, number);
}

static void test_finds_the_journal(void **state)
{
	(void)state;
	for (size_t sector = 512; sector <= 4096; sector *= 8) {
		struct disk disk = make_disk(sector);
		for (unsigned number = 0; number <= 5; number++)
			assert_int_equal(
				is_journal(&disk, number), number == 2);
		assert_false(partition_is_journal(disk.file, 2 * sector, 2));
		drop_disk(&disk);
	}
}

static void test_every_bit_of_the_guids_counts(void **state)
{
	(void)state;
	struct disk disk = make_disk(512);
	for (size_t i = 0; i < 2 * GUID_SIZE * 8; i++) {
		uint8_t *byte = entry_of(&disk, 2) + i / 8;
		*byte ^= (uint8_t)(1 << i % 8);
		assert_false(is_journal(&disk, 2));
		*byte ^= (uint8_t)(1 << i % 8);
	}
	assert_true(is_journal(&disk, 2));
	drop_disk(&disk);
}

static void test_odd_tables_lead_nowhere(void **state)
{
	(void)state;
	struct disk disk = make_disk(512);
	uint8_t *header = disk.bytes + 512;
	put(header + 80, 1, 4); /* it has fewer entries */
	assert_false(is_journal(&disk, 2));
	put(header + 80, UINT32_MAX, 4);
	assert_true(is_journal(&disk, 2));
	assert_false(is_journal(&disk, UINT32_MAX));
	put(header + 84, UINT32_MAX, 4); /* entries beyond the disk */
	assert_false(is_journal(&disk, 2));
	assert_false(is_journal(&disk, UINT32_MAX));
	put(header + 84, 128, 4);
	const uint64_t places[] = { 0, 1, 3, SECTORS, INT64_MAX / 512,
		INT64_MAX, UINT64_MAX, UINT64_MAX / 512 + 3 };
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		put(header + 72, places[i], 8);
		assert_false(is_journal(&disk, 2));
	}
	put(header + 72, 2, 8);
	header[0] = 'e';
	assert_false(is_journal(&disk, 2));
	drop_disk(&disk);
}

static void test_a_file_that_ends(void **state)
{
	(void)state;
	struct disk disk = make_disk(512);
	const off_t sizes[] = { 0, 512, 600, 1024, 1100, 1024 + 128 + 31 };
	munmap(disk.bytes, SECTORS * disk.sector);
	for (int i = 5; i >= 0; i--) {
		assert_int_equal(ftruncate(disk.file, sizes[i]), 0);
		assert_false(is_journal(&disk, 2));
	}
	close(disk.file);
	assert_false(is_journal(&disk, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finds_the_journal),
		cmocka_unit_test(test_every_bit_of_the_guids_counts),
		cmocka_unit_test(test_odd_tables_lead_nowhere),
		cmocka_unit_test(test_a_file_that_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
