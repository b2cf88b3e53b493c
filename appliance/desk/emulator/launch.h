/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two processes of a running machine, both children of the launcher in
 * process groups of their own, both killed by the kernel when it dies.
 */
#ifndef SANDOQ_DESK_EMULATOR_LAUNCH_H
#define SANDOQ_DESK_EMULATOR_LAUNCH_H

#include "appliance/desk/common/options.h"
#include "appliance/desk/emulator/profile.h"

#include <stdbool.h>
#include <sys/types.h>

struct child {
	pid_t pid; /* 0 when there is none */
	int pidfd; /* readable once it has ended; -1 when there is none */
};

struct processes {
	struct child swtpm;
	struct child qemu;
	int serial; /* the serial port's other end */
	int qmp;
};

/*
 * Starts swtpm, then QEMU, in the machine's folder, which has to be the
 * working directory. `arguments` are those of `machine run`. On failure
 * nothing is left running.
 */
int processes_start(
	struct processes *, const struct profile *, const struct arguments *);
/*
 * Waits for both to end, the TPM after QEMU, and kills what is left when
 * patience is over. Returns QEMU's wait status.
 */
int processes_end(struct processes *, unsigned timeout_ms);

/*
 * Starts a program of PATH as such a child. Its stdin is empty, stdout and
 * stderr are appended to the file `log`. `keep` are descriptors that it
 * inherits, ended by -1.
 */
int child_start(
	struct child *, char *const argv[], const char *log, const int *keep);
/* Waits, kills it when patience is over, and gives its wait status. */
int child_end(struct child *, unsigned timeout_ms);

#endif
