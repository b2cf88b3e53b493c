/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The courier boot's parts: what each kind of medium does.
 *
 *   courier_boot.c       the loop: a medium comes, its kind, whether it may
 *   courier_media.c      media come, wait, and are written to
 *   courier_read.c       all that a medium brought
 *   courier_enrol.c      the machine becomes its operators'
 *   courier_election.c   an election is sealed
 *   courier_boxes.c      boxes from the stations
 *   courier_approvals.c  to open, to release, of software, of revocations
 *   courier_abandon.c    the authority calls an election off
 *   courier_outbox.c     what goes out
 *
 * The kinds and their states are appliance/record/courier.h's.
 */
#ifndef SANDOQ_MACHINE_COURIER_H
#define SANDOQ_MACHINE_COURIER_H

#include "appliance/machine/session.h"

/* The medium that is plugged in, and the process that reads it. */
struct medium {
	int device;
	struct peer intake;
	struct intake_kind told;
};

/*
 * Does what a medium of one kind is for, in a state that it is for. False when
 * it was refused; then the machine is as before, but for boxes: those that
 * came before what was refused are taken.
 */
typedef bool courier_take(struct session *, struct medium *);

courier_take take_enrolment, take_election, take_boxes, take_approvals,
	take_operators, take_abandonment, give_outbox;

/* Says what the machine waits for. */
void courier_say_ready(struct session *);
/*
 * Says what the media role tells unasked, and closes the message; of a medium
 * that is here it keeps the device, until that has gone.
 */
void courier_media_news(struct session *, struct wire_message *);
/*
 * Waits for the media role to say that the medium has gone, for as long as that
 * can take of a card, whose reader stays.
 */
bool courier_medium_goes(struct session *);
/*
 * The medium that is plugged in, opened for writing: the caller's. Refused when
 * it has gone since it was read, also when another is here.
 */
bool courier_make_writable(struct session *, int *device);

/*
 * Raises P to where an abandoned election's keys work no more, where a power
 * cut kept the TPM from it. Behind the airlock.
 */
bool finish_abandonment(struct session *);

/*
 * All members that the medium brought, behind its label, as public items: a
 * memfd that is the caller's.
 */
bool courier_read(struct session *, struct medium *, int *brought);

#endif
