/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bech32 of BIP 173, whole bytes only and of any length, as age uses it for
 * recipients.
 */
#ifndef SANDOQ_FORMATS_BECH32_H
#define SANDOQ_FORMATS_BECH32_H

#include "appliance/formats/bytes.h"

/*
 * Accepts `text` when it is exactly `size` bytes under the human-readable
 * part `prefix` (lower case), all in lower or all in upper case.
 */
refusal bech32_decode(
	struct bytes text, const char *prefix, void *out, size_t size);
/* Lower case. */
void write_bech32(struct writer *, const char *prefix, struct bytes);

#endif
