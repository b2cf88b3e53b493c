#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Steps of an election on a machine without its computer (rig.h): those of
# flow.sh, in which "$PROGRAM rig" is what a person does with the machine.
#
#   PROGRAM=... tests/forgeries/rig.sh FOLDER STEP...
#
# shellcheck disable=SC2317,SC2119 # steps are called by name
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

sandoq=${PROGRAM%/tests/forgeries/*}/sandoq
root=$PWD
image=$root/build/image/sandoq.efi
work=$1
seed=1
# shellcheck disable=SC2034 # flow.sh reads it: no file systems in memory
sticks=raw
# shellcheck source=tests/machine/flow.sh
. tests/machine/flow.sh
# shellcheck disable=SC2034 # flow.sh reads all
stations=${STATIONS:-3} without=${WITHOUT:-9} numbers=${SIGNERS:-1 3}

# Switched on with these media, and off when it waits for another one.
rig() {
	"$PROGRAM" rig "$machine" "$root/image/profiles/$model.json" \
		"$image" "$@"
}

see() {
	grep -q -e "$1" "$machine/console.log"
}

bring() {
	rig "$media/$1"
	see "${2:-done: remove the medium}"
}

collect() {
	local name=$1
	shift
	"$sandoq" courier pack "$media/$name" --kind outbox --capacity 1 "$@" &&
		rig "$media/$name" &&
		see 'done: remove the medium' &&
		cp "$media/$name" "$desk/$name"
}

authorities() {
	cat "$machine"/tpm/{swtpm-localca-rootca-cert,issuercert}.pem \
		>"$desk/authorities.pem"
}

begin() {
	mkdir -p "$desk" "$media" "$machine" &&
		rig && take_profile && authorities && make_sample
}

deliver() {
	seal_boxes && deliver_boxes
}

# A box of a station that may have delivered before, sealed now.
deliver_late() {
	seal_box "$1" && pack_boxes "$1" && bring boxes
}

# By a hostile station: the first one's box, with nothing in these stanzas.
garble() {
	local stanza
	local election=(--definition "$desk/definition.json"
		--election-keys "$desk/election-keys.note"
		--box-key "$desk/sealed.d/bk.pub"
		--key "$keys/station-01.pem")
	for stanza; do
		"$PROGRAM" garble "$desk/boxes/station-01.age" \
			"$keys/escrow.pem" "$stanza" || return
	done
	"$sandoq" box encode "$desk/ballots/station-01.csv" \
		"${election[@]}" --force --output "$desk/payload" &&
		"$sandoq" box sign "$desk/boxes/station-01.age" \
			"${election[@]}" --payload "$desk/payload" \
			--force --output "$desk/boxes/station-01.note"
}

# deliver_strange NUMBER: empty boxes, by somebody who has no key.
deliver_strange() {
	local n members=("election-keys.note=$desk/election-keys.note")
	: >"$work/empty"
	for ((n = 1; n <= $1; n++)); do
		members+=("boxes/$n.note=$work/empty" "boxes/$n.age=$work/empty")
	done
	pack boxes "${members[@]}" && bring boxes
}

# deliver_nonsense NUMBER: notes of the first station, each with something else
# than the box that it has signed for.
deliver_nonsense() {
	local n members=("election-keys.note=$desk/election-keys.note")
	mkdir -p "$desk/boxes" && seal_box station-01 || return
	for ((n = 1; n <= $1; n++)); do
		echo "nonsense $n" >"$work/nonsense-$n"
		members+=("boxes/$n.note=$desk/boxes/station-01.note"
			"boxes/$n.age=$work/nonsense-$n")
	done
	pack boxes "${members[@]}" && bring boxes
}

# The fourth station marks each of its ballots as often as one can be, no two
# alike: in the box is the largest that its ballots can be made.
seal_bloated() {
	mkdir -p "$desk/boxes" &&
		awk 'BEGIN {
			print "contest,choices"
			for (ballot = 1; ballot <= 2000; ballot++) {
				printf "council,%d", 1000 + ballot
				for (mark = 1; mark < 1024; mark++)
					printf " 101"
				print ""
			}
		}' >"$work/bloated.csv" &&
		seal_box station-04 "$work/bloated.csv"
}

# Its box, and that of another station behind it.
deliver_bloated() {
	seal_bloated && seal_box station-05 &&
		pack_boxes station-04 station-05 && bring boxes &&
		see '1 boxes taken, 0 known, 1 refused'
}

deliver_bloated_again() {
	bring boxes && see '1 boxes taken, 1 known, 0 refused'
}

# deliver_in_vain WHY
deliver_in_vain() {
	seal_boxes && pack_all_boxes && bring boxes "refused: .*$1"
}

# told_refusals NUMBER: in the evidence, and of most of them the first reason.
told_refusals() {
	verify_evidence >"$work/said"
	grep -q "^INCOMPLETE: .*; refused: $1\$" "$work/said" &&
		grep -q -- '3000 deliveries, the first: -: ' "$work/said"
}

stock_tools_boxes() {
	grep -x 'passed   boxes' <(
		tests/machine/verify-with-stock-tools released "$desk/bundle" \
			"$desk/definition.json" "$desk/authorities.pem"
	)
}

deliver_garbled() {
	seal_boxes && garble "$@" && deliver_boxes
}

# The power goes before the entry of this type is written; begun again.
open_with_cut() {
	pack_open && CUT=$1 rig "$media/approvals" &&
		see 'count 2 of 2' && ! see 'closed: restarting' &&
		rig && see 'closed: restarting into a courier boot'
}

seal_and_deliver() {
	seal_election && deliver
}

open_by_one() {
	pack_open &&
		pack approvals "approval-1=$desk/open-1" &&
		bring approvals 'closed: restarting into a courier boot'
}

# Whoever carries the approvals adds a nonce of their own, or writes it into one
# of them, or brings approvals for two sets of nonces.
carry_another_nonce() {
	pack_open && another_nonce &&
		pack approvals "${approvals[@]}" "nonce-1=$desk/another" \
			--unchecked &&
		bring approvals 'refused: nonce-1: it is no approval'
}

write_another_nonce() {
	local line
	line="nonce: auditor-1 $(sed -n 's/^nonce: //p' "$desk/another")"
	sed -i "s/^nonce: .*/$line/" "$desk/open-1" &&
		pack approvals "${approvals[@]}" &&
		bring approvals 'refused: approval-1: '
}

