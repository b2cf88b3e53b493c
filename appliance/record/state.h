/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The states of the machine: what the fold over its journal gives.
 */
#ifndef SANDOQ_RECORD_STATE_H
#define SANDOQ_RECORD_STATE_H

#include <stdint.h>

enum machine_state {
	STATE_BLANK,
	STATE_ENROLLING, /* the TPM's owner is not locked yet */
	STATE_ENROLLED,
	STATE_SEALED,
	STATE_INTAKE,
	STATE_OPEN,
	STATE_CLOSED,
	STATE_APPROVED,
	STATE_RELEASED,
	STATE_ABANDONED,
	STATE_FAILED,
};

/* Where an enrolled machine waits for media: a set of states, bit s for s. */
enum {
	STATES_AT_REST = 1 << STATE_ENROLLED | 1 << STATE_SEALED |
			 1 << STATE_INTAKE | 1 << STATE_CLOSED |
			 1 << STATE_RELEASED | 1 << STATE_ABANDONED,
};

const char *state_name(enum machine_state);
/*
 * How far the TPM's phase counter P is beyond p, its value when the election
 * was sealed. From STATE_SEALED on; before it and in STATE_FAILED this is 0
 * and means nothing.
 */
uint64_t state_phases(enum machine_state);

#endif
