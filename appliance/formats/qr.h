/* SPDX-License-Identifier: Apache-2.0 */
/*
 * QR codes (ISO/IEC 18004) of short texts. Pure.
 *
 * A strict part: bytes only, error correction level M, the smallest of the
 * versions 1 to 12 that holds the text, the mask by the standard's rules.
 */
#ifndef SANDOQ_FORMATS_QR_H
#define SANDOQ_FORMATS_QR_H

#include "appliance/formats/bytes.h"

enum {
	QR_VERSIONS = 12,
	QR_TEXT_MOST = 287, /* bytes */
	QR_SIZE_MOST = 17 + 4 * QR_VERSIONS,
	QR_QUIET = 4, /* modules around it that have to stay light */
};

struct qr {
	int size;			       /* modules a side */
	bool dark[QR_SIZE_MOST][QR_SIZE_MOST]; /* row, column */
};

/* False when the text is longer than QR_TEXT_MOST. */
bool qr_encode(struct bytes text, struct qr *out);

#endif
