/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel's build can have packed the kernel with: LZ4 (the legacy
 * frame of its command), XZ or Zstandard, told apart by their first bytes.
 */
#ifndef SANDOQ_DESK_IMAGE_UNPACK_H
#define SANDOQ_DESK_IMAGE_UNPACK_H

#include "appliance/formats/bytes.h"

/* Fills `out` exactly, or refuses and leaves anything in it. */
refusal unpack(struct bytes packed, uint8_t *out, size_t size);

#endif
