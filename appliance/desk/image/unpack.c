/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/image/unpack.h"

#include <lz4.h>
#include <lzma.h>
#include <string.h>
#include <zstd.h>

enum {
	MAGIC_MOST = 6,
	LZ4_BLOCK_MOST = 8 * 1024 * 1024, /* unpacked */
	XZ_MEMORY_MOST = 256 * 1024 * 1024,
};

struct method {
	uint8_t magic[MAGIC_MOST];
	size_t magic_size;
	refusal (*unpack)(struct bytes packed, uint8_t *out, size_t size);
};

static const char broken[] = "the packed kernel is damaged";

static uint32_t little32(const uint8_t *at)
{
	return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[1] << 8 | at[0];
}

static int smaller(size_t a, size_t b)
{
	return (int)(a < b ? a : b);
}

/* After the magic: blocks, each behind its packed size. */
static refusal unpack_lz4(struct bytes packed, uint8_t *out, size_t size)
{
	struct cursor rest = cursor_of(packed);
	size_t done = 0;
	cursor_take(&rest, 4);
	while (rest.rest.size > 0) {
		struct bytes length = cursor_take(&rest, 4);
		if (rest.broken)
			return broken;
		struct bytes block = cursor_take(&rest, little32(length.data));
		int room = smaller(size - done, LZ4_BLOCK_MOST);
		if (rest.broken || block.size > LZ4_MAX_INPUT_SIZE)
			return broken;
		int got = LZ4_decompress_safe((const char *)block.data,
			(char *)out + done, (int)block.size, room);
		if (got < 0)
			return broken;
		done += (size_t)got;
	}
	return done == size ? NULL : broken;
}

static refusal unpack_xz(struct bytes packed, uint8_t *out, size_t size)
{
	uint64_t memory = XZ_MEMORY_MOST;
	size_t read = 0;
	size_t done = 0;
	lzma_ret result = lzma_stream_buffer_decode(&memory, 0, NULL,
		packed.data, &read, packed.size, out, &done, size);
	if (result != LZMA_OK || read != packed.size || done != size)
		return broken;
	return NULL;
}

static refusal unpack_zstd(struct bytes packed, uint8_t *out, size_t size)
{
	size_t done = ZSTD_decompress(out, size, packed.data, packed.size);
	return ZSTD_isError(done) || done != size ? broken : NULL;
}

static const struct method methods[] = {
	{ { 0x02, 0x21, 0x4C, 0x18 }, 4, unpack_lz4 },
	{ { 0xFD, '7', 'z', 'X', 'Z', 0x00 }, 6, unpack_xz },
	{ { 0x28, 0xB5, 0x2F, 0xFD }, 4, unpack_zstd },
};

refusal unpack(struct bytes packed, uint8_t *out, size_t size)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		const struct method *m = &methods[i];
		if (packed.size >= m->magic_size &&
			memcmp(packed.data, m->magic, m->magic_size) == 0)
			return m->unpack(packed, out, size);
	}
	return "the kernel is packed neither with LZ4, XZ nor Zstandard";
}
