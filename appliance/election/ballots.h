/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ballots v1: the payload of a sealed box.
 *
 *	header	"sandoq/ballots/v1\n"
 *		definition	32	its digest
 *		station		u16	its number in the plan, from 0
 *		sequence	u16	which of the station's boxes, from 1
 *		count		u32	ballots, the sum of all multiplicities
 *		records		u32	how many follow
 *	record	multiplicity	u32	how many ballots are marked like this
 *		contest		u16	its number in the plan, from 0
 *		n		u16	number of marks, at most CHOICES_MOST
 *		choices		n * u16	codes in the order marked
 *
 *	padding	zeros up to ballots_padded()
 *
 * Records are strictly ascending by the bytes of contest, n and choices. The
 * multiplicity comes first and takes no part in the order, or one kind of
 * ballot could stand in two records: so a set of ballots has exactly one
 * encoding, and the order of voting leaves no trace in it.
 *
 * Everybody sees how large a box is. Padded, it does not tell how many
 * different ballots are in it: boxes of few voters all have one size, and
 * larger ones differ by a thirty-second of their size at least.
 *
 * A ballot is the sheet of one contest. No contest may have more of them
 * than the station was issued.
 */
#ifndef SANDOQ_ELECTION_BALLOTS_H
#define SANDOQ_ELECTION_BALLOTS_H

#include "appliance/election/plan.h"

enum {
	BALLOTS_HEADER_SIZE = 18 + 32 + 2 + 2 + 4 + 4,
	/* contest, n, choices: what records are ordered by. */
	BALLOTS_MARKS_MOST = 4 + 2 * CHOICES_MOST,
	BALLOTS_RECORD_MOST = 4 + BALLOTS_MARKS_MOST,
	BALLOTS_PADDED_LEAST = 4096,
	/* No box holds more, padding included: it is a padded size. */
	BALLOTS_PAYLOAD_MOST = 8 << 20
};

/*
 * The size of a payload whose header and records have `size` bytes: at least
 * BALLOTS_PADDED_LEAST, and above that by Padmé (Nikitin and others, "Reducing
 * Metadata Leakage from Encrypted Files and Communication with PURBs", 2019):
 * a size of e + 1 bits keeps as many of its first bits as e has bits, and one
 * more, rounded up.
 */
size_t ballots_padded(size_t size);

/* Equal ballots. `choices` are n big-endian u16, borrowed from the payload. */
struct ballot {
	uint32_t multiplicity;
	uint16_t contest;
	uint16_t n;
	const uint8_t *choices;
};

/* Takes some ballots in their order: not one at a time, for speed. */
typedef void ballot_sink(
	void *context, const struct ballot *ballot, size_t count);

/*
 * Decodes a payload that comes in chunks of any size. Ballots reach the sink
 * as they are read, so what the sink made of them counts only once
 * ballots_end has accepted the whole.
 */
struct ballots_decoder {
	const struct plan *plan;
	uint16_t station;
	uint16_t sequence;
	/* Of the station, at hand for each record. */
	struct contests contests;
	uint32_t issued;
	ballot_sink *sink;
	void *context;
	refusal refused;
	bool in_records;
	uint32_t count;
	uint32_t records; /* that are still to come */
	uint64_t size;	  /* of what was fed */
	uint64_t used;	  /* of it by header and records */
	uint64_t seen;
	uint64_t cast[CONTESTS_MOST];
	/* Start of an item whose rest is in the next chunk. */
	uint8_t partial[BALLOTS_RECORD_MOST];
	size_t partial_size;
	/* Marks of the last record: in the chunk, then kept here. */
	struct bytes last;
	uint8_t kept[BALLOTS_MARKS_MOST];
};

/*
 * `station` and `sequence` are what the box's signed note says. Without a
 * sink the payload is only checked.
 */
void ballots_begin(struct ballots_decoder *, const struct plan *,
	uint16_t station, uint16_t sequence, ballot_sink *, void *context);
/* Once refused, every later call gives the same reason. */
refusal ballots_feed(struct ballots_decoder *, struct bytes chunk);
refusal ballots_end(struct ballots_decoder *);

/* All of a payload at once, and how many ballots are in it. */
refusal ballots_check(struct bytes payload, const struct plan *,
	uint16_t station, uint16_t sequence, uint32_t *count);

/*
 * Collects ballots in any order and writes them canonically: the sender's
 * side. Owns its memory, which ballots_list_free wipes and frees.
 */
struct ballots_list {
	uint8_t *marks;
	size_t marks_size;
	size_t marks_capacity;
	size_t *start;
	size_t size;
	size_t capacity;
};

void ballots_list_init(struct ballots_list *);
/* One ballot; codes in the order marked. */
refusal ballots_list_add(struct ballots_list *, uint16_t contest,
	const uint16_t *codes, size_t n);
/*
 * Sorts, merges equal ballots and gives the payload in memory from malloc
 * that the caller wipes and frees.
 */
refusal ballots_list_encode(struct ballots_list *, const struct plan *,
	uint16_t station, uint16_t sequence, uint8_t **payload, size_t *size);
void ballots_list_free(struct ballots_list *);

#endif
