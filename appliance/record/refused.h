/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why deliveries were not taken: the text of a `refused` entry. Pure.
 *
 * Of a delivery that a station signed, one line:
 *
 *	<SHA-256 of the age file> <whose box>: <why>
 *
 * All others that one medium brings have one entry together: of them anybody
 * can make as many as they like. Its station is JOURNAL_NO_STATION, and its
 * sequence is how many they are, 65535 for more. The text has the number, and
 * a line for each of the first REFUSED_TOLD_MOST:
 *
 *	deliveries without an entry of their own: <number>
 *	<SHA-256 of the age file> <whose box>: <why>
 *	...
 */
#ifndef SANDOQ_RECORD_REFUSED_H
#define SANDOQ_RECORD_REFUSED_H

#include "appliance/record/journal.h"

enum {
	REFUSED_TOLD_MOST = 8,
	/* Bytes of what is told of one, and of its line with its end. */
	REFUSED_TOLD_SIZE = 320,
	REFUSED_LINE_MOST = 2 * SHA256_SIZE + 1 + REFUSED_TOLD_SIZE + 1,
	/* Of a whole text. */
	REFUSED_TEXT_MOST = (REFUSED_TOLD_MOST + 1) * REFUSED_LINE_MOST,
	/*
	 * Entries that a station may have for deliveries that it signed and
	 * that were refused: as many for each box that it is to deliver. What
	 * comes after that is told with what nobody signed.
	 */
	REFUSED_PER_BOX = 2,
};

/* What came; clean text that tells whose it is, and why it was not taken. */
struct refused {
	struct digest came;
	struct bytes told;
};

void write_refused(struct writer *, const struct refused *);

/* Those of one medium that have no entry of their own. Starts as zeros. */
struct refused_sum {
	uint64_t count;
	uint8_t space[REFUSED_TOLD_MOST * REFUSED_LINE_MOST];
	size_t size; /* of the lines there */
};
void refused_add(struct refused_sum *, const struct refused *);
void write_refused_sum(struct writer *, const struct refused_sum *);
/* What the sequence of its entry says. */
uint16_t refused_sequence(const struct refused_sum *);

/* How many deliveries a refused entry stands for; of a sum, at least. */
uint64_t refused_count(const struct journal_header *);

/* The text of an entry, and the lines in it that refused_next() takes. */
struct refused_text {
	uint64_t count;
	struct cursor lines;
};
refusal refused_parse(const struct journal_header *, struct bytes text,
	struct refused_text *out);
/* Of a text that refused_parse() took: false at its end. */
bool refused_next(struct refused_text *, struct refused *out);

#endif
