#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Sticks by other people's programs are read: FAT16 and FAT32 of mkfs.vfat and
# mtools, exFAT of mkfs.exfat and exfat_put, on disks of sfdisk and sgdisk, full
# of what Windows, macOS and Android leave there (as their documents say; none
# of the three has made any). And what `courier pack --to` makes is read by
# those programs.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL=C.UTF-8 MTOOLSRC=/dev/null

mib=$((1024 * 1024))
part=$scratch/part
stick=$scratch/stick
printf 'note' >"$scratch/note"
head -c 3000000 /dev/urandom >"$scratch/box"
head -c 20000 /dev/urandom >"$scratch/small"
"$sandoq" courier pack "$scratch/archive" --kind boxes \
	election-keys.note="$scratch/note" boxes/1.note="$scratch/note" \
	boxes/1.age="$scratch/box" || bail 'no archive can be packed'
"$sandoq" courier pack "$scratch/other" --kind election \
	definition.json="$scratch/note" definition.note="$scratch/note" \
	enrolment.note="$scratch/note" || bail 'no archive can be packed'

# --- volumes ---

# fat SIZE_MIB OPTION...: $part, formatted with a label.
fat() {
	rm -f "$part"
	truncate --size "$(($1 * mib))" "$part"
	shift
	mkfs.vfat -n 'MY STICK' "$@" "$part" >/dev/null
}

exfat() {
	rm -f "$part"
	truncate --size "$((64 * mib))" "$part"
	mkfs.exfat -L STICK "$@" "$part" >/dev/null
}

# What lies on sticks that were used before, on FAT.
fat_clutter() {
	mmd -i "$part" '::System Volume Information' ::.Spotlight-V100 \
		::.fseventsd ::LOST.DIR ::Android '::عکس‌های سفر' &&
		mattrib -i "$part" +h +s '::System Volume Information' &&
		mcopy -i "$part" "$scratch/note" \
			'::System Volume Information/WPSettings.dat' &&
		mcopy -i "$part" "$scratch/note" ::._SANDOQ.TAR &&
		mcopy -i "$part" "$scratch/note" ::.DS_Store &&
		mcopy -i "$part" "$scratch/note" \
			'::a holiday photo with a long name.jpg' &&
		mcopy -i "$part" "$scratch/note" ::SANDOQ.TAR.part &&
		mcopy -i "$part" "$scratch/note" ::Android/SANDOQ.TAR &&
		mattrib -i "$part" +h ::._SANDOQ.TAR ::.DS_Store &&
		mcopy -i "$part" "$scratch/other" ::SANDOQ.TAR &&
		mdel -i "$part" ::SANDOQ.TAR
}

exfat_clutter() {
	tests/desk/exfat_put --hidden "$part" 'System Volume Information/' \
		.Spotlight-V100/ .fseventsd/ "._SANDOQ.TAR=$scratch/note" &&
		tests/desk/exfat_put "$part" LOST.DIR/ Android/ \
			'عکس‌های سفر/' SANDOQ.TAR.part="$scratch/note" \
			'a holiday photo with a long name.jpg'="$scratch/note"
}

