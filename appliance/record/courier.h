/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Courier archives: what people carry to the machine and away from it. The
 * first member of each is its label (docs/protocols/courier.md). Pure.
 */
#ifndef SANDOQ_RECORD_COURIER_H
#define SANDOQ_RECORD_COURIER_H

#include "appliance/formats/bytes.h"
#include "appliance/record/state.h"

enum courier_kind {
	COURIER_ENROL = 1,
	COURIER_ELECTION,
	COURIER_BOXES,
	COURIER_APPROVALS,
	COURIER_OUTBOX,
	COURIER_SOFTWARE,
	COURIER_REVOCATION,
	COURIER_ABANDONMENT,
	COURIER_SENT, /* written by the machine, and never read by it */
};

enum { COURIER_LABEL_MOST = 64 };

/*
 * The member that holds the label: one line, this start and the kind's word.
 * That of an outbox which is a file says, behind another space, how many bytes
 * the file has: nothing behind them is written.
 */
#define COURIER_MEMBER "courier"
#define COURIER_LABEL_START "sandoq/courier/v1 "
/* For people: every word of the table. */
#define COURIER_WORDS                                                          \
	"enrol, election, boxes, approvals, software, revocation, "            \
	"abandonment, outbox or sent"

struct courier_row {
	enum courier_kind kind;
	const char *word;
	/* Where the machine takes it: bit s for state s; none: it never does.
	 */
	unsigned states;
};

extern const struct courier_row courier_table[];
extern const size_t courier_table_size;

/* NULL when there is no such kind, word or label. */
const struct courier_row *courier_of_kind(unsigned kind);
const struct courier_row *courier_of_word(const char *word);
/* *size is 0 where the label names none. */
const struct courier_row *courier_of_label(struct bytes label, uint64_t *size);
/* At most COURIER_LABEL_MOST bytes; size: of an outbox that is a file, or 0. */
void write_courier_label(struct writer *, enum courier_kind, uint64_t size);

#endif
