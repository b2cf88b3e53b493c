/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that fail by chance: those of calls.h and tpm_calls.h. What a process
 * does, and what
 * the roles do that it executes, is one seeded run.
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
	FAULT_ANY = -1, /* of calls.h */
	FAULT_ANY_ESAPI = -2,
	/* No call fails, but ballots are left out: a wrong result. */
	FAULT_MISCOUNT = -3,
};

/* The first thing that a program does: libcrypto's memory, and what execve
 * was told. */
void faults_start(void);
/* From here on each call, or one of them only, fails one time in so many. */
void faults_begin(uint64_t seed, uint32_t one_in, int only);
void faults_end(void);

#endif
