#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Each operator of the quorum has the TPM open a credential of his own before
# the machine is theirs: one of them alone, or with what another has signed,
# enrols nothing.
. "$(dirname "$0")/../support/tap.sh"
. tests/forgeries/machine.sh
desk=$city/desk

# enrol_with MEMBER=FILE...: beside the texts that name the people.
enrol_with() {
	rm -f "$city/media/enrol"
	"$sandoq" courier pack "$city/media/enrol" --kind enrol \
		--unchecked "operators=$desk/operators" \
		"authority=$desk/authority" "$@"
}

# rejects WHAT WHY MEMBER=FILE...
rejects() {
	local what=$1 why=$2
	shift 2
	ok "$what is packed" enrol_with "$@"
	ok 'and refused' step refuse_enrolment "$why"
}

one="credential-1=$desk/credential-1"
two="credential-2=$desk/credential-2"
first="approval-1=$desk/boot-approval-1"
second="approval-2=$desk/boot-approval-2"

ok 'a machine begins' step begin
ok 'it tells who it is' step collect identity
ok 'its operators and its authority are named' step name_people
ok 'an operator makes a credential, and approves' step approve_boot operator-1 1
ok 'another one, too' step approve_boot operator-3 2

rejects 'one operator alone' 'fewer approvals than the quorum' "$one" "$first"
rejects 'one operator twice' 'a second approval by the same person' \
	"$one" "$first" "credential-2=$desk/credential-1" \
	"approval-2=$desk/boot-approval-1"
rejects 'an approval without its credential' 'credential-2: it is missing' \
	"$one" "$first" "$second"
rejects 'the credential of another approval' 'credential-1: it is missing' \
	"$two" "$first" "$second"
rejects 'one credential for both' 'holds another secret than the approval says' \
	"$one" "credential-2=$desk/credential-1" "$first" "$second"
rejects 'a credential that is none' 'credential-2: the credential' \
	"$one" "credential-2=$desk/operators" "$first" "$second"

ok 'the machine is enrolled by both' step enrol_machine
enrolled() {
	"$sandoq" courier unpack "$desk/enrolled" "$scratch/enrolled" >/dev/null
}
ok 'and tells what its TPM has opened' enrolled
for signer in 1:1 2:3; do
	is "the secret of operator-${signer#*:}" \
		"$(sha256sum <"$scratch/enrolled/activation-${signer%:*}")" \
		"$(sha256sum <"$desk/keys/operator-${signer#*:}.secret")"
done
refused 'who had it open nothing does not sign that it is enrolled' 77 \
	'has opened no credential of yours' \
	"$sandoq" machine enrolment --sent "$desk/enrolled" \
	--operators "$desk/operators" --authorities "$desk/authorities.pem" \
	--date "$(date -u +%F)" --key "$desk/keys/operator-2.pem" --yes
finish
