# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# States of a machine, made once and copied by each test that starts from one.
# A test of the whole machine begins with
#
#	. "$(dirname "$0")/../support/tap.sh"
#	. tests/machine/prepare.sh
#	take_state NAME
#
# and has then, in $scratch, the stopped machine and its desk as flow.sh knows
# them. NAME is
#
#	sealed    enrolled and sealed; all boxes are sealed at the stations
#	received  the boxes were delivered, and the receipt has come out
#	closed    counted and closed; the evidence has come out
#
# They lie under build/test-state, in a folder named by the SHA-256 of all that
# makes them: another image or program makes other states.

# By tap.sh.
: "${sandoq:?}" "${profile:?}" "${scratch:?}"

root=$PWD
image=${IMAGE:-$PWD/build/image/sandoq.efi}
seed=7
work=$scratch

# shellcheck source=tests/machine/flow.sh
. tests/machine/flow.sh

states=build/test-state
state_key=$(sha256sum "$image" "$sandoq" "$profile" "$profile.json" \
	tests/machine/flow.sh tests/machine/prepare.sh | sha256sum |
	cut -c -16) || exit 1

make_sealed() {
	mkdir -p "$desk/keys" "$media" &&
		create_machine "$machine" &&
		authorities &&
		make_sample >/dev/null &&
		take_profile &&
		start_machine &&
		enrol_machine &&
		seal_election &&
		seal_boxes
}

make_received() {
	start_machine && ready sealed && deliver_boxes
}

make_closed() {
	start_machine && ready intake && open_boxes && take_evidence
}

copy_state() {
	rm -rf "$2/machine" "$2/desk" &&
		mkdir -p "$2/media" &&
		cp -a --sparse=always --reflink=auto "$1/machine" "$1/desk" "$2"
}

# make_state NAME [FROM]
make_state() {
	local there=$states/$state_key/$1
	[ ! -d "$there" ] || return 0
	[ $# -lt 2 ] || copy_state "$states/$state_key/$2" "$work" || return
	"make_$1" >"$scratch/.made" 2>&1 &&
		"$sandoq" machine stop "$machine" &&
		copy_state "$work" "$there.new" &&
		mv "$there.new" "$there" &&
		rm -rf "$machine" "$desk" "$media"
}

forget_old_states() {
	find "$states" -mindepth 1 -maxdepth 1 -type d -mtime +0 \
		-exec rm -rf {} +
}

make_states() {
	mkdir -p "$states" || return
	(
		flock 9 || exit
		forget_old_states
		mkdir -p "$states/$state_key" && make_state sealed &&
			make_state received sealed && make_state closed received
	) 9>"$states/lock"
}

state_bail() {
	[ ! -s "$scratch/.made" ] || comment <"$scratch/.made"
	[ ! -e "$machine/console.log" ] ||
		tail -n 20 "$machine/console.log" | comment
	bail "$1"
}

# take_state NAME: a copy of it becomes $scratch/machine and $scratch/desk.
take_state() {
	make_states || state_bail 'the states of the machine cannot be made'
	copy_state "$states/$state_key/$1" "$scratch" ||
		bail "the state $1 cannot be copied"
}

# resume STATE: starts the machine, which has to be in that state.
resume() {
	{ start_machine && ready "$1"; } ||
		state_bail "the machine does not come back in state $1"
}

# show NAME TEXT: a test that the console says so, after what was waited for.
show() {
	ok "$1" "$sandoq" machine wait "$machine" "$2" --timeout "$patience"
}
