/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a small file that looks like a kernel with an initramfs. */
#ifndef SANDOQ_TESTS_SUPPORT_KERNEL_FILE_H
#define SANDOQ_TESTS_SUPPORT_KERNEL_FILE_H

#include "appliance/formats/bytes.h"

#include <stdio.h>
#include <string.h>

#define KERNEL_FILE_VERSION "6.12.0 (test@test)"
#define KERNEL_FILE_COMMAND_LINE "console=none quiet"

enum {
	KERNEL_FILE_SECTORS = 1024, /* before the packed kernel */
	KERNEL_FILE_KERNEL_MOST = 8192,
	KERNEL_FILE_MOST = KERNEL_FILE_SECTORS + KERNEL_FILE_KERNEL_MOST,
	KERNEL_FILE_COMMAND_LINE_AT = 64,
	KERNEL_FILE_INITRAMFS_AT = KERNEL_FILE_COMMAND_LINE_AT + 2048,
};

static inline void write_zeros(struct writer *out, size_t count)
{
	while (count-- > 0)
		write_u8(out, 0);
}

static inline void write_little(struct writer *out, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		write_u8(out, (uint8_t)(value >> 8 * i));
}

/* Padded to a multiple of 4, counted from where `out` began. */
static inline void write_cpio(struct writer *out, const char *path,
	uint32_t mode, struct bytes content)
{
	char header[111];
	snprintf(header, sizeof(header),
		"070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X",
		721U, mode, 7U, 8U, 1U, 0U, (unsigned)content.size, 3U, 1U, 5U,
		1U, (unsigned)strlen(path) + 1, 0U);
	write_text(out, header);
	write_text(out, path);
	write_zeros(out, 1);
	write_zeros(out, (4 - out->size % 4) % 4);
	write_bytes(out, content);
	write_zeros(out, (4 - out->size % 4) % 4);
}

static inline void write_cpio_end(struct writer *out)
{
	write_cpio(out, "TRAILER!!!", 0, bytes_of(NULL, 0));
	write_zeros(out, (512 - out->size % 512) % 512);
}

/* What such a file unpacks to; `initramfs` is a whole archive. */
static inline void write_kernel(struct writer *out, struct bytes initramfs)
{
	write_text(out, "\177ELF");
	write_zeros(out, KERNEL_FILE_COMMAND_LINE_AT - out->size);
	write_text(out, KERNEL_FILE_COMMAND_LINE);
	write_zeros(out, KERNEL_FILE_INITRAMFS_AT - out->size);
	write_bytes(out, initramfs);
	write_zeros(out, (8 - out->size % 8) % 8);
	write_little(out, initramfs.size, 8);
}

/* The file: `packed` unpacks to `size` bytes. */
static inline void write_kernel_file(
	struct writer *out, struct bytes packed, size_t size)
{
	write_zeros(out, 0x1F1);
	write_little(out, KERNEL_FILE_SECTORS / 512 - 1, 1);
	write_zeros(out, 0x202 - out->size);
	write_text(out, "HdrS");
	write_little(out, 0x20F, 2);
	write_zeros(out, 0x20E - out->size);
	write_little(out, 0x300 - 512, 2);
	write_zeros(out, 0x24C - out->size);
	write_little(out, packed.size + 4, 4);
	write_zeros(out, 0x300 - out->size);
	write_text(out, KERNEL_FILE_VERSION);
	write_zeros(out, KERNEL_FILE_SECTORS - out->size);
	write_bytes(out, packed);
	write_little(out, size, 4);
	write_text(out, "stub");
	write_zeros(out, 1);
	write_text(out, KERNEL_FILE_COMMAND_LINE);
	write_zeros(out, 1);
}

#endif