mix_nonces() {
	approve_open officer-1 "$desk/open-1" && another_nonce &&
		mv "$desk/another" "$desk/nonce" &&
		approve_open officer-3 "$desk/open-2" &&
		pack approvals "approval-1=$desk/open-1" \
			"approval-2=$desk/open-2" &&
		bring approvals 'it has other nonces than the first approval'
}

another_nonce() {
	"$sandoq" audit nonce --auditor auditor-1 --force --output "$desk/another"
}

exchange_nonces() {
	carry_another_nonce && write_another_nonce && mix_nonces
}

evidence() {
	take_evidence && verify_evidence
}

bundle() {
	take_bundle && verify_bundle
}

recount() {
	"$sandoq" recount --may-swap --sent "$desk/$1" \
		--definition "$desk/definition.json" \
		--escrow "$keys/escrow.pem" --force --output "$desk/recounted"
}

# election_without KEYS ID [OPTION...]: in the place of the one before, of other
# people but those whose keys are not named so.
election_without() {
	local whose=$1 id=$2
	shift 2
	rm -rf "$desk"/{definition.json,definition.note,election-keys.note} \
		"$desk"/{boxes,ballots} &&
		find "$keys" -regex ".*/\($whose\)\(-[0-9]*\)?\.pem" -delete &&
		make_sample --id "$id" "$@"
}

# another_election ID [OPTION...]: by the authority that the machine is for.
another_election() {
	election_without 'officer\|auditor\|station\|escrow' "$@"
}

# strangers_election ID [OPTION...]: by an authority of somebody else's own.
strangers_election() {
	election_without 'authority\|officer\|auditor\|station\|escrow' "$@"
}

# refuse_enrolment WHY
refuse_enrolment() {
	bring enrol "$1" && see 'ready: state blank'
}

# refuse_election WHY
refuse_election() {
	sign_definition && pack_election && bring election "$1" &&
		see 'ready: state enrolled'
}

