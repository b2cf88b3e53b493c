/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An emulated machine is a folder, which one launcher process owns while it
 * runs:
 *
 *	profile       how QEMU is started (profile.h); written last,
 *	              so that a folder that has it is complete
 *	disk.img      the disk, with the image and the journal
 *	vars.fd       the firmware's variables
 *	faults        of the disk, for QEMU's blkdebug, if it was given any
 *	tpm/          swtpm's state
 *	ca/           the CA that signed this TPM's endorsement certificate
 *	console.log   every line the console has shown, over all runs; lines
 *	              of the launcher itself begin with "-- "
 *	console.mark  how many of them `machine wait` has consumed
 *	lock          locked while a launcher runs
 *	control       its socket
 *	processes     the numbers of QEMU's and swtpm's process
 *	*.log         what QEMU, swtpm, swtpm_setup and the launcher said
 *
 * Control protocol, over a Unix stream socket, one request a connection:
 * the client sends one line, the launcher answers with one line and closes.
 *
 *	plug MODE SECTOR PORT PLACE PACE PATH
 *	                               a medium: "ro" or "rw", bytes of a
 *	                               sector, "medium" or "second", "root",
 *	                               "hub" or "reader", KiB a second or 0;
 *	                               PATH is absolute
 *	reader                         a card reader without a card
 *	unplug PORT
 *	press KEY                      on a keyboard, all names of a chord
 *	                               joined by '-'
 *	picture PATH                   what the screen shows, as PPM, or as
 *	                               PNG when the path ends in .png
 *	cut                            kill QEMU; answered when all has ended
 *	stop                           end QEMU; answered when all has ended
 *
 * Answers: "ok", or "no TEXT" with TEXT saying why not.
 */
#ifndef SANDOQ_DESK_EMULATOR_FOLDER_H
#define SANDOQ_DESK_EMULATOR_FOLDER_H

#include "appliance/desk/desk.h"
#include "appliance/desk/emulator/patience.h"

#define MACHINE_PROFILE "profile"
#define MACHINE_DISK "disk.img"
#define MACHINE_VARS "vars.fd"
#define MACHINE_FAULTS "faults"
#define MACHINE_TPM "tpm"
#define MACHINE_CA "ca"
#define MACHINE_CONSOLE "console.log"
#define MACHINE_MARK "console.mark"
#define MACHINE_LOCK "lock"
#define MACHINE_CONTROL "control"
#define MACHINE_PROCESSES "processes"

enum {
	CONTROL_LINE_MOST = 4352,
	CONSOLE_FILE_MOST = 256 * 1024 * 1024,
	/*
	 * How long others wait for the launcher. It bounds all that it does,
	 * and its end is seen at once: this is a last resort.
	 */
	LAUNCHER_MS = 1800000,
};

/* Milliseconds on the monotonic clock. */
uint64_t now_ms(void);
/* What is left until `deadline`, as poll() wants it. */
int ms_until(uint64_t deadline);
/* Waits until `descriptor` can be read; false once the deadline has passed. */
bool readable_until(int descriptor, uint64_t deadline);

/*
 * Takes the folder's lock for as long as `*descriptor` is open. EX_TEMPFAIL
 * when another launcher holds it.
 */
int machine_lock(const char *folder, int *descriptor);
/* Does a launcher hold the lock? */
bool machine_is_running(const char *folder);

/* Has the folder been completed by `machine create`? Else complains. */
int machine_check(const char *folder);

/* Sends the launcher one line, newline included; returns 0 or complains. */
int machine_request(const char *folder, const char *line);

/* Lines that `machine wait` has consumed, and are to be taken as consumed. */
int machine_mark_read(const char *folder, uint64_t *lines);
int machine_mark_write(const char *folder, uint64_t lines);

/* The launcher's, in the folder. */
int machine_processes_write(const pid_t process[PATIENCE_PROCESSES]);
/* Zeros when there are none. */
void machine_processes_read(
	const char *folder, pid_t process[PATIENCE_PROCESSES]);

#endif
