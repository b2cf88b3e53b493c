#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One station alone does not end a count, on a whole machine either: it
# delivers two boxes, the second one first. Each has no more ballots than it
# was issued, and together they have more. The second is void, the rest counts.
# Its screen has English first, as its definition says.
# On the same stick are more boxes of another station than the kernel lets be
# on their way between two processes: they are taken one by one.
. "$(dirname "$0")/../support/tap.sh"
# shellcheck disable=SC2034 # flow.sh reads it
sticks=raw
. tests/machine/prepare.sh
# shellcheck source=tests/machine/screen.sh
. tests/machine/screen.sh

many=40
reason='there are more ballots than the station was issued'

two_boxes() {
	local rows
	rows=$(wc -l <"$desk/ballots/station-01.csv") &&
		jq ".stations[0] += {boxes: 2, ballots_issued: $((rows - 1))} |
			.stations[1].boxes = $many |
			.stations |= .[:2] | .language = \"en\"" \
			"$desk/definition.json" >"$scratch/new" &&
		mv "$scratch/new" "$desk/definition.json"
}

# seal_number STATION SEQUENCE BALLOTS: the box $desk/boxes/STATION-SEQUENCE.
seal_number() {
	"$sandoq" box seal "$3" --sequence "$2" \
		--definition "$desk/definition.json" \
		--election-keys "$desk/election-keys.note" \
		--box-key "$desk/sealed.d/bk.pub" \
		--key "$keys/$1.pem" --force --output "$desk/boxes/$1-$2"
}

seal_all() {
	local i ballots=$desk/ballots/station
	mkdir -p "$desk/boxes" &&
		head -n 9 "$ballots-02.csv" >"$scratch/few.csv" &&
		seal_number station-01 1 "$ballots-01.csv" &&
		seal_number station-01 2 "$ballots-01.csv" || return
	for ((i = 1; i <= many; i++)); do
		seal_number station-02 "$i" "$scratch/few.csv" || return
		boxes+=("station-02-$i")
	done
}

enrolled_machine() {
	mkdir -p "$keys" "$media" &&
		create_machine "$machine" && with_screen && authorities &&
		make_sample >/dev/null && two_boxes && take_profile &&
		start_machine && enrol_machine
}

deliver_second_first() {
	pack_boxes station-01-2 station-01-1 "${boxes[@]}" && bring boxes &&
		ready intake && collect received
}

boxes=()
enrolled_machine >"$scratch/.made" 2>&1 ||
	state_bail 'the machine cannot be enrolled'
# Nobody has said yet that its election is in English.
screen_is enrolled-fa
{ seal_election && seal_all; } >"$scratch/.made" 2>&1 ||
	state_bail 'no election can be sealed in which a station has two boxes'
screen_is sealed-en
ok 'two boxes of one station are taken, and forty of another' \
	deliver_second_first
screen_is intake-en
ok 'the boxes are opened, and counted' open_boxes
ok 'it waits for the auditors' ready closed
screen_is closed-en
like 'all but one' 'count 2 of 2: 41 boxes counted, 1 void' \
	cat "$machine/console.log"
ok 'the evidence comes out' collect evidence
ready closed || bail 'it does not wait again'
challenge=$(tar -xOf "$desk/evidence" challenge | sha256sum)
screen_is_all en "sandoq/challenge $(jq -r .id "$desk/definition.json")\
 ${challenge%% *}"
ok 'a recount comes to the same' \
	"$sandoq" recount --may-swap --sent "$desk/evidence" \
	--definition "$desk/definition.json" --escrow "$keys/escrow.pem" \
	--force --output "$scratch/result" --stations "$scratch/parts"
is 'the machine closed with it' \
	"result: $(sha256sum <"$scratch/result" | cut -c -64)" \
	"$(tar -xOf "$desk/evidence" challenge | grep ^result:)"
sed -n '/^station: station-01 /,/^station: /p' "$scratch/parts" >"$scratch/part"
is 'the first box is counted' \
	"$(sed -n 's/^box: [0-9]* \([0-9]*\) .*/\1/p' "$scratch/part")" 1
like 'the second is void' "$reason" grep '^void: ' "$scratch/part"
finish
