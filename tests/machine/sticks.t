#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A booted machine takes sticks as people have them: of exFAT and FAT16 that
# other programs made, in pieces, among other files, in sectors of 4096 bytes,
# behind the second tebibyte. Of an outbox it writes the file and nothing else.
# What it cannot read it says, and goes on. A second stick waits. A hub may be
# between, or a card reader, which may be empty. A stick that is pulled out is
# called so, and so is a card. In the end the election is called off.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"
# shellcheck source=tests/machine/prepare.sh
. tests/machine/prepare.sh
# shellcheck source=tests/machine/screen.sh
. tests/machine/screen.sh
PATH=$PATH:/usr/sbin:/sbin
export MTOOLSRC=/dev/null

mib=$((1024 * 1024))

# empty FILE MIB
empty() {
	rm -f "$1"
	truncate --size "$(($2 * mib))" "$1"
}

# archive_of NAME BOX...: those boxes as $scratch/NAME.tar.
archive_of() {
	local name=$1
	shift
	(media=$scratch/packed sticks=raw pack_boxes "$@") &&
		mv "$scratch/packed/boxes" "$scratch/$name.tar"
}

# --- sticks of boxes ---

# exFAT, the file in pieces from the end on, in the one partition of an MBR.
exfat_stick() {
	local part=$scratch/part
	empty "$part" 40 && mkfs.exfat -L BOXES "$part" >/dev/null &&
		tests/desk/exfat_put --hidden "$part" \
			"._SANDOQ.TAR=$desk/definition.json" &&
		tests/desk/exfat_put --scattered "$part" \
			"sandoq.tar=$scratch/first.tar" &&
		fsck.exfat -n "$part" >/dev/null &&
		empty "$media/exfat" 48 &&
		echo '2048,,7' | sfdisk -q "$media/exfat" &&
		dd if="$part" of="$media/exfat" bs=1M seek=1 conv=notrunc,sparse \
			status=none
}

# FAT16 in sectors of 4096 bytes, without partitions.
large_sectors() {
	local part=$media/sectors
	empty "$part" 64 && mkfs.vfat -S 4096 -F 16 "$part" >/dev/null &&
		mcopy -i "$part" "$desk/definition.json" \
			'::a long name of Windows.json' &&
		mcopy -i "$part" "$scratch/second.tar" ::SANDOQ.TAR
}

# FAT32, behind the second tebibyte of a disk of 3 TB.
large_disk() {
	local part=$scratch/part at=$((5 * 1024 * 1024 * 1024))
	empty "$part" 64 && mkfs.vfat -F 32 "$part" >/dev/null &&
		mcopy -i "$part" "$scratch/third.tar" ::SANDOQ.TAR &&
		rm -f "$media/large" &&
		truncate --size 3000000000000 "$media/large" &&
		sgdisk -n "1:$at:+64M" -t 1:0700 "$media/large" >/dev/null &&
		dd if="$part" of="$media/large" bs=512 seek="$at" \
			conv=notrunc,sparse status=none
}

# The table of clusters, which begins behind the reserved sectors, is empty.
no_table() {
	local reserved
	reserved=$(od -An -tu2 -j14 -N2 "$media/sectors") &&
		cp "$media/sectors" "$media/damaged" &&
		dd if=/dev/zero of="$media/damaged" bs=4096 \
			seek="$((reserved))" count=1 conv=notrunc status=none
}

other_system() {
	cp "$media/sectors" "$media/ntfs" &&
		printf 'NTFS    ' | dd of="$media/ntfs" bs=1 seek=3 conv=notrunc \
			status=none
}

# --- an outbox among other files ---

# What of a stick is not in the outbox file, with zeros in its place.
around_outbox() {
	python3 - "$1" "$outbox_at" "$outbox_size" <<'END'
import hashlib
import sys
data = bytearray(open(sys.argv[1], "rb").read())
at, size = int(sys.argv[2]), int(sys.argv[3])
data[at:at + size] = bytes(size)
print(hashlib.sha256(data).hexdigest())
END
}

outbox_stick() {
	"$sandoq" courier pack "$scratch/outbox.tar" --kind outbox \
		--capacity 8 --to "$media/outbox" >/dev/null &&
		mcopy -i "$media/outbox@@1M" "$desk/definition.json" \
			::PHOTO.JPG &&
		outbox_at=$(grep -obUaF 'sandoq/courier/v1 outbox' \
			"$media/outbox" | head -n 1) &&
		outbox_at=$((${outbox_at%%:*} - 512)) &&
		outbox_size=$((8 * mib))
}

# One that lies on the device as it is, which ends early.
small_outbox() {
	"$sandoq" courier pack "$media/small" --kind outbox >/dev/null &&
		truncate --size 8192 "$media/small"
}

# taken NAME WORDS [OPTION...]: the machine says so, and the stick goes.
taken() {
	local name=$1 words=$2
	shift 2
	"$sandoq" machine plug "$machine" "$media/$name" "$@" &&
		see "$words" && see 'remove the medium' &&
		"$sandoq" machine unplug "$machine"
}

# refused_as SCENE NAME WORDS [OPTION...]: while the stick is in, the screen is so.
refused_as() {
	local scene=$1 name=$2
	shift 2
	"$sandoq" machine plug "$machine" "$media/$name" "${@:2}"
	show "$name: refused" "$1"
	see 'remove the medium'
	screen_is "$scene"
	"$sandoq" machine unplug "$machine"
}

