/* SPDX-License-Identifier: Apache-2.0 */
/* What the three file systems share; for volume*.c alone. */
#ifndef SANDOQ_FORMATS_VOLUME_FORM_H
#define SANDOQ_FORMATS_VOLUME_FORM_H

#include "appliance/formats/volume.h"

enum {
	FOLDER_ENTRY = 32,
	CLUSTER_FIRST = 2,
	CLUSTER_LAST = 0, /* what volume_next gives behind the last */
};

#define VOLUME_DAMAGED                                                         \
	"the stick's file system is damaged: copy the file to another stick, " \
	"or pack it anew"

/* The boot sector is at `where.at`; *out has `disk` and no kind yet. */
refusal fat_open(const uint8_t boot[DISK_BLOCK], struct stretch where,
	struct volume *out);
refusal exfat_open(const uint8_t boot[DISK_BLOCK], struct stretch where,
	struct volume *out);

/* Looks at one entry of the folder after the other; *done ends it. */
typedef refusal entry_taker(
	void *context, const uint8_t entry[FOLDER_ENTRY], bool *done);
refusal volume_each_entry(const struct volume *, entry_taker *, void *context);

/* What was found of a name. */
struct found {
	const char *name;
	size_t count;
	uint64_t size;
	uint32_t first;
	bool chained;
};
refusal fat_find(const struct volume *, struct found *);
refusal exfat_find(const struct volume *, struct found *);

bool volume_has(const struct volume *, uint32_t cluster);
/* Where that one lies on the disk. */
uint64_t volume_place(const struct volume *, uint32_t cluster);
/* The cluster behind this one in its chain, or CLUSTER_LAST. */
refusal volume_next(const struct volume *, uint32_t cluster, uint32_t *out);

#endif
