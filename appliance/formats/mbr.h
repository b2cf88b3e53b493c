/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first sector of a disk that has partitions; for who reads one and who
 * writes one. Numbers are little-endian, and count sectors.
 */
#ifndef SANDOQ_FORMATS_MBR_H
#define SANDOQ_FORMATS_MBR_H

#include <stdint.h>

enum {
	MBR_ENTRIES = 4,
	MBR_SIGNATURE = 0xAA55,
	MBR_TYPE_NONE = 0x00,
	MBR_TYPE_FAT32 = 0x0C, /* by sector numbers, not by cylinders */
	MBR_TYPE_GPT = 0xEE,
};

struct __attribute__((packed)) mbr_entry {
	uint8_t status;
	uint8_t first_chs[3];
	uint8_t type;
	uint8_t last_chs[3];
	uint32_t first;
	uint32_t sectors;
};

struct __attribute__((packed)) mbr {
	uint8_t code[440];
	uint8_t disk[4]; /* by which Windows knows it */
	uint8_t zero[2];
	struct mbr_entry entry[MBR_ENTRIES];
	uint16_t signature;
};

_Static_assert(sizeof(struct mbr) == 512, "one sector");

#endif
