/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A card reader: a USB device that stays, whose card comes and goes. To QEMU
 * it is a disk that can be removed from its drive; a person's hand is stronger
 * than the guest's wish to keep it there.
 */
#ifndef SANDOQ_DESK_EMULATOR_READER_H
#define SANDOQ_DESK_EMULATOR_READER_H

#include "appliance/desk/emulator/qmp.h"

/* Each waits `timeout_ms` for QEMU; if false, qmp->error says why. */

/* Plugs it in without a card. Its cards have sectors of 512 bytes. */
bool reader_add(struct qmp *, unsigned timeout_ms);
/* Puts the drive of that node in, which must be a writable one. */
bool reader_insert(struct qmp *, const char *node, unsigned timeout_ms);
bool reader_eject(struct qmp *, unsigned timeout_ms);

#endif
