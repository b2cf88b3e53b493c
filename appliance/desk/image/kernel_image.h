/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Linux kernel that firmware starts, taken apart: the bzImage of
 * Documentation/arch/x86/boot.rst with the EFI stub, as image/build makes it.
 *
 * What is not at a documented place is found by what it must look like, and
 * refused unless exactly one thing looks so: the initramfs is a whole newc
 * archive followed by its own size; the built-in command line is a text that
 * fills an array of 2048 bytes up with zeros and that the EFI stub has, too.
 */
#ifndef SANDOQ_DESK_IMAGE_KERNEL_IMAGE_H
#define SANDOQ_DESK_IMAGE_KERNEL_IMAGE_H

#include "appliance/formats/bytes.h"

struct kernel_image {
	struct bytes version; /* of the file */
	uint8_t *kernel;      /* unpacked, owned */
	size_t kernel_size;
	struct bytes command_line; /* of the kernel, as the next */
	struct bytes initramfs;
};

/* Ended by kernel_image_free() in every case. */
refusal kernel_image_read(struct bytes file, struct kernel_image *out);
void kernel_image_free(struct kernel_image *);

#endif
