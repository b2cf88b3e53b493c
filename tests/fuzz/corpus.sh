# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What the scripts of this folder share. Seeds are kept in tests/fuzz/seeds,
# a file for each target with a line for each seed, in base64.

fuzz_targets() {
	local source
	for source in tests/fuzz/fuzz_*.c; do
		source=${source##*/}
		echo "${source%.c}"
	done
}

# corpus_unpack TARGET FOLDER: its seeds as files; the empty one is there
# whether it is listed or not.
corpus_unpack() {
	local line number=0
	mkdir -p "$2"
	: >"$2/empty"
	[ -e "tests/fuzz/seeds/$1" ] || return 0
	while read -r line; do
		number=$((number + 1))
		base64 -d <<<"$line" >"$2/$number"
	done <"tests/fuzz/seeds/$1"
}

# corpus_pack TARGET FOLDER: the files become its seeds, the shortest first.
corpus_pack() {
	local file
	mkdir -p tests/fuzz/seeds
	find "$2" -type f -size +0 -printf '%s %f %p\n' | sort -n |
		while read -r _ _ file; do
			base64 -w 0 "$file"
			echo
		done >"tests/fuzz/seeds/$1"
}
