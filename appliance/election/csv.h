/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ballots as CSV, the file that a polling place exports:
 *
 *	contest,choices
 *	council,104 117 121
 *	council,
 *
 * One ballot a line: the contest's id and the codes in the order marked, one
 * space between two; an empty second field is a blank ballot. A field may
 * stand in double quotes, lines may end in CR LF, and the file may start
 * with a byte order mark, as spreadsheets write it. Codes that no candidate
 * has are kept: whether they count is for the rules. Everything else that
 * does not fit is refused, with its line.
 */
#ifndef SANDOQ_ELECTION_CSV_H
#define SANDOQ_ELECTION_CSV_H

#include "appliance/election/ballots.h"

struct csv_reader {
	const struct plan *plan;
	/* Number of the line read last, from 1, for error messages. */
	uint64_t line;
};

struct csv_ballot {
	uint16_t contest;
	uint16_t n;
	uint16_t codes[CHOICES_MOST];
};

struct csv_reader csv_reader_of(const struct plan *);
/*
 * Reads one line, given without its '\n'. The first line is the heading:
 * `*is_ballot` is false for it, true for every other.
 */
refusal csv_read(struct csv_reader *, struct bytes line, struct csv_ballot *,
	bool *is_ballot);
/* The same, and adds the ballot to the list; keeps nothing of it. */
refusal csv_add(
	struct csv_reader *, struct bytes line, struct ballots_list *ballots);
/* After the last line: refuses a file without heading. */
refusal csv_end(const struct csv_reader *);

#endif
