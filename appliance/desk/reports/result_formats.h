/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A result for other programs: NIST SP 1500-100 version 2 as JSON.
 * docs/protocols/result.md says what stands where; told.h has the other forms.
 */
#ifndef SANDOQ_DESK_REPORTS_RESULT_FORMATS_H
#define SANDOQ_DESK_REPORTS_RESULT_FORMATS_H

#include "appliance/election/definition.h"
#include "appliance/election/delivery.h"
#include "appliance/verify/outcomes.h"

#include <jansson.h>

/*
 * `delivery` NULL: before the first box, where nothing can be missing. `day` is
 * the election's, as 2026-05-01; `generated` when the report was made, as
 * 2026-05-01T20:00:00Z. NULL when there is no memory.
 */
json_t *result_nist(const struct definition *, const struct result *,
	const struct outcomes *, const struct delivery *, const char *day,
	const char *generated);

#endif
