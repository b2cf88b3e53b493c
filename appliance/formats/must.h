/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For calls into a library of cryptography that fail only for want of memory:
 * that is no verdict on what was given, so nobody may take it for one.
 */
#ifndef SANDOQ_FORMATS_MUST_H
#define SANDOQ_FORMATS_MUST_H

#include <stdbool.h>
#include <stdlib.h>

static inline void must(bool worked)
{
	if (!worked)
		abort();
}

#endif
