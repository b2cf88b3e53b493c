#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Somebody brings a stick with thousands of boxes that nobody signed, under the
# note that everybody has, to a machine whose journal is no larger than its
# election needs. It costs an entry and the end of a medium, and the same stick
# again nothing. The true boxes are taken; the machine starts again, opens and
# closes. What comes then is in tests/forgeries/full.t.
. "$(dirname "$0")/../support/tap.sh"
. tests/machine/prepare.sh
. tests/machine/partition.sh

number=3000

# pack_strange: pairs of empty members.
pack_strange() {
	local n members=("election-keys.note=$desk/election-keys.note")
	: >"$scratch/empty"
	for ((n = 1; n <= number; n++)); do
		members+=("boxes/$n.note=$scratch/empty"
			"boxes/$n.age=$scratch/empty")
	done
	pack boxes "${members[@]}"
}

# said WHAT TEXT: the screen said so.
said() {
	like "$1" "$2" cat "$machine/console.log"
}

restarted() {
	start_machine && ready intake
}

take_state sealed
need=$("$sandoq" election check "$desk/definition.json" --json 2>/dev/null |
	jq .journal_mib)
move_journal "$need" || bail "no disk with $need MiB can be made"
before=$(entries | wc -l)
resume sealed
said 'the screen says how much is free' "of $need MiB are free; room for about"
pack_strange || bail 'the stick cannot be packed'
comment <<<"the stick: $(stat -c %s "$media/boxes") bytes"
ok "$number boxes that nobody signed are taken" bring boxes
said 'none of them is a box' \
	"0 boxes taken, 0 known, $number refused; the journal holds 2 leaves"
said 'the screen says what became of them' \
	"refused without an entry of their own: $number boxes, unsigned or too"
ok 'the same stick again' bring boxes
ready intake || bail 'no further medium can be brought'
ok 'the true boxes are taken, and the receipt given' deliver_boxes
said 'all of them' '12 boxes taken, 0 known, 0 refused'
said 'and the screen tells both' \
	"12 of 12 boxes were delivered; refused: $number"
"$sandoq" machine stop "$machine"
# One start; the note, one for all that was refused, and its medium; the boxes
# and theirs.
is 'what nobody signed has cost one entry, whatever brought it' \
	$(($(entries | wc -l) - before)) $((1 + 3 + 12 + 1))
ok 'the machine starts again' restarted
ok 'the boxes are opened and counted' open_boxes
ok 'the evidence comes out' take_evidence
like 'and tells the auditors what was refused' "refused: $number" \
	verify_evidence
is 'nothing has failed' "$(grep -c 'failed' "$machine/console.log")" 0
finish
