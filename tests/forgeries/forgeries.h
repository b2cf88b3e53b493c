/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roles that were taken over and go on as they should, but for one kind of
 * answer: well-formed, allowed by the wire table, and forged.
 */
#ifndef SANDOQ_TESTS_FORGERIES_FORGERIES_H
#define SANDOQ_TESTS_FORGERIES_FORGERIES_H

#include "appliance/machine/wire.h"

/* Of an election, as rig.sh does them; a recount of what was published last. */
enum step {
	ENROL,
	SEAL,
	DELIVER,
	OPEN,
	EVIDENCE,
	RELEASE,
	BUNDLE,
	RECOUNT,
	STEPS,
};

/* What a role is about to say; descriptors are closed by who made them. */
struct words {
	struct wire_end *end;
	enum wire_type type;
	union wire_body body;
	int descriptor[WIRE_DESCRIPTORS_MOST];
	size_t descriptors;
	bool unsaid; /* it will not be */
	/* Of TALLY_RESULT there is nothing else: what it will be written of. */
	struct result *result;
};

enum { ANY_BOOT = -1 };

/* A role taken over during some steps of an election, and what comes of it. */
struct forgery {
	enum role role;
	const char *name;
	enum step first;
	enum step last;
	/* Only when the machine has restarted so often in the step. */
	int boot;
	const char *instead; /* of the first step's own work; NULL: nothing */
	enum wire_type type;
	void (*forge)(struct words *);
	/*
	 * The first step that does not succeed, and what is said then. STEPS:
	 * all do, so that the recount agrees, and says so.
	 */
	enum step stops;
	const char *by;
};

extern const struct forgery forgeries[];
extern const size_t forgery_count;

/*
 * What every process begins with, before it is in any sandbox: the first byte
 * of the file that the environment's FORGED names becomes 1 as soon as one has
 * forged something.
 */
void forgery_begin(void);

/*
 * The power is cut: the supervisor ends when it is about to ask what the
 * environment's CUT names, as often as its CUT_AFTER says after the first time.
 *
 * In the place of wire_send: says what the environment's FORGERY, a number in
 * the table or the name of the first one that is called so, makes of it in this
 * process.
 */
refusal forgery_send(struct wire_end *, struct wire_said, const int *descriptor,
	size_t count);

/* The true one, as the linker calls it. */
refusal __real_wire_send(struct wire_end *, struct wire_said,
	const int *descriptor, size_t count);

#endif
