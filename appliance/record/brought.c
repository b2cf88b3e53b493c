/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/record/brought.h"

#include "appliance/record/members.h"

#include <stdio.h>
#include <string.h>

enum { NUMBERED_MOST = 9 };

const struct brought_row brought_table[] = {
	{ COURIER_ENROL, MEMBER_OPERATORS, BROUGHT_ONCE },
	{ COURIER_ENROL, MEMBER_AUTHORITY, BROUGHT_ONCE },
	{ COURIER_ENROL, MEMBER_CREDENTIAL, BROUGHT_NUMBERED },
	{ COURIER_ENROL, MEMBER_APPROVAL, BROUGHT_NUMBERED },
	{ COURIER_ELECTION, MEMBER_DEFINITION, BROUGHT_ONCE },
	{ COURIER_ELECTION, MEMBER_DEFINITION_NOTE, BROUGHT_ONCE },
	{ COURIER_ELECTION, MEMBER_ENROLMENT_NOTE, BROUGHT_ONCE },
	{ COURIER_BOXES, MEMBER_ELECTION_KEYS, BROUGHT_ONCE },
	{ COURIER_BOXES, MEMBERS_BOXES, BROUGHT_BOXES },
	{ COURIER_APPROVALS, MEMBER_APPROVAL, BROUGHT_NUMBERED },
	{ COURIER_SOFTWARE, MEMBER_APPROVAL, BROUGHT_NUMBERED },
	{ COURIER_REVOCATION, MEMBER_APPROVAL, BROUGHT_NUMBERED },
	{ COURIER_ABANDONMENT, MEMBER_ABANDONMENT, BROUGHT_ONCE },
	{ COURIER_OUTBOX, MEMBER_NONCE, BROUGHT_AT_WILL },
	{ COURIER_OUTBOX, MEMBER_DEFINITION, BROUGHT_AT_WILL },
};
const size_t brought_table_size =
	sizeof(brought_table) / sizeof(brought_table[0]);

/* The names that are looked at. */
struct names {
	const char *const *name;
	size_t count;
};

static refusal fault(struct brought_fault *out, const char *member, refusal why)
{
	snprintf(out->member, sizeof(out->member), "%s", member);
	return why;
}

static bool has(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->name[i], name) == 0)
			return true;
	return false;
}

/* Whether it is STEM-1 to STEM-9. */
static bool is_numbered(const char *name, const char *stem)
{
	char wanted[MEMBER_NAME_SIZE];
	bool found = false;
	for (size_t n = 1; n <= NUMBERED_MOST && !found; n++) {
		member_numbered(stem, n, wanted);
		found = strcmp(name, wanted) == 0;
	}
	return found;
}

static bool belongs(const struct brought_row *row, const char *name)
{
	switch (row->form) {
	case BROUGHT_ONCE:
	case BROUGHT_AT_WILL:
		return strcmp(name, row->name) == 0;
	case BROUGHT_NUMBERED:
		return is_numbered(name, row->name);
	case BROUGHT_BOXES:
		return strncmp(name, row->name, strlen(row->name)) == 0;
	}
	return false;
}

/* Whether a kind has rows, and one of them this name. */
static bool is_of_kind(enum courier_kind kind, const char *name, bool *any)
{
	bool found = false;
	*any = false;
	for (size_t i = 0; i < brought_table_size; i++)
		if (brought_table[i].kind == kind) {
			*any = true;
			found |= belongs(&brought_table[i], name);
		}
	return found;
}

static refusal check_strangers(enum courier_kind kind,
	const struct names *names, struct brought_fault *out)
{
	for (size_t i = 0; i < names->count; i++) {
		bool any;
		if (!is_of_kind(kind, names->name[i], &any) && any)
			return fault(out, names->name[i],
				"does not belong on a medium of this kind: "
				"leave it out");
	}
	return NULL;
}

