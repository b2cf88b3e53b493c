#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A second release on the same machine, in the middle of an election: approved,
# installed, and the first one revoked. The first release has no key any more,
# whatever is put back on the disk and told to the TPM.
. "$(dirname "$0")/../support/tap.sh"
. tests/support/notes.sh
. tests/machine/prepare.sh

first=$image second=$scratch/second.efi
echo 'release 2' >"$scratch/release"
ok 'a second release is built' image/build --output "$second" \
	--extra "/release=$scratch/release"
take_state received

# install EFI: that image is on the disk, and the machine starts.
install() {
	{
		image/disk --efi "$1" --into "$machine/disk.img" &&
			start_machine
	} || bail 'the machine does not start'
}

# software EFI OUT OPERATOR [OPTION...]: an operator approves it.
software() {
	local efi=$1 out=$2 operator=$3
	shift 3
	"$sandoq" image approve "$efi" --profile "$desk/profile.json" \
		--operators "$desk/operators" --sent "$desk/received" "$@" \
		--authorities "$desk/authorities.pem" \
		--enrolment "$desk/enrolment.note" \
		--key "$keys/$operator.pem" --yes --force --output "$out" >/dev/null ||
		bail 'an operator cannot approve'
}

# revocation OUT OPERATOR SENT
revocation() {
	"$sandoq" image revoke --operators "$desk/operators" \
		--authorities "$desk/authorities.pem" \
		--enrolment "$desk/enrolment.note" \
		--sent "$desk/$3" --key "$keys/$2.pem" --yes \
		--force --output "$1" >/dev/null || bail 'an operator cannot revoke'
}

last_refusal() {
	grep 'refused: ' "$machine/console.log" | tail -n 1
}

# rejects WHAT TEXT KIND MEMBER=FILE...: the machine refuses the medium.
rejects() {
	local what=$1 text=$2
	shift 2
	pack "$@"
	ok "$what: refused" bring "$1" 'refused: '
	like "$what: with the reason" "$text" last_refusal
}

# verify_now SENT [OPTION...]
verify_now() {
	local sent=$1
	shift
	"$sandoq" audit verify --now --sent "$sent" "$@" \
		--authorities "$desk/authorities.pem" \
		--operators "$desk/operators" \
		--enrolment "$desk/enrolment.note" --nonce "$desk/nonce"
}

stop() {
	"$sandoq" machine stop "$machine"
}

"$sandoq" audit nonce --auditor auditor-1 --force --output "$desk/nonce" ||
	bail 'there is no nonce'

# --- installed before it is approved ---

install "$second"
show 'unapproved, it has no keys' 'the TPM does not give its keys to what was started: PCR 4 differs'
ready failed || bail 'no outbox can be brought'
ok 'unapproved, it gives evidence' collect unapproved "nonce=$desk/nonce"
refused 'which the verifier refuses for what ran' 65 \
	'PCR 4 differs from the approved boot' \
	verify_now "$desk/unapproved" --earlier "$desk/received"
stop

# --- approved by the release that runs ---

cp -a "$machine/tpm" "$scratch/tpm-before"
install "$first"
ready intake || bail 'the first release does not come back'
software "$second" "$desk/software-1" operator-1 --revocation 2
software "$second" "$desk/software-2" operator-2 --revocation 2
software "$second" "$desk/software-3" operator-3 --revocation 2
software "$first" "$desk/back-1" operator-1
software "$first" "$desk/back-3" operator-3

rejects 'one approval' 'fewer approvals than the quorum needs' \
	software "approval-1=$desk/software-1"
rejects 'one operator twice' 'a second approval by the same person' \
	software "approval-1=$desk/software-1" "approval-2=$desk/software-1"
rejects 'one board alone' 'fewer approvals of one board than the quorum needs' \
	software "approval-1=$desk/software-1" "approval-2=$desk/software-2"
rejects 'approvals of two images' 'another boot state than the one before' \
	software "approval-1=$desk/software-1" "approval-2=$desk/back-3"
change_note "$desk/software-3" 's/^image: ../image: 00/' \
	"$keys/operator-3.pem" operator-3 >"$desk/other-image"
rejects 'two names of one image' 'another image than the one before' \
	software "approval-1=$desk/software-1" "approval-2=$desk/other-image"
change_note "$desk/software-3" 's/^machine: .*/machine: S-0002/' \
	"$keys/operator-3.pem" operator-3 >"$desk/other-machine"
rejects 'an approval for another machine' 'it is for another machine' \
	software "approval-1=$desk/software-1" \
	"approval-2=$desk/other-machine"
change_note "$desk/software-3" 's/^authority: ../authority: 00/' \
	"$keys/operator-3.pem" operator-3 >"$desk/other-authority"
rejects 'an approval for another authority' \
	"it is for another authority's machine" \
	software "approval-1=$desk/software-1" \
	"approval-2=$desk/other-authority"
rejects 'approvals from the enrolment' 'as only the approvals of an enrolment' \
	software "approval-1=$desk/boot-approval-1" \
	"approval-2=$desk/boot-approval-2"
