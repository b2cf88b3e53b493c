#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What stands on the machine's screen of boxes that are late, refused or never
# come: from the sealing to the release, before anybody decides anything.
. "$(dirname "$0")/../support/tap.sh"
. tests/forgeries/machine.sh

# shows NAME TEXT: as a whole line of the screen, once or more often.
shows() {
	ok "$1" grep -qxF "sandoq: $2" "$city/machine/console.log"
}

# shows_part NAME TEXT: as the beginning of a line of the screen.
shows_part() {
	ok "$1" grep -q "^sandoq: $2" "$city/machine/console.log"
}

export STATIONS=10 WITHOUT=1
ok 'a machine begins' step begin
ok 'it is enrolled' step enrol_machine
ok 'an election is sealed' step seal_election
shows 'of no box' "0 of 12 boxes were delivered; missing: station-01, \
station-02, station-03, station-04, station-05, station-06, station-07, \
station-08, station-09, station-10, and 2 more"
ok 'ten stations deliver' step deliver
shows 'who is missing' '10 of 12 boxes were delivered; missing: station-11, station-12'
ok 'one comes late' step deliver_late station-11
shows 'who is missing still' '11 of 12 boxes were delivered; missing: station-12'
ok 'one comes with other ballots than before' step deliver_late station-01
shows 'that it was refused' \
	'11 of 12 boxes were delivered; refused: 1; missing: station-12'
shows_part 'which box that was' 'box refused: station-01, box 1: this box of the station was delivered before'
ok 'a receipt' step collect received
ok 'the boxes are opened, and counted' step open_boxes
delivered=$(grep -nxF -m 1 "sandoq: 11 of 12 boxes were delivered; refused: 1; \
missing: station-12" "$city/machine/console.log")
opened=$(grep -n -m 1 'restarting into a counting boot' "$city/machine/console.log")
ok 'it is shown before the opening' test "${delivered%%:*}" -lt "${opened%%:*}"
shows 'what was counted' \
	'11 of 12 boxes were counted; refused: 1; missing: station-12'
ok 'evidence' step evidence
ok 'the evidence can be read' "$sandoq" courier unpack \
	"$city/desk/evidence" "$scratch/evidence"
like 'it says whose box was refused' ' station-01, box 1: this box of the ' \
	cat "$scratch"/evidence/refused/*
shows 'the same when the auditors come' \
	'11 of 12 boxes were delivered; refused: 1; missing: station-12'
ok 'the result is released' step release_result
shows 'what the result is of' \
	'11 of 12 boxes were counted; refused: 1; missing: station-12'
finish
