#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The machine's disk as it may be or become: its physical sectors larger than
# those that it is written in, a sector that cannot be read at first or at all,
# one that cannot be written. Nothing that was there is lost, and the screen
# says each in its own words.
. "$(dirname "$0")/../support/tap.sh"
. tests/machine/prepare.sh
. tests/machine/partition.sh
# shellcheck source=tests/machine/screen.sh
. tests/machine/screen.sh

# on_disk OPTIONS: the machine's disk is one with these.
on_disk() {
	sed "s/^disk=.*/&,$1/" "$profile" >"$machine/profile"
}

# fault ERRNO KIND PLACE [ONCE]: one more fault in $scratch/faults, at a byte of
# the partition.
fault() {
	cat <<-END >>"$scratch/faults"
		[inject-error]
		event = "none"
		errno = "$1"
		iotype = "$2"
		sector = "$(((offset + $3) / 512))"
		once = "${4:-off}"
	END
}

start_faulty() {
	start_machine --faults "$scratch/faults" ||
		bail 'the machine does not start'
	rm "$scratch/faults"
}

stop() {
	"$sandoq" machine stop "$machine"
}

digest() {
	journal_bytes | sha256sum
}

take_state received
find_journal
mapfile -t place < <(entries)
last=$((${#place[@]} - 1))

# --- sectors ---

on_disk physical_block_size=4096
resume intake
ok 'a disk with physical sectors of 4096 bytes is taken' \
	"$sandoq" machine stop "$machine"
on_disk physical_block_size=8192
start_machine || bail 'the machine does not start'
show 'one with larger ones is not' \
	"failed: the journal's partition does not begin at a physical sector"
stop
cp "$profile" "$machine/profile"

# --- reading ---

for ((i = 0; i < 4; i++)); do
	fault 5 read "${place[5]}" on
done
start_faulty
ok 'what can be read a little later is read' ready intake
stop
is 'and nothing was written over' "$(entries | wc -l)" $((last + 3))

before=$(digest)
fault 5 read "${place[5]}"
start_faulty
show 'what cannot be read at all: failed, naming the entry' \
	'failed: journal entry 5: the disk cannot read it'
ready failed
stop
is 'and nothing was written' "$(digest)" "$before"
fault 5 read 0
start_faulty
show 'nor the first entry: what to do' \
	'failed: journal entry 0: the disk cannot read it: switch off and on'
stop
is 'nor then' "$(digest)" "$before"

# --- writing ---

mapfile -t place < <(entries)
fault 5 write $((place[${#place[@]} - 1] + 4096))
with_screen
start_faulty
show 'what cannot be written: other words' \
	"failed: the journal takes no entry: the machine's disk cannot write"
screen_is failed-fa
stop
resume intake
ok 'on the same disk without faults it goes on' collect received
finish
