#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The power is cut at random instants of whole elections, $CUTS times. Each
# election goes on after every cut and ends with the result of the one that
# nobody cut, byte for byte.
#
# The first line says the seed: SEED=NUMBER has the instants again. $SUMMARY: a
# file that gets a line when all went well.
. "$(dirname "$0")/../support/tap.sh"
. tests/machine/prepare.sh
. tests/machine/power.sh

all=${CUTS:-24} cuts=$all
RANDOM=${SEED:=$(date +%s)}
echo "# seed $SEED, $all cuts"
# A start takes some ten seconds, and what a medium brings a few.
horizon=20000

# The machine's next line; status 124 when the instant came first.
line_before() {
	local left=$((($1 - ${EPOCHREALTIME/./}) / 1000))
	((left > 0)) || return 124
	timeout "$((left / 1000)).$(printf %03d $((left % 1000)))" \
		"$sandoq" machine wait "$machine" 'sandoq: ' \
		--timeout "$patience"
}

# until_instant: as go_on, to a random instant. False when the bundle came out
# before.
until_instant() {
	local instant line
	instant=$((${EPOCHREALTIME/./} + (RANDOM % horizon) * 1000))
	while [ ! -e "$desk/bundle" ]; do
		line=$(line_before "$instant")
		case $? in
		0) answer "$line" ;;
		124) return 0 ;;
		*) state_bail 'the machine says nothing' ;;
		esac
	done
	return 1
}

election=0
while ((cuts > 0)); do
	election=$((election + 1)) cut=0
	[ -n "${wanted:-}" ] || wanted_result
	begin_at sealed
	while ((cuts > 0)) && until_instant; do
		"$sandoq" machine power "$machine" cut ||
			bail 'the power cannot be cut'
		cut=$((cut + 1)) cuts=$((cuts - 1)) plugged=''
		start_machine || bail 'the machine does not start again'
	done
	to_bundle "election $election, $cut cuts"
done
echo "# $all cuts in $election elections"
if [ -n "${SUMMARY:-}" ] && ((failures == 0)); then
	echo "$(date -u +%F) seed $SEED: $all cuts in $election elections" \
		>>"$SUMMARY"
fi
finish
