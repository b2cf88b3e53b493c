# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The people of an election who do what the machine asks for, whatever was done
# before: for tests that cut its power. After tap.sh and prepare.sh.

: "${sandoq:?}" "${machine:?}" "${media:?}" "${desk:?}" "${patience:?}"

# What the people have done so far, and the medium that is plugged in.
delivered='' received='' evidence='' plugged=''

# plug NAME [--writable]
plug() {
	"$sandoq" machine plug "$machine" "$media/$1" "${@:2}" ||
		state_bail "the medium $1 cannot be plugged in"
	plugged=$1
}

# plug_outbox NAME
plug_outbox() {
	pack_outbox "$1" ||
		bail 'an outbox cannot be made'
	plug "$1" --writable
}

pack_release() {
	approve_release auditor-1 "$desk/release-1" &&
		approve_release auditor-3 "$desk/release-2" &&
		pack approvals "approval-1=$desk/release-1" \
			"approval-2=$desk/release-2"
}

# bring_next STATE: what a machine that is ready in this state still needs.
bring_next() {
	case $1 in
	sealed) pack_all_boxes && plug boxes ;;
	intake)
		if [ -z "$delivered" ]; then
			pack_all_boxes && plug boxes
		elif [ -z "$received" ]; then
			plug_outbox received
		else
			pack_open && plug approvals
		fi
		;;
	closed)
		if [ -z "$evidence" ]; then
			plug_outbox evidence
		else
			pack_release && plug approvals
		fi
		;;
	released) plug_outbox bundle ;;
	*) false ;;
	esac || state_bail "nothing can be brought in state $1"
}

# The medium that is plugged in was taken.
medium_done() {
	"$sandoq" machine unplug "$machine"
	case $plugged in
	received) received=yes && fetch received ;;
	evidence) evidence=yes && fetch evidence ;;
	bundle) fetch bundle ;;
	esac
	plugged=
}

# answer LINE: does what the machine asks for with this line.
answer() {
	local state
	case $1 in
	*': failed: '* | *': refused: '*) state_bail "$1" ;;
	*'done: remove the medium'*) medium_done ;;
	*' boxes taken, '*) delivered=yes ;;
	*'ready: state '*)
		state=${1#*ready: state }
		[ -n "$plugged" ] || bring_next "${state%%:*}"
		;;
	esac
}

# go_on TEXT [LATER]: does what the machine asks for, until its screen says
# TEXT, or LATER: what it can only say when it will not say TEXT any more.
go_on() {
	local line lines
	for ((lines = 0; lines < 200; lines++)); do
		line=$("$sandoq" machine wait "$machine" 'sandoq: ' \
			--timeout "$patience") || break
		case $line in
		*"$1"* | *"${2-$1}"*) return ;;
		*) answer "$line" ;;
		esac
	done
	state_bail "the machine never says: $1"
}

# begin_at STATE: the people as they are then, and the machine, started.
begin_at() {
	delivered='' received='' evidence='' plugged=''
	take_state "$1"
	[ "$1" = sealed ] || delivered=yes received=yes
	rm -f "$desk/bundle"
	start_machine || bail 'the machine does not start'
}

# to_bundle NAME: nobody cuts the power any more. The result has to be $wanted,
# that of the run that nobody cut.
to_bundle() {
	while [ ! -e "$desk/bundle" ]; do
		go_on 'ready: state released'
		[ -n "$plugged" ] || bring_next released
		go_on 'done: remove the medium'
		medium_done
	done
	ok "$1: the bundle is verified" verify_bundle
	is "$1: the same result" "$(tar -xOf "$desk/bundle" result.note |
		sed '/^$/,$d' | sha256sum | cut -c -64)" "$wanted"
	"$sandoq" machine stop "$machine"
}

# wanted_result: what the machine closed with that nobody cut.
wanted_result() {
	take_state closed
	wanted=$(tar -xOf "$desk/evidence" challenge | sed -n 's/^result: //p')
}
