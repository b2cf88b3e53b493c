/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that fail: those of calls.h and tpm_calls.h, by chance, or one of them
 * at one occurrence. What a process does, and what the roles do that it
 * executes, is one run.
 */
#ifndef SANDOQ_TESTS_FAULTS_FAULTS_H
#define SANDOQ_TESTS_FAULTS_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What becomes of a count in which a call always fails. */
enum fault_end { ENDS, GOES_ON };

struct fault_call {
	const char *name;
	enum fault_end end;
};

/* Those of calls.h, then those of tpm_calls.h. */
extern const struct fault_call fault_calls[];
extern const size_t fault_call_count; /* of calls.h alone */
extern const size_t fault_all_count;

/* Instead of a number of a call. */
enum {
	FAULT_ANY = -1, /* of calls.h, without libcrypto's memory */
	FAULT_ANY_ESAPI = -2,
	/* No call fails, but ballots are left out: a wrong result. */
	FAULT_MISCOUNT = -3,
};
/* The number of libcrypto's memory, which is asked for ten times as often as
 * all else together. */
extern const int fault_libcrypto_memory;

/* Who calls, in a run. */
enum fault_process {
	FAULT_RUN,   /* who called faults_begin */
	FAULT_CHILD, /* its child, until it executes a role */
	FAULT_TALLY,
	FAULT_STARTER,
	FAULT_COUNT, /* all of them, one box after the other */
	FAULT_PROCESSES,
};

const char *fault_process_name(enum fault_process);

struct faults_wanted {
	int only; /* this call alone, or FAULT_ANY... */
	/* By chance, one time in so many, when `occurrence` is 0. */
	uint64_t seed;
	uint32_t one_in;
	/* Else this occurrence of `only` in this process, the first is 1. */
	uint32_t occurrence;
	enum fault_process process;
	/* The code of TPM calls that fail, FAULT_ESAPI_CODES for any. */
	unsigned code;
};

enum { FAULT_ESAPI_CODES = 5 };

enum { FAULT_CALLS_MOST = 160, FAULT_LANES = 6 };

/* What all processes of a run have written. */
struct faults_seen {
	uint32_t called[FAULT_PROCESSES][FAULT_CALLS_MOST];
	uint32_t failed;
};

/* The first thing that a program does: libcrypto's memory, and what execve
 * was told. */
void faults_start(int argc, char **argv);
/*
 * From here on calls fail. Runs that go on side by side have a lane each, from
 * 0; what was seen in it before is forgotten.
 */
void faults_begin(const struct faults_wanted *, unsigned lane);
void faults_end(void);
/* Of the lane, shared with its processes; never freed. */
const struct faults_seen *faults_seen(unsigned lane);

/*
 * What this process has taken between faults_begin and faults_end and not given
 * back: blocks of memory and mappings.
 */
size_t faults_blocks_held(void);
size_t faults_mappings_held(void);
/* Descriptors that are open now. */
size_t faults_descriptors_open(void);

#endif
