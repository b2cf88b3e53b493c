#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An image that is not the locked one says so: on the screen, in its list, in
# its SPDX document.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"

efi=$scratch/other.efi
machine=$scratch/m
patience=180
# shellcheck source=tests/machine/screen.sh
. tests/machine/screen.sh

ok 'the image is built' image/build --output "$efi" --unlocked
like 'its list has the mark' '/unlocked	file	' cat "$efi.files"
like 'and so has the image itself' '/unlocked ' "$sandoq" image inspect "$efi"
like 'its SPDX document says so' 'NOT the locked image' \
	jq -r .comment "$efi.spdx.json"
ok 'a disk is made' image/disk --efi "$efi" --journal 16 "$scratch/disk.img"
new_machine m "$scratch/disk.img"
with_screen
boot m
ok 'the serial port says so before anything else' \
	"$sandoq" machine wait "$machine" 'sandoq: ' --timeout "$patience"
like 'in these words' 'NOT the locked image: built of other inputs' \
	grep -m 1 'sandoq: ' "$machine/console.log"
ok 'and the machine works' "$sandoq" machine wait "$machine" \
	'ready: state blank' --timeout "$patience"
screen_is unlocked-fa "$screen_whole"
finish
