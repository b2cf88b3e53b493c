/* SPDX-License-Identifier: Apache-2.0 */
/* Keys that are the same in each run: of no use but in tests. */
#ifndef SANDOQ_TESTS_SUPPORT_SCALAR_H
#define SANDOQ_TESTS_SUPPORT_SCALAR_H

#include "appliance/formats/p256.h"

/* `scalar`: 1 to 255. Given back by p256_free(). */
struct p256_private *scalar_key(unsigned scalar);
struct p256_public scalar_public(unsigned scalar);

#endif