rejects 'what is in force already' 'it is in force already' \
	software "approval-1=$desk/back-1" "approval-2=$desk/back-3"

revocation "$desk/early-1" operator-1 received
revocation "$desk/early-3" operator-3 received
rejects 'a revocation of the only release' 'would end the software that runs' \
	revocation "approval-1=$desk/early-1" "approval-2=$desk/early-3"

pack software "approval-1=$desk/software-1" "approval-2=$desk/software-3"
take_and_cut() {
	"$sandoq" machine plug "$machine" "$media/software" &&
		see 'the operators approve the image' &&
		"$sandoq" machine power "$machine" cut
}
ok 'the machine takes two, of both boards' take_and_cut
start_machine || bail 'the machine does not start'
show 'though the power was cut then, the first release has no keys any more' \
	'failed: this software is no longer approved: journal entry'
ready failed || bail 'no outbox can be brought'
ok 'it gives evidence of that' collect superseded "nonce=$desk/nonce"
stop

# --- the second release goes on ---

mv "$machine/tpm" "$scratch/tpm-after"
cp -a "$scratch/tpm-before" "$machine/tpm"
install "$second"
show 'in the journal, but not in the TPM: it has no keys yet' \
	'failed: the TPM has not taken the approval of this software'
stop
rm -rf "$machine/tpm" && mv "$scratch/tpm-after" "$machine/tpm"

install "$second"
show 'the second release goes on with the same journal' 'ready: state intake'
ok 'it gives evidence' collect updated "nonce=$desk/nonce"
ok 'which is verified' verify_now "$desk/updated"
is 'the attestation key is the same' \
	"$(tar -xOf "$desk/updated" ak.pub | sha256sum)" \
	"$(tar -xOf "$desk/received" ak.pub | sha256sum)"
refused 'the verifier says of the first one that it is no longer approved' 65 \
	'the software that ran is no longer approved: journal entry' \
	verify_now "$desk/superseded" --earlier "$desk/updated"

revocation "$desk/revocation-1" operator-1 updated
revocation "$desk/revocation-2" operator-2 updated
revocation "$desk/revocation-3" operator-3 updated
rejects 'one revocation' 'fewer approvals than the quorum needs' \
	revocation "approval-1=$desk/revocation-1"
rejects 'a revocation by one board' 'fewer approvals of one board than the quorum needs' \
	revocation "approval-1=$desk/revocation-1" \
	"approval-2=$desk/revocation-2"
change_note "$desk/revocation-3" 's/^machine: .*/machine: S-0002/' \
	"$keys/operator-3.pem" operator-3 >"$desk/other-machine"
rejects 'a revocation for another machine' 'it is for another machine' \
	revocation "approval-1=$desk/revocation-1" \
	"approval-2=$desk/other-machine"
pack revocation "approval-1=$desk/revocation-1" \
	"approval-2=$desk/revocation-3"
ok 'the first release is revoked' bring revocation \
	'the revocation counter is 2'
rejects 'the same revocation again' 'for another value of the counter' \
	revocation "approval-1=$desk/revocation-1" \
	"approval-2=$desk/revocation-3"
rejects 'software that was revoked' 'it is revoked' \
	software "approval-1=$desk/back-1" "approval-2=$desk/back-3"

ok 'the boxes are opened and counted' open_boxes
ok 'the evidence comes out' take_evidence
ok 'and is verified' verify_evidence
is 'it says that the counter is 2' "$(tar -xOf "$desk/evidence" challenge |
	grep -c '^revocation: 2$')" 1
ok 'two auditors approve and the TPM signs' release_result
ok 'the bundle comes out' take_bundle
ok 'the bundle is verified' verify_bundle
ok 'stock tools verify it' tests/machine/verify-with-stock-tools released \
	"$desk/bundle" "$desk/definition.json" "$desk/authorities.pem" \
	"$desk/profile.json"
stop

# --- everything is put back but the TPM ---

read -r offset size < <(image/disk --where journal "$machine/disk.img")
dd if="$states/$state_key/received/machine/disk.img" of="$machine/disk.img" \
	bs=64K iflag=skip_bytes,count_bytes oflag=seek_bytes skip="$offset" \
	seek="$offset" count="$size" conv=notrunc status=none
install "$first"
show 'with its journal put back, the first release has no keys' \
	'failed: the TPM holds the approval of software that this journal'
stop
ok 'the TPM takes the earlier approvals of it once more' \
	tests/machine/replay-approvals "$machine/tpm" "$desk/back-1" \
	"$desk/back-3" "$keys"
start_machine || bail 'the machine does not start'
show 'and still has no key for what was revoked' \
	'the approval of this software was revoked (TPM2_PolicyNV, 0x126)'
ready failed || bail 'no outbox can be brought'
ok 'it gives evidence' collect revoked "nonce=$desk/nonce"
refused 'which the verifier refuses for the revocation' 65 \
	'the approval of this software was revoked' \
	verify_now "$desk/revoked" --earlier "$desk/received"
finish
