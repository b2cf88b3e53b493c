/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/formats/volume_form.h"

#include <string.h>

/*
 * Each link of a file is read once before the file is: 4 GiB in clusters of
 * 4096 bytes, and no stick that takes minutes.
 */
enum { LINKS_MOST = 1 << 20 };

/* What people bring in the place of FAT, by what stands behind the jump. */
static const struct stranger {
	const char *name;
	refusal why;
} strangers[] = {
	{ "NTFS    ", "the stick is formatted with NTFS, which this machine "
		      "does not read: format it with exFAT or FAT32" },
	{ "-FVE-FS-", "the stick is encrypted with BitLocker: format it with "
		      "exFAT or FAT32, without encryption" },
};

static refusal stranger_of(const uint8_t boot[DISK_BLOCK])
{
	for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++)
		if (memcmp(boot + 3, strangers[i].name, 8) == 0)
			return strangers[i].why;
	return NULL;
}

refusal volume_open(struct disk *disk, struct stretch where, struct volume *out)
{
	uint8_t boot[DISK_BLOCK];
	refusal why = disk_peek(disk, where.at, boot, sizeof(boot));
	*out = (struct volume){ .disk = disk };
	if (why == NULL)
		why = stranger_of(boot);
	if (why == NULL)
		why = exfat_open(boot, where, out);
	if (why == NULL && out->kind == VOLUME_NONE)
		why = fat_open(boot, where, out);
	return why;
}

static uint64_t clusters_of(const struct volume_file *file)
{
	return (file->size - 1) / file->volume.cluster + 1;
}

/* A chain that has its end where the size says has no loop before it. */
static refusal chain_check(const struct volume_file *file)
{
	const uint64_t count = clusters_of(file);
	uint32_t cluster = file->first;
	refusal why = NULL;
	for (uint64_t i = 1; i < count && why == NULL; i++) {
		why = volume_next(&file->volume, cluster, &cluster);
		if (why == NULL && cluster == CLUSTER_LAST)
			return VOLUME_DAMAGED;
	}
	if (why == NULL)
		why = volume_next(&file->volume, cluster, &cluster);
	return why != NULL || cluster == CLUSTER_LAST ? why : VOLUME_DAMAGED;
}

static refusal file_check(const struct volume_file *file)
{
	if (file->size == 0)
		return "the stick's file is empty: copy it again, and eject "
		       "the stick before you pull it out";
	if (!volume_has(&file->volume, file->first) ||
		clusters_of(file) > file->volume.clusters)
		return VOLUME_DAMAGED;
	if (file->chained && clusters_of(file) > LINKS_MOST)
		return "the stick's file lies in too many pieces: format the "
		       "stick anew, with larger clusters, and copy it again";
	if (file->chained)
		return chain_check(file);
	return clusters_of(file) <= file->volume.clusters -
					    (file->first - CLUSTER_FIRST)
		       ? NULL
		       : VOLUME_DAMAGED;
}

refusal volume_find(const struct volume *volume, const char *name, bool *found,
	struct volume_file *out)
{
	struct found what = { .name = name };
	const refusal why = volume->kind == VOLUME_EXFAT
				    ? exfat_find(volume, &what)
				    : fat_find(volume, &what);
	*found = what.count > 0;
	*out = (struct volume_file){ .volume = *volume,
		.size = what.size,
		.first = what.first,
		.chained = what.chained,
		.cluster = what.first };
	if (why != NULL || what.count == 0)
		return why;
	return what.count == 1 ? file_check(out) : VOLUME_DAMAGED;
}

static refusal step(struct volume_file *file)
{
	uint32_t next;
	refusal why = volume_next(&file->volume, file->cluster, &next);
	if (why == NULL && next == CLUSTER_LAST)
		why = VOLUME_DAMAGED;
	if (why != NULL)
		return why;
	file->cluster = next;
	file->number++;
	return NULL;
}

static refusal go_to(struct volume_file *file, uint32_t number)
{
	refusal why = NULL;
	if (number < file->number) {
		file->cluster = file->first;
		file->number = 0;
	}
	while (why == NULL && file->number < number)
		why = step(file);
	return why;
}

/* From where the chain was followed to: up to the next gap. */
static refusal follow(struct volume_file *file, uint64_t inside, uint64_t most,
	struct stretch *out)
{
	const uint32_t cluster = file->volume.cluster;
	refusal why = NULL;
	out->at = volume_place(&file->volume, file->cluster) + inside;
	out->size = cluster - inside;
	while (why == NULL && out->size < most) {
		const uint32_t before = file->cluster;
		why = step(file);
		if (why != NULL || file->cluster != before + 1)
			break;
		out->size += cluster;
	}
	if (out->size > most)
		out->size = most;
	return why;
}

refusal volume_file_at(struct volume_file *file, uint64_t at, uint64_t most,
	struct stretch *out)
{
	const uint32_t cluster = file->volume.cluster;
	refusal why;
	if (at >= file->size || most == 0)
		return "the stick's file ends in the middle of its archive: "
		       "copy it again, and eject the stick before you pull it "
		       "out";
	if (most > file->size - at)
		most = file->size - at;
	if (!file->chained) {
		out->at = volume_place(&file->volume, file->first) + at;
		out->size = most;
		return NULL;
	}
	why = go_to(file, (uint32_t)(at / cluster));
	return why != NULL ? why : follow(file, at % cluster, most, out);
}
