/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal's format and its fold: pure. docs/protocols/journal.md has the
 * bytes; role_journal.c the partition.
 */
#ifndef SANDOQ_RECORD_JOURNAL_H
#define SANDOQ_RECORD_JOURNAL_H

#include "appliance/formats/merkle.h"
#include "appliance/record/state.h"

enum {
	JOURNAL_HEADER_SIZE = 128,
	JOURNAL_MAC_SIZE = SHA256_SIZE,
	/* Header and MAC; the payload follows. */
	JOURNAL_LEAD_SIZE = JOURNAL_HEADER_SIZE + JOURNAL_MAC_SIZE,
	/*
	 * Entries begin and end at its multiples, so that no two share a
	 * physical sector of the disk: a write that is cut off can destroy the
	 * whole of the sectors that it touches.
	 */
	JOURNAL_BLOCK_SIZE = 4096,
	JOURNAL_PAYLOAD_MOST = 32 << 20,
	/* Of a delivery that no station of the plan signed for. */
	JOURNAL_NO_STATION = 0xffff,
};

enum entry_type {
	ENTRY_ENROLLED = 1,
	ENTRY_BOOT,
	ENTRY_SEALED,
	/* The steps of one election, */
	ENTRY_INTAKE,
	ENTRY_BOX,
	ENTRY_REFUSED,
	ENTRY_MEDIUM,
	ENTRY_OPEN,
	ENTRY_CLOSED,
	ENTRY_APPROVED,
	ENTRY_RELEASED, /* to here. */
	ENTRY_SOFTWARE,
	ENTRY_REVOCATION,
	ENTRY_FAILED,
	ENTRY_LOCKED,
	ENTRY_HEADERS,
	ENTRY_ABANDONED, /* the other end of one election */
	ENTRY_STATIONS,
};

enum { ENTRY_TYPES = ENTRY_STATIONS };

/* One row for each entry type: where it may stand and what it does. */
struct entry_row {
	enum entry_type type;
	const char *name;
	unsigned states; /* bit s: allowed in state s */
	bool moves;	 /* to the next state; else the state stays */
	enum machine_state next;
	bool anchored;
	bool leaf;    /* a leaf of the election's tree */
	bool machine; /* published whatever election it stands in */
};

/* NULL when there is no such type. */
const struct entry_row *entry_row_of(unsigned type);

struct journal_header {
	uint16_t type;
	bool anchored;
	/* Of a box, taken or refused; zero in any other entry. */
	uint16_t station;
	uint16_t sequence;
	uint64_t entry;
	uint64_t size; /* of the payload, bytes */
	struct digest payload;
	/*
	 * Of a leaf: SHA-256 of the text that it stands for; else zeros. It is
	 * the text of the box's note, which names the ciphertext and its size,
	 * of the election keys' note, or the reason of a refusal.
	 */
	struct digest text;
	struct digest previous; /* chain of the entry before */
};

void journal_header_encode(
	const struct journal_header *, uint8_t out[JOURNAL_HEADER_SIZE]);
refusal journal_header_decode(
	const uint8_t header[JOURNAL_HEADER_SIZE], struct journal_header *out);
/*
 * The leaf of an entry: type, station, sequence and text. Who has the notes
 * can make the tree, without any ciphertext. What depends on how often the
 * machine was started, or a note was signed, is not in it, so that the same
 * boxes in the same order have the same tree.
 */
struct digest journal_leaf(const struct journal_header *);
/* Bytes that an entry takes on the partition, padding included. */
uint64_t journal_entry_size(uint64_t payload_size);

/* Entries folded so far. Starts as all zeros, but for journal_fold_start. */
struct journal_fold {
	enum machine_state state;
	uint64_t entries;
	struct merkle_tree tree; /* of the entries since `sealed` */
	struct digest chain;
	/* J after all anchored entries, and before the last of them. */
	struct digest anchor;
	struct digest anchor_before;
	struct digest anchored_chain;
	uint64_t anchored; /* entries up to and with the last anchored one */
	/*
	 * UINT64_MAX: none. From `intake` to `released`, and of `abandoned`:
	 * none in the election that was sealed last.
	 */
	uint64_t last[ENTRY_TYPES + 1];
	uint64_t sealed_software; /* last software before the last sealed */
	/*
	 * The first headers of the count that was begun last: one that a power
	 * cut ended is begun again, and makes others. UINT64_MAX: none.
	 */
	uint64_t headers;
	/* The same of stations' parts, which the last count makes. */
	uint64_t stations;
	uint64_t frozen_size;
	struct digest frozen_root;
};

void journal_fold_start(struct journal_fold *);
/*
 * Whether an entry is of a count that was begun anew: `headers` and `stations`
 * are those of the fold. It is not published.
 */
bool journal_is_stale(
	unsigned type, uint64_t entry, uint64_t headers, uint64_t stations);
/*
 * The next entry. Refused, with nothing folded, when it does not follow the
 * one before or may not stand here.
 */
refusal journal_fold_next(
	struct journal_fold *, const uint8_t header[JOURNAL_HEADER_SIZE]);

/* All of these headers, from the first entry: on a refusal, up to there. */
refusal journal_fold_headers(struct journal_fold *, struct bytes headers);

/* The leaves of the election's tree, of headers that were folded. */
struct leaves {
	struct bytes headers;
	uint64_t entry;
	uint64_t next;
	uint64_t leaf; /* of the header last given */
};
struct leaves journal_leaves(const struct journal_fold *, struct bytes headers);
bool leaves_next(struct leaves *, struct journal_header *out);

enum anchor_verdict {
	ANCHOR_HOLDS,
	ANCHOR_DUE, /* power was cut before the last extend */
	ANCHOR_DIFFERS,
};
enum anchor_verdict journal_fold_compare(
	const struct journal_fold *, const struct digest *anchor);

#endif
