/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a system call filter without a kernel, so that a test can ask it about
 * every number and every argument.
 */
#ifndef SANDOQ_TESTS_SUPPORT_FILTER_H
#define SANDOQ_TESTS_SUPPORT_FILTER_H

#include "sandbox/sandbox.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>

enum { FILTER_MOST = 4096 };

struct filter {
	struct sock_filter step[FILTER_MOST];
	size_t count;
};

/* The filter that sandbox_enter() would load; fails the test otherwise. */
void filter_of_spec(const struct sandbox_spec *, struct filter *);

/* What it returns for one call: SECCOMP_RET_ALLOW, SECCOMP_RET_KILL_... */
uint32_t filter_verdict(const struct filter *, const struct seccomp_data *);

/* The 32-bit words of struct seccomp_data, as bits of a set. */
enum filter_word {
	FILTER_NUMBER = 1 << 0,
	FILTER_ARCHITECTURE = 1 << 1,
	FILTER_ARGUMENT_0 = 3 << 4, /* both halves; the next one << 2 */
};

/* The way to a verdict, which holds for all values of the other words. */
struct filter_way {
	unsigned words; /* that were looked at, of enum filter_word */
	unsigned steps;
};

uint32_t filter_verdict_by(const struct filter *, const struct seccomp_data *,
	struct filter_way *);

#endif
