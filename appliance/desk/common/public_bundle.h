/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The public bundle: what a machine sent with a signed result, without the
 * boxes' ciphertext. All else is as the machine sent it, and verifies.
 */
#ifndef SANDOQ_DESK_COMMON_PUBLIC_BUNDLE_H
#define SANDOQ_DESK_COMMON_PUBLIC_BUNDLE_H

#include "appliance/record/archive.h"

/*
 * Gives it in pieces; `put` gives 0, or a status of sysexits.h after printing
 * what is wrong, which ends it. The label comes first.
 */
int public_bundle_write(const struct archive *sent,
	int (*put)(const void *context, struct bytes), const void *context);

#endif
