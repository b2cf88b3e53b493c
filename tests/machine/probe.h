/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The probe: what looks at a running machine from within. tests/machine/
 * sealed.t builds an image whose /init it is, beside the sandoqd of every
 * other image: it starts that as process 1, stays behind as a child of it, and
 * tells on the console what it sees, a line a fact, each beginning "probe: ".
 */
#ifndef SANDOQ_TESTS_MACHINE_PROBE_H
#define SANDOQ_TESTS_MACHINE_PROBE_H

__attribute__((format(printf, 1, 2))) void report(const char *format, ...);

/* ENOENT and such; "done" for 0. */
const char *error_name(int error);

/*
 * "try NAME ROLE=OUTCOME...", a line for each thing that no role may do, tried
 * in a fresh process in that role's sandbox; and "unconfined NAME OUTCOME" for
 * the same tried by root in no sandbox, as far as that leaves the machine
 * whole. An outcome is "killed", "fault", the error's name, or "done".
 */
void try_all(void);

/*
 * "state ROLE as listed" and "calls ROLE as listed" for each role whose sandbox
 * is what the table says, when confined.h looks at it here; otherwise "state"
 * or "calls" and what is not so, a line each.
 */
void check_sandboxes(void);

/*
 * What a sandbox with a block device is given; nothing is read or written. The
 * probe makes the node, for init has removed those that were there.
 */
#define PROBE_BLOCK "/dev/probe"

#endif