/* How many numbers a kind's members have, whichever of them has most. */
static size_t numbers_of(enum courier_kind kind, const struct names *names)
{
	size_t most = 1;
	for (size_t i = 0; i < brought_table_size; i++) {
		const struct brought_row *row = &brought_table[i];
		char name[MEMBER_NAME_SIZE];
		if (row->kind != kind || row->form != BROUGHT_NUMBERED)
			continue;
		for (size_t n = 1; n <= NUMBERED_MOST; n++) {
			member_numbered(row->name, n, name);
			if (n > most && has(names, name))
				most = n;
		}
	}
	return most;
}

static refusal check_one(
	const struct names *names, const char *name, struct brought_fault *out)
{
	return has(names, name) ? NULL : fault(out, name, "is missing: add it");
}

static refusal check_numbered(const struct names *names, const char *stem,
	size_t numbers, struct brought_fault *out)
{
	refusal why = NULL;
	for (size_t n = 1; n <= numbers && why == NULL; n++) {
		char name[MEMBER_NAME_SIZE];
		member_numbered(stem, n, name);
		why = check_one(names, name, out);
	}
	return why;
}

/* BOX.note becomes BOX.age, and the other way round; false of all others. */
static bool other_of_pair(
	const char *name, bool *is_note, char other[MEMBER_NAME_SIZE])
{
	const char *const end = strrchr(name, '.');
	if (end == NULL)
		return false;
	*is_note = strcmp(end + 1, MEMBER_BOX_NOTE) == 0;
	if (!*is_note && strcmp(end + 1, MEMBER_BOX_FILE) != 0)
		return false;
	snprintf(other, MEMBER_NAME_SIZE, "%.*s.%s", (int)(end - name), name,
		*is_note ? MEMBER_BOX_FILE : MEMBER_BOX_NOTE);
	return true;
}

/* The name here is no note, or its file does not come next: why. */
static refusal broken_pair(
	const struct names *names, const char *name, struct brought_fault *out)
{
	char other[MEMBER_NAME_SIZE];
	bool is_note;
	if (!other_of_pair(name, &is_note, other))
		return fault(
			out, name, "is no box: those are BOX.note and BOX.age");
	if (!has(names, other))
		return fault(out, other,
			"is missing: a box is BOX.note and BOX.age");
	return fault(out, name,
		"stands in the wrong place: give each box as BOX.note and "
		"behind it BOX.age");
}

/* From `from` on: a note, then its file, and so on. */
static refusal check_pairs(
	const struct names *names, size_t from, struct brought_fault *out)
{
	for (size_t i = from; i < names->count; i += 2) {
		char other[MEMBER_NAME_SIZE];
		bool is_note;
		if (!other_of_pair(names->name[i], &is_note, other) ||
			!is_note || i + 1 == names->count ||
			strcmp(names->name[i + 1], other) != 0)
			return broken_pair(names, names->name[i], out);
	}
	return NULL;
}

/* All rows of the kind above the boxes stand before them, in their order. */
static refusal check_boxes(const struct brought_row *boxes,
	const struct names *names, struct brought_fault *out)
{
	size_t first = 0;
	for (const struct brought_row *row = brought_table; row < boxes; row++)
		if (row->kind == boxes->kind) {
			if (strcmp(names->name[first], row->name) != 0)
				return fault(out, row->name,
					"stands behind a box: give it first");
			first++;
		}
	return check_pairs(names, first, out);
}

static refusal check_row(const struct brought_row *row,
	const struct names *names, struct brought_fault *out)
{
	switch (row->form) {
	case BROUGHT_ONCE:
		return check_one(names, row->name, out);
	case BROUGHT_AT_WILL:
		return NULL;
	case BROUGHT_NUMBERED:
		return check_numbered(
			names, row->name, numbers_of(row->kind, names), out);
	case BROUGHT_BOXES:
		return check_boxes(row, names, out);
	}
	return NULL;
}

refusal brought_check(enum courier_kind kind, const char *const *name,
	size_t count, struct brought_fault *out)
{
	const struct names names = { name, count };
	refusal why = check_strangers(kind, &names, out);
	for (size_t i = 0; i < brought_table_size && why == NULL; i++)
		if (brought_table[i].kind == kind)
			why = check_row(&brought_table[i], &names, out);
	return why;
}
