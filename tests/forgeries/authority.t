#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A machine belongs to the authority that its operators named when they enrolled
# it: nobody else's election is sealed on it, and no approval that is public
# carries it over to somebody else.
. "$(dirname "$0")/../support/tap.sh"
. tests/forgeries/machine.sh

another='names another authority than the one that this machine was enrolled'

# back FOLDER: what it was when that was copied.
back() {
	rm -rf "${city:?}/$1" && cp -a "$scratch/$1.$2" "$city/$1"
}

ok 'a machine begins' step begin
cp -a "$city/machine" "$scratch/machine.blank"
ok 'it is enrolled' step enrol_machine
cp -a "$city/desk" "$scratch/desk.true"

# Without a key of the true election's people, but for the operators'.
ok 'a stranger has an authority, officers, auditors, stations' \
	step strangers_election coup
ok 'whose election the machine does not seal' \
	step refuse_election "$another"
cp -a "$city/desk" "$scratch/desk.stranger"
back desk true
ok 'the true authority'"'"'s stick still seals' step seal_election

# Nothing here is secret, and a cleared TPM has the same attestation key.
back machine blank
back desk stranger
ok 'the stranger names an authority of his own' step name_people
ok 'and brings the true operators'"'"' approvals' step pack_enrol
ok 'which enrol no machine for him' \
	step refuse_enrolment "it is for another authority's machine"
back desk true
ok 'they are for the true one' step pack_enrol
ok 'which they enrol' step bring enrol

# One operator of the quorum names the stranger, the other does not.
back machine blank
back desk stranger
ok 'an operator sides with the stranger' step name_people
ok 'and approves' step approve_boot operator-1 1
ok 'the other one does not' step pack_enrol
ok 'so nobody is served' \
	step refuse_enrolment "approval-2: it is for another authority's machine"
finish
