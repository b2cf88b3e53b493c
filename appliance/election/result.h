/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The canonical result: a head, whose SHA-256 the auditors approve and the TPM
 * signs as a note, and a part for each station. Anyone who counts the same
 * boxes writes the same bytes; nothing in it differs from boot to boot, or by
 * the order in which boxes were counted.
 *
 * The head:
 *
 *	sandoq/result/v2 live
 *	election: <id>
 *	definition: <digest>
 *	ak, bk, rk: <TPM name>			(a line each)
 *	checkpoint-size: <leaves of the election's tree>
 *	checkpoint-root: <digest>
 *	phase: <value of P>
 *	revocation: <value of R>
 *	count: <RESULT_COUNT_VERSION>
 *	boxes: due=N counted=N void=N unopened=N
 *	missing: <station> <boxes that it has yet to deliver>
 *	contest: <contest> <rule> seats=N alternates=N <row>
 *	candidate: <contest> <code> votes=N rank=N <outcome>
 *	void: <entry> <sha256> <reason>		(of no station)
 *	annulled: <station> <reason>
 *	lot: <contest> <code> <code> ...
 *	stations: <how many>
 *	stations-root: <digest>
 *
 * A station's part:
 *
 *	station: <station> issued=N boxes=<counted>/<due>
 *	ballots: <contest> <ballots>		(these two of each contest)
 *	votes: <contest> <code>=N <code>=N ...
 *	box: <entry> <sequence> <sha256> <ballots>
 *	void: <entry> <sha256> <reason>
 *
 * The root is that of a tree (RFC 6962) with a leaf for each station of the
 * definition, in its order: the bytes of the part. So one station's part and a
 * proof show what the signed head has of it, and all parts together make every
 * sum. They are one stream: each begins with its `station` line. The stream is
 * cut into pieces between parts, where it is stored.
 *
 * <ballots> is cast=N valid=N blank=N unreadable=N, <row> the same and then the
 * flaws, unknown=N repeated=N extra=N (tally.h says what each counts).
 * Contests, candidates and stations come in the order of the definition, a
 * station's boxes by sequence, voids by journal entry, annulments by station,
 * lots by contest and the candidate drawn first.
 *
 * An annulled station is in no sum, rank or outcome; its own part stays as it
 * was counted. Flaws are those of all boxes that were counted, annulled
 * stations' too, for nobody is told whose they are: so they are the one number
 * that only who counts the boxes again can check.
 *
 * Only what cannot be derived is in `struct result`: totals, ranks and
 * outcomes are computed by the writer, so a reader that writes again what it
 * read, and compares, has checked every sum.
 */
#ifndef SANDOQ_ELECTION_RESULT_H
#define SANDOQ_ELECTION_RESULT_H

#include "appliance/election/seats.h"
#include "appliance/election/tally.h"
#include "appliance/formats/merkle.h"
#include "appliance/formats/text.h"

#define RESULT_COUNT_VERSION "sandoq/count/1"
/*
 * Why a box is void that was whole, and whose stanza did not open. Only who has
 * the key can tell, so it is the machine's word; such voids are counted apart.
 */
#define RESULT_UNOPENED "the key does not open it"

/* Why a box is void that has the number of one of its station's before it. */
#define RESULT_TWICE "this box of the station was already counted"

enum {
	RESULT_REASON_MOST = 160,
	/* A piece has as many parts as fit, and one at least. */
	RESULT_PIECE_SIZE = 4 << 20,
};

/* What the result is bound to. */
struct result_binding {
	struct tpm_name ak;
	struct tpm_name bk;
	struct tpm_name rk;
	uint64_t checkpoint_size;
	struct digest checkpoint_root;
	uint64_t phase;
	uint64_t revocation;
};

struct result_box {
	/* Its number in the journal. */
	uint64_t entry;
	uint16_t station;
	uint16_t sequence;
	/* SHA-256 of the age file. */
	struct digest sealed;
	uint64_t ballots;
};

/* A box that was not counted. */
struct result_void {
	uint64_t entry;
	/* -1 when nobody can tell. */
	int station;
	struct digest sealed;
	/* Clean UTF-8. */
	char reason[RESULT_REASON_MOST + 1];
};

/* A station that a ruling takes out of the totals. */
struct result_annulment {
	uint16_t station;
	/* Clean UTF-8. */
	char reason[RESULT_REASON_MOST + 1];
};

/* What is of one station, in order: 1 + the index of each, 0 for none. */
struct result_chain {
	size_t first;
	size_t last;
	size_t count;
};

struct result {
	const struct plan *plan;
	struct result_binding binding;
	/*
	 * The rows of all stations, one station behind the other. No station
	 * has more ballots than 2^32 - 1, so no cell does. The flaws in a row
	 * are always zero: they are in `flaws`, of each contest.
	 */
	uint32_t *cell;
	/* Where each station's rows begin. */
	size_t *first;
	uint64_t flaws[CONTESTS_MOST][FLAWS];
	/* As they were entered. */
	size_t boxes;
	struct result_box *box;
	size_t voids;
	struct result_void *voided;
	size_t annulments;
	struct result_annulment *annulment;
	size_t lots;
	struct lot *lot;
	/* Each station's boxes by sequence, and what follows each of them. */
	struct result_chain *boxes_of;
	size_t *box_after;
	/* The same of voids, by entry; those of no station are the last. */
	struct result_chain *voids_of;
	size_t *void_after;
	size_t box_capacity;
	size_t void_capacity;
};

