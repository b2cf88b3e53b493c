/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes with what repeats in them left out: a heading, how many there are, and
 * one block of LZ4 (lz4_Block_format.md). Written here and not by a library,
 * for which versions would write different bytes of the same evidence.
 */
#ifndef SANDOQ_FORMATS_PACKED_H
#define SANDOQ_FORMATS_PACKED_H

#include "appliance/formats/bytes.h"

#define PACKED_HEADING "sandoq/packed/v1\n"

/* What write_packed() writes at most of this many bytes. */
size_t packed_most(size_t size);
/* Broken, too, when there are 4 GiB of them, or no memory is left. */
void write_packed(struct writer *, struct bytes plain);

/* By its heading. */
bool is_packed(struct bytes);
/* How many bytes are packed in it, as it says; 0 of what is nothing packed. */
size_t packed_size(struct bytes packed);
/* Writes packed_size() bytes; false: damaged, some may have been written. */
bool packed_open(struct bytes packed, uint8_t *plain);

#endif
