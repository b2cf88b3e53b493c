/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PID 1 of the image.
 *
 * Mounts /proc, /sys, /sys/kernel/security and /dev, sets the kernel's
 * switches, looks for everything the machine needs, opens it, and starts the
 * supervisor as a fresh exec of itself with the argument list
 * {"sandoqd", "supervisor", "image"} and the descriptors below. It keeps none
 * of them, except the consoles. From then on it only reaps, until the
 * supervisor ends; its exit status says what becomes of the machine.
 *
 * No medium can have been bound by then: the image's kernel starts with
 * usbcore.authorized_default=0, which init checks for every root hub.
 *
 * When something is missing or the supervisor ends in any other way, init says
 * so, "sandoq: failed: ...", and behind it, and behind what a supervisor said
 * that has stopped, "sandoq: stopped: ..."; then it kills all and waits for
 * ever: a machine that restarts by itself would hide its failure. What it says
 * is shown by a console process of its own, confined as the supervisor's, which
 * has gone by then; the picture stays.
 */
#ifndef SANDOQ_MACHINE_INIT_H
#define SANDOQ_MACHINE_INIT_H

/* The descriptors that the supervisor starts with, all but 0 to 2 its own. */
enum init_descriptor {
	INIT_CONSOLE = 3,   /* INIT_CONSOLES of them, O_RDWR */
	INIT_JOURNAL = 5,   /* the journal's partition, O_RDWR | O_EXCL */
	INIT_TPM = 6,	    /* /dev/tpmrm0, O_RDWR */
	INIT_EVENT_LOG = 7, /* the firmware's event log: a sealed memfd */
};

/*
 * The screen's framebuffer and the serial port, as far as the kernel has them;
 * /dev/null in the place of one that is missing. Nobody types on either.
 */
enum { INIT_CONSOLES = 2 };

/* Is there when image/build was given other inputs than the locked ones. */
#define MARK_OF_IMAGE "/unlocked"

/* What the supervisor asks for by its exit status. */
enum init_request {
	INIT_REBOOT = 80,
	INIT_POWEROFF = 81,
	INIT_STOPPED = 82, /* it has shown why, and nothing can go on */
	INIT_UNTOLD = 83,  /* nothing can go on, and nobody could be told */
};

/* Never returns. */
_Noreturn void init_main(void);

#endif
