/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/record/members.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define KEY_MEMBERS(key)                                                       \
	{                                                                      \
		.public_area = key ".pub", .creation = key ".creation",        \
		.attest = key ".attest", .signature = key ".signature",        \
		.private_area = key ".private"                                 \
	}

const struct key_members bk_members = KEY_MEMBERS("bk");
const struct key_members rk_members = KEY_MEMBERS("rk");

const char *const head_members[HEADS] = {
	[HEAD_CHECKPOINT] = MEMBER_CHECKPOINT,
	[HEAD_ENTRIES] = MEMBER_ENTRIES,
	[HEAD_LATER] = MEMBER_LATER,
	[HEAD_ITEMS] = MEMBER_ITEMS,
};
const char *const nv_members[NV_COUNT] = {
	[NV_A] = "approved.nv",
	[NV_R] = "revocation.nv",
	[NV_P] = "phase.nv",
	[NV_J] = "journal.nv",
};

/* Types whose items have other names in an archive than in their entry. */
enum form { BEFORE_ITEM, NUMBER_AND_ITEM, NUMBER_ALONE };
static const struct row {
	unsigned type;
	const char *before;
	enum form form;
	bool entry_number;
} rows[] = {
	{ 0, MEMBERS_NOW, BEFORE_ITEM, false },
	{ ENTRY_BOX, MEMBERS_BOXES, NUMBER_AND_ITEM, false },
	{ ENTRY_REFUSED, "refused/", NUMBER_ALONE, false },
	{ ENTRY_OPEN, MEMBERS_OPEN, BEFORE_ITEM, false },
	{ ENTRY_APPROVED, MEMBERS_RELEASE, BEFORE_ITEM, false },
	{ ENTRY_SOFTWARE, "software/", NUMBER_AND_ITEM, true },
	{ ENTRY_REVOCATION, "revocation/", NUMBER_AND_ITEM, true },
	{ ENTRY_FAILED, "failed/", NUMBER_ALONE, true },
	{ ENTRY_HEADERS, MEMBERS_BOXES, BEFORE_ITEM, false },
	{ ENTRY_STATIONS, MEMBERS_STATIONS, BEFORE_ITEM, false },
};

static const struct row *row_of(unsigned type)
{
	static const struct row as_it_is = { 0, "", BEFORE_ITEM, false };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].type == type)
			return &rows[i];
	return &as_it_is;
}

void member_of_entry(unsigned type, uint64_t number, struct bytes item,
	char name[MEMBER_NAME_SIZE])
{
	const struct row *row = row_of(type);
	const int size = (int)item.size;
	const char *const text = (const char *)item.data;
	switch (row->form) {
	case BEFORE_ITEM:
		snprintf(name, MEMBER_NAME_SIZE, "%s%.*s", row->before, size,
			text);
		return;
	case NUMBER_AND_ITEM:
		snprintf(name, MEMBER_NAME_SIZE, "%s%04" PRIu64 ".%.*s",
			row->before, number, size, text);
		return;
	case NUMBER_ALONE:
		snprintf(name, MEMBER_NAME_SIZE, "%s%04" PRIu64, row->before,
			number);
		return;
	}
}

void member_header_item(uint64_t leaf, char name[MEMBER_NAME_SIZE])
{
	snprintf(name, MEMBER_NAME_SIZE, "%04" PRIu64 "." MEMBER_BOX_HEADER,
		leaf);
}

void member_piece_item(size_t number, char name[MEMBER_NAME_SIZE])
{
	snprintf(name, MEMBER_NAME_SIZE, "%04zu", number);
}

void member_piece(size_t number, char name[MEMBER_NAME_SIZE])
{
	snprintf(name, MEMBER_NAME_SIZE, MEMBERS_STATIONS "%04zu", number);
}

bool member_is_ciphertext(const char *name)
{
	static const char ending[] = "." MEMBER_BOX_FILE;
	const size_t size = strlen(name);
	const size_t tail = sizeof(ending) - 1;
	return strncmp(name, MEMBERS_BOXES, strlen(MEMBERS_BOXES)) == 0 &&
	       size > tail && strcmp(name + size - tail, ending) == 0;
}

bool member_has_entry_number(unsigned type)
{
	return row_of(type)->entry_number;
}

void member_numbered(
	const char *stem, size_t number, char name[MEMBER_NAME_SIZE])
{
	snprintf(name, MEMBER_NAME_SIZE, "%s-%zu", stem, number);
}
