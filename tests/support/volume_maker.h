/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sticks in memory, made from the specifications that volume.h names, for
 * tests that then damage them. A stick is what it is with all numbers in their
 * places: the maker checks nothing.
 */
#ifndef SANDOQ_TESTS_VOLUME_MAKER_H
#define SANDOQ_TESTS_VOLUME_MAKER_H

#include "appliance/formats/bytes.h"
#include "appliance/formats/disk.h"
#include "appliance/formats/volume.h"

enum table_kind { TABLE_NONE, TABLE_MBR, TABLE_GPT };

struct maker {
	enum volume_kind kind;
	enum table_kind table;
	uint32_t sector;      /* bytes */
	uint32_t per_cluster; /* sectors */
	bool scattered; /* each file's clusters lie apart, in falling order */
	/* exFAT: clusters that it speaks of, where the disk has not so many. */
	uint32_t claimed;
	/* Made by maker_begin(). */
	uint8_t *disk;
	size_t size;
	struct stretch where; /* the volume's */
	uint64_t table_at;
	uint64_t root_at;
	uint64_t clusters_at;
	uint32_t clusters;
	uint32_t cluster;
	uint32_t free;	  /* the next cluster that nobody has */
	uint32_t entries; /* of the first folder, so far */
};

/* A formatted stick with an empty first folder. */
void maker_begin(struct maker *);
void maker_free(struct maker *);
/*
 * A file with that content; the name is "STEM.EXT" for FAT, any ASCII for
 * exFAT. Gives its first cluster.
 */
uint32_t maker_add(struct maker *, const char *name, struct bytes content);
/* What else lies on sticks: label, folders, deleted and long names. */
void maker_add_clutter(struct maker *);
/* Where a cluster lies, and its link, in the disk's bytes. */
uint8_t *maker_cluster(const struct maker *, uint32_t cluster);
void maker_link(struct maker *, uint32_t cluster, uint32_t next);
uint8_t *maker_entry(const struct maker *, uint32_t number);
/* After exFAT's boot sector was changed. */
void maker_seal(struct maker *);

/* For stick_open(): the context is the maker. */
refusal maker_read(void *maker, uint64_t at, void *out, size_t size);

#endif
