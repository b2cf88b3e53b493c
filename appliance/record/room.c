/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/record/room.h"

#include "appliance/election/ballots.h"
#include "appliance/election/box.h"
#include "appliance/election/result.h"
#include "appliance/election/statement.h"
#include "appliance/record/items.h"
#include "appliance/record/refused.h"

enum {
	/* Of a station's note: much more than one that signs it has. */
	NOTE_ROOM = 4096,
	/* Identity, certificates, approvals and credentials of nine people. */
	ENROLMENT_ROOM = 1 << 20,
	/* A challenge, a quote, and the firmware's log. */
	EVIDENCE_ROOM = 512 << 10,
	/* How often it may be switched on, and fail, beside. */
	BOOTS = 256,
	FAILURES = 64,
	/* Later software, and as many revocations. */
	APPROVED = 4,
	/* A count that a power cut ended is begun again, and writes again. */
	COUNTS = 3,
};

static uint64_t one_item(uint64_t content)
{
	return journal_entry_size(ITEM_OVERHEAD + ITEM_NAME_MOST + content);
}

/* A content that is split over at most so many entries. */
static uint64_t split(uint64_t content, uint64_t entries)
{
	return content + entries * one_item(JOURNAL_BLOCK_SIZE);
}

static uint64_t record_size(const struct contest *contest)
{
	return BALLOTS_RECORD_MOST - 2ULL * CHOICES_MOST +
	       2ULL * contest->max_choices;
}

/* All records that the station can have in all its boxes. */
static uint64_t records_of(const struct plan *plan, const struct station *of)
{
	uint64_t size = 0;
	for (size_t c = 0; c < plan->contests; c++)
		if (contests_has(&of->contests, c))
			size += of->ballots_issued *
				record_size(&plan->contest[c]);
	return size;
}

/* The padding is of the whole. */
static uint64_t box_size(const struct plan *plan, uint64_t records)
{
	const uint64_t payload =
		records < BALLOTS_PAYLOAD_MOST / 2
			? ballots_padded(BALLOTS_HEADER_SIZE + (size_t)records)
			: BALLOTS_PAYLOAD_MOST;
	return journal_entry_size(2ULL * (ITEM_OVERHEAD + ITEM_NAME_MOST) +
				  NOTE_ROOM +
				  AGE_FILE_SIZE(1 + plan->recipients, payload));
}

uint64_t room_of_box(const struct plan *plan, size_t station)
{
	return box_size(plan, records_of(plan, &plan->station[station]));
}

/* Each with an equal share of the records. */
static uint64_t boxes_of(const struct plan *plan, const struct station *station)
{
	const uint64_t share = records_of(plan, station) / station->boxes + 1 +
			       BALLOTS_RECORD_MOST;
	return station->boxes *
	       (box_size(plan, share) + room_of_medium() +
		       one_item(REFUSED_TEXT_MOST) +
		       REFUSED_PER_BOX * one_item(REFUSED_LINE_MOST));
}

static uint64_t headers_of(const struct plan *plan, uint64_t boxes)
{
	return split(boxes * (ITEM_OVERHEAD + ITEM_NAME_MOST +
				     AGE_HEADER_SIZE(plan->recipients)),
		boxes / ITEM_COUNT_MOST + 1);
}

/* Two pieces, one behind the other, together have more than fits into one. */
static uint64_t parts_of(const struct plan *plan)
{
	uint64_t size = 0;
	for (size_t s = 0; s < plan->stations; s++)
		size += plan_part_most(plan, s);
	return split(size, 2 * size / RESULT_PIECE_SIZE + 1);
}

/* The note: the head, and RK's signature. */
static uint64_t result_of(const struct plan *plan)
{
	return one_item(plan_head_most(plan) + NOTE_ROOM);
}

static uint64_t approvals_size(void)
{
	return journal_entry_size(
		QUORUM_MOST *
		(ITEM_OVERHEAD + ITEM_NAME_MOST + (uint64_t)STATEMENT_MOST));
}

uint64_t room_of_medium(void)
{
	return one_item(REFUSED_LINE_MOST);
}

static uint64_t kept_of(const struct plan *plan, uint64_t count)
{
	return COUNTS * count + result_of(plan) +
	       (2 + 2 * APPROVED) * approvals_size() + one_item(EVIDENCE_ROOM) +
	       one_item(STATEMENT_MOST) + BOOTS * one_item(0) +
	       FAILURES * one_item(REFUSED_LINE_MOST);
}

struct room room_of_plan(const struct plan *plan)
{
	struct room room = { 0 };
	for (size_t s = 0; s < plan->stations; s++) {
		room.due += plan->station[s].boxes;
		room.boxes += boxes_of(plan, &plan->station[s]);
	}
	room.count = headers_of(plan, room.due) + parts_of(plan);
	room.kept = kept_of(plan, room.count);
	return room;
}

uint64_t room_of_partition(const struct plan *plan, size_t definition)
{
	const struct room room = room_of_plan(plan);
	return ENROLMENT_ROOM + one_item(definition + 2ULL * STATEMENT_MOST) +
	       room.boxes + room.kept;
}
