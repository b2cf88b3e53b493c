#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two sticks with good boxes and bad ones of every sort. A bad box is refused
# with its reason when it is delivered, or void with its reason in the result,
# and the others are counted.
. "$(dirname "$0")/../support/tap.sh"
. tests/support/notes.sh
. tests/machine/prepare.sh
# shellcheck source=tests/machine/screen.sh
. tests/machine/screen.sh

take_state sealed
made=$desk/boxes
brought=()

of_election() {
	"$sandoq" box "$@" --definition "$desk/definition.json" \
		--election-keys "$desk/election-keys.note" \
		--box-key "$desk/sealed.d/bk.pub"
}

# deliver NAME: this box is on the stick, after those before.
deliver() {
	brought+=("$1")
}

# copy_box STATION NAME
copy_box() {
	cp "$made/$1.note" "$made/$2.note" && cp "$made/$1.age" "$made/$2.age"
}

# flip FILE: the lowest bit of its last byte.
flip() {
	local last
	last=$(tail -c 1 "$1" | od -An -tu1)
	truncate -s -1 "$1"
	# shellcheck disable=SC2059
	printf "\\x$(printf %02x $((last ^ 1)))" >>"$1"
}

# encode STATION CSV PAYLOAD
encode() {
	{
		of_election encode "$2" --key "$keys/$1.pem" \
			--force --output "$3.new" && mv "$3.new" "$3"
	} || bail 'no payload can be written'
}

# sign_box STATION PAYLOAD: what lies there as $made/STATION.age, as if this
# were in it.
sign_box() {
	of_election sign "$made/$1.age" --payload "$2" \
		--key "$keys/$1.pem" --force --output "$made/$1.note"
}

# file_lines FILE: as a box note has it, for sed.
file_lines() {
	echo "s/^ciphertext: .*/ciphertext: $(sha256sum <"$1" | cut -c -64)/"
	echo "s/^size: .*/size: $(stat -c %s "$1")/"
}

# --- refused when they are delivered ---

deliver station-01
copy_box station-01 again
deliver again
seal_box station-01 "$desk/ballots/station-01.csv" sealed-again >/dev/null
deliver sealed-again

copy_box station-02 changed
flip "$made/changed.age"
deliver changed
deliver station-02

cp "$made/station-04.age" "$made/unknown.age"
change_note "$made/station-04.note" 's/^station: .*/station: station-99/' \
	"$keys/station-04.pem" station-99 >"$made/unknown.note"
deliver unknown
deliver station-04

# altered NAME SED: a box of station-05 whose note says something else.
altered() {
	cp "$made/station-05.age" "$made/$1.age"
	change_note "$made/station-05.note" "$2" "$keys/station-05.pem" \
		station-05 >"$made/$1.note"
	deliver "$1"
}
altered other-election 's/^election: .*/election: other-council/'
altered other-definition 's/^definition: ../definition: 00/'
altered rehearsed '1s/live/rehearsal/'
deliver station-05

# A box to one recipient more than the definition lists.
mapfile -t recipients < <(of_election recipients)
stranger=age1tag1qt8lw0ual6avlwmwatk888yqnmdamm7xfd0wak53ut6elz5c4swx2yqdj4e
encode station-06 "$desk/ballots/station-06.csv" "$scratch/payload"
tests/interop/seal "$scratch/payload" "$made/unlisted.age" \
	"${recipients[@]}" "$stranger" || bail 'age-encryption does not seal'
change_note "$made/station-06.note" "$(file_lines "$made/unlisted.age")" \
	"$keys/station-06.pem" station-06 >"$made/unlisted.note"
deliver unlisted
deliver station-06

copy_box station-07 cut
truncate -s -3000 "$made/cut.age"
change_note "$made/station-07.note" "$(file_lines "$made/cut.age")" \
	"$keys/station-07.pem" station-07 >"$made/cut.note"
deliver cut
deliver station-07

# --- void when they are opened ---

# sealed STATION PAYLOAD: what is in $scratch/payload, by the npm package, and
# signed for as if it were this.
sealed() {
	{
		tests/interop/seal "$scratch/payload" "$made/$1.age" \
			"${recipients[@]}" && sign_box "$1" "$2" && deliver "$1"
	} || bail "the box of $1 cannot be made"
}

# part FROM SIZE: bytes of a payload of two ballots, one each of two kinds:
# 62 bytes of header, ending in the numbers of ballots and of records, 10 bytes
# a kind, beginning with how many are alike, and 4014 zeros.
part() {
	tail -c +$(($1 + 1)) "$scratch/two" | head -c "$2"
}

