#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `courier pack --to` a device: which devices are refused, and stay as they
# were, and what is written to one. The devices are loops, which no computer
# calls removable: where it has to be one, a file that says so is mounted over
# what the kernel says, for that command alone. Without root nothing of this
# can be done.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL=C.UTF-8 MTOOLSRC=/dev/null

mib=$((1024 * 1024))
backing=$scratch/backing
loop=''
echo 1 >"$scratch/yes"
printf 'note' >"$scratch/note"

detach() {
	[ -z "$loop" ] || losetup --detach "$loop"
	loop=''
}
trap 'detach; clean_up' EXIT

# device SIZE_MIB OPTION...: $loop over $backing, which keeps its content.
device() {
	detach
	truncate --size "$(($1 * mib))" "$backing"
	shift
	loop=$(losetup --find --show "$@" "$backing" 2>/dev/null)
}

if [ "$(id -u)" -ne 0 ] || ! device 4 || ! unshare --mount true; then
	skip 'sticks are written' 'only root has loop devices'
	finish
fi

# A command that it is put before runs where the kernel says so of $loop, and
# where the files in $over lie in the place of others.
cat >"$scratch/removable" <<'EOF'
#!/bin/bash
exec unshare --mount --propagation private bash -c '
	mount --bind "$yes" "/sys/class/block/${loop#/dev/}/removable" ||
		exit 99
	[ -z "$over" ] || mount --bind ${over% *} ${over#* } || exit 99
	"$@"' bash "$@"
EOF
chmod +x "$scratch/removable"
yes=$scratch/yes
over=''
export yes loop over
removable=$scratch/removable
pack=("$sandoq" courier pack "$scratch/archive")

# What somebody at a terminal answers.
answered() {
	local answer=$1
	shift
	printf '%s\n' "$answer" | SHELL=/bin/bash \
		script -qec "$(printf '%q ' "$@")" /dev/null
}

# keeps NAME STATUS TEXT COMMAND...: refused, nothing packed, nothing written.
keeps() {
	local name=$1 before
	before=$(sha256sum "$backing")
	rm -f "$scratch/archive"
	refused "$@"
	is "$name: it is as it was" "$(sha256sum "$backing")" "$before"
	ok 'and nothing was packed' test ! -e "$scratch/archive"
}

# --- what is refused ---

head -c "$((64 * mib))" /dev/urandom >"$backing"
device 64 --partscan
keeps 'a disk that is built in' 77 'is no stick' \
	"${pack[@]}" --kind outbox --to "$loop" --yes
# The archive as it is, too.
keep_raw() {
	local before
	before=$(sha256sum "$backing")
	refused "$@"
	is 'raw: it is as it was' "$(sha256sum "$backing")" "$before"
}
keep_raw 'a disk that is built in, raw' 77 'is no stick' \
	"$sandoq" courier pack "$loop" --kind outbox --yes
keeps 'nobody at a terminal' 64 'nobody was there' \
	"$removable" "${pack[@]}" --kind outbox --to "$loop"
keeps 'somebody who says no' 75 'nothing was written' \
	answered no "$removable" "${pack[@]}" --kind outbox --to "$loop"
keep_raw 'raw, and somebody who says no' 75 'nothing was written' \
	answered no "$removable" "$sandoq" courier pack "$loop" --kind outbox
cp "$scratch/.said" "$scratch/shown"
for shown in 'size             0.1 GB (67108864 bytes)' \
	'partition table  none' "stick            $loop"; do
	like "before that it shows: $shown" "$shown" cat "$scratch/shown"
done

# With a partition, whether or not this kernel reads tables.
device 64 --partscan
if addpart "$loop" 1 2048 61440 && mkfs.ext4 -q "${loop}p1"; then
	keeps 'one partition' 64 'is one partition of a disk' \
		"$removable" "${pack[@]}" --kind outbox --to "${loop}p1" --yes
	mkdir "$scratch/mounted"
	mounted() {
		mount -o ro "${loop}p1" "$scratch/mounted" || return 99
		"$@"
		local status=$?
		umount "$scratch/mounted"
		return "$status"
	}
	keeps 'a disk of which a partition is mounted' 77 \
		"is mounted at $scratch/mounted" \
		mounted "$removable" "${pack[@]}" --kind outbox --to "$loop" --yes
	# By somebody whose mounts are not seen: the kernel says no.
	# shellcheck disable=SC2016 # words of the shell inside
	keeps 'or is mounted elsewhere' 77 'is in use by another program' \
		unshare --mount --propagation private bash -c '
			mount -o ro "$1" "$2" || exit 99
			shift 2
			"$@"
			exit "$?"' bash "${loop}p1" "$scratch/mounted" \
		nsenter --mount=/proc/$$/ns/mnt "$removable" \
		"${pack[@]}" --kind outbox --to "$loop" --yes
	printf 'Filename Type Size Used Priority\n%s partition 1 0 -1\n' \
		"${loop}p1" >"$scratch/swaps"
	over="$scratch/swaps /proc/swaps"
	keeps 'a disk with swap' 77 'this computer swaps to it' \
		"$removable" "${pack[@]}" --kind outbox --to "$loop" --yes
	over=''
	delpart "$loop" 1
else
	skip 'partitions' 'this kernel has none on loops'
fi
device 64 --read-only
keeps 'one that is write-protected' 77 'is write-protected' \
	"$removable" "${pack[@]}" --kind outbox --to "$loop" --yes
device 20
before=$(sha256sum "$backing")
refused 'one that is too small' 65 'is too small' \
	"$removable" "${pack[@]}" --kind outbox --to "$loop" --yes
is 'it is as it was' "$(sha256sum "$backing")" "$before"
device 64
before=$(sha256sum "$backing")
refused 'one that is too small for the outbox' 65 'is too small' \
	"$removable" "${pack[@]}" --kind outbox --capacity 63 --to "$loop" --yes
is 'it is as it was, too' "$(sha256sum "$backing")" "$before"
refused 'members that the machine refuses' 64 'approval-1 is missing' \
	"$removable" "${pack[@]}" --kind approvals --to "$loop" --yes
is 'leave it as it was' "$(sha256sum "$backing")" "$before"

# --- what is written ---

# written SECTOR TABLE: a stick that was used, as people get it back.
written() {
	local sector=$1 part=$scratch/part
	rm -f "$backing"
	device 400 --sector-size "$sector"
	# Two tables, one of them at the end, and other people's things.
	sgdisk --new=1:0:+100M "$loop" >/dev/null 2>&1
	mkfs.ext4 -q -F -E offset=$((mib)) "$loop" 100M 2>/dev/null
	ok "$sector: boxes go onto it" answered yes "$removable" \
		"$sandoq" courier pack "$scratch/archive" --kind boxes \
		election-keys.note="$scratch/note" --to "$loop"
	cp "$scratch/.said" "$scratch/shown"
	like 'after it has shown what was on it' 'partition table  GPT' \
		cat "$scratch/shown"
	is 'they are listed' "$("$sandoq" courier list --json "$loop" |
		jq -r '[.table, .volumes[], .file, .kind] | join(" ")')" \
		'MBR FAT32 SANDOQ.TAR boxes'
	rm -rf "$scratch/out"
	ok 'and unpacked' "$sandoq" courier unpack "$loop" "$scratch/out"
	ok 'whole' cmp "$scratch/note" "$scratch/out/election-keys.note"
	is 'no table of before is left' "$(dd if="$backing" bs=1M \
		skip=399 status=none | tr -d '\0' | wc -c)" 0
	rm -f "$part"
	dd if="$backing" of="$part" bs=1M skip=1 conv=sparse status=none
	ok 'fsck.vfat finds nothing' fsck.vfat -n "$part"
	is 'people see two files' "$(mdir -b -i "$part" :: |
		paste -sd ' ')" '::/READ-ME.txt ::/SANDOQ.TAR'
	is 'one partition, to the end' "$(sfdisk --json "$loop" |
		jq -r '.partitiontable | [.label, .sectorsize,
			(.partitions | length), .partitions[0].start,
			.partitions[0].size, .partitions[0].type] |
			join(" ")')" \
		"dos $sector 1 $((mib / sector)) $((399 * mib / sector)) c"
	ok 'an outbox goes onto it' "$removable" "$sandoq" courier pack \
		"$scratch/archive" --kind outbox --capacity 3 --to "$loop" --yes
	is 'and has room' "$("$sandoq" courier list --json "$loop" |
		jq .room)" $((3 * mib))
	ok 'the archive alone goes onto it' answered yes "$removable" \
		"$sandoq" courier pack "$loop" --kind outbox
	is 'and takes all of it' "$("$sandoq" courier list --json "$loop" |
		jq .room)" $((400 * mib))
}
written 512
written 4096

# A stick that takes no more in the middle: what is on it then is no archive,
# and not what was on it before.
mkdir "$scratch/full"
breaking() {
	# shellcheck disable=SC2016 # words of the shell inside
	unshare --mount --propagation private bash -c '
		mount -t tmpfs -o size=8m none "$1" || exit 99
		cp --sparse=always "$4" "$1/backing"
		loop=$(losetup --find --show "$1/backing") || exit 99
		mount --bind "$yes" \
			"/sys/class/block/${loop#/dev/}/removable" || exit 99
		"$2" courier pack "$3" --kind outbox --capacity 20 \
			--to "$loop" --yes
		status=$?
		"$2" courier list "$loop"
		losetup --detach "$loop"
		exit "$status"' bash "$scratch/full" "$sandoq" \
		"$scratch/archive" "$scratch/before"
}
ok 'a stick was written before' "${pack[@]}" --kind outbox --capacity 1 \
	--to "$scratch/before"
refused 'and breaks while it is written again' 74 'cannot write it' breaking
cp "$scratch/.said" "$scratch/shown"
like 'it was an outbox' 'for the machine  an outbox' cat "$scratch/shown"
like 'and is an empty stick' 'REFUSED archive: it is empty' cat "$scratch/shown"
finish
