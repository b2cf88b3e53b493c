#!/bin/bash
# What somebody can change without touching the image: the firmware's boot
# entry, and a device that the firmware tries before the disk.
. "$(dirname "$0")/../support/tap.sh"
. tests/machine/prepare.sh

# refused_by WHAT PCRS: the started machine says that these refuse its keys.
refused_by() {
	show "$1: it boots and fails" 'failed: '
	like "$1: the screen names $2" "$2" \
		grep 'failed: ' "$machine/console.log"
	grep 'failed: ' "$machine/console.log" | tail -n 1 | comment
	ready failed || bail 'no outbox can be brought'
	ok "$1: it still gives evidence" collect failed
	"$sandoq" courier unpack "$desk/failed" "$desk/failed.d" >/dev/null
}

verify_now() {
	"$sandoq" audit verify --now --sent "$desk/failed" \
		--authorities "$desk/authorities.pem" \
		--operators "$desk/operators" \
		--enrolment "$desk/enrolment.note" \
		--boot-profile "$desk/profile.json"
}

# --- LoadOptions that name a foreign initrd ---

take_state sealed
mkdir "$scratch/other" &&
	printf '#!/sandoqd\n' >"$scratch/other/init" &&
	chmod 755 "$scratch/other/init" &&
	(cd "$scratch/other" && echo init | cpio --quiet -o -H newc) \
		>"$scratch/other.cpio" || bail 'no cpio can be made'
MTOOLSRC=/dev/null mcopy -i "$machine/disk.img@@1M" "$scratch/other.cpio" \
	::/other.cpio || bail 'the boot partition takes no file'
tests/support/boot_entry "$(sed -n 's/^firmware_vars=//p' "$profile")" \
	"$scratch/vars" ' initrd=\other.cpio' || bail 'no boot entry can be made'

start_machine --vars "$scratch/vars" || bail 'the machine does not start'
refused_by 'foreign initrd' 'PCR 9'
like 'foreign initrd: the firmware started the changed entry' \
	'starting Boot0000 "other"' cat "$machine/console.log"
is 'foreign initrd: its options were measured, and nothing was loaded' \
	"$(tpm2_eventlog "$desk/failed.d/now/event-log" 2>/dev/null |
		grep -c 'PCRIndex: 9')" 1
refused "foreign initrd: the auditor's verify names it" 65 'PCR 9' verify_now
"$sandoq" machine stop "$machine"

# --- an empty CD-ROM drive before the disk ---

rm -rf "$desk/failed.d"
take_state sealed
sed 's/^\(disk=.*\)bootindex=0/\1bootindex=1/' "$profile" >"$machine/profile"
start_machine --device ide-cd,bus=ide.1,bootindex=0 ||
	bail 'the machine does not start'
refused_by 'empty CD-ROM drive' 'PCR 4'
refused "empty CD-ROM drive: the auditor's verify names it" 65 'PCR 4' \
	verify_now
finish
