/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages that a hostile peer may send: any type at any length, with any
 * number of descriptors.
 */
#ifndef SANDOQ_TESTS_SUPPORT_HOSTILE_H
#define SANDOQ_TESTS_SUPPORT_HOSTILE_H

#include "appliance/machine/wire.h"

/* One end that listens, the question that it has open, and what comes. */
struct hostile {
	enum role self;
	enum role peer;
	enum wire_type asked;
	enum wire_type type; /* of a row of the table */
	size_t length;
	size_t descriptors; /* at most one more than the wire takes */
	uint16_t first;	    /* that the body begins with */
};

/* What the table says of it. */
bool hostile_is_allowed(const struct hostile *);

/*
 * Sends zeros behind that beginning, with copies of the socket; false on
 * failure.
 */
bool hostile_send(int socket, const struct hostile *);

#endif
