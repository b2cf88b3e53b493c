#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A machine's TPM is nobody's before the enrolment and nobody's after it: not
# whoever had the computer before, nor whoever cuts the power or has the
# firmware, can take it. Each machine below begins as the first one did.
. "$(dirname "$0")/../support/tap.sh"
. tests/forgeries/machine.sh

# Blank once more.
anew() {
	rm -rf "$city" && cp -a "$scratch/blank" "$city"
}

prepare() {
	"$PROGRAM" prepare "$city/machine" "$1"
}

ok 'a machine begins' step begin
cp -a "$city" "$scratch/blank"

for hierarchy in owner endorsement lockout; do
	anew
	ok "somebody sets a policy of the $hierarchy" \
		prepare "$hierarchy-policy"
	ok 'it is not to be enrolled' \
		step refuses "a policy of its $hierarchy.* is set: clear the TPM"
done
for hierarchy in endorsement lockout; do
	anew
	ok "somebody sets the $hierarchy authorization" \
		prepare "$hierarchy-authorization"
	ok 'it is not to be enrolled' step refuses \
		"its $hierarchy authorization is set: clear the TPM"
done

anew
export CUT=KEYS_LOCK
ok 'the power is cut before the owner is locked' step power_goes_at_enrolment
unset CUT
cp -a "$city" "$scratch/cut"
ok 'the next start finishes the enrolment' step ready_alone enrolled

rm -rf "$city" && cp -a "$scratch/cut" "$city"
ok 'or somebody sets the lockout authorization in between' \
	prepare lockout-authorization
ok 'it asks for a TPM Clear, and takes no medium' step asks_for_clear

anew
export CUT=JOURNAL_APPEND CUT_AFTER=1
ok 'the power is cut between the lock and its entry' \
	step power_goes_at_enrolment
unset CUT CUT_AFTER
ok 'nothing tells whose lock it is: it asks for a TPM Clear' \
	step asks_for_clear

anew
ok 'an honest enrolment' step enrol_machine
ok 'its journal says that the owner is locked' step ready_alone enrolled
export PLATFORM=open
ok 'firmware that leaves the platform open is refused' \
	step refuses 'leaves the TPM.s platform hierarchy open'
anew
ok 'of a blank machine, too' \
	step refuses 'leaves the TPM.s platform hierarchy open'
finish
