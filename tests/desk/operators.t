#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What one operator signs for a machine: verify, then ask, then sign. The
# machine is the supervisor with its roles on a software TPM (rig.h).
. "$(dirname "$0")/../support/tap.sh"
. tests/forgeries/machine.sh
image=$PWD/build/image/sandoq.efi
desk=$city/desk
keys=$desk/keys

# approve SENT OPERATOR [OPTION...]
approve() {
	local sent=$1 operator=$2
	shift 2
	rm -f "$scratch/approval"
	"$sandoq" image approve "$image" --profile "$desk/profile.json" \
		--sent "$sent" --operators "$desk/operators" \
		--authorities "$desk/authorities.pem" \
		--key "$keys/$operator.pem" --output "$scratch/approval" "$@"
}

# revoke SENT OPERATOR [OPTION...]
revoke() {
	local sent=$1 operator=$2
	shift 2
	rm -f "$scratch/revocation"
	"$sandoq" image revoke --sent "$sent" --operators "$desk/operators" \
		--authorities "$desk/authorities.pem" \
		--key "$keys/$operator.pem" --output "$scratch/revocation" "$@"
}

# declined COMMAND...: asked at a terminal, answered with "no".
declined() {
	export sandoq image desk keys scratch
	export -f approve revoke
	printf 'no\n' | SHELL=/bin/bash script -qec "bash -c '$*'" /dev/null |
		tee "$scratch/answered"
}

unsigned() {
	grep -q 'Do you sign this?' "$scratch/answered" &&
		! grep -q -e ' MEQC' -e ' MEUC' -e ' MEYC' -e '^— ' \
			"$scratch/answered"
}

# doctor FROM TO MEMBER EXPRESSION: what the machine sent, with another member.
doctor() {
	local from=$1 to=$2 member=$3 file members=()
	"$sandoq" courier unpack "$from" "$scratch/doctored" >/dev/null || return
	sed -i "$4" "$scratch/doctored/$member" || return
	while read -r file; do
		members+=("$file=$scratch/doctored/$file")
	done < <(cd "$scratch/doctored" && find . -type f -printf '%P\n')
	"$sandoq" courier pack "$to" --kind sent "${members[@]}"
	rm -rf "$scratch/doctored"
}

says() {
	grep -qx -- "$1" "$scratch/${2:-approval}"
}

ok 'a machine begins' step begin
ok 'it tells who it is' step collect identity
ok 'its operators and its authority are named' step name_people
"$sandoq" machine enrol "$desk/identity" --authorities "$desk/authorities.pem" \
	--force --credential "$desk/credential" --secret "$keys/secret" >/dev/null ||
	bail 'there is no credential'
own=(--authority "$desk/authority" --secret "$keys/secret")

# in_persian COMMAND...: what is said above the text that it would sign.
in_persian() {
	LANGUAGE=fa "$@" </dev/null 2>&1 | sed '/معتبر است/,$d' | grep .
}

# all_persian NAME COMMAND...: no line of that is in English alone.
all_persian() {
	local name=$1
	shift
	in_persian "$@" >"$scratch/persian"
	is "$name" "$(grep -c 'معنا' "$scratch/persian"),$(LC_ALL=C grep -vc \
		$'[\xd8-\xdb]' "$scratch/persian")" 1,0
}

# --- a blank machine ---

sent=$desk/identity
meaning='meaning: The machine may run this software and no other.'
all_persian 'what is approved is said in Persian' approve "$sent" operator-1 \
	"${own[@]}"
refused 'nobody to agree to it' 64 "$meaning" approve "$sent" operator-1 \
	"${own[@]}" </dev/null
ok 'nothing is written' test ! -e "$scratch/approval"
refused 'a declined approval' 75 'nothing was signed' \
	declined approve "$sent" operator-1 "${own[@]}"
ok 'was asked about, and nothing in it is a signature' unsigned
ok 'nothing is written' test ! -e "$scratch/approval"
own+=(--yes)
refused 'without a credential of one'"'"'s own' 64 '--secret is missing' \
	approve "$sent" operator-1 --yes --authority "$desk/authority"
refused 'with what is no secret' 65 'is no secret by' approve "$sent" \
	operator-1 --yes --authority "$desk/authority" --secret /dev/null
refused 'for no authority' 65 'authority: nothing names the authority' \
	approve "$sent" operator-1 --yes --secret "$keys/secret"
