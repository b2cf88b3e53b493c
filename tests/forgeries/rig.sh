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
# shellcheck source=tests/machine/flow.sh
. tests/machine/flow.sh
# shellcheck disable=SC2034 # flow.sh reads both
stations=${STATIONS:-3} without=${WITHOUT:-9}

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

open_by_one() {
	pack_open &&
		pack approvals "approval-1=$desk/open-1" "nonce-1=$desk/nonce" &&
		bring approvals 'closed: restarting into a courier boot'
}

evidence() {
	take_evidence && verify_evidence
}

bundle() {
	take_bundle && verify_bundle
}

recount() {
	"$sandoq" recount --sent "$desk/$1" \
		--definition "$desk/definition.json" \
		--escrow "$keys/escrow.pem" --output "$desk/recounted"
}

# another_election ID [OPTION...]: of other people but the operators, in the
# place of the one before.
another_election() {
	local id=$1
	shift
	rm -rf "$desk"/{definition.json,definition.note,election-keys.note} \
		"$desk"/{boxes,ballots} &&
		find "$keys" -name '*.pem' ! -name 'operator-*' -delete &&
		make_sample --id "$id" "$@"
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
	rig && see "failed: .*$1" && ! see 'ready: state [^f]'
}

# By who has kept the stick.
seal_again() {
	bring election 'this definition was sealed before' && see 'state released'
}

whole_election() {
	seal_election && zero && deliver && open_boxes && evidence &&
		release_result && bundle && recount bundle
}

shift
"$@" && exit
cat "$machine/console.log"
exit 1
