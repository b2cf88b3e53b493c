/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cast vote records that other systems export, read as they come in:
 *
 *	- NIST SP 1500-103 version 1, JSON (CVR.CastVoteRecordReport);
 *	- the JSON CVR export of Dominion systems (CvrExport.json).
 *
 * Which of them it is shows in the document. A record is what one voter cast:
 * one ballot comes out of it for each contest that it holds.
 *
 * What is a mark, and not yet a vote: the rule of the signed definition makes
 * votes of marks, so what the exporting system made of them by its own rules
 * (overvotes, allocation) is not followed. NIST: a SelectionPosition whose
 * HasIndication is "yes", unless an adjudicator decided that it is no vote
 * (Status "adjudicated" and IsAllocable "no"), in the snapshot that
 * CurrentSnapshotId names. Dominion: a mark with IsAmbiguous false, in
 * Original or Modified, whichever IsCurrent. Marks go by their Rank, then as
 * they stand in the file. What cannot be read so is refused with its record:
 * marks that nobody decided about, several or fractional votes on one mark,
 * marks that the exporting system made, redacted records.
 */
#ifndef SANDOQ_ELECTION_CVR_H
#define SANDOQ_ELECTION_CVR_H

#include "appliance/election/cvr_map.h"
#include "appliance/formats/json.h"

enum {
	/* Of one record, all its snapshots together. */
	CVR_SNAPSHOTS_MOST = 128,
	CVR_SHEETS_MOST = 1024,
	CVR_MARKS_MOST = 16384,
	CVR_TEXT_MOST = 256 * 1024,
};

/* One ballot; a refusal ends the reading. */
typedef refusal cvr_sink(
	void *context, uint16_t contest, const uint16_t *codes, size_t n);

/* An id of the file, in `text` of the record. */
struct cvr_id {
	uint32_t start;
	uint32_t size;
};

struct cvr_mark {
	struct cvr_id selection;
	uint32_t rank;
};

/* The marks of one contest in one snapshot. */
struct cvr_sheet {
	struct cvr_id contest;
	uint64_t line;
	size_t first;
	size_t n;
};

/* One state of the record, before or after somebody looked at it again. */
struct cvr_snapshot {
	struct cvr_id id;
	size_t first;
	size_t n;
};

/* Ids come after what they belong to, so a record is held until its end. */
struct cvr_record {
	size_t snapshots;
	struct cvr_snapshot snapshot[CVR_SNAPSHOTS_MOST];
	size_t sheets;
	struct cvr_sheet sheet[CVR_SHEETS_MOST];
	size_t marks;
	struct cvr_mark mark[CVR_MARKS_MOST];
	size_t text_size;
	uint8_t text[CVR_TEXT_MOST];
};

struct cvr_reader {
	const struct plan *plan;
	const struct cvr_map *map;
	cvr_sink *sink;
	void *context;
	struct json_reader json;
	/* Number of the record read last, from 1, and the line of its end or
	 * of what is wrong in it, for error messages. */
	uint64_t record;
	uint64_t line;
	struct cvr_record held;
};

/* `map` may be NULL: ids in the file are those of the definition. */
void cvr_begin(struct cvr_reader *, const struct plan *, const struct cvr_map *,
	struct json_source, cvr_sink *, void *context);
/* Reads the whole document. The record may hold ballots: wipe the reader. */
refusal cvr_read(struct cvr_reader *);

#endif
