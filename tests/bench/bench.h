/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the benches share: clocks, an election in the folder of workplace.h,
 * runs of the built sandoq. Wall time and processor time are told apart: only
 * the latter means anything on a machine that does other work too.
 */
#ifndef SANDOQ_TESTS_BENCH_BENCH_H
#define SANDOQ_TESTS_BENCH_BENCH_H

#include "appliance/desk/common/box_draft.h"

struct seconds {
	double wall;
	double processor; /* of this process */
};

struct seconds own_time(void);
struct seconds since(struct seconds start);
double mega(double number);

struct rusage;
/* Seconds of processor time. */
double of_rusage(const struct rusage *);

struct run_cost {
	struct seconds took; /* of the process and those that it waited for */
	long memory;	     /* KiB, of the largest of them */
};

/* Runs it on the first so many processors; what it prints is dropped. */
struct run_cost run_on(int cores, char *const argv[]);

enum { BENCH_STATIONS_MOST = 40000 };

/*
 * The sample city with so many stations, each with these, as definition.json,
 * keys.note, bk.pub, escrow.pem and station.pem, which is station 0's.
 */
void bench_election(size_t stations, unsigned boxes, unsigned ballots_issued);
/* A draft of station 0 in that election; the working folder is `folder`. */
void bench_draft(struct arguments *, struct draft *);
/* The key of one of its stations, for the caller to free. */
struct p256_private *bench_station_key(size_t station);

/* Seals and signs a payload as NAME.age and NAME.note: the sealed size. */
uint64_t bench_seal(
	const struct draft *, const char *name, struct bytes payload);
/* Counts NAME for each name. */
struct run_cost bench_recount(
	int cores, char *sandoq, char *const *name, size_t count);

#endif
