#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The image on computers of three shapes: it finds the journal by its GUIDs on
# whichever disk, takes media from USB alone, and draws on a screen.
. "$(dirname "$0")/../support/tap.sh"

image=$PWD/build/image/sandoq.efi
work=$scratch
root=$PWD
# shellcheck source=tests/machine/flow.sh
. tests/machine/flow.sh
# shellcheck source=tests/machine/screen.sh
. tests/machine/screen.sh

mkdir -p "$desk" "$media"
image/disk --efi "$image" --journal 16 "$scratch/disk" ||
	bail 'no disk can be made'

# take_shape NAME KEY=VALUE...: a machine whose launch profile has these.
take_shape() {
	local line
	machine=$scratch/$1
	shift
	cp "$profile" "$scratch/profile"
	for line; do
		sed -i "s|^${line%%=*}=.*|$line|" "$scratch/profile"
	done
	"$sandoq" machine create "$machine" --profile "$scratch/profile" \
		--disk "$scratch/disk" || bail 'no machine can be made'
}

# --- virtio ---

take_shape virtio
start_machine || bail 'the machine does not start'
ok 'virtio disk, TPM by CRB: ready' ready blank
ok 'and an outbox on USB is written' collect one
"$sandoq" machine stop "$machine"

sgdisk --partition-guid=2:ca50d1fc-60b8-4b8e-9d03-53616e646f71 \
	"$machine/disk.img" >/dev/null || bail 'sgdisk fails'
with_screen
start_machine || bail 'the machine does not start'
refused 'a partition of that name with another GUID is not the journal' 70 \
	"failed: no disk has the journal's partition" \
	"$sandoq" machine wait "$machine" 'ready: ' --timeout "$patience"
screen_is no-disk-fa "$screen_whole"
"$sandoq" machine stop "$machine"

# --- AHCI, USB medium, screen ---

take_shape ahci machine=q35,smm=off disk=ide-hd,bus=ide.0,bootindex=0
start_machine --device bochs-display --device usb-kbd ||
	bail 'the machine does not start'
ok 'AHCI disk: ready' ready blank
screen_is blank-fa "$screen_whole"
is 'its own disk is not taken for a medium' \
	"$(grep -c 'medium: ' "$machine/console.log")" 0
ok 'and an outbox on USB is written' collect two
for key in a ret scroll_lock pause ctrl-s alt-f2 shift-pgup alt-print-b \
	ctrl-alt-delete; do
	"$sandoq" machine press "$machine" $key || bail "there is no key $key"
done
comment <<<'and after keys were pressed:'
screen_is blank-fa "$screen_whole"
ok 'after keys were pressed, another outbox is written' collect three
refused 'a key that is no key' 69 "does not accept value 'no'" \
	"$sandoq" machine press "$machine" no-such-key
"$sandoq" machine stop "$machine"

# --- NVMe, TIS ---

take_shape nvme disk=nvme,serial=sandoq,bootindex=0 tpm=tpm-tis
start_machine || bail 'the machine does not start'
ok 'NVMe disk, TPM by TIS: ready' ready blank
ok 'and an outbox on USB is written' collect four
finish
