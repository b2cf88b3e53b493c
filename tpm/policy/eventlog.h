/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The firmware's event log (TCG PC Client Platform Firmware Profile, clause
 * 10: crypto agile log format), SHA-256 bank only, and what it must hold.
 *
 * An event's type and data are not authenticated, only the order of digests
 * in each PCR is. So a log is not read for meaning: it is replayed, and it is
 * compared event by event with the template of the approved boot.
 */
#ifndef SANDOQ_TPM_POLICY_EVENTLOG_H
#define SANDOQ_TPM_POLICY_EVENTLOG_H

#include "tpm/policy/policy.h"

enum { EVENT_NO_ACTION = 3 };
/* The PCRs that start from zero: 0 to 15. */
enum { PCR_STATIC_MASK = 0xFFFF };

struct log_event {
	uint32_t pcr;
	uint32_t type;
	struct digest digest; /* zeros for EVENT_NO_ACTION */
	struct bytes data;
};

/* Walks a log; `at` counts the events after the header, from 0. */
struct eventlog {
	struct cursor cursor;
	size_t at;
	refusal why;
};

/* Reads the header event; `why` is NULL when it is acceptable. */
struct eventlog eventlog_of(struct bytes log);
/* False at the end and at a malformed event: then `why` says what. */
bool eventlog_next(struct eventlog *, struct log_event *out);

/* The static PCRs' values when the firmware wrote its last event. */
refusal eventlog_replay(struct bytes log, struct pcr_set *out);

/* One expected event. */
struct event_rule {
	uint32_t pcr;
	uint32_t type;
	struct digest digest;
};

/* What differs first. */
enum event_difference {
	EVENTS_EQUAL,
	EVENT_EXTRA,
	EVENT_MISSING,
	EVENT_REORDERED,
	EVENT_MALFORMED,
};

struct event_verdict {
	enum event_difference difference;
	size_t at;		 /* of the log's events, from 0 */
	struct event_rule event; /* the extra, missing or reordered one */
	refusal why;		 /* NULL when equal */
};

/* Events of PCRs outside `mask` are passed over. */
struct event_verdict eventlog_compare(struct bytes log, uint32_t mask,
	const struct event_rule *, size_t count);

#endif