# Before the first box.
zero() {
	pack_boxes && bring boxes && collect zero &&
		"$sandoq" audit zero --sent "$desk/zero" \
			--definition "$desk/definition.json" \
			--authorities "$desk/authorities.pem"
}

# With CUT in the environment, which leaves the other steps alone.
power_goes_at_enrolment() {
	local cut=$CUT
	unset CUT
	pack_enrolment && CUT=$cut rig "$media/enrol" && ! see 'enrolled'
}

# power_goes_at KIND: before what CUT names, once the medium is in.
power_goes_at() {
	rig "$media/$1" && ! see 'ready: state abandoned'
}

open_and_take_evidence() {
	open_boxes && take_evidence
}

# With FORGERY in the environment, by which every counting boot fails.
stuck_open() {
	pack_open && rig "$media/approvals"
	see 'counting boot: state open' && see 'waiting: state failed'
}

abandon_when_stuck() {
	sign_abandonment "$@" && rig "$media/abandonment"
	see 'the election is over: restarting' && see 'ready: state abandoned'
}

refuses_when_stuck() {
	sign_abandonment "$@" && rig "$media/abandonment"
	see 'refused: .*fewer have signed' && ! see 'state abandoned'
}

# Switched on without a medium.
ready_alone() {
	rig && see "ready: state $1"
}

asks_for_clear() {
	rig && see 'failed: the enrolment cannot be finished: clear the TPM' &&
		! see 'ready: state enrol'
}

# refuses WHY: whatever its state would be.
refuses() {
	rig && see "failed: .*$1" && ! see 'ready: state '
}

# sign_abandonment SENT SIGNER...: one note of what these sign, over this outbox.
sign_abandonment() {
	local sent=$desk/$1
	shift
	rm -f "$desk/abandonment.note"
	co_sign "$desk/abandonment.note" "$@" -- \
		"$sandoq" election abandon --definition "$desk/definition.json" \
		--sent "$sent" --authorities "$desk/authorities.pem" \
		--reason 'The ballots of station 2 were printed wrongly.' &&
		pack abandonment "abandonment.note=$desk/abandonment.note"
}

# abandon SENT SIGNER...
abandon() {
	sign_abandonment "$@" && bring abandonment 'ready: state abandoned' &&
		see 'the election is over: restarting'
}

# It is lost, and what the machine gives out shows that nobody may have.
abandoned_by_one() {
	abandon received authority-1 && collect abandoned &&
		"$sandoq" audit verify --sent "$desk/abandoned" \
			--definition "$desk/definition.json" \
			--authorities "$desk/authorities.pem"
}

# refuses_to_abandon WHY SENT SIGNER...
refuses_to_abandon() {
	local why=$1
	shift
	sign_abandonment "$@" && bring abandonment "refused: .*$why" &&
		! see 'state abandoned'
}

# What the machine gives out then proves that, and to nobody anything else.
verify_abandoned() {
	collect abandoned && verify_given_out
}

verify_given_out() {
	audit_abandoned && ! "$sandoq" bundle verify \
		--sent "$desk/abandoned" \
		--definition "$desk/definition.json" \
		--authorities "$desk/authorities.pem" &&
		stock_tools_abandoned
}

# They start thousands of programs: once by day, each time by night.
stock_tools_abandoned() {
	[ -z "${SANDOQ_NIGHTLY:-}" ] && [ -e "$work/stock-tools-asked" ] &&
		return
	touch "$work/stock-tools-asked"
	tests/machine/verify-with-stock-tools abandoned "$desk/abandoned" \
		"$desk/definition.json" "$desk/authorities.pem"
}

audit_abandoned() {
	"$sandoq" audit verify --sent "$desk/abandoned" \
		--definition "$desk/definition.json" \
		--authorities "$desk/authorities.pem" >"$work/said" &&
		head -n 1 "$work/said" |
		grep -q '^ABANDONED.*station 2 were printed wrongly'
}

seal_abandoned_again() {
	bring election 'this definition was sealed before' &&
		see 'state abandoned'
}

# By who has kept the stick.
seal_again() {
	bring election 'this definition was sealed before' && see 'state released'
}