/*
 * Stations at zero, no box, binding all zeros for the caller to fill. False
 * when there is no memory; result_free is due in either case.
 */
bool result_init(struct result *, const struct plan *);
void result_free(struct result *);
/* A station's row of a contest, NULL when it has none: like tally_row(). */
uint32_t *result_row(const struct result *, size_t station, uint16_t contest);
/*
 * A station's rows as a tally, which tally_free frees; false when there is no
 * memory.
 */
bool result_tally(const struct result *, size_t station, struct tally *out);
/*
 * Why this box cannot be entered, whatever is in it: it is of a station that
 * may not have one.
 */
refusal result_check_box(const struct result *, const struct result_box *);
/*
 * Why this box is void: it was counted already, its tally cannot be at all
 * (tally_check), or brings the station above the ballots it was issued. The
 * boxes that were entered before it stay. So boxes are judged in the order of
 * station and sequence (counting.h), whatever the order was in which they were
 * delivered.
 */
refusal result_judge_box(
	const struct result *, const struct result_box *, const struct tally *);
/*
 * Enters what one box held. Refused: a box that was already counted, one that
 * the station does not have, a tally that cannot be (tally_check), and one that
 * brings the station above the ballots it was issued. What is refused leaves
 * the result as it was.
 */
refusal result_add_box(
	struct result *, const struct result_box *, const struct tally *);
/* Each entry once. */
refusal result_add_void(struct result *, const struct result_void *);
/* How many of the voids are the word of who has the key. */
size_t result_unopened(const struct result *);
bool result_is_unopened(const struct result_void *);

/*
 * What the release quorum ruled (ruling.h), in any order. A station is
 * annulled once. Whether a lot fits the votes is seen when they are ranked.
 */
refusal result_annul(struct result *, const struct result_annulment *);
refusal result_add_lot(struct result *, const struct lot *);
bool result_is_annulled(const struct result *, size_t station);

/*
 * How many boxes each station of the plan has yet to deliver: of those that are
 * due, less what is counted and what is void and known to be its own. A box
 * that came twice is one of them.
 */
void result_missing(const struct result *, size_t *missing);
/* How many boxes of a station are counted. */
size_t result_station_boxes(const struct result *, uint16_t station);
/*
 * Sums over all stations that are not annulled, and flaws of all, into an
 * empty tally of all contests.
 */
void result_total(const struct result *, struct tally *total);
/* Who is elected by a total, lots settled; seats.h says what places. */
refusal result_standings(const struct result *, const struct tally *total,
	uint16_t contest, struct standing *standings);

/* No head of this result is longer, and no part of that station. */
size_t result_head_most(const struct result *);
size_t result_part_most(const struct result *, size_t station);
/* Refuses what no count can have given. */
refusal result_write_head(struct writer *, const struct result *);
void result_write_part(struct writer *, const struct result *, size_t station);
/*
 * The piece that begins with the part of `*station`, which becomes the first
 * that is not in it. The writer has room for result_piece_most().
 */
size_t result_piece_most(const struct result *);
void result_write_piece(
	struct writer *, const struct result *, size_t *station);
/* The head, and all parts behind it. */
size_t result_size_most(const struct result *);
refusal result_write(struct writer *, const struct result *);
/* The tree over the parts: its root, and the path of one of them. */
refusal result_root(const struct result *, struct digest *root);
refusal result_prove(
	const struct result *, size_t station, struct merkle_proof *out);

/*
 * Where the pieces of the parts come from, one after the other: what was given
 * is no longer looked at when the next is asked for. Empty behind the last.
 */
struct result_source {
	void *context;
	refusal (*next)(void *context, struct bytes *piece);
};

/*
 * Reads a result of this plan from its head and the pieces of its parts:
 * accepted only if the writers above make the same bytes of it. `*line`, from
 * 1, is where a refused text is wrong, the parts' lines counted on from those
 * of the head; 0 when its numbers disagree with each other in no one line.
 * result_free is due in either case.
 */
refusal result_parse(struct result *, const struct plan *, struct bytes head,
	const struct result_source *, size_t *line);
/* The same of what result_write() makes. */
refusal result_parse_whole(
	struct result *, const struct plan *, struct bytes whole, size_t *line);

/*
 * What a head says of boxes, for whoever has it alone: nothing that it sums up
 * is compared with it.
 */
struct result_delivery {
	uint64_t due;
	uint64_t counted;
	uint64_t voids;
	uint64_t unopened;
};
/* `missing` has a place for each station. */
refusal result_read_delivery(const struct plan *, struct bytes head,
	struct result_delivery *, size_t *missing);

#endif
