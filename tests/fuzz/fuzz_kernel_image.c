/* SPDX-License-Identifier: Apache-2.0 */
/* Taking an image's kernel apart: file, packing, unpacked kernel, archive. */
#include "appliance/desk/image/cpio.h"
#include "appliance/desk/image/kernel_image.h"
#include "appliance/desk/image/unpack.h"
#include "tests/fuzz/property.h"
#include "tests/support/kernel_file.h"

#include <lz4.h>
#include <lzma.h>
#include <string.h>
#include <zstd.h>

static uint8_t archive[2048];
static uint8_t kernel[KERNEL_FILE_KERNEL_MOST];
static uint8_t packed[2 * EDITED_MOST];
static uint8_t file[sizeof(packed) + 2 * (size_t)KERNEL_FILE_SECTORS];
static uint8_t edit_buffer[EDITED_MOST];

static struct bytes valid_kernel(void)
{
	struct writer cpio = writer_of(archive, sizeof(archive));
	struct writer out = writer_of(kernel, sizeof(kernel));
	write_cpio(&cpio, "init", 0120777, bytes_of_text("program"));
	write_cpio(&cpio, "program", 0100555, bytes_of_text("runs"));
	write_cpio_end(&cpio);
	write_kernel(&out, written(&cpio));
	return written(&out);
}

static struct bytes file_of(struct bytes plain)
{
	static const uint8_t magic[] = { 0x02, 0x21, 0x4C, 0x18 };
	struct writer head = writer_of(packed, 8);
	struct writer out = writer_of(file, sizeof(file));
	int size = LZ4_compress_default((const char *)plain.data,
		(char *)packed + 8, (int)plain.size, sizeof(packed) - 8);
	property(size > 0);
	write_bytes(&head, bytes_of(magic, sizeof(magic)));
	write_little(&head, (uint64_t)size, 4);
	write_kernel_file(&out, bytes_of(packed, 8 + (size_t)size), plain.size);
	return written(&out);
}

static bool within(struct bytes part, const uint8_t *whole, size_t size)
{
	return part.data >= whole && part.size <= size &&
	       (size_t)(part.data - whole) <= size - part.size;
}

static bool take_apart(struct bytes in)
{
	struct kernel_image image;
	bool accepted = kernel_image_read(in, &image) == NULL;
	if (accepted) {
		property(within(image.version, in.data, in.size));
		property(within(
			image.initramfs, image.kernel, image.kernel_size));
		property(within(
			image.command_line, image.kernel, image.kernel_size));
		property(text_is_clean(image.command_line));
	}
	kernel_image_free(&image);
	return accepted;
}

static void read_archive(struct bytes in)
{
	struct cpio cpio = cpio_of(in);
	struct cpio_entry entry;
	bool end = false;
	while (!end && cpio_next(&cpio, &entry, &end) == NULL)
		property(end || within(entry.content, in.data, in.size));
}

/* What the other packers made, which the input edits. */
static void other_packings(struct bytes in)
{
	static const uint8_t plain[64] = { 1, 2, 3 };
	uint8_t out[sizeof(plain)];
	uint8_t made[512];
	size_t xz = 0;
	property(lzma_easy_buffer_encode(0, LZMA_CHECK_CRC32, NULL, plain,
			 sizeof(plain), made, &xz, sizeof(made)) == LZMA_OK);
	unpack(edited(bytes_of(made, xz), in, edit_buffer), out, sizeof(out));
	const size_t zstd =
		ZSTD_compress(made, sizeof(made), plain, sizeof(plain), 1);
	property(!ZSTD_isError(zstd));
	if (in.size == 0)
		property(!unpack(bytes_of(made, zstd), out, sizeof(out)) &&
			 memcmp(out, plain, sizeof(out)) == 0);
	unpack(edited(bytes_of(made, zstd), in, edit_buffer), out, sizeof(out));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size);
	other_packings(in);
	struct bytes valid = valid_kernel();
	property(take_apart(file_of(valid)));
	read_archive(in);
	take_apart(in);
	take_apart(edited(file_of(valid), in, edit_buffer));
	take_apart(file_of(edited(valid, in, edit_buffer)));
	return 0;
}