# Five in each body but the operators, of whom four sign: two of either board
# at least. The first two are of the executive board.
# shellcheck disable=SC2016 # names of jq
widen_quorums() {
	local body name id
	for body in authority officer:officers auditor:auditors; do
		name=${body%:*} body=${body#*:}
		for id in "$name-4" "$name-5"; do
			"$sandoq" key new "$keys/$id.pem" --name "$id" \
				--no-passphrase >"$work/vkey" 2>/dev/null &&
				edit_definition --arg body "$body" --arg id "$id" \
					--arg key "$(cat "$work/vkey")" '.[$body] +=
					[{$id, board: "supervisory", $key}]' ||
				return
		done
	done
	edit_definition '.quorum |= with_entries(if .key == "boot" then . else
		.value = {need: 4, of: 5, each: 2} end)'
}

# The first station may deliver twice, but was issued ballots for one box only.
two_boxes() {
	local rows
	rows=$(wc -l <"$desk/ballots/station-01.csv") &&
		edit_definition \
			".stations[0] += {boxes: 2, ballots_issued: $((rows - 1))}"
}

# The same ballots again, as its second box.
deliver_second() {
	mkdir -p "$desk/boxes" &&
		"$sandoq" box seal "$desk/ballots/station-01.csv" --sequence 2 \
		--definition "$desk/definition.json" \
		--election-keys "$desk/election-keys.note" \
		--box-key "$desk/sealed.d/bk.pub" \
		--key "$keys/station-01.pem" \
		--force --output "$desk/boxes/second" &&
		pack_boxes second && bring boxes
}

edit_definition() {
	jq "$@" "$desk/definition.json" >"$work/edited" &&
		mv "$work/edited" "$desk/definition.json"
}

keys_and_boxes() {
	sign_election_keys && deliver
}

# What the machine says of approvals by one of a board beside three.
refused_approvals() {
	"pack_$1" && bring approvals \
		'fewer approvals of one board than the quorum needs'
}

# As far as the log of the firmware: here it has only digests.
stock_tools() {
	grep -x 'passed   open approvals' <(
		tests/machine/verify-with-stock-tools released "$desk/bundle" \
			"$desk/definition.json" "$desk/authorities.pem"
	)
}

# earlier NAME: the evidence of an election that the machine had before, whose
# desk lies in $work/NAME, and that it verifies.
earlier() {
	local bundle=$work/$1/bundle
	collect earlier "definition.json=$work/$1/definition.json" &&
		cp "$desk/earlier" "$bundle" &&
		"$sandoq" bundle verify --sent "$bundle" \
			--definition "$work/$1/definition.json" \
			--authorities "$desk/authorities.pem" \
			--profile "$desk/profile.json"
}

# earlier_abandoned NAME: the same of one that was called off.
earlier_abandoned() {
	collect abandoned "definition.json=$work/$1/definition.json" &&
		cp "$work/$1/definition.json" "$desk/definition.json" &&
		verify_given_out
}

# What it gave out then, member by member, but what is made for each outbox.
same_as_then() {
	rm -rf "$work/then.d" "$work/again.d"
	"$sandoq" courier unpack "$work/$1/then" "$work/then.d" >/dev/null &&
		"$sandoq" courier unpack "$work/$1/bundle" "$work/again.d" \
			>/dev/null &&
		diff -r -q -x now -x checkpoint -x entries -x items -x later \
			"$work/then.d" "$work/again.d"
}

# keep_desk NAME: of the election that was released last.
keep_desk() {
	keep_definition "$1" && cp "$desk/bundle" "$work/$1/then"
}

keep_definition() {
	mkdir -p "$work/$1" && cp "$desk/definition.json" "$work/$1"
}

# Of an election that the machine never had.
earlier_of_another() {
	"$sandoq" courier pack "$media/stranger" --kind outbox --capacity 1 \
		"definition.json=$desk/authorities.pem" &&
		rig "$media/stranger" &&
		see 'refused: an earlier election: no election with this'
}

whole_election() {
	seal_election && zero && deliver && open_boxes && evidence &&
		release_result && bundle && recount bundle
}

shift
"$@" && exit
cat "$machine/console.log"
exit 1
