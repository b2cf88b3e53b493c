/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/emulator/reader.h"

/* The names of the USB device and of its disk, and of what is in it at first.
 */
#define READER "reader"
#define SLOT "slot"
#define BLANK "blank"

/*
 * QEMU makes no disk without a drive, so this one has a blank until that is
 * taken out. Nothing of it is on the bus yet.
 */
static bool make_slot(struct qmp *qmp, unsigned timeout_ms)
{
	return qmp_call(qmp, "blockdev-add",
		       json_pack("{s:s, s:s}", "driver", "null-co", "node-name",
			       BLANK),
		       timeout_ms) &&
	       qmp_call(qmp, "device_add",
		       json_pack(
			       "{s:s, s:s}", "driver", "usb-bot", "id", READER),
		       timeout_ms) &&
	       qmp_call(qmp, "device_add",
		       json_pack("{s:s, s:s, s:s, s:s, s:b}", "driver",
			       "scsi-hd", "id", SLOT, "bus", READER ".0",
			       "drive", BLANK, "removable", true),
		       timeout_ms);
}

static bool attach(struct qmp *qmp, unsigned timeout_ms)
{
	return qmp_call(qmp, "qom-set",
		json_pack("{s:s, s:s, s:b}", "path",
			"/machine/peripheral/" READER, "property", "attached",
			"value", true),
		timeout_ms);
}

bool reader_add(struct qmp *qmp, unsigned timeout_ms)
{
	return make_slot(qmp, timeout_ms) && reader_eject(qmp, timeout_ms) &&
	       qmp_call(qmp, "blockdev-del",
		       json_pack("{s:s}", "node-name", BLANK), timeout_ms) &&
	       attach(qmp, timeout_ms);
}

bool reader_insert(struct qmp *qmp, const char *node, unsigned timeout_ms)
{
	return qmp_call(qmp, "blockdev-insert-medium",
		       json_pack("{s:s, s:s}", "id", SLOT, "node-name", node),
		       timeout_ms) &&
	       qmp_call(qmp, "blockdev-close-tray",
		       json_pack("{s:s}", "id", SLOT), timeout_ms);
}

bool reader_eject(struct qmp *qmp, unsigned timeout_ms)
{
	return qmp_call(qmp, "blockdev-open-tray",
		       json_pack("{s:s, s:b}", "id", SLOT, "force", true),
		       timeout_ms) &&
	       qmp_call(qmp, "blockdev-remove-medium",
		       json_pack("{s:s}", "id", SLOT), timeout_ms);
}