# Holes everywhere: every second of many files goes, and there is no other room.
fat_holes() {
	local i names=() free
	mkdir -p "$scratch/many"
	for i in {100..299}; do
		cp "$scratch/small" "$scratch/many/F$i"
	done
	mcopy -i "$part" "$scratch"/many/* :: || return
	free=$(mdir -i "$part" :: | sed -n 's/ bytes free$//p' | tr -d ' ')
	truncate --size "$((free - mib))" "$scratch/filler"
	mcopy -i "$part" "$scratch/filler" :: || return
	for i in {100..299..2}; do
		names+=("::F$i")
	done
	mdel -i "$part" "${names[@]}"
}

# How many pieces a file has.
pieces() {
	mshowfat -i "$1" "$2" | grep -o '<[^>]*>' | wc -l
}

fat_is_sound() {
	fsck.vfat -n "$part" >/dev/null
}

exfat_is_sound() {
	fsck.exfat -n "$part" >/dev/null
}

# --- disks ---

as_it_is() {
	cp --sparse=always "$part" "$stick"
}

# disk BYTES: $stick with $part at 1 MiB, and room behind it.
disk() {
	rm -f "$stick"
	truncate --size "$(($(stat -c %s "$part") + 4 * mib))" "$stick"
	dd if="$part" of="$stick" bs=1M seek=1 conv=notrunc,sparse status=none
}

# in_mbr TYPE SECTOR: an MBR counts sectors, and does not say how large.
in_mbr() {
	disk && echo "start=$((mib / $2)), type=$1, \
size=$(($(stat -c %s "$part") / $2))" |
		sfdisk --quiet --no-reread --label dos "$stick" \
			>/dev/null 2>&1
}

in_gpt() {
	disk && sgdisk --set-alignment=1 --new=1:2048:+"$((
		$(stat -c %s "$part") / 1024))"K --typecode=1:0700 \
		"$stick" >/dev/null
}

# As macOS formats: an EFI partition before the one that people see.
in_gpt_behind_efi() {
	rm -f "$stick"
	truncate --size "$(($(stat -c %s "$part") + 44 * mib))" "$stick"
	sgdisk --set-alignment=1 --new=1:2048:+40M --typecode=1:ef00 \
		--new=2:0:+"$(($(stat -c %s "$part") / 1024))"K \
		--typecode=2:0700 "$stick" >/dev/null &&
		dd if="$part" of="$stick" bs=1M seek=41 \
			conv=notrunc,sparse status=none &&
		truncate --size "$((40 * mib))" "$scratch/efi" &&
		mkfs.vfat -F 32 -n EFI "$scratch/efi" >/dev/null &&
		dd if="$scratch/efi" of="$stick" bs=1M seek=1 \
			conv=notrunc,sparse status=none
}

# --- reading ---

unpacked() {
	rm -rf "$scratch/out"
	"$sandoq" courier unpack "$stick" "$scratch/out" &&
		cmp "$scratch/box" "$scratch/out/boxes/1.age" &&
		cmp "$scratch/note" "$scratch/out/election-keys.note"
}

# told EXPRESSION: of the report.
told() {
	"$sandoq" courier list --json "$stick" | jq -r "$1"
}

reads() {
	ok "$1: is unpacked" unpacked
	is "$1: is listed" "$(told '[.table, .file, .kind,
		(.members | length), (.checks | all(.passed))] | join(" ")')" \
		"$2 SANDOQ.TAR boxes 3 true"
}

# every_disk NAME VOLUME SECTOR
every_disk() {
	as_it_is
	reads "$1, no table" none
	is "$1: the volume is named" "$(told '.volumes | join(" ")')" "$2"
	in_mbr "${4:-c}" "$3"
	reads "$1, MBR" MBR
	[ "$3" -eq 512 ] || return
	in_gpt
	reads "$1, GPT" GPT
}

# fat_stick NAME VOLUME SECTOR SIZE_MIB OPTION...
fat_stick() {
	local name=$1 volume=$2 sector=$3
	shift 3
	ok "$name: is formatted" fat "$@" -S "$sector"
	ok "$name: was used" fat_clutter
	ok "$name: takes the file" mcopy -i "$part" "$scratch/archive" \
		::SANDOQ.TAR
	ok "$name: fsck.vfat finds nothing" fat_is_sound
	every_disk "$name" "$volume" "$sector"
}

fat_stick FAT16 FAT16 512 32 -F 16
fat_stick 'FAT16 of large clusters' FAT16 512 140 -F 16 -s 64
fat_stick 'FAT16 of 4096-byte sectors' FAT16 4096 128 -F 16
fat_stick FAT32 FAT32 512 64 -F 32
fat_stick 'FAT32 of large clusters' FAT32 512 300 -F 32 -s 8
fat_stick 'FAT32 of 4096-byte sectors' FAT32 4096 320 -F 32
fat_stick 'FAT32 with one table' FAT32 512 64 -F 32 -f 1

for bits in 16 32; do
	fat 64 -F "$bits" && fat_holes &&
		mcopy -i "$part" "$scratch/archive" ::sandoq.tar
	ok "FAT$bits in pieces: fsck.vfat finds nothing" fat_is_sound
	ok 'and it lies in many' \
		test "$(pieces "$part" ::sandoq.tar)" -gt 50
	in_mbr c 512
	reads "FAT$bits in pieces, in small letters" MBR
done

exfat_stick() {
	local name=$1
	shift
	ok "$name: is formatted" exfat "$@"
	ok "$name: was used" exfat_clutter
}

for clusters in 512 4K 128K; do
	exfat_stick "exFAT of $clusters" -c "$clusters"
	ok 'and takes the file' tests/desk/exfat_put "$part" \
		Sandoq.tar="$scratch/archive"
	ok 'fsck.exfat finds nothing' exfat_is_sound
	every_disk "exFAT of $clusters" exFAT 512 7
	exfat_stick "exFAT of $clusters in pieces" -c "$clusters"
	ok 'and takes the file' tests/desk/exfat_put --scattered "$part" \
		SANDOQ.TAR="$scratch/archive"
	ok 'fsck.exfat finds nothing' exfat_is_sound
	in_mbr 7 512
	reads "exFAT of $clusters in pieces" MBR
done
# The judge is awake.
printf '\1' | dd of="$part" bs=1 conv=notrunc status=none \
	seek="$(grep --only-matching --byte-offset --text --perl-regexp \
		'S\0A\0N\0D\0O\0Q\0.\0T\0A\0R\0\0' "$part" |
		tail -n 1 | cut -d : -f 1)"
refused 'fsck.exfat sees one wrong letter' 4 'corrupted' fsck.exfat -n "$part"

fat 64 -F 32 && mcopy -i "$part" "$scratch/archive" ::SANDOQ.TAR &&
	in_gpt_behind_efi
reads 'GPT, and another partition before it' GPT

# --- what is not taken, in the machine's words ---

foreign() {
	refused "$1: not unpacked" 65 "$2" \
		"$sandoq" courier unpack "$stick" "$scratch/nothing"
	refused "$1: listed, and refused" 65 "REFUSED archive: " \
		"$sandoq" courier list "$stick"
	like "$1: with the machine's words" "$2" \
		sh -c '"$@" || true' sh "$sandoq" courier list "$stick"
}

rm -f "$stick"
truncate --size "$mib" "$stick"
foreign 'an empty stick' 'it is empty, or formatted in a way'
fat 64 -F 32 && fat_clutter && as_it_is
foreign 'a stick without the file' 'there is no file SANDOQ.TAR'
fat 2 -F 12 && mcopy -i "$part" "$scratch/note" ::SANDOQ.TAR && in_mbr 1 512
foreign FAT12 'is formatted with FAT12'
fat 64 -F 32 && printf 'NTFS    ' |
	dd of="$part" bs=1 seek=3 conv=notrunc status=none && in_mbr 7 512
foreign NTFS 'is formatted with NTFS'
fat 64 -F 32 && mcopy -i "$part" "$scratch/archive" ::SANDOQ.TAR &&
	mcopy -i "$part" "$scratch/archive" ::OUTBOX.TAR && in_gpt
foreign 'two files' 'more than one file on it could be meant'
fat 64 -F 32 && mcopy -i "$part" "$scratch/other" ::SANDOQ.TAR
first=$(mshowfat -i "$part" ::SANDOQ.TAR | sed 's/.*<\([0-9]*\).*/\1/')
tables=$((32 * 512))
printf '\0\0\0\0' | dd of="$part" bs=1 conv=notrunc status=none \
	seek=$((tables + 4 * (first + 7)))
as_it_is
foreign 'a chain that was cut' 'file system is damaged'
head -c $((2 * mib)) "$scratch/archive" >"$scratch/cut"
fat 64 -F 32 && mcopy -i "$part" "$scratch/cut" ::SANDOQ.TAR && as_it_is
refused 'half an archive' 65 'ends in the middle of its archive' \
	"$sandoq" courier unpack "$stick" "$scratch/half"
refused 'is listed as such' 65 'REFUSED complete: ' \
	"$sandoq" courier list "$stick"

# --- what the desk makes ---

# out KIND MEMBER=FILE... OPTION...: $stick, and $part with what is in it.
out() {
	local kind=$1
	shift
	rm -f "$stick"
	"$sandoq" courier pack "$scratch/made" --kind "$kind" \
		--to "$stick" "$@" || return
	rm -f "$part"
	dd if="$stick" of="$part" bs=1M skip=1 conv=sparse status=none
}

seen() {
	mdir -b -i "$part" :: | paste -sd ' '
}

label() {
	mlabel -s -i "$part" :: | grep -o 'SANDOQ'
}

partition() {
	sfdisk --json "$stick" | jq -r '.partitiontable | [.label,
		(.partitions | length), .partitions[0].start,
		.partitions[0].type] | join(" ")'
}

