/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a command tells: facts, checks and tables, gathered while it works
 * and printed once at the end, as text or (--json) as one JSON object. Also
 * progress on stderr, shown only when that is a terminal.
 */
#ifndef SANDOQ_DESK_COMMON_REPORT_H
#define SANDOQ_DESK_COMMON_REPORT_H

#include "appliance/desk/common/options.h"
#include "appliance/formats/bytes.h"

#include <jansson.h>

struct report {
	bool json;
	bool refused;	   /* a check did not pass */
	const char *title; /* the key of the fact that is told first */
	json_t *facts;
	json_t *checks;
	json_t *tables;
};

/* JSON when the command was given --json. Ended by report_end(). */
struct report report_begin(const struct arguments *);

void report_text(struct report *, const char *key, const char *value);
/* A fact that stands above all else; `key` is a literal. */
void report_title(struct report *, const char *key, const char *value);
void report_number(struct report *, const char *key, uint64_t value);
void report_hex(struct report *, const char *key, struct bytes value);
/*
 * Any JSON value; takes the reference over. As text, an array of objects is
 * a table whose columns are the first object's keys.
 */
void report_value(struct report *, const char *key, json_t *value);
/* All members of an object that is written as JSON already. */
void report_members(struct report *, struct bytes json);
/*
 * A table for people, behind all facts and under a heading of its own: JSON has
 * what is in it elsewhere. Takes the reference over.
 */
void report_table(struct report *, const char *heading, json_t *table);
/* One check with its outcome: `refused` NULL when it passed, else why not. */
void report_check(struct report *, const char *name, refusal refused);
/* One that was not made, and why. */
void report_unchecked(struct report *, const char *name, const char *why);

/*
 * Frees, and returns `status`, when that is not 0: who failed has said why.
 * Else prints, and returns EX_DATAERR when a check was refused, else 0;
 * EX_IOERR when stdout took no more.
 */
int report_end(struct report *, int status);

/*
 * What went wrong, as a JSON object on stdout with the member "error"; nothing
 * when nothing was said of it.
 */
void report_failure(void);

struct progress {
	const char *what;
	uint64_t total; /* 0 when not known */
	bool shown;
};

struct progress progress_begin(const char *what, uint64_t total);
void progress_show(struct progress *, uint64_t done);
/* Clears the line. */
void progress_end(struct progress *);

#endif