# two STATION: makes such a payload.
two() {
	printf 'contest,choices\ncouncil,101\ncouncil,102\n' >"$scratch/csv"
	encode "$1" "$scratch/csv" "$scratch/two"
}

encode station-03 "$desk/ballots/station-03.csv" "$scratch/payload"
flip "$made/station-03.age"
sign_box station-03 "$scratch/payload" || bail 'a changed box cannot be signed'
deliver station-03

two station-08
{ part 0 62 && part 72 10 && part 62 10 && part 82 4014; } >"$scratch/payload"
sealed station-08 "$scratch/two"

two station-09
{ part 0 62 && part 62 10 && part 62 10 && part 82 4014; } >"$scratch/payload"
sealed station-09 "$scratch/two"

two station-10
{ part 0 57 && printf '\3' && part 58 4038; } >"$scratch/payload"
sealed station-10 "$scratch/two"

two station-11
{
	part 0 54 && printf '\377\377\377\377' && part 58 4 &&
		printf '\377\377\377\377' && part 66 4030
} >"$scratch/payload"
sealed station-11 "$scratch/two"

# --- and one that another age client sealed, to be counted ---

encode station-12 "$desk/ballots/station-12.csv" "$scratch/payload"
sealed station-12 "$scratch/payload"

# --- the machine ---

with_screen
resume sealed
pack_boxes "${brought[@]::${#brought[@]}-1}" ||
	bail 'the boxes cannot be packed'
ok 'the stick is taken' bring boxes
ready intake || bail 'no second stick can be brought'
pack_boxes station-12 station-02 other-definition rehearsed ||
	bail 'the boxes cannot be packed'
ok 'a second one is plugged in' \
	"$sandoq" machine plug "$machine" "$media/boxes"
show 'it is taken, with one more box and some of the first' \
	'boxes of this stick that were not taken: 2'
screen_is other-election-fa
"$sandoq" machine unplug "$machine"
ready intake || bail 'no outbox can be brought'
screen_is intake-fa
ok 'and the receipt given' collect received

# said WHAT TEXT: the screen said so.
said() {
	like "$1" "$2" cat "$machine/console.log"
}
said 'delivered twice' 'station-01, box 1: already in the journal'
said 'delivered twice, sealed again: refused' \
	'station-01, box 1: this box of the station was delivered before'
said 'a byte changed: refused' \
	'station-02, box 1: the box is not the one that the station signed for'
said 'of an unknown station: refused' 'the station is unknown'
said 'of another election: refused' 'the box is of another election'
said 'of a rehearsal: refused' 'the box is of a rehearsal'
said 'a recipient that is not listed: refused' \
	'the box has a recipient that the definition does not list'
said 'truncated: refused' 'the box does not have the size of padded ballots'
said 'all others are taken' '11 boxes taken, 1 known, 8 refused'
said 'from the second stick, too' '1 boxes taken, 1 known, 2 refused'
said 'and the screen tells what has come' \
	'12 of 12 boxes were delivered; refused: 10'

ok 'the boxes are opened and counted' open_boxes
said 'seven of them, and five are void' \
	'count 2 of 2: 7 boxes counted, 5 void'
said 'of which all are told' \
	'7 of 12 boxes were counted; void: 5; refused: 10'
ok 'the evidence comes out' take_evidence
ok 'a recount with the escrow key gives the same result' \
	"$sandoq" recount --may-swap --sent "$desk/evidence" \
	--definition "$desk/definition.json" --escrow "$keys/escrow.pem" \
	--force --output "$scratch/result" --stations "$scratch/parts"
is 'gives the result that the machine closed with' \
	"result: $(sha256sum <"$scratch/result" | cut -c -64)" \
	"$(tar -xOf "$desk/evidence" challenge | grep ^result:)"

# lines STATION KIND: those of this kind in the station's part of the result.
lines() {
	sed -n "/^station: $1 /,/^station: /{/^$2: /p}" "$scratch/parts"
}

# void WHAT STATION REASON: in the result.
void() {
	like "$1: void" "$3" lines "$2" void
}
void 'a byte changed, and signed for' station-03 \
	'a chunk of the age payload is damaged or missing'
void 'ballots not sorted' station-08 \
	'the ballots are not in ascending order'
void 'ballots of one kind listed twice' station-09 \
	'the ballots are not in ascending order'
void 'a wrong count in the header' station-10 \
	'there are fewer ballots than the header says'
void '2^32-1 ballots alike' station-11 \
	'there are more ballots than the station was issued'
for station in 01 02 04 05 06 07 12; do
	like "the good box of station-$station is counted" '' \
		lines "station-$station" box
done
is 'no other is' "$(grep -c '^box: ' "$scratch/parts")" 7
finish
