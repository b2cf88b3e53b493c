/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starts a role: a fresh exec of the running program with one socket.
 *
 * The new process gets the argument list {"sandoqd", role, setting}, an empty
 * environment, its end of a SOCK_SEQPACKET pair as descriptor SPAWN_SOCKET and
 * the granted descriptors as SPAWN_GRANTED, SPAWN_GRANTED + 1, ... in their
 * order; of all others only 0 to 2 stay open, for what the loader may have to
 * say, until sandbox_enter() takes them away. It is killed when the thread that
 * started it ends. Its main calls sandbox_enter() with the role's row before it
 * reads any message.
 */
#ifndef SANDOQ_MACHINE_SPAWN_H
#define SANDOQ_MACHINE_SPAWN_H

#include "sandbox/sandbox.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum {
	SPAWN_SOCKET = 3,
	SPAWN_GRANTED = 4,
	SPAWN_GRANTS_MOST = 8,
};

/* A running role. Both descriptors are the owner's to close. */
struct spawned {
	pid_t pid;
	int pidfd;  /* readable when the role has ended */
	int socket; /* close-on-exec, blocking */
};

/* "image" or "desk": what the setting is called in an argument list. */
const char *setting_name(enum sandbox_setting);
/* False when the text is neither. */
bool setting_of_name(const char *, enum sandbox_setting *);

/*
 * Starts `role`. The granted descriptors stay the caller's. Returns NULL, or
 * a static sentence (errno tells the rest) when nothing was started.
 */
const char *spawn_role(const char *role, enum sandbox_setting,
	const int *granted, size_t count, struct spawned *);

/*
 * In a child just forked from `parent`: puts held[0], held[1], ... at
 * SPAWN_SOCKET, SPAWN_SOCKET + 1, ... and becomes the role.
 */
_Noreturn void spawn_become(const char *role, enum sandbox_setting,
	const int *held, size_t count, pid_t parent);

/*
 * Waits at most `milliseconds` for the end of the role and reaps it. False
 * when it still runs then. Closes nothing.
 */
bool spawn_reap(const struct spawned *, int milliseconds, siginfo_t *end);

/* Kills the role, reaps it and closes both descriptors, which become -1. */
void spawn_end(struct spawned *, siginfo_t *end);

/* Whether the role left by itself with status 0. */
bool spawn_ended_well(const siginfo_t *end);

/* How a role ended, as one static sentence without full stop. */
const char *spawn_end_text(const siginfo_t *end);

#endif