ok 'nothing is written' test ! -e "$scratch/approval"
ok 'an approval' approve "$sent" operator-1 "${own[@]}"
ok 'says what it means' says "$meaning"
ok 'it names the image' says "image: $("$sandoq" image inspect "$image" \
	--json | jq -r .authenticode)"
ok 'and the machine' says 'machine: S-0001'
ok 'and the authority' says \
	"authority: $(sha256sum <"$desk/authority" | cut -d ' ' -f 1)"
ok 'and the digest of the secret' says \
	"credential: $(sha256sum <"$keys/secret" | cut -d ' ' -f 1)"
ok 'its signer signed it' grep -q '^— operator-1 ' "$scratch/approval"
ok 'a later revocation number' \
	approve "$sent" operator-2 "${own[@]}" --revocation 7
ok 'is in it' says 'revocation: 7'
refused 'a key that is no operator'"'"'s' 77 'may not sign' \
	approve "$sent" officer-1 "${own[@]}"
refused 'a revocation on a machine that is not enrolled' 65 \
	'not of an enrolled machine' revoke "$sent" operator-1 --yes
cp "$desk/authorities.pem" "$scratch/true"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	-keyout "$scratch/own.key" -subj /CN=stranger -days 2 \
	-out "$desk/authorities.pem" 2>/dev/null
refused 'a TPM that nobody trusted vouches for' 65 \
	'endorsement key: ' approve "$sent" operator-1 "${own[@]}"
ok 'nothing is written' test ! -e "$scratch/approval"
cp "$scratch/true" "$desk/authorities.pem"

# --- an enrolled one ---

ok 'it is enrolled' step enrol_machine
sent=$desk/enrolled
enrolment=(--enrolment "$desk/enrolment.note" --yes)
refused 'nobody has signed that it is' 65 'enrolment note: ' \
	approve "$sent" operator-1 --yes
ok 'an approval' approve "$sent" operator-1 "${enrolment[@]}"
ok 'allows what the counter is' says 'revocation: 1'
ok 'for the same authority' says \
	"authority: $(sha256sum <"$desk/authority" | cut -d ' ' -f 1)"
ok 'with no credential' says "credential: $(printf %064d 0)"
refused 'with one' 64 'goes with a blank machine alone' approve "$sent" \
	operator-1 "${enrolment[@]}" --secret "$keys/secret"
sed 's/^need: 2$/need: 3/' "$desk/authority" >"$scratch/authority"
refused 'for another authority' 65 "another authority's text than yours" \
	approve "$sent" operator-1 "${enrolment[@]}" \
	--authority "$scratch/authority"
ok 'a revocation' revoke "$sent" operator-1 "${enrolment[@]}"
ok 'says what it means' says 'meaning: Software that is approved up to the old value may never run on the machine again.' revocation
ok 'from what the counter is' says 'from: 1' revocation
ok 'to the next value' says 'to: 2' revocation
refused 'by a key that is no operator'"'"'s' 77 'may not sign' \
	revoke "$sent" auditor-1 "${enrolment[@]}"
all_persian 'what is revoked is said in Persian' revoke "$sent" operator-1 \
	--enrolment "$desk/enrolment.note"
refused 'a declined revocation' 75 'nothing was signed' declined \
	revoke "$sent" operator-1 --enrolment "$desk/enrolment.note"
ok 'was asked about, and nothing in it is a signature' unsigned
ok 'nothing is written' test ! -e "$scratch/revocation"

# A counter that the TPM does not have: the next approval would end revocation.
ok 'an outbox is doctored' doctor "$sent" "$scratch/doctored.tar" \
	now/challenge 's/^revocation: 1$/revocation: 18446744073709551615/'
refused 'it is not approved by' 65 'quote: ' \
	approve "$scratch/doctored.tar" operator-1 "${enrolment[@]}"
ok 'nothing is written' test ! -e "$scratch/approval"
refused 'nor revoked by' 65 'quote: ' \
	revoke "$scratch/doctored.tar" operator-1 "${enrolment[@]}"
ok 'nothing is written' test ! -e "$scratch/revocation"

printf 'sandoq/operators/v1 live\nmachine: S-0001\nneed: two\n' \
	>"$desk/operators"
refused 'another operators text' 65 'operators: ' \
	approve "$sent" operator-1 "${enrolment[@]}"
finish
