#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Approvals that are not what the machine demands: each is refused with its
# reason, and the right ones work afterwards.
. "$(dirname "$0")/../support/tap.sh"
. tests/support/notes.sh
. tests/machine/prepare.sh

# brought WHAT REASON: plugs the approvals in; the screen refuses them so.
brought() {
	local said
	"$sandoq" machine plug "$machine" "$media/approvals" ||
		bail 'the medium cannot be plugged in'
	said=$("$sandoq" machine wait "$machine" 'refused: ' \
		--timeout "$patience") ||
		bail "$1: the machine refuses nothing"
	"$sandoq" machine unplug "$machine"
	comment <<<"$said"
	like "$1" "$2" echo "$said"
}

# wrong WHAT REASON FIRST [SECOND]: a medium with these approvals.
wrong() {
	local members=("approval-1=$3")
	[ $# -lt 4 ] || members+=("approval-2=$4")
	pack approvals "${members[@]}" || bail 'the medium cannot be packed'
	brought "$1" "$2"
}

# altered WHAT REASON SED: the first approval with another text, signed again.
altered() {
	change_note "$right" "$3" "$keys/$signer.pem" "$signer" \
		>"$scratch/altered"
	wrong "$1" "$2" "$scratch/altered" "$other"
}

# refusals PHASE: what both kinds of approval have in common.
refusals() {
	local stranger=$scratch/stranger.pem
	wrong "$1: 1 approval of 2" approv "$right"
	wrong "$1: two by the same person" \
		'it is a second approval by the same person' "$right" "$right"
	altered "$1: for another election" 'it is for another election' \
		's/^election: .*/election: other-council/'
	altered "$1: for another machine" 'it is for another machine' \
		's/^machine: .*/machine: S-0002/'
	altered "$1: for another machine's AK" \
		'it is for a machine with another AK' \
		's/^ak: 000b../ak: 000b00/'
	altered "$1: for another definition" 'it is for another definition' \
		's/^definition: ../definition: 00/'
	altered "$1: for another set of boxes" \
		'it is for another set of boxes' \
		's/^checkpoint-root: ../checkpoint-root: 00/'
	altered "$1: of a rehearsal" rehearsal '1s/live/rehearsal/'
	altered "$1: its meaning in other words" meaning \
		's/^meaning: .*/meaning: Go on./'
	altered "$1: with another approval's authorization" signature \
		"s,^authorization: .*,$(grep ^authorization: "$other"),"
	rm -f "$stranger"
	"$sandoq" key new "$stranger" --name "$signer" \
		--no-passphrase >/dev/null ||
		bail 'no key can be made'
	change_note "$right" '' "$stranger" "$signer" >"$scratch/altered"
	wrong "$1: signed by a key that the definition does not name" \
		approval-1 "$scratch/altered" "$other"
	wrong "$1: a note of another kind" approval-1 \
		"$desk/definition.note" "$other"
}

take_state received
resume intake
pack_open || bail 'the approvals cannot be made'
right=$desk/open-1 other=$desk/open-2 signer=officer-1
refusals open
altered 'open: for another phase' 'it is for another phase' \
	's/^phase: .*/phase: 9/'
pack_open || bail 'the approvals cannot be made'
ok 'open: with the right ones the boxes are opened' bring approvals \
	'restarting into a counting boot'
"$sandoq" machine stop "$machine"

take_state closed
resume closed
{
	approve_release auditor-1 "$desk/release-1" &&
		approve_release auditor-3 "$desk/release-2"
} || bail 'the approvals cannot be made'
right=$desk/release-1 other=$desk/release-2 signer=auditor-1
refusals release
altered 'release: of another result' 'it is for another result digest' \
	's/^result: ../result: 00/'
altered 'release: after another quote' 'it is for another quote' \
	's/^quote: ../quote: 00/'
altered 'release: for another command' \
	'its cpHash is not that of signing this result' \
	's/^cphash: ../cphash: 00/'
altered 'release: bound to no command' approval-1 '/^cphash: /d'
wrong 'release: an approval to open' approval-1 "$desk/open-1" "$other"
pack approvals "approval-1=$right" "approval-2=$other" ||
	bail 'the medium cannot be packed'
ok 'release: with the right ones the result is signed' bring approvals \
	'released: the TPM signed the result'
finish
