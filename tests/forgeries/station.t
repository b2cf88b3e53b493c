#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One station alone does not end a count: it delivers two boxes, each of which
# has no more ballots than it was issued, and together they have twice as many.
. "$(dirname "$0")/../support/tap.sh"
. tests/forgeries/machine.sh

reason='there are more ballots than the station was issued'

ok 'a machine begins' step begin
ok 'a station may deliver two boxes' step two_boxes
ok 'it is enrolled' step enrol_machine
ok 'an election is sealed' step seal_election
ok 'stations deliver' step deliver
ok 'the first one does it twice' step deliver_second
ok 'a receipt' step collect received
ok 'the boxes are opened, and counted' step open_boxes
ok 'the second box is void, and the others are counted' \
	grep -qxF 'sandoq: count 2 of 2: 3 boxes counted, 1 void' \
	"$city/machine/console.log"
ok 'evidence' step evidence
ok 'whoever approves the release is told of it' step release_result
ok 'the bundle verifies' step bundle
ok 'a recount comes to the same' step recount bundle
ok 'the bundle can be read' "$sandoq" courier unpack "$city/desk/bundle" \
	"$scratch/bundle"
is 'the result says why' \
	"$(grep -c "^void: .*$reason$" "$scratch/bundle/result.note")" 1
finish
