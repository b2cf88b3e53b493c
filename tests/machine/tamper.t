#!/bin/bash
# The enrolled machine with another image on its disk: it boots, but has no
# key, and tells what differs on the screen and in its evidence.
. "$(dirname "$0")/../support/tap.sh"
. tests/machine/prepare.sh

# One byte of FILE, at OFFSET, with its lowest bit the other way round.
flip() {
	local byte
	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	# shellcheck disable=SC2059
	printf "\\x$(printf %x $((byte ^ 1)))" |
		dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

verify_now() {
	"$sandoq" audit verify --now --sent "$desk/failed" \
		--authorities "$desk/authorities.pem" \
		--operators "$desk/operators" \
		--enrolment "$desk/enrolment.note" \
		--boot-profile "$desk/profile.json" --nonce "$desk/nonce"
}

# tampered WHAT OPTION...: an image that image/build makes with these options.
tampered() {
	local what=$1 efi=$scratch/other.efi
	shift
	ok "$what: the image is built" image/build --output "$efi" "$@"
	take_state sealed
	ok "$what: it is put on the disk" \
		image/disk --efi "$efi" --into "$machine/disk.img"
	start_machine || bail 'the machine does not start'
	show "$what: it boots and the screen names the PCR" 'failed: '
	is "$what: which is PCR 4" "$(tail -n 3 "$machine/console.log" |
		grep -c 'failed: .*PCR 4 differs')" 1
	show "$what: the TPM refuses the keys" \
		'the TPM refuses the box key and the result key in this boot'
	ready failed || bail 'no outbox can be brought'
	"$sandoq" audit nonce --auditor auditor-1 --output "$desk/nonce" ||
		bail 'there is no nonce'
	ok "$what: it gives evidence for a nonce" \
		collect failed "nonce=$desk/nonce"
	refused "$what: the auditor's verify names the PCR" 65 'PCR 4' \
		verify_now
	"$sandoq" machine stop "$machine"
}

sed 's/quiet/quieu/' image/kernel/cmdline >"$scratch/cmdline"
is 'one byte of the command line is another' \
	"$(cmp -l image/kernel/cmdline "$scratch/cmdline" | wc -l)" 1
tampered 'command line' --cmdline "$scratch/cmdline"

library=/lib/x86_64-linux-gnu/libcap.so.2
cp -L "$library" "$scratch/library"
flip "$scratch/library" $(($(stat --format %s "$scratch/library") - 1))
is 'one byte of a library in the initramfs is another' \
	"$(cmp -l "$library" "$scratch/library" | wc -l)" 1
tampered 'initramfs' --extra "$library=$scratch/library"
finish
