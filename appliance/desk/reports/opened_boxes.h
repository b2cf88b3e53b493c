/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the boxes of a recount opened, where that is not as it should be: who is
 * at fault, the station or the machine, and whether anything can be said of the
 * machine's result at all.
 */
#ifndef SANDOQ_DESK_REPORTS_OPENED_BOXES_H
#define SANDOQ_DESK_REPORTS_OPENED_BOXES_H

#include "appliance/desk/common/report.h"
#include "appliance/election/plan.h"
#include "appliance/machine/counting.h"

enum opened_how {
	/* The machine's header opens it, what the station made does not. */
	STATION_IS_FALSE,
	/* What the station made opens it, the machine's header does not. */
	MACHINE_IS_FALSE,
	/* The given key opens it in no way. */
	KEY_OPENS_NOT,
	/* Nor does the machine's, it says. */
	NO_KEY_OPENS,
	/* The machine says that its key does not open it; the given one does.
	 */
	DISPUTED,
	OPENED_HOWS,
};

struct opened_box {
	struct count_place place;
	enum opened_how how;
};

struct opened_boxes {
	size_t count;
	struct opened_box *box;
};

/*
 * One more box of the count; `has_header`: the machine has made one for it.
 * False when there is no memory.
 */
bool opened_boxes_add(
	struct opened_boxes *, const struct count_told *, bool has_header);
void opened_boxes_free(struct opened_boxes *);
size_t opened_boxes_of(const struct opened_boxes *, enum opened_how);
/* Lists them, and checks the machine's headers if it has made any. */
void report_opened_boxes(struct report *, const struct plan *,
	const struct opened_boxes *, bool headers);

#endif
