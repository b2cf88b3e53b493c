/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client of the QEMU Machine Protocol ("QEMU Machine Protocol
 * Specification", docs/interop/qmp-spec of QEMU) on a connected socket.
 * Every call waits no longer for the next that QEMU says than patience.h has
 * it.
 */
#ifndef SANDOQ_DESK_EMULATOR_QMP_H
#define SANDOQ_DESK_EMULATOR_QMP_H

#include "appliance/desk/emulator/patience.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum { QMP_MESSAGE_MOST = 65536, QMP_ERROR_SIZE = 256 };

struct qmp {
	int socket;
	/* Called for each event that arrives during any of the calls. */
	void (*event)(void *owner, const char *name, const json_t *data);
	void *owner;
	/* QEMU, and what it waits for itself. */
	pid_t process[PATIENCE_PROCESSES];
	/* Why the last call failed. */
	char error[QMP_ERROR_SIZE];
	size_t size;
	char buffer[QMP_MESSAGE_MOST];
};

/* Takes the greeting and leaves the negotiation mode. */
bool qmp_begin(struct qmp *, unsigned timeout_ms);
/* `arguments` may be NULL; the reference is taken over. */
bool qmp_call(struct qmp *, const char *command, json_t *arguments,
	unsigned timeout_ms);
/*
 * Takes messages, none of them an answer, until `*flag` is set (by the event
 * function) or time is up. `flag` NULL takes what has arrived and returns
 * true unless the connection is lost; it waits for the rest of a message only.
 */
bool qmp_events(struct qmp *, const bool *flag, unsigned timeout_ms);

#endif
