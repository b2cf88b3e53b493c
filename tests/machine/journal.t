#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The journal's partition as somebody with the disk might leave it: an earlier
# copy, cut short, changed. The machine names the entry and does nothing else.
. "$(dirname "$0")/../support/tap.sh"
. tests/machine/prepare.sh
. tests/machine/partition.sh

# failed WHAT ENTRY: the machine starts, fails and names the entry.
failed() {
	start_machine || bail 'the machine does not start'
	show "$1: failed, naming the entry" "failed: journal entry $2"
	grep 'failed: ' "$machine/console.log" | tail -n 1 | comment
	ready failed || bail 'no outbox can be brought'
	ok "$1: what it gives out says so too" collect failed
	is "$1: with the same words" "$(tar -xOf "$desk/failed" now/state |
		grep -c "^failed: journal entry $2")" 1
	"$sandoq" machine stop "$machine"
}

take_state sealed
find_journal
mapfile -t earlier < <(entries)
journal_bytes >"$scratch/earlier"

take_state received
mapfile -t place < <(entries)
last=$((${#place[@]} - 1))
ok 'boxes made the journal longer' [ "$last" -ge "${#earlier[@]}" ]

# The count of the earlier copy: its last boot is one more entry, or not.
overwrite 0 <"$scratch/earlier"
failed 'an earlier copy' "${#earlier[@]}"

take_state received
truncate -s $((size - place[last])) "$scratch/zeros"
overwrite "${place[last]}" <"$scratch/zeros"
failed 'without the last entry' "$last"

# In the payload of the sixth entry, which is anchored: a box.
take_state received
changed=$((place[5] + 400))
bit=$(dd if="$machine/disk.img" bs=1 skip=$((offset + changed)) count=1 \
	status=none | od -An -tu1)
# shellcheck disable=SC2059
printf "\\x$(printf %x $((bit ^ 1)))" | overwrite "$changed"
failed 'one bit changed' 5
finish
