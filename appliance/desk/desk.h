/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sandoq command: what people run on their own computers. main.c holds
 * the tables of commands; every row has its option table and its function,
 * declared here and defined in the file of its name: `box seal` in
 * box_seal.c. The commands that run QEMU are in emulator/, what several
 * commands share is in the other folders. A function returns a status of
 * sysexits.h, 0 for success, having printed what went wrong.
 */
#ifndef SANDOQ_DESK_DESK_H
#define SANDOQ_DESK_DESK_H

#include "appliance/desk/common/files.h"
#include "appliance/desk/common/options.h"
#include "appliance/desk/common/report.h"

#include <sysexits.h>

#define DESK_COMMAND(name)                                                     \
	extern const struct option name##_options[];                           \
	int name##_command(const struct arguments *)

DESK_COMMAND(image_inspect);
DESK_COMMAND(image_profile);
DESK_COMMAND(image_predict);
DESK_COMMAND(image_approve);
DESK_COMMAND(image_revoke);

DESK_COMMAND(firmware_variables);
DESK_COMMAND(firmware_profile);

DESK_COMMAND(machine_operators);
DESK_COMMAND(machine_authority);
DESK_COMMAND(machine_enrol);
DESK_COMMAND(machine_enrolment);
DESK_COMMAND(machine_notices);

/* In emulator/. */
DESK_COMMAND(machine_create);
DESK_COMMAND(machine_run);
DESK_COMMAND(machine_plug);
DESK_COMMAND(machine_unplug);
DESK_COMMAND(machine_press);
DESK_COMMAND(machine_wait);
DESK_COMMAND(machine_power);
DESK_COMMAND(machine_stop);
DESK_COMMAND(machine_screen);

DESK_COMMAND(courier_list);
DESK_COMMAND(courier_pack);
DESK_COMMAND(courier_unpack);

DESK_COMMAND(election_sample);
DESK_COMMAND(election_check);
DESK_COMMAND(election_sign);
DESK_COMMAND(election_keys);
DESK_COMMAND(election_abandon);
DESK_COMMAND(election_station_page);

DESK_COMMAND(box_seal);
DESK_COMMAND(box_check);
DESK_COMMAND(box_encode);
DESK_COMMAND(box_recipients);
DESK_COMMAND(box_sign);

DESK_COMMAND(approve_open);
DESK_COMMAND(approve_release);
DESK_COMMAND(approve_ruling);

DESK_COMMAND(audit_nonce);
DESK_COMMAND(audit_verify);
DESK_COMMAND(audit_zero);

DESK_COMMAND(bundle_verify);
DESK_COMMAND(bundle_report);
DESK_COMMAND(bundle_station);
DESK_COMMAND(bundle_public);
DESK_COMMAND(bundle_page);

DESK_COMMAND(recount);

DESK_COMMAND(key_new);
DESK_COMMAND(key_show);

/* The evening as a whole, in rehearsal/. */
DESK_COMMAND(rehearse);

#endif
