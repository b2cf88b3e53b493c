#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The enrolled machine with another image on its disk: it boots, but has no
# key, and tells what differs on the screen and in its evidence.
. "$(dirname "$0")/../support/tap.sh"
. tests/machine/prepare.sh
. tests/machine/refusals.sh

# One byte of FILE, at OFFSET, with its lowest bit the other way round.
flip() {
	local byte
	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	# shellcheck disable=SC2059
	printf "\\x$(printf %x $((byte ^ 1)))" |
		dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# tampered WHAT OPTION...: an image that image/build makes with these options.
tampered() {
	local what=$1 efi=$scratch/other.efi
	shift
	ok "$what: the image is built" image/build --output "$efi" "$@"
	take_state sealed
	ok "$what: it is put on the disk" \
		image/disk --efi "$efi" --into "$machine/disk.img"
	start_other "$what"
	refuses_keys "$what" 'PCR 4 differs' \
		'boot state: PCR 4 differs from the approved boot'
}

sed 's/quiet/quieu/' image/kernel/cmdline >"$scratch/cmdline"
is 'one byte of the command line is another' \
	"$(cmp -l image/kernel/cmdline "$scratch/cmdline" | wc -l)" 1
tampered 'another command line' --cmdline "$scratch/cmdline"

# As small as a release that nobody approved can be.
library=/lib/x86_64-linux-gnu/libcap.so.2
cp -L "$library" "$scratch/library"
flip "$scratch/library" $(($(stat --format %s "$scratch/library") - 1))
is 'one byte of a library in the initramfs is another' \
	"$(cmp -l "$library" "$scratch/library" | wc -l)" 1
tampered 'a release that nobody approved' --extra "$library=$scratch/library"
finish
