/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The roles and their sandboxes: one constant table, in roles.c.
 *
 * A role starts as a fresh exec with its socket as descriptor 3 and what its
 * row lists from 4 on; it enters its sandbox before it reads a message.
 */
#ifndef SANDOQ_MACHINE_ROLES_H
#define SANDOQ_MACHINE_ROLES_H

#include "appliance/machine/wire.h"
#include "sandbox/sandbox.h"

struct role_row {
	enum role role;
	int (*main)(void); /* serves until its supervisor goes; exit status */
	const struct sandbox_spec *sandbox;
	bool crypto; /* uses libcrypto, which takes long to load */
};

/* NULL for the supervisor, which is not one of them. */
const struct role_row *role_row_of(enum role);

/* What the supervisor may do, and with it whatever it starts. */
const struct sandbox_spec *roles_supervisor(void);

/* What libraries ask the kernel once, asked before a sandbox denies it. */
void role_prepare(const struct role_row *);

/*
 * Runs a role by its name in an argument list {"sandoqd", name, setting}:
 * what every program that starts roles calls first. False when the list is
 * not of that form; otherwise `*status` is what to _exit with (handlers of
 * exit(3) would ask for more than the sandbox gives).
 */
bool roles_main(int argc, char **argv, int *status);

int role_journal(void);
int role_keys(void);
int role_media(void);
int role_console(void);
int role_intake(void);
int role_define(void);
int role_count(void);
int role_tally(void);
int role_publish(void);
int role_starter(void);

/* What the starter does once for all boxes of a pass: reads the plan. */
struct counter;
refusal role_count_prepare(struct counter *out);
/* The count role in a process that it forked. */
int role_count_with(const struct counter *);

#endif
