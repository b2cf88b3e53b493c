# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Shell tests that speak TAP, for `prove`. A test begins with
#
#	. "$(dirname "$0")/../support/tap.sh"
#
# checks with ok, is, like, refused or skip, and ends with `finish`. The
# working directory is the repository's root. $scratch is an empty folder that
# goes away at the end (KEEP=1 keeps it), after every machine in it was stopped.

set -uo pipefail
# What is expected is in English where a test does not ask for Persian.
unset LANGUAGE
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

sandoq=${SANDOQ:-$PWD/build/native/sandoq}
profile=$PWD/image/profiles/qemu-ovmf
scratch=$(mktemp -d "${TMPDIR:-/tmp}/sandoq-test.XXXXXX") || exit 1
tests=0
failures=0

stop_machines() {
	local control
	for control in "$scratch"/*/control; do
		[ -S "$control" ] && "$sandoq" machine stop "${control%/*}"
	done
}

clean_up() {
	stop_machines
	if [ "${KEEP:-0}" = 1 ]; then
		echo "# kept: $scratch"
	else
		rm -rf "$scratch"
	fi
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Lines of stdin as TAP comments.
comment() {
	sed 's/^/# /'
}

pass() {
	tests=$((tests + 1))
	echo "ok $tests - $1"
}

# fail NAME [FILE]: what FILE holds is shown.
fail() {
	tests=$((tests + 1))
	failures=$((failures + 1))
	echo "not ok $tests - $1"
	[ $# -lt 2 ] || comment <"$2"
}

# skip NAME WHY
skip() {
	tests=$((tests + 1))
	echo "ok $tests - $1 # SKIP $2"
}

# ok NAME COMMAND...: it has to exit with 0.
ok() {
	local name=$1
	shift
	if "$@" >"$scratch/.said" 2>&1; then
		pass "$name"
	else
		fail "$name" "$scratch/.said"
	fi
}

# is NAME GOT WANTED
is() {
	[ "$2" = "$3" ] && pass "$1" && return
	printf 'got:    %s\nwanted: %s\n' "$2" "$3" >"$scratch/.said"
	fail "$1" "$scratch/.said"
}

# like NAME TEXT COMMAND...: it exits with 0 and prints a line with TEXT.
like() {
	local name=$1 text=$2
	shift 2
	if "$@" >"$scratch/.said" 2>&1 && grep -qF -- "$text" "$scratch/.said"
	then
		pass "$name"
	else
		fail "$name" "$scratch/.said"
	fi
}

# refused NAME STATUS TEXT COMMAND...: it exits with STATUS (of sysexits.h)
# and says TEXT.
refused() {
	local name=$1 status=$2 text=$3 got=0
	shift 3
	"$@" >"$scratch/.said" 2>&1 || got=$?
	if [ "$got" -eq "$status" ] && grep -qF -- "$text" "$scratch/.said"
	then
		pass "$name"
	else
		echo "(exit status $got, wanted $status: $text)" \
			>>"$scratch/.said"
		fail "$name" "$scratch/.said"
	fi
}

# new_machine NAME DISK: makes the machine $scratch/NAME, or ends the test.
new_machine() {
	"$sandoq" machine create "$scratch/$1" --profile "$profile" \
		--disk "$2" || bail "no machine could be made"
}

# boot NAME [OPTION...]: starts it, to be stopped when this test ends.
boot() {
	local name=$1
	shift
	"$sandoq" machine run "$scratch/$name" --daemon --until $$ "$@" ||
		bail "the machine does not start"
}

# bail WHY: the rest of this test cannot be run.
bail() {
	fail "$1"
	exit 1
}

finish() {
	echo "1..$tests"
	exit $((failures > 0))
}
