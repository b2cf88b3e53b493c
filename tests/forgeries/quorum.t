#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An election whose quorums are four of five, two of either board at least: one
# of a board beside three of the other is refused wherever a quorum signs.
. "$(dirname "$0")/../support/tap.sh"
. tests/forgeries/machine.sh

# The first two of each body are of the executive board.
by() {
	SIGNERS=$1 step "${@:2}"
}
enough='1 2 3 5' one='1 3 4 5' three='2 3 4 5'

ok 'a machine begins' step begin
ok 'bodies of five' step widen_quorums
ok 'it is enrolled, for an authority of five' step enrol_machine
refused 'a definition signed by one beside three' 1 \
	'too few of the executive board have signed' by "$one" seal_election
ok 'one signed by two and two is sealed' by "$enough" seal_election
refused 'its keys, signed for by one beside three, take no box' 1 \
	'too few of the executive board have signed' \
	by "$three" keys_and_boxes
ok 'by two and two they do' by "$enough" keys_and_boxes
ok 'the machine refuses an opening by one beside three' \
	by "$one" refused_approvals open
ok 'and by another one' by "$three" refused_approvals open
ok 'two and two open the boxes' by "$enough" open_boxes
ok 'evidence' step evidence
ok 'the machine refuses a release by one beside three' \
	by "$one" refused_approvals release
ok 'two and two release it' by "$enough" release_result
ok 'the bundle verifies' step bundle
if command -v tpm2_checkquote >/dev/null; then
	ok 'stock tools find the same keys and approvals' step stock_tools
else
	skip 'stock tools find the same' 'they are not installed'
fi
finish
