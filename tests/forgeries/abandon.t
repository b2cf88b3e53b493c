#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A sealed election that has to be called off: by its authority while its result
# is not known, with the auditors afterwards, and by nobody else. Whatever the
# state and whenever the power goes, its keys never work again, and the machine
# takes another election.
. "$(dirname "$0")/../support/tap.sh"
. tests/forgeries/machine.sh

# from STATE: the machine as it was then.
from() {
	rm -rf "$city" && cp -a "$scratch/$1" "$city"
}

keep() {
	cp -a "$city" "$scratch/$1"
}

quorum=(authority-1 authority-3)
auditors=(auditor-1 auditor-3)

ok 'a machine is enrolled' step begin && step enrol_machine >/dev/null
ok 'an election is sealed' step seal_election
keep sealed
ok 'boxes are delivered' step deliver
keep intake
ok 'they are counted, and the evidence comes out' \
	step open_and_take_evidence
keep closed

# --- who can, and when ---

for state in sealed intake; do
	case $state in sealed) sent=sealed ;; intake) sent=received ;; esac
	from $state
	ok "$state: one member of the authority cannot call it off" \
		step refuses_to_abandon 'fewer have signed' "$sent" authority-1
	ok "$state: nor can the auditors" \
		step refuses_to_abandon 'fewer have signed' "$sent" "${auditors[@]}"
	ok "$state: the authority can" step abandon "$sent" "${quorum[@]}"
	ok "$state: the evidence says so, and verifies" step verify_abandoned
done

from closed
ok 'closed: the authority alone cannot drop the result' step \
	refuses_to_abandon "the auditors' quorum has to sign" evidence "${quorum[@]}"
ok 'closed: nor with one auditor' step refuses_to_abandon \
	"the auditors' quorum has to sign" evidence "${quorum[@]}" auditor-1
ok 'closed: it can with their quorum' step abandon evidence "${quorum[@]}" "${auditors[@]}"
ok 'closed: the evidence says so, and verifies' step verify_abandoned

# --- an election that cannot be opened ---

from intake
printf '\0' >"$scratch/forged"
export FORGED=$scratch/forged
export FORGERY='makes an approval to open up'
ok 'open: a machine that fails whenever it counts' step stuck_open
ok 'open: one member of the authority cannot call it off' \
	step refuses_when_stuck received authority-1
ok 'open: the authority can, and it starts again' \
	step abandon_when_stuck received "${quorum[@]}"
unset FORGERY FORGED
ok 'open: the evidence says so, and verifies' step verify_abandoned

# --- power cuts ---

for after in 1 2 3; do
	from intake
	step sign_abandonment received "${quorum[@]}" >/dev/null
	export CUT=KEYS_PHASE CUT_AFTER=$after
	ok "the power goes before step $after of the phase counter" \
		step power_goes_at abandonment
	unset CUT CUT_AFTER
	ok 'the next start goes on' step ready_alone abandoned
	ok 'and the evidence verifies' step verify_abandoned
done

# --- another election ---

# The phase counter when the election was sealed that the desk knows last.
phase() {
	echo $((16#$(od -An -v -tx1 "$city/desk/sealed.d/phase" | tr -d ' ')))
}

before=$(phase)
step keep_definition first
ok 'its medium seals nothing a second time' step seal_abandoned_again
ok 'another election is defined' step another_election council-2
ok 'sealed, reported zero, opened, counted, released, recounted' \
	step whole_election
is 'it was sealed where the first one'"'"'s keys work no more' \
	$(($(phase) - before)) 3
ok 'what shows that the first one was called off can still be had' \
	step earlier_abandoned first
finish
