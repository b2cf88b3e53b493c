/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A made-up city council election, the same for the same seed: for
 * rehearsals, demonstrations and tests. People and ballots are invented;
 * turnout, popularity and mistakes are of a real election's kind.
 */
#ifndef SANDOQ_ELECTION_SAMPLE_H
#define SANDOQ_ELECTION_SAMPLE_H

#include "appliance/election/plan.h"

enum {
	SAMPLE_STATIONS = 12,
	SAMPLE_CANDIDATES = 60,
	SAMPLE_SEATS = 13,
	SAMPLE_ALTERNATES = 8,
	/* No ballot of the sampler makes a longer line. */
	SAMPLE_LINE_MOST = 320,
};

/* xoshiro256** seeded by splitmix64; not for secrets. */
struct sample_random {
	uint64_t state[4];
};

struct sample_random sample_random_of(uint64_t seed);
uint64_t sample_next(struct sample_random *);
/* Uniform in 0 to below - 1; `below` is not 0. */
uint64_t sample_below(struct sample_random *, uint64_t below);

/* What a definition names that a sample cannot make up: keys and digests. */
struct sample_member {
	const char *id;
	enum board board;
	const char *vkey;
};

struct sample_recipient {
	const char *id;
	const char *key;
};

struct sample_definition {
	const char *id;
	bool rehearsal;
	bool software_tpm;
	struct digest image;
	size_t ek_cas;
	const struct digest *ek_ca;
	struct {
		unsigned need;
		unsigned each;
		size_t members;
		const struct sample_member *member;
	} quorum[BODIES];
	size_t recipients;
	const struct sample_recipient *recipient;
	/* The stations' verifier keys; names are sample_station_id's. */
	const char *station_vkey[SAMPLE_STATIONS];
};

/* "station-01" ... */
void sample_station_id(size_t station, char id[ID_MOST + 1]);
/*
 * The definition of the council of a made-up city, as indented JSON ending
 * in a newline, which the caller frees; NULL when there is no memory.
 */
char *sample_definition_json(const struct sample_definition *);

/*
 * The ballots of one station in one contest, one after the other. Some are
 * blank, some name somebody twice, a code that nobody has, or too many.
 */
struct sampler {
	struct sample_random random;
	const struct plan *plan;
	uint16_t contest;
	/* Ballots still to come, by turnout a part of ballots_issued. */
	uint64_t left;
	/* Of each candidate: sum of popularity up to and with it. */
	uint64_t popularity[CANDIDATES_MOST];
};

/* `contest` is one of the station's. */
void sampler_begin(struct sampler *, const struct plan *, uint16_t station,
	uint16_t contest, uint64_t seed);
/*
 * Writes the next ballot as a line of CSV (csv.h) with its '\n'; false when
 * all are written. The heading is the caller's.
 */
bool sampler_next(struct sampler *, struct writer *line);

#endif
