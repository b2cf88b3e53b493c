# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The journal's partition on the disk of a machine that does not run: for tests
# that look at it, change it or move it. After tap.sh and prepare.sh.

: "${machine:?}" "${image:?}" "${scratch:?}"

# find_journal: $offset and $size of the partition, in bytes.
find_journal() {
	# shellcheck disable=SC2034 # both are for the test
	read -r offset size < <(image/disk --where journal "$machine/disk.img")
}

# journal_bytes [MOST]: all that is on it, or so many bytes.
journal_bytes() {
	dd if="$machine/disk.img" bs=64K iflag=skip_bytes,count_bytes \
		skip="$offset" count="${1:-$size}" status=none
}

# Where the entries start, from the partition's start, in bytes.
entries() {
	journal_bytes | LC_ALL=C grep -obUa sandoqJ1 | cut -d : -f 1 |
		awk '$1 % 4096 == 0'
}

# overwrite PLACE: what stdin holds, from this byte of the partition on.
overwrite() {
	dd of="$machine/disk.img" bs=64K oflag=seek_bytes \
		seek=$((offset + $1)) conv=notrunc status=none
}

# move_journal MIB: the same journal on another disk, on a partition of so many
# MiB; what it holds has to fit.
move_journal() {
	find_journal
	journal_bytes $(($1 << 20)) >"$scratch/moved" &&
		image/disk --efi "$image" --journal "$1" "$scratch/disk" &&
		mv "$scratch/disk" "$machine/disk.img" && find_journal &&
		overwrite 0 <"$scratch/moved" && rm "$scratch/moved"
}
