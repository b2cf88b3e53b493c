#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What somebody can change without touching the image: how the firmware starts
# it. Each time it boots, but has no key, and says what differs.
. "$(dirname "$0")/../support/tap.sh"
. tests/machine/prepare.sh
. tests/machine/predicted.sh
. tests/machine/refusals.sh

empty=$(sed -n 's/^firmware_vars=//p' "$profile")
export MTOOLSRC=/dev/null

# boot_entry_with OPTIONS: firmware variables whose boot entry gives the image
# these LoadOptions.
boot_entry_with() {
	tests/support/boot_entry "$empty" "$scratch/vars" "$1" ||
		bail 'no boot entry can be made'
}

measured() {
	rm -rf "$desk/failed.d"
	"$sandoq" courier unpack "$desk/failed" "$desk/failed.d" >/dev/null &&
		measured_events "$desk/failed.d/now/event-log" "$1"
}

# --- LoadOptions that would be a kernel's command line ---

take_state sealed
boot_entry_with ' init=/bin/sh debug'
start_other LoadOptions --vars "$scratch/vars"
refuses_keys LoadOptions 'PCR 9' \
	'boot state: PCR 9 differs from the approved boot'
like 'LoadOptions: the firmware started the changed entry' \
	'starting Boot0000 "other"' cat "$machine/console.log"
is 'LoadOptions: they were measured' "$(measured 9 | wc -l)" 1

# --- LoadOptions that name a foreign initrd ---

take_state sealed
{
	mkdir "$scratch/other" &&
		printf '#!/sandoqd\n' >"$scratch/other/init" &&
		chmod 755 "$scratch/other/init" &&
		(cd "$scratch/other" && echo init |
			cpio --quiet -o -H newc) >"$scratch/other.cpio"
} || bail 'no cpio can be made'
mcopy -i "$machine/disk.img@@1M" "$scratch/other.cpio" ::/other.cpio ||
	bail 'the boot partition takes no file'
boot_entry_with ' initrd=\other.cpio'
start_other 'foreign initrd' --vars "$scratch/vars"
refuses_keys 'foreign initrd' 'PCR 9' \
	'boot state: PCR 9 differs from the approved boot'
is 'foreign initrd: its options were measured, and nothing was loaded' \
	"$(measured 9 | wc -l)" 1

# --- another EFI application, which starts the image ---

take_state sealed
{
	mmove -i "$machine/disk.img@@1M" ::/EFI/BOOT/BOOTX64.EFI \
		::/sandoq.efi &&
		printf 'FS0:\\sandoq.efi\r\n' |
		mcopy -i "$machine/disk.img@@1M" - ::/startup.nsh
} || bail 'the image cannot be moved'
start_other 'EFI shell'
refuses_keys 'EFI shell' 'PCR 4' \
	'boot state: PCR 4 differs from the approved boot'
is 'EFI shell: two applications were started, the image last' \
	"$(measured 4 | sed -n 's/.*EV_EFI_BOOT_SERVICES_APPLICATION //p' |
		sed -n '2p')" \
	"$("$sandoq" image predict "$image" --profile "$profile.json" --json |
		jq -r .image)"

# --- an empty CD-ROM drive before the disk ---

take_state sealed
sed 's/^\(disk=.*\)bootindex=0/\1bootindex=1/' "$profile" >"$machine/profile"
start_other 'empty CD-ROM drive' \
	--device ich9-ahci,id=sata --device ide-cd,bus=sata.0,bootindex=0
refuses_keys 'empty CD-ROM drive' 'PCR 4' \
	'boot state: PCR 4 differs from the approved boot'
finish
