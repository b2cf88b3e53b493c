/* SPDX-License-Identifier: Apache-2.0 */
/* Chains of clusters, and the first folder, whose entries all have 32 bytes. */
#include "appliance/formats/volume_form.h"

#include <endian.h>

enum {
	/* More than a FAT folder can have, and 2 MiB to look through. */
	ENTRIES_MOST = 65536,
	LINK_OF_FAT32 = 0x0FFFFFFF,
	BAD_OF_FAT32 = 0x0FFFFFF7,
	BAD_OF_FAT16 = 0xFFF7,
};

bool volume_has(const struct volume *volume, uint32_t cluster)
{
	return cluster >= CLUSTER_FIRST &&
	       cluster - CLUSTER_FIRST < volume->clusters;
}

uint64_t volume_place(const struct volume *volume, uint32_t cluster)
{
	return volume->clusters_at +
	       (uint64_t)(cluster - CLUSTER_FIRST) * volume->cluster;
}

static refusal read_link(
	const struct volume *volume, uint32_t cluster, uint32_t *out, bool *end)
{
	refusal why;
	if (volume->kind == VOLUME_FAT16) {
		uint16_t link = 0;
		why = disk_peek(volume->disk,
			volume->table + (uint64_t)cluster * sizeof(link), &link,
			sizeof(link));
		*out = le16toh(link);
		*end = *out > BAD_OF_FAT16;
		return why;
	}
	why = disk_peek(volume->disk,
		volume->table + (uint64_t)cluster * sizeof(*out), out,
		sizeof(*out));
	*out = le32toh(*out);
	if (volume->kind == VOLUME_FAT32)
		*out &= LINK_OF_FAT32;
	*end = volume->kind == VOLUME_FAT32 ? *out > BAD_OF_FAT32
					    : *out == UINT32_MAX;
	return why;
}

refusal volume_next(
	const struct volume *volume, uint32_t cluster, uint32_t *out)
{
	bool end = false;
	const refusal why = read_link(volume, cluster, out, &end);
	if (why != NULL)
		return why;
	if (end)
		*out = CLUSTER_LAST;
	else if (!volume_has(volume, *out))
		return VOLUME_DAMAGED;
	return NULL;
}

/* --- the first folder --- */

struct folder {
	const struct volume *volume;
	entry_taker *take;
	void *context;
	size_t entries;
	bool done;
};

static refusal each_of_stretch(struct folder *folder, struct stretch stretch)
{
	refusal why = NULL;
	for (uint64_t i = 0; why == NULL && !folder->done &&
			     i + FOLDER_ENTRY <= stretch.size;
		i += FOLDER_ENTRY) {
		uint8_t entry[FOLDER_ENTRY];
		if (folder->entries++ == ENTRIES_MOST)
			return "the stick has too many files in its first "
			       "folder: move them into another";
		why = disk_peek(folder->volume->disk, stretch.at + i, entry,
			sizeof(entry));
		if (why == NULL)
			why = folder->take(
				folder->context, entry, &folder->done);
	}
	return why;
}

/* No longer than its entries: a loop ends, too. */
static refusal each_of_chain(struct folder *folder, uint32_t cluster)
{
	const struct volume *volume = folder->volume;
	refusal why = NULL;
	if (!volume_has(volume, cluster))
		return VOLUME_DAMAGED;
	while (why == NULL && !folder->done && cluster != CLUSTER_LAST) {
		const struct stretch stretch = { volume_place(volume, cluster),
			volume->cluster };
		why = each_of_stretch(folder, stretch);
		if (why == NULL && !folder->done)
			why = volume_next(volume, cluster, &cluster);
	}
	return why;
}

refusal volume_each_entry(
	const struct volume *volume, entry_taker *take, void *context)
{
	struct folder folder = { volume, take, context, 0, false };
	return volume->kind == VOLUME_FAT16
		       ? each_of_stretch(&folder, volume->root)
		       : each_of_chain(&folder, volume->folder);
}
