#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The disk image, as `make disk` makes it for a real machine.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"
PATH=$PATH:/usr/sbin:/sbin
export MTOOLSRC=/dev/null

head -c 300000 /dev/urandom >"$scratch/efi"
disk=$scratch/disk
make_disk() {
	image/disk --efi "$scratch/efi" --journal 4 "$1"
}
partition() {
	sgdisk --info="$1" "$disk" | sed -n "s/^$2: //p"
}

ok 'a disk is made' make_disk "$disk"
ok 'its table is sound' sgdisk --verify "$disk"
is 'the disk has its GUID' "$(sgdisk --print "$disk" |
	sed -n 's/^Disk identifier (GUID): //p')" \
	CA50D1FC-60B8-4B8E-9D0C-53616E646F71
like 'the first partition is for the firmware' 'EFI system partition' \
	partition 1 'Partition GUID code'
is 'and has its GUID' "$(partition 1 'Partition unique GUID')" \
	CA50D1FC-60B8-4B8E-9D01-53616E646F71
is 'the second is the journal' "$(partition 2 'Partition unique GUID')" \
	CA50D1FC-60B8-4B8E-9D02-53616E646F71
ok 'the firmware finds the image' mcopy -i "$disk@@1M" \
	::/EFI/BOOT/BOOTX64.EFI "$scratch/copy"
ok 'which is the whole file' cmp "$scratch/efi" "$scratch/copy"

read -r start size < <(image/disk --where journal "$disk")
is 'the journal has its size' "$size" $((4 << 20))
ok 'and is empty' cmp -n "$size" -i "$start:0" "$disk" /dev/zero

ok 'it is made again' make_disk "$scratch/again"
ok 'with the same bytes' cmp "$disk" "$scratch/again"
refused 'a disk that is there is left alone' 65 'may hold a journal' \
	make_disk "$disk"
refused 'no image' 65 'image/build makes it' \
	image/disk --efi "$scratch/none" --journal 4 "$scratch/other"
refused 'no size' 64 'image/disk --efi FILE --journal MIB DISK' \
	image/disk --efi "$scratch/efi" --journal 0 "$scratch/other"
finish
