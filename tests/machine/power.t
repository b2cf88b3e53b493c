#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The power is cut at twenty points of the flow, eighteen in one run and two, which
# that one has passed by then, in another. Each goes on after each cut and ends
# with the result of the run that nobody cut, byte for byte.
. "$(dirname "$0")/../support/tap.sh"
. tests/machine/prepare.sh
. tests/machine/power.sh

# cut_power TEXT[|LATER]: as soon as the screen says so. On a busy computer the
# cut before may have come after TEXT was due; then it is at LATER.
cut_power() {
	local text=${1%|*} later=${1#*|}
	go_on "$text" "$later"
	ok "the power is cut at: $text" "$sandoq" machine power "$machine" cut
	[[ $text != *' boxes taken, '* ]] || delivered=yes
	plugged=
	start_machine || bail 'the machine does not start again'
}

# run NAME STATE TEXT...: from this state, with a cut at each text.
run() {
	local name=$1 text
	begin_at "$2"
	shift 2
	for text; do
		cut_power "$text"
	done
	to_bundle "$name"
}

wanted_result

# Delivery, counting, evidence, release.
run all sealed 'medium: boxes' ' boxes taken, ' 'medium: outbox' \
	'medium: approvals' 'counting boot: state open|boot: state closed' \
	'no medium is bound|boot: state closed' \
	'count 1 of 2|boot: state closed' 'count 2 of 2|boot: state closed' \
	'closed: restarting|boot: state closed' \
	'courier boot: state closed' 'medium: outbox' \
	'ready: state closed' 'medium: approvals' \
	'counting boot: state approved|boot: state released' \
	'count 1 of 2|boot: state released' \
	'count 2 of 2|boot: state released' \
	'released: the TPM|boot: state released' 'medium: outbox'
run restarts received 'open: restarting' 'approved: restarting'
finish
