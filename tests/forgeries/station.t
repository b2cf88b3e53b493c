#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One station alone does not end a count: it delivers two boxes, each of which
# has no more ballots than it was issued, and together they have twice as many.
# The second one is void, whichever of them was delivered first.
. "$(dirname "$0")/../support/tap.sh"
. tests/forgeries/machine.sh

reason='there are more ballots than the station was issued'

# Of the one void box: its station and digest, and why it is void.
void_box() {
	awk '$1 == "station:" { station = $2 }
		$1 == "void:" { $1 = $2 = ""; print station $0 }' \
		"$scratch/$1"/stations/* | tr -s ' '
}

second_box() {
	echo "station-01 $(sha256sum "$city/desk/boxes/second.age" |
		cut -d ' ' -f 1) $reason"
}

# As the report tells it.
reported() {
	"$sandoq" bundle report --sent "$city/desk/bundle" \
		--definition "$city/desk/definition.json" \
		--authorities "$city/desk/authorities.pem" --json |
		jq -r '.void_boxes[] | "\(.station) \(.reason)"'
}

# in_order NAME STEP...: an election in which boxes come by these steps.
in_order() {
	local name=$1 delivery
	city=$scratch/city-$name
	mkdir "$city"
	shift
	ok 'a machine begins' step begin
	ok 'a station may deliver two boxes' step two_boxes
	ok 'it is enrolled' step enrol_machine
	ok 'an election is sealed' step seal_election
	for delivery; do
		ok "boxes come: $delivery" step "$delivery"
	done
	ok 'a receipt' step collect received
	ok 'the boxes are opened, and counted' step open_boxes
	ok 'one box is void, and the others are counted' \
		grep -qxF 'sandoq: count 2 of 2: 3 boxes counted, 1 void' \
		"$city/machine/console.log"
	ok 'evidence' step evidence
	ok 'whoever approves the release is told of it' step release_result
	ok 'the bundle verifies' step bundle
	ok 'a recount comes to the same' step recount bundle
	ok 'the bundle can be read' "$sandoq" courier unpack \
		"$city/desk/bundle" "$scratch/$name"
	is 'the second box is void, and the result says why' \
		"$(void_box "$name")" "$(second_box)"
	is 'so does the report' "$(reported)" "station-01 $reason"
}

in_order first-comes-first deliver deliver_second
in_order second-comes-first deliver_second deliver
finish