take_state sealed
archive_of first station-01 station-02 station-{07..11} || bail 'boxes cannot be packed'
archive_of second station-03 || bail 'boxes cannot be packed'
archive_of third station-04 || bail 'boxes cannot be packed'
exfat_stick || bail 'no stick of exFAT can be made'
large_sectors || bail 'no stick of large sectors can be made'
large_disk || bail 'no disk of 3 TB can be made'
for card in station-05 station-06; do
	archive_of "$card" "$card" || bail 'boxes cannot be packed'
	cp "$scratch/$card.tar" "$media/$card"
done
outbox_stick || bail 'no outbox can be made'
cp "$media/outbox" "$media/pulled"
cp "$media/outbox" "$scratch/outbox.copy"
no_table && other_system && empty "$media/blank" 8
small_outbox || bail 'no small outbox can be made'
with_screen
resume sealed
screen_is sealed-fa

# --- in a card reader, which the kernel asks again and again ---

spoken=$(wc -l <"$machine/console.log")
ok 'a reader without a card is plugged in' "$sandoq" machine plug "$machine" \
	--reader
refused_as garbage-fa blank 'it is empty, or formatted in a way'
like 'of the reader the machine has said nothing' 'refused: ' \
	sed -n "$((spoken + 1))p" "$machine/console.log"
screen_is sealed-fa
refused_as garbage-fa blank 'it is empty, or formatted in a way' --reader
screen_is sealed-fa
ok 'a card that is put in is read' taken station-05 '1 boxes taken' --reader
ok 'another one is, too' taken station-06 '1 boxes taken' --reader
for card in station-05 station-06; do
	ok "nothing is written to $card" \
		cmp "$media/$card" "$scratch/$card.tar"
done

# --- sticks, as a computer sees them ---

ok 'exFAT, in pieces' taken exfat '7 boxes taken'
ok 'FAT16 in sectors of 4096 bytes' taken sectors '1 boxes taken' --sector 4096
ok 'FAT32 behind the second tebibyte' taken large '1 boxes taken'
show 'one station is missing' 'ready: state intake'
screen_is missing-fa
ok 'a stick that is damaged is refused in words' taken damaged \
	'the stick'"'"'s file system is damaged' --sector 4096
ok 'a stick of NTFS is, too' taken ntfs 'formatted with NTFS' --sector 4096
refused_as small-outbox-fa small 'it is too small' --writable

# --- behind a hub, and pulled out ---

# pulled NAME WORDS [OPTION...]: it goes as soon as the machine has said WORDS,
# which then says $words.
words='was pulled out'
pulled() {
	local name=$1 first=$2
	shift 2
	"$sandoq" machine plug "$machine" "$media/$name" "$@" &&
		see "$first" && "$sandoq" machine unplug "$machine" &&
		see "$words"
}

ok 'a stick behind a hub' taken sectors '0 boxes taken, 1 known' \
	--sector 4096 --hub
# The kernel may tell of an error before it tells that the stick is gone: then
# it is also called so, but in other words than the scene's, and comes again.
pulled_for_sure() {
	local often=5
	while ((often-- > 0)); do
		pulled "$@" || return
		! grep 'refused: ' "$machine/console.log" | tail -n 1 |
			grep -q 'the medium was pulled out' || return 0
	done
	return 1
}

ok 'a stick that goes while it is read is called so' pulled_for_sure exfat \
	'medium: boxes' --pace 16
screen_is pulled-fa
ok 'an outbox that goes while it is written is, too' pulled pulled \
	'medium: outbox' --writable --pace 16
cp "$scratch/outbox.copy" "$media/pulled"

# pulled_card SCENE NAME: a card, while the screen is so.
pulled_card() {
	"$sandoq" machine plug "$machine" "$media/$2" --pace 16 --reader
	show "$2: it begins" 'medium: '
	screen_is "$1"
	"$sandoq" machine unplug "$machine"
	show "$2: a card that goes is called so, too" 'was pulled out'
}

pulled_card reading-fa exfat
pulled_card writing-fa pulled

# --- two at once ---

before=$(around_outbox "$media/outbox")
"$sandoq" machine plug "$machine" "$media/exfat"
see '0 boxes taken, 7 known'
ok 'the second is plugged in' "$sandoq" machine plug "$machine" \
	"$media/outbox" --second --writable
show 'it waits, by its name' 'another medium waits (QEMU'
screen_is another-stick-fa
"$sandoq" machine unplug "$machine"
show 'then it is written' 'done: remove the medium'
"$sandoq" machine unplug "$machine" --second
is 'and around the outbox nothing is' "$(around_outbox "$media/outbox")" \
	"$before"
tail -c "+$((mib + 1))" "$media/outbox" >"$scratch/part"
ok 'the file system is as it was' fsck.vfat -n "$scratch/part"
ok 'what was written is there' mcopy -i "$media/outbox@@1M" ::OUTBOX.TAR \
	"$desk/received"
is 'it is what the machine had' \
	"$(tar -xOf "$desk/received" now/state)" intake
ok 'written once, it is no outbox' taken outbox \
	'it is an outbox that was written already' --writable

# --- it is called off ---

# shellcheck disable=SC2046 # one word for each
co_sign "$desk/abandonment.note" $(signing authority) -- \
	"$sandoq" election abandon --definition "$desk/definition.json" \
	--sent "$desk/received" --authorities "$desk/authorities.pem" \
	--reason 'The ballots of station 2 were printed wrongly.' ||
	bail 'nobody can call it off'
pack abandonment "abandonment.note=$desk/abandonment.note"
ok 'its authority calls the election off' bring abandonment \
	'the election is over: restarting'
show 'the machine starts again' 'ready: state abandoned'
screen_is abandoned-fa
finish
