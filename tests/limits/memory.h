/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much memory the roles of a count have had at most: a process looks at
 * them many times a second, because each of them is gone at the end.
 */
#ifndef SANDOQ_TESTS_LIMITS_MEMORY_H
#define SANDOQ_TESTS_LIMITS_MEMORY_H

#include "appliance/machine/messages.h"

/* KiB of the largest process of each role: its VmHWM. */
struct memory {
	uint64_t role[ROLES];
};

struct memory_watch {
	int pid;
	int stop;  /* closed to end it */
	int found; /* then it says what it has seen here */
};

/* Of the processes that this one starts from now on. */
struct memory_watch memory_watch_begin(void);
struct memory memory_watch_end(const struct memory_watch *);
/* Of this process itself, so far. */
uint64_t memory_own(void);
/* Of one that lives. */
uint64_t memory_of(int pid);

#endif
