/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/formats/disk.h"

#include <string.h>

struct disk disk_of(disk_reader *read, void *context)
{
	return (struct disk){ .read = read, .context = context };
}

refusal disk_read(struct disk *disk, uint64_t at, void *out, size_t size)
{
	if (at > INT64_MAX || size > INT64_MAX - at)
		return "a place on the stick lies behind the end of any disk";
	return disk->read(disk->context, at, out, size);
}

refusal disk_peek(struct disk *disk, uint64_t at, void *out, size_t size)
{
	const size_t inside = (size_t)(at % DISK_BLOCK);
	refusal why = NULL;
	if (size > DISK_BLOCK - inside)
		return "a number on the stick lies across two blocks";
	if (!disk->holds || disk->held != at - inside) {
		disk->held = at - inside;
		why = disk_read(disk, disk->held, disk->block, DISK_BLOCK);
		disk->holds = why == NULL;
	}
	if (why == NULL)
		memcpy(out, disk->block + inside, size);
	return why;
}
