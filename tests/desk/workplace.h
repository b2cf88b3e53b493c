/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Somebody at a desk: a folder of files, the sandoq command run in it, and
 * what it said. One at a time.
 */
#ifndef SANDOQ_TESTS_DESK_WORKPLACE_H
#define SANDOQ_TESTS_DESK_WORKPLACE_H

#include "appliance/formats/bytes.h"
#include "tests/support/scalar.h"

/* The sandoq of the same build. */
void workplace_make(void);
void workplace_drop(void);
/* That of the program which started this one, and which drops it. */
void workplace_share(const char *path);

extern char folder[];
/* The path of sandoq. */
extern char program[];
/* Standard output and error of the last run, with a NUL at its end. */
extern char said[];

/* Runs a shell's command from the repository's root; its exit status. */
int shell(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Runs sandoq with these words in the folder; its exit status. */
int run(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same at a terminal, where somebody answers with this line. */
int run_asked(const char *answer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/*
 * The same, where each answer is typed when its question stands on the
 * terminal; a question that is NULL ends them. What it showed is said.
 */
struct typed {
	const char *question;
	const char *answer;
};
int run_typed(const struct typed *, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void assert_said(const char *text);
void assert_status(int actual, int wanted);
void write_file(const char *name, struct bytes content);
/* The private key of scalar_key(), as PEM. */
void write_key(const char *name, unsigned scalar);
/*
 * "definition.json" of this election, "keys.note" that its authority signed,
 * and "bk.pub", so that boxes can be sealed.
 */
void write_election(struct bytes json);
/* Options that name these, for sandoq's commands. */
#define ELECTION_FILES                                                         \
	"--definition definition.json --election-keys keys.note "              \
	"--box-key bk.pub "

enum { WORKPLACE_CODES = 65536 };
/*
 * Of the first contest in the JSON report that was said last: each code's
 * votes. Gives how many candidates it has.
 */
size_t votes_said(uint64_t votes[WORKPLACE_CODES]);

#endif
