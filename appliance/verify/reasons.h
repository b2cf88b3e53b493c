/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why people at a desk or at a polling station are refused what no machine
 * meets: a row of reasons.def for each, by its English.
 */
#ifndef SANDOQ_VERIFY_REASONS_H
#define SANDOQ_VERIFY_REASONS_H

#include "appliance/formats/bytes.h"

/* NULL when no row has it. */
const char *reason_in_persian(refusal);

#endif
