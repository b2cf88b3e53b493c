/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each role is there for, asked of one process of it by a supervisor that
 * only the test has: the work, the errors that are no attack, and the end.
 */
#ifndef SANDOQ_TESTS_DESK_SCENARIOS_H
#define SANDOQ_TESTS_DESK_SCENARIOS_H

#include "appliance/machine/wire.h"
#include "sandbox/sandbox.h"
#include "tests/support/swtpm.h"
#include "tests/verify/paper.h"

/* Pixels of the screen that the console role is given: a memfd. */
enum { SCENARIO_WIDTH = 640, SCENARIO_HEIGHT = 480 };

/* The setting, the election, and a machine's TPM that is off. */
struct stage {
	enum sandbox_setting setting;
	const struct paper *paper;
	struct swtpm *swtpm;
};

/*
 * Whether every answer was as it should be, and the role ended by itself with
 * status 1 when its supervisor had gone. What the role starts with is given to
 * it, memfds in place of block devices; fails the test when that is not there.
 */
typedef bool scenario(const struct stage *);

/* NULL for the media role where a user or kernel has no devices for it. */
scenario *scenario_of(const struct stage *, enum role);

/*
 * What the define role is asked at sealing: lists of a definition of the
 * paper's people, signed by them, and of their enrolment, which the caller
 * closes.
 */
struct define_facts scenario_facts(const struct paper *);
void scenario_sealing(const struct paper *, struct bytes json, int list[2]);

/* As the define role tells it of this election. */
struct election scenario_election(const struct paper *);

#endif
