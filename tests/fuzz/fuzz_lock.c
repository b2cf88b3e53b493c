/* SPDX-License-Identifier: Apache-2.0 */
/* What a journal that lies in the clear says of its lock and later software. */
#include "appliance/record/lock.h"
#include "tests/fuzz/property.h"

#include <string.h>

static uint8_t valid[EDITED_MOST];
static uint8_t edit_buffer[EDITED_MOST];
static uint8_t again[EDITED_MOST];

static void decode(struct bytes in)
{
	struct journal_lock lock = { 0 };
	struct writer writer = writer_of(again, sizeof(again));
	if (journal_lock_decode(in, &lock))
		return;
	property(lock.mac_public.size <= BLOB_MOST);
	property(lock.mac_private.size <= BLOB_MOST);
	journal_lock_encode(&writer, &lock);
	property(bytes_equal(written(&writer), in));
}

static void decode_boot(struct bytes in)
{
	struct boot_policy boot = { 0 };
	struct writer writer = writer_of(again, sizeof(again));
	if (journal_boot_decode(in, &boot))
		return;
	journal_boot_encode(&writer, &boot);
	property(bytes_equal(written(&writer), in));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct journal_lock empty;
	struct writer writer = writer_of(valid, sizeof(valid));
	journal_lock_encode(&writer, &empty);
	decode(bytes_of(data, size));
	decode_boot(bytes_of(data, size));
	decode(edited(written(&writer), bytes_of(data, size), edit_buffer));
	return 0;
}
