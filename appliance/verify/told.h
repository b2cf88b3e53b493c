/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A verified result for programs: as JSON and as CSV. Whoever shows a result,
 * the desk or a page, shows what is written here and reads nothing else.
 * docs/protocols/result.md says what stands where.
 *
 * Numbers are told only when every check has passed: who fills the struct
 * leaves `result` NULL otherwise.
 */
#ifndef SANDOQ_VERIFY_TOLD_H
#define SANDOQ_VERIFY_TOLD_H

#include "appliance/verify/delivery.h"
#include "appliance/verify/outcomes.h"
#include "appliance/verify/verify.h"

/* Everything is borrowed. */
struct told {
	const struct definition *definition;
	/* NULL where nothing was verified: a recount has no evidence. */
	const struct chain *chain;
	const struct checks *checks; /* NULL: there are none */
	/* Both or none. */
	const struct result *result;
	const struct outcomes *outcomes;
	/* NULL: before the first box, where nothing can be missing. */
	const struct delivery *delivery;
};

/* Boxes are missing or void, so that nobody is simply elected. */
bool told_is_incomplete(const struct told *);

/* The whole, one object. */
void told_json(struct writer *, const struct told *);
/*
 * Parts of that object, each as an object of its own: which election, machine
 * and software a chain is of; what was delivered; what was counted.
 */
void told_json_identity(struct writer *, const struct told *);
void told_json_delivery(struct writer *, const struct told *);
void told_json_numbers(struct writer *, const struct told *);
/*
 * RFC 4180 with a heading, one row for each number. It begins with a byte order
 * mark, and no cell is a formula, for those who open it in a spreadsheet.
 */
void told_csv(struct writer *, const struct told *);
/*
 * The same in stretches, for whoever has no room for the whole: what of no
 * contest is, and each contest, of all and then of each station. It begins with
 * all zeros. False when nothing is left; then nothing is written.
 */
struct told_place {
	size_t part; /* 0: of no contest; contest c is 1 + c */
	size_t line; /* 0: of all; station s is 1 + s */
};
bool told_csv_next(struct writer *, const struct told *, struct told_place *);

/*
 * One of these in memory of its own, which free() frees through `out->data`;
 * false when there is not enough.
 */
bool told_written(void (*tell)(struct writer *, const struct told *),
	const struct told *, struct bytes *out);

#endif
