#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One election after another on one machine, live and rehearsal in turn, each
# with an authority, officers and auditors of its own, to the recounted bundle.
#
# $ELECTIONS: how many; `make nightly` does ten.
. "$(dirname "$0")/../support/tap.sh"
. tests/forgeries/machine.sh

# The first line of what the TPM has signed, and the election that it is of.
told() {
	"$sandoq" courier unpack "$city/desk/bundle" \
		"$scratch/bundle-$1" >/dev/null &&
		head -n 2 "$scratch/bundle-$1/result.note" | tr '\n' ' '
}

ok 'a machine begins' step begin
ok 'it is enrolled' step enrol_machine
for ((i = 1; i <= ${ELECTIONS:-3}; i++)); do
	mark=() word=live
	if ((i % 2 == 0)); then
		mark=(--rehearsal) word=rehearsal
	fi
	ok "election $i is defined" step another_election "council-$i" "${mark[@]}"
	ok 'sealed, reported zero, opened, counted, released, recounted' \
		step whole_election
	ok 'its medium seals nothing a second time' step seal_again
	ok 'and what it came to can still be had' step bundle
	is 'its bundle is its own' "$(told "$i")" \
		"sandoq/result/v2 $word election: council-$i "
	ok 'the desk keeps it' step keep_desk "election-$i"
	for ((j = 1; j < i; j++)); do
		ok "election $j can still be had, and verifies" \
			step earlier "election-$j"
		ok 'it is what it was then' step same_as_then "election-$j"
	done
done
ok 'one that was never sealed here cannot be had' step earlier_of_another
finish