boxes=(election-keys.note="$scratch/note" boxes/1.note="$scratch/note"
	boxes/1.age="$scratch/box")
ok 'boxes go onto a stick' out boxes "${boxes[@]}"
ok 'fsck.vfat finds nothing' fat_is_sound
is 'people see two files' "$(seen)" '::/READ-ME.txt ::/SANDOQ.TAR'
is 'and the label' "$(label)" SANDOQ
is 'in one partition of an MBR' "$(partition)" 'dos 1 2048 c'
is 'that ends with the stick' "$(stat -c %s "$part")" \
	"$(($(sfdisk --json "$stick" |
		jq '.partitiontable.partitions[0].size') * 512))"
mcopy -n -i "$part" ::SANDOQ.TAR "$scratch/copied"
ok 'the file is the archive' cmp "$scratch/copied" "$scratch/made"
reads 'the stick' MBR
mtype -i "$part" ::READ-ME.txt >"$scratch/read-me"
is 'READ-ME is told as UTF-8' "$(head -c 3 "$scratch/read-me" | xxd -p)" efbbbf
is 'in lines for every system' "$(grep -c $'\r$' "$scratch/read-me")" \
	"$(wc -l <"$scratch/read-me")"
like 'in Persian' 'صندوق‌های مهر و موم‌شدهٔ شعبه‌ها' cat "$scratch/read-me"
like 'and in English' 'sealed ballot boxes of stations' cat "$scratch/read-me"
ok 'its characters are whole' iconv -f UTF-8 -t UTF-16 "$scratch/read-me"
like 'list says it in words' 'what: sealed ballot boxes of stations' \
	"$sandoq" courier list "$stick"

