#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# No station keeps its box from a recount: one that puts nothing into its
# stanza for the escrow is counted by the machine, and recounted with the new
# header that the machine has made, whatever power cuts there were.
. "$(dirname "$0")/../support/tap.sh"
. tests/forgeries/machine.sh

# Before an entry of these types the power goes; the count is begun again.
headers=16 closed=9

# How often FILE names the new header of the first box so.
made() {
	grep -aoF "$1" "$2" | wc -l
}

# Before the payload of a box, the new header is an age file.
with_new_header() {
	local box=$scratch/evidence/boxes/$1 old
	old=$(LC_ALL=C sed '/^--- /q' "$box.age" | wc -c)
	cat "$box.header" && tail -c "+$((old + 1))" "$box.age"
}

unpacked() {
	rm -rf "$scratch/evidence" &&
		"$sandoq" courier unpack "$city/desk/evidence" \
			"$scratch/evidence" >/dev/null &&
		with_new_header 0001 >"$scratch/new.age"
}

# By a client that shares no code with ours.
opens() {
	tests/interop/open "$1" "$city/desk/keys/escrow.pem" |
		grep -aq '^sandoq/ballots/v1$'
}

does_not_open() {
	! opens "$1"
}

# Where the content of a member is in an archive, behind its block of name.
place_of() {
	local at
	at=$(grep -aboF "boxes/$2" "$1" | cut -d : -f 1) && echo $((at + 512))
}

# The evidence, in which the new header of the second box is the first one's.
doctor() {
	local evidence=$city/desk/evidence
	cp "$evidence" "$scratch/doctored" &&
		dd if="$scratch/evidence/boxes/0002.header" \
			of="$scratch/doctored" oflag=seek_bytes conv=notrunc \
			seek="$(place_of "$evidence" 0001.header)" status=none
}

refused_recount() {
	! recounted "$1"
}

recounted() {
	"$sandoq" recount --may-swap --sent "$1" \
		--definition "$city/desk/definition.json" \
		--escrow "$city/desk/keys/escrow.pem"
}

ok 'a machine begins' step begin
ok 'it is enrolled' step enrol_machine
ok 'an election is sealed' step seal_election
cp -a "$city" "$scratch/sealed"
ok 'one station gives the escrow nothing' step deliver_garbled 1
cp -a "$city" "$scratch/delivered"
ok 'the machine counts' step open_boxes
ok 'the evidence verifies' step evidence
ok 'the recount of the evidence agrees' step recount evidence
like 'and says by whose header' opened_by_the_machines_header \
	step recount evidence
ok 'it is unpacked' unpacked
if [ -e build/interop/installed ]; then
	ok 'another client cannot open what the station made' \
		does_not_open "$scratch/evidence/boxes/0001.age"
	ok 'but what the machine made' opens "$scratch/new.age"
else
	skip 'another client opens it' 'tests/interop/install was not run'
fi
ok 'with another header for that box' doctor
refused 'it could not open the box, and says nothing of the result' 69 \
	'it cannot be compared, for this key does not open all boxes' \
	recounted "$scratch/doctored"
like 'and names the box' not_opened refused_recount "$scratch/doctored"
ok 'the result is released' step release_result
ok 'the bundle verifies' step bundle
ok 'the recount of the bundle agrees' step recount bundle

for cut in $headers $closed; do
	rm -rf "$city" && cp -a "$scratch/delivered" "$city"
	ok "the power goes before an entry of type $cut" \
		step open_with_cut "$cut"
	is 'headers were made before it, and after it' \
		"$(made 0001.header "$city/machine/journal")" $((cut == closed ? 2 : 1))
	ok 'the evidence verifies' step evidence
	is 'it has those of the last count alone' \
		"$(made boxes/0001.header "$city/desk/evidence")" 1
	ok 'the recount agrees' step recount evidence
done

begin_again() {
	rm -rf "$city" && cp -a "$scratch/sealed" "$city"
}

begin_again
ok 'one station gives the machine nothing' step deliver_garbled 0
ok 'the machine counts without it' step open_boxes
ok 'the evidence verifies' step evidence
refused 'the recount opens it: that box is disputed' 76 'it is disputed' \
	recounted "$city/desk/evidence"
ok 'the result is released' step release_result
ok 'the bundle verifies' step bundle
like 'it says whose word it is' "void: 1, by the machine's word alone: 1" \
	step report_bundle
refused 'the box is disputed still' 76 'it is disputed' \
	recounted "$city/desk/bundle"

begin_again
ok 'one station gives nobody anything' step deliver_garbled 0 1
ok 'the machine counts without it' step open_boxes
ok 'the evidence verifies' step evidence
like 'the recount agrees: nobody can open it' opened_by_nobody \
	step recount evidence
finish
