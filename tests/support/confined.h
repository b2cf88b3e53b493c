/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A child in the sandbox of a role, without the role: what it may then do, and
 * what the kernel shows of it, is the sandbox's doing alone.
 *
 * Knows no test library, so that it can run inside an image too.
 */
#ifndef SANDOQ_TESTS_SUPPORT_CONFINED_H
#define SANDOQ_TESTS_SUPPORT_CONFINED_H

#include "sandbox/sandbox.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

enum { CONFINED_DESCRIPTORS = 16, CONFINED_ARGUMENTS = 6 };

/* A specification, and what its descriptors are opened from. */
struct confined {
	struct sandbox_spec spec;
	struct sandbox_descriptor descriptor[CONFINED_DESCRIPTORS];
	const char *block; /* a block device; NULL: /dev/null stands in */
};

/*
 * Of a specification with at most CONFINED_DESCRIPTORS. The block device is
 * opened, never read or written; when that fails as it is listed, /dev/null
 * stands in and is listed as a character device.
 */
void confined_prepare(
	struct confined *, const struct sandbox_spec *, const char *block);

/*
 * The same; what is open and no device is listed as the kind that it is. Where
 * a memfd stands in for a block device, files may become as long as that one:
 * the kernel does not count what is written to a device.
 */
void confined_prepare_as_open(struct confined *, const struct sandbox_spec *);

/*
 * Opens what a descriptor of it is listed as; -1 when that fails. `socket` is
 * what a socket becomes.
 */
int confined_open(
	const struct confined *, const struct sandbox_descriptor *, int socket);

/*
 * The calling process leaves the namespaces, so that its children need not:
 * that takes longer than all the rest, and no system call hangs on it.
 */
void confined_share_namespaces(struct confined *);

/*
 * The calling process opens what is listed, with `socket` for every socket, and
 * enters. Returns what sandbox_enter() does, or ends; a minute later it is
 * ended anyway.
 */
unsigned confined_enter(
	const struct confined *, enum sandbox_setting, int socket);

/* SANDBOX_IMAGE when this user and kernel can give all of it. */
enum sandbox_setting confined_setting(void);

/* One system call to try. */
struct confined_call {
	long number;
	uint64_t argument[CONFINED_ARGUMENTS];
	bool by_int_80; /* as a 32-bit program would make it */
};

/* Exit statuses of a child that the call left alive. */
enum {
	CONFINED_LIVES = 40,
	CONFINED_UNKNOWN_CALL, /* ENOSYS or ENXIO: the kernel does nothing */
};

/* The wait status of a child that entered and made this call. */
int confined_try(const struct confined *, enum sandbox_setting,
	const struct confined_call *);

/* Whether the table lets this call through. */
bool confined_allows(const struct sandbox_spec *, long number,
	const uint64_t argument[CONFINED_ARGUMENTS]);

/* A call within all bounds of a row. */
struct confined_call confined_call_of(const struct sandbox_call *);

/*
 * Tries every number from 0 to 1023, x32's, int 0x80, and each bound from
 * both sides. Prints a line for each that did not go as the table says and
 * returns how many did not.
 */
size_t confined_check_calls(
	const struct confined *, enum sandbox_setting, FILE *);

/* A child that entered and waits; the rest is the caller's to look at. */
struct confined_waiting {
	pid_t pid;
	int socket;
	unsigned missing; /* of enum sandbox_missing */
};

/* Of a specification with a socket; false when it did not enter. */
bool confined_wait(const struct confined *, enum sandbox_setting,
	struct confined_waiting *);
/*
 * Holds what /proc shows of a process that entered in SANDBOX_IMAGE against
 * the table: identity, capabilities, no_new_privs, filter, limits, descriptors,
 * namespaces, mounts, network. The process that looks has uid 0 and was not
 * confined itself. Prints and returns as confined_check_calls() does.
 */
size_t confined_check_state(const struct sandbox_spec *, pid_t, FILE *);
/* Whether another process of the same user, without capabilities, could read
 * its memory. */
bool confined_is_readable(const struct sandbox_spec *, pid_t);

/* Ends and reaps it; true when it ended by itself. */
bool confined_release(struct confined_waiting *);

#endif