ok 'an outbox goes onto a stick' out outbox --capacity 5
ok 'fsck.vfat finds nothing in it' fat_is_sound
is 'it is another file' "$(seen)" '::/READ-ME.txt ::/OUTBOX.TAR'
is 'in one piece' "$(pieces "$part" ::OUTBOX.TAR)" 1
is 'whose label says its size' "$(mtype -i "$part" ::OUTBOX.TAR |
	tar xO courier 2>/dev/null)" 'sandoq/courier/v1 outbox 5242880'
is 'which is what the machine may write' "$(told .room)" 5242880
like 'it says who gets it back' 'bring it back' mtype -i "$part" ::READ-ME.txt
ok 'without a number' out outbox
is 'it has 64 MiB' "$(told .room)" 67108864
ok 'with a nonce' out outbox --capacity 1 nonce="$scratch/note"
is 'that is told' "$(told '.members[0].member')" nonce
mv "$scratch/made" "$stick"
is 'the archive alone tells the same room' "$(told .room)" 1048576

# Where an outbox was put as people would do it, with the mouse.
"$sandoq" courier pack "$scratch/raw" --kind outbox --capacity 2
fat 64 -F 32 && mcopy -i "$part" "$scratch/raw" ::SANDOQ.TAR && as_it_is
refused 'an outbox that a file manager has copied' 65 \
	'REFUSED place: its file SANDOQ.TAR is an outbox' \
	"$sandoq" courier list "$stick"
fat 64 -F 32 && mcopy -i "$part" "$scratch/raw" ::OUTBOX.TAR && as_it_is
refused 'and one under the name of an outbox' 65 \
	'REFUSED place: its file OUTBOX.TAR is no outbox' \
	"$sandoq" courier list "$stick"

out outbox --capacity 5 && mcopy -n -i "$part" ::OUTBOX.TAR "$scratch/cut" &&
	truncate --size "$((4 * mib))" "$scratch/cut" &&
	fat 64 -F 32 && mcopy -i "$part" "$scratch/cut" ::OUTBOX.TAR && as_it_is
refused 'and one that was cut' 65 'REFUSED place: it has another size' \
	"$sandoq" courier list "$stick"
