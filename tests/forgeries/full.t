#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Whoever may bring sticks cannot fill the journal: what nobody signed costs one
# entry for each stick, and the same stick again none; and where boxes leave no
# room, what must always be written still has it, and nothing is lost. A journal
# is moved to a larger partition as its bytes are.
. "$(dirname "$0")/../support/tap.sh"
. tests/forgeries/machine.sh

log=$city/machine/console.log

# size NUMBER: of the partition from now on, in KiB.
size() {
	export JOURNAL=$1
}

said() {
	grep -qE "^sandoq: $1" "$log"
}

# How many bytes of the partition are in use.
used() {
	stat -c %s "$city/machine/journal"
}

size 4096
ok 'a machine begins, with a small partition' step begin
ok 'it is enrolled' step enrol_machine
ok 'an election that does not fit is not sealed' step refuse_election \
	'refused: the journal has too little room: this election needs'
size 16384
ok 'on a larger partition it is' step seal_election
ok 'its screen says how much is free' \
	said 'journal: 15 of 16 MiB are free; room for about [1-9][0-9]+ boxes$'
before=$(used)
ok 'somebody brings 3000 boxes that nobody signed' step deliver_strange 3000
ok 'all are refused' \
	said '0 boxes taken, 0 known, 3000 refused; the journal holds 2 leaves'
ok 'the screen does not show each' said 'refused without an entry .*: 3000 boxes'
is 'they cost as much as three entries' $(($(used) - before)) \
	$((4096 * (1 + 1 + 1 + 1)))
after=$(used)
ok 'the same stick again' step deliver_strange 3000
is 'costs a boot and nothing else' $(($(used) - after)) 4096
ok 'a station brings nonsense that it signed, four times' \
	step deliver_nonsense 4
ok 'two have an entry of their own, and the rest one together' \
	said '0 boxes taken, 0 known, 4 refused; the journal holds 5 leaves'
size 8192
ok 'where others would have no room beside it a bloated box is refused alone' \
	step deliver_bloated
ok 'and the screen says why' \
	said 'box refused: station-04, box 1: it is larger than its ballots can be'
size 16384
ok 'on a larger partition it is taken' step deliver_bloated_again
export WITHOUT=7
size 5120
ok 'where no room is left the true boxes are not taken' \
	step deliver_in_vain 'it has no room left for boxes; nothing is lost'
ok 'nor is the machine lost' step ready_alone intake
size 16384
ok 'on a larger partition they are' step deliver
ok 'a receipt' step collect received
size 64
cp "$city/machine/journal" "$scratch/whole"
ok 'a partition that is too small for what is there is refused' \
	step refuses 'but the TPM has anchored more'
cp "$scratch/whole" "$city/machine/journal"
size 5120
ok 'what must be written has room: the boxes are opened' step open_boxes
ok 'evidence' step evidence
ok 'which tells the auditors of all that was refused' step told_refusals 3005
ok 'the result is released' step release_result
ok 'the bundle verifies' step bundle
ok 'with the stock tools, too' step stock_tools_boxes
finish
