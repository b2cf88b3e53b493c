/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine without its computer: the supervisor and every role of it, each in
 * its true sandbox, on a swtpm. Memfds stand in for the journal's partition and
 * for media; the one who plugs these in and reads the screen speaks in the
 * media role's place, for there is no USB.
 *
 * The machine is a folder: tpm/, the file journal, and console.log, what its
 * screen has shown since it was last switched on. A program that is linked
 * with the calls that rig.c wraps is this machine, too.
 */
#ifndef SANDOQ_TESTS_FORGERIES_RIG_H
#define SANDOQ_TESTS_FORGERIES_RIG_H

#include "appliance/machine/wire.h"

/*
 * The power goes when the supervisor is about to append a journal entry of the
 * type that the environment's CUT names by its number.
 */
void rig_cut(const struct wire_end *, struct wire_said);

/*
 * {PROGRAM, "rig", FOLDER, PROFILE, IMAGE, MEDIUM...}: on it goes, as if the
 * image had been measured as the profile says. Whenever it is ready for a
 * medium it gets the next one, which it may write; when there is none left, it
 * is switched off. It restarts by itself in between. False when the list is not
 * of that form; otherwise `*status` is 0, or 1 when it stopped by itself.
 *
 * Roles find the environment of the program, and in it as BOOT how often this
 * machine has restarted. PLATFORM=open in it is firmware that leaves the TPM's
 * platform hierarchy open, JOURNAL the size of the journal's partition in KiB.
 */
bool rig_main(int argc, char **argv, int *status);
/*
 * {PROGRAM, "prepare", FOLDER, WHAT}: what somebody does to the TPM while the
 * machine is off: owner-authorization, owner-policy, lockout-authorization ...
 */
bool prepare_main(int argc, char **argv, int *status);

#endif
