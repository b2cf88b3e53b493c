/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Base64 of RFC 4648, section 4: the standard alphabet, without line breaks,
 * and only the canonical encoding (unused bits zero, section 3.5).
 * Signed notes and checkpoints use padding, age headers none.
 */
#ifndef SANDOQ_FORMATS_BASE64_H
#define SANDOQ_FORMATS_BASE64_H

#include "appliance/formats/bytes.h"

enum base64_form {
	BASE64_PADDED,
	BASE64_UNPADDED,
};

void write_base64(struct writer *, enum base64_form, struct bytes);
/*
 * Appends to `out`. False when the text is not the encoding of anything or
 * when it does not fit; `out` is broken then.
 */
bool base64_decode(enum base64_form, struct bytes text, struct writer *out);
/* True when the text is the encoding of exactly `size` bytes. */
bool base64_decode_exact(
	enum base64_form, struct bytes text, void *out, size_t size);

#endif
