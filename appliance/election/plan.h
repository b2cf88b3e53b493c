/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan: what the roles of the machine need of an election, as fixed
 * structures and a canonical binary form. The define role makes it from the
 * signed definition; names and titles stay there.
 *
 *	"sandoq/plan/v2\n"
 *	definition digest 32, mode u8 (1 rehearsal), election id,
 *	candidates u16 (of all contests), stations u16
 *	4 quorums (enum body): need u8, of u8, each u8, then `of` members:
 *		id, board u8, key 65
 *	recipients u8, then each: id, key 65
 *	contests u16, then each:
 *		id, rule u8, seats u16, alternates u16, max_choices u16,
 *		tie_breaks u8, candidates u16, then each candidate:
 *			code u16, list u16, withdrawn u8, tie_breaks * u32
 *	then each station:
 *		id, key 65, contests (as many bytes as the plan's contests
 *		need bits: contest c is bit c % 8 of byte c / 8),
 *		ballots_issued u32, boxes u16
 *
 * An id is a u8 length and that many characters; a key is an uncompressed
 * SEC 1 point. Contests, candidates and stations are known everywhere else
 * by their number: their position here, from 0, as in the definition.
 */
#ifndef SANDOQ_ELECTION_PLAN_H
#define SANDOQ_ELECTION_PLAN_H

#include "appliance/election/contests.h"
#include "appliance/formats/quorum.h"

enum {
	/* a to z, 0 to 9, '-', '.', '_'; starts with one of the first two. */
	ID_MOST = 32,
	RECIPIENTS_MOST = 8,
	CANDIDATES_MOST = 4096,
	/* Over all contests. */
	CANDIDATES_ALL_MOST = 16384,
	STATIONS_MOST = 65535,
	/* Of all stations together. */
	BOXES_MOST = 262144,
	/*
	 * Numbers that a count holds: of each contest of each station its
	 * candidates' votes and the ROW_VOTES numbers before them (tally.h).
	 */
	CELLS_MOST = 12 << 20,
	/* Bytes of what a result says of one station (plan_part_most). */
	PART_MOST = (16 << 20) - 4096,
	/* Marks that one ballot can have. */
	CHOICES_MOST = 1024,
	TIE_BREAKS_MOST = 4
};

/* Who holds which quorum: boot, definition, open, release. */
enum body { OPERATORS, AUTHORITY, OFFICERS, AUDITORS, BODIES };

enum rule { RELATIVE_MAJORITY_1 = 1, LIST_PROPORTIONAL_0_PILOT = 2 };

/* A quorum and who is in it: member m signs notes under id[m] as the name. */
struct roster {
	struct quorum quorum;
	char id[QUORUM_MOST][ID_MOST + 1];
};

/* Whom boxes may be sealed to, beside the machine's box key. */
struct escrow {
	char id[ID_MOST + 1];
	struct p256_public key;
};

struct candidate {
	uint16_t code;
	/* The smaller goes first. */
	uint32_t tie_break[TIE_BREAKS_MOST];
	/* Same number, same list, within the contest; 0 for none. */
	uint16_t list;
	bool withdrawn;
};

struct contest {
	char id[ID_MOST + 1];
	enum rule rule;
	uint16_t seats;
	uint16_t alternates;
	uint16_t max_choices;
	/* Ranks that each of its candidates has. */
	uint8_t tie_breaks;
	uint16_t candidates;
	/* Where its candidates start in plan.candidate. */
	uint16_t first;
};

struct station {
	char id[ID_MOST + 1];
	struct p256_public key;
	/* What is voted on here; never nothing. */
	struct contests contests;
	/* Ballot papers that it got for each of its contests. */
	uint32_t ballots_issued;
	/* Boxes that it delivers, numbered from 1. */
	uint16_t boxes;
	/*
	 * Not this one's: which station comes here when all are in the order
	 * of their ids. plan_index() writes it, plan_find_station() reads it.
	 */
	uint16_t sorted;
};

struct plan {
	struct digest definition;
	bool rehearsal;
	char id[ID_MOST + 1];
	struct roster roster[BODIES];
	size_t recipients;
	struct escrow recipient[RECIPIENTS_MOST];
	size_t contests;
	struct contest contest[CONTESTS_MOST];
	/* Those of contest 0, then those of contest 1, ... */
	size_t candidates;
	struct candidate *candidate;
	size_t stations;
	struct station *station;
};

bool id_is_valid(struct bytes id);

/*
 * plan_size.c. What a count of this plan comes to, whatever is voted:
 * plan_check.h has the limits.
 */
uint64_t plan_boxes(const struct plan *);
uint64_t plan_cells(const struct plan *);
/*
 * Bytes of its result: of the head, were no box void that nobody knows whose it
 * is; of a station's part with so many boxes; of that part whatever comes.
 */
uint64_t plan_head_most(const struct plan *);
uint64_t plan_part_of(
	const struct plan *, size_t station, uint64_t counted, uint64_t voids);
uint64_t plan_part_most(const struct plan *, size_t station);

/* No plan of this shape is longer. */
size_t plan_size_most(const struct plan *);
void plan_encode(struct writer *, const struct plan *);
/*
 * Refuses what plan_check.h refuses. One block of memory, which the caller
 * frees with plan_free.
 */
refusal plan_decode(struct bytes encoded, struct plan **out);
void plan_free(struct plan *);

/*
 * plan_find.c. Stations are found by an index, for each box names its own:
 * plan_decode() and definition_parse() make it, whoever puts a plan together
 * otherwise calls this once the stations have their ids.
 */
refusal plan_index(struct plan *);
/* Each gives a number, or -1 when there is none such. */
int plan_find_station(const struct plan *, struct bytes id);
/* Looks at every station: for who has one key to ask about. */
int plan_find_station_key(const struct plan *, const struct p256_public *);
int plan_find_contest(const struct plan *, struct bytes id);
int plan_find_member(const struct plan *, enum body, struct bytes id);
/* Candidates of the contest, in the order of the definition. */
const struct candidate *plan_candidates(const struct plan *, uint16_t contest);
struct contests plan_all_contests(const struct plan *);

#endif