out outbox --capacity 2 &&
	cp "$scratch/made" "$scratch/whole" && fat 64 -F 32 && fat_holes &&
	mcopy -i "$part" "$scratch/whole" ::OUTBOX.TAR && as_it_is
refused 'and one in pieces' 65 'lies in more than one piece' \
	"$sandoq" courier list "$stick"

# Back from the machine: it has written into the file.
sent=(now/state="$scratch/note" ek.pub="$scratch/box")
"$sandoq" courier pack "$scratch/sent" --kind sent "${sent[@]}"
out outbox --capacity 5
start=$(($(LC_ALL=C grep --only-matching --byte-offset --text \
	'sandoq/courier/v1 outbox 5242880' "$stick" | cut -d : -f 1) - 512))
dd if="$scratch/sent" of="$stick" bs=512 seek=$((start / 512)) \
	conv=notrunc status=none
rm -rf "$scratch/out"
ok 'what the machine wrote is unpacked' "$sandoq" courier unpack "$stick" \
	"$scratch/out"
ok 'whole' cmp "$scratch/box" "$scratch/out/ek.pub"
is 'it is told as sent' "$(told '.kind, (.checks | all(.passed))' |
	paste -sd ' ')" 'sent true'
# The verifier takes the stick as well as the archive; neither is a machine's.
verdict() {
	"$sandoq" audit verify --now --sent "$1" \
		--authorities "$scratch/note" 2>&1 | sed "s|$1|SENT|"
}
is 'who verifies gets the stick itself, too' "$(verdict "$stick")" \
	"$(verdict "$scratch/sent")"

# --- what fails leaves the stick as it was ---

keeps() {
	local name=$1 before
	before=$(sha256sum "$stick")
	shift
	refused "$name" "$@"
	is 'and the stick is as it was' "$(sha256sum "$stick")" "$before"
}

again=("$sandoq" courier pack "$scratch/made" --kind boxes "${boxes[@]}"
	--to "$stick")
keeps 'without mtools' 69 'install the package mtools' \
	env PATH=/nonexistent "${again[@]}"
mkdir "$scratch/false"
# false_tool NAME: what is read is a program that has this name.
false_tool() {
	rm -f "$scratch"/false/*
	cat >"$scratch/false/$1"
	chmod +x "$scratch/false/$1"
}
false_tool mkfs.vfat <<'EOF'
#!/bin/sh
echo 'no format today'
exit 3
EOF
keeps 'with one that fails' 70 'failed, and said: no format today' \
	env PATH="$scratch/false:$PATH" "${again[@]}"
false_tool mcopy <<EOF
#!/bin/sh
case \$4 in
::SANDOQ.TAR) head -c 4194304 /dev/urandom >"$scratch/lie"
	exec $(command -v mcopy) -i "\$2" "$scratch/lie" "\$4" ;;
*) exec $(command -v mcopy) "\$@" ;;
esac
EOF
keeps 'with one that copies something else' 74 \
	'does not give back what was written' \
	env PATH="$scratch/false:$PATH" "${again[@]}"
false_tool mcopy <<EOF
#!/bin/sh
case \$4 in
::SANDOQ.TAR) tr '\\\\000' '\\\\001' <"\$3" >"$scratch/lie"
	exec $(command -v mcopy) -i "\$2" "$scratch/lie" "\$4" ;;
*) exec $(command -v mcopy) "\$@" ;;
esac
EOF
keeps 'with one that changes bytes' 74 'does not give back what was written' \
	env PATH="$scratch/false:$PATH" "${again[@]}"
keeps 'members that the machine refuses' 64 'boxes/2.age is missing' \
	"${again[@]}" boxes/2.note="$scratch/note"
keeps 'the archive in the place of the stick' 64 'another than the stick' \
	"$sandoq" courier pack "$stick" --kind outbox --to "$stick"
refused 'a device that is not there' 66 'there is no such device' \
	"$sandoq" courier pack "$scratch/made" --kind outbox --to /dev/sdnone
ok 'is not made as a file' test ! -e /dev/sdnone
refused 'a folder' 64 'is neither a stick nor a file' \
	"$sandoq" courier pack "$scratch/made" --kind outbox --to "$scratch"
finish
