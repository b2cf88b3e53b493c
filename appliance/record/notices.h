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
 * between them: "box refused: station-03, box 1: the signature is wrong". One
 * whose sentence begins with a bracket, a comma or a semicolon stands right
 * behind the one before it. The first part's row says where all of it stands.
 * An id of NOTICE_NONE ends the chain.
 *
 * In a sentence stand for the part's values
 *
 *	{1} {2} {3}	first, second, third: in decimal; in Persian digits
 *	{w1} {w2} {w3}	the state or the kind of medium whose row's id that is
 *	{t}		text
 *
 * A text is a name: of a station, a member, a device, a code. Where the screen
 * has another for people, that is `english` and `persian`. In Persian it stands
 * between U+2068 and U+2069, so that it cannot turn what is around it.
 *
 * What a decoder or a rule refuses is in English (`refusal`): the English of a
 * row is the key, what is sent is the row's number.
 */
#ifndef SANDOQ_RECORD_NOTICES_H
#define SANDOQ_RECORD_NOTICES_H

#include "appliance/formats/layout.h"

enum {
	NOTICE_PARTS = 6,
	NOTICE_TEXT_MOST = 240,
	/* Bytes of a notice as a line of either language, with its end. */
	NOTICE_LINE_MOST = 4096,
};

enum language { PERSIAN, ENGLISH, LANGUAGES };

enum notice_place {
	/* Only a part behind another, or a word in one. */
	PLACE_PART,
	/*
	 * The same, of the machine itself: only the supervisor and the roles
	 * that have its disk and its TPM may say it. Who has taken another role
	 * over is not to send people to the firmware's menu.
	 */
	PLACE_OWN,
	/* Only a part, which says that its stick is out already. */
	PLACE_GONE,
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
	/* Across the screen for the whole boot: that it is a rehearsal. */
	PLACE_STRIP,
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
	X(LINE, NOTICE_TEXT_MOST, text)                                        \
	/* On the screen; empty: as `text`. */                                 \
	X(LINE, NOTICE_TEXT_MOST, english)                                     \
	X(LINE, NOTICE_TEXT_MOST, persian)
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
	const char *line; /* as notice_line() gives it */
	/* By enum language; `next` is NULL where nothing is to be done. */
	const char *says[LANGUAGES];
	const char *next[LANGUAGES];
};

extern const struct notice_row notice_table[];
extern const size_t notice_table_size;

/* NULL when there is no such row. */
const struct notice_row *notice_row_of(unsigned id);
/* Whether it stands behind another, and has no place of its own. */
bool notice_is_part(const struct notice_row *);
/* What the serial port has of a row; NULL: nothing. */
const char *notice_line(const struct notice_row *);
/* That the stick which one of its parts is about is out already. */
bool notice_is_of_one_gone(const struct notice *);

/* A part of numbers: NOTICE_PART(COUNTING, .first = 3, .second = 12). */
#define NOTICE_PART(name, ...)                                                 \
	((struct notice_part){ .id = NOTICE_##name, __VA_ARGS__ })
/* One with a text, which is cut to its size. */
struct notice_part notice_text(enum notice_id, const char *text);
/* The same, with its names for people. */
struct notice_part notice_named(enum notice_id, const char *text,
	const char *english, const char *persian);
/* The row that has this English: a refusal; NOTICE_UNKNOWN without one. */
struct notice_part notice_refusal(refusal);
/* The same of what a name or a place is; without a row it is a text. */
struct notice_part notice_name(const char *);
struct notice notice_of(struct notice_part);
/* At the end of the chain; what is too much is left out. */
void notice_add(struct notice *, struct notice_part);
void notice_add_all(struct notice *, const struct notice *more);

/*
 * Why a notice that somebody else made is not shown: an id that is not in the
 * table, a part behind the end, a later part that has a place of its own. One
 * that is to be a part of another is of PLACE_PART itself, or of PLACE_OWN
 * where its role is `trusted`.
 */
refusal notice_check(const struct notice *);
refusal notice_check_parts(const struct notice *, bool trusted);

/*
 * The parts as one line, without a line's end; or the last `next` of the
 * chain's rows. Nothing is written for a chain that says nothing.
 */
void write_notice(struct writer *, const struct notice *, enum language);
/* As the serial port has it: nothing, where that has none. */
void write_notice_line(struct writer *, const struct notice *);
/* In decimal, in the language's digits. */
void write_notice_number(struct writer *, uint64_t, enum language);
void write_notice_next(struct writer *, const struct notice *, enum language);

#endif
