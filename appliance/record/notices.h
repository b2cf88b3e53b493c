/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the machine says to people. Pure.
 *
 * One table (notices.def) has a row for each sentence: its number, where it
 * stands on the screen, its English, its Persian, and what a person does next.
 * Roles send numbers and values, never sentences: who has taken a role over
 * can choose among these rows, and fill in a name or a number.
 *
 * A notice is a chain of up to NOTICE_PARTS parts, which are read with ": "
 * between them: "box refused: station-03, box 1: the signature is wrong". The
 * first part's row says where it stands. An id of NOTICE_NONE ends the chain.
 *
 * In a sentence stand for the part's values
 *
 *	{1} {2} {3}	first, second, third: in decimal; in Persian digits
 *	{w1} {w2} {w3}	the sentence of the row whose id is that number
 *	{t}		text
 *
 * A text is a name: of a station, a member, a device, a code. In Persian it
 * stands between U+2068 and U+2069, so that it cannot turn what is around it.
 */
#ifndef SANDOQ_RECORD_NOTICES_H
#define SANDOQ_RECORD_NOTICES_H

#include "appliance/formats/layout.h"

enum {
	NOTICE_PARTS = 4,
	NOTICE_TEXT_MOST = 240,
	/* Bytes of a notice as a line of either language, with its end. */
	NOTICE_LINE_MOST = 2048,
};

enum language { PERSIAN, ENGLISH, LANGUAGES };

enum notice_place {
	/* Only a part behind another, or a word in one. */
	PLACE_PART,
	/* The large line: what the machine does or waits for. */
	PLACE_STATE,
	/* How far it is (first of second); goes with the next state. */
	PLACE_PROGRESS,
	/* Lines of their own, each replaced by the next of its place. */
	PLACE_BOOT,
	PLACE_ELECTION,
	PLACE_MACHINE,
	PLACE_BOXES,
	PLACE_ROOM,
	/* A row of the short history. */
	PLACE_HISTORY,
	/* For engineers: the small line at the bottom. */
	PLACE_DETAIL,
	/* Text that a telephone reads: its QR code beside the sentence. */
	PLACE_QR,
};

/* How the large line looks: by colour, by shape, and it says it in words. */
enum notice_mood {
	MOOD_NONE,
	MOOD_WORKING,
	MOOD_READY,
	MOOD_REFUSED,
	MOOD_FAILED
};

#define notice_part_members(X)                                                 \
	X(NUMBER, uint16_t, id)                                                \
	X(NUMBER, uint64_t, first)                                             \
	X(NUMBER, uint64_t, second)                                            \
	X(NUMBER, uint64_t, third)                                             \
	X(LINE, NOTICE_TEXT_MOST, text)
LAYOUT_STRUCT(notice_part);

#define notice_members(X) X(PARTS, notice_part, part, NOTICE_PARTS)
LAYOUT_STRUCT(notice);

/*
 * The ids: NOTICE_NONE, and one for each row of notices.def, by its name. They
 * are given by the order there, and are on no medium and in no record.
 */
#define NOTICE(name, ...) NOTICE_##name,
enum notice_id {
	NOTICE_NONE,
#include "appliance/record/notices.def"
};
#undef NOTICE

struct notice_row {
	uint16_t id;
	enum notice_place place;
	enum notice_mood mood;
	/* By enum language; `next` is NULL where nothing is to be done. */
	const char *says[LANGUAGES];
	const char *next[LANGUAGES];
};

extern const struct notice_row notice_table[];
extern const size_t notice_table_size;

/* NULL when there is no such row. */
const struct notice_row *notice_row_of(unsigned id);

/*
 * The parts as one line, without a line's end; or the last `next` of the
 * chain's rows. Nothing is written for a chain that says nothing.
 */
void write_notice(struct writer *, const struct notice *, enum language);
void write_notice_next(struct writer *, const struct notice *, enum language);

#endif
