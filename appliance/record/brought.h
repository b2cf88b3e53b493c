/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a medium of each kind brings: the members behind its label
 * (docs/protocols/courier.md), as the machine takes them. Names alone: what is
 * in a member is judged by who reads it. Pure.
 */
#ifndef SANDOQ_RECORD_BROUGHT_H
#define SANDOQ_RECORD_BROUGHT_H

#include "appliance/formats/ustar.h"
#include "appliance/record/courier.h"

enum brought_form {
	BROUGHT_ONCE,
	BROUGHT_AT_WILL,  /* or not at all */
	BROUGHT_NUMBERED, /* NAME-1, NAME-2 ...: one at least, 9 at most */
	BROUGHT_BOXES,	  /* pairs NAME/BOX.note, NAME/BOX.age, or none */
};

/*
 * Two numbered members of a kind come with the same numbers. Where there are
 * boxes, order counts: what is above them in the table comes first.
 */
struct brought_row {
	enum courier_kind kind;
	const char *name;
	enum brought_form form;
};

/* No row of a kind: whatever the machine has written. */
extern const struct brought_row brought_table[];
extern const size_t brought_table_size;

/* Where a medium is not what its kind demands: the first such member. */
struct brought_fault {
	char member[USTAR_NAME_MOST + 1];
};

/* No name stands twice in the list, which has no label in it. */
refusal brought_check(enum courier_kind, const char *const *name, size_t count,
	struct brought_fault *out);

#endif
