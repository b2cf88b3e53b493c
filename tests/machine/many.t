#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two thousand boxes on a booted machine, its TPM opening each of them: taken
# from one stick, counted twice, and the result recounted. `make nightly` only;
# prints what it took, in time, and in memory for the whole emulated computer. $BOXES: how many for each of the twelve stations.
. "$(dirname "$0")/../support/tap.sh"

if [ -z "${SANDOQ_NIGHTLY:-}" ]; then
	echo '1..0 # SKIP two thousand boxes are for the night'
	exit
fi
. tests/machine/prepare.sh
each=${BOXES:-167}
all=$((each * stations))
# shellcheck disable=SC2034 # flow.sh reads it: all those boxes come out, too
outbox_mib=64
# Without a line for so long, nothing goes on any more.
patience=3600

# took WHAT: since the last time that this was called.
took() {
	comment <<<"$1: $((SECONDS - since)) s"
	since=$SECONDS
}

many_boxes() {
	jq ".stations[] += {boxes: $each, ballots_issued: $((each * 50))}" \
		"$desk/definition.json" >"$scratch/new" &&
		mv "$scratch/new" "$desk/definition.json"
}

sealed_election() {
	mkdir -p "$keys" "$media" &&
		create_machine "$machine" && authorities &&
		make_sample >/dev/null && many_boxes && take_profile &&
		start_machine && enrol_machine && seal_election
}

# fifty STATION NUMBER: up to so many of its ballots, other ones for each box.
fifty() {
	awk -v at="$2" 'NR == 1 || ((NR + at * 7) % 11 == 0 && n++ < 50)' \
		"$desk/ballots/$1.csv"
}

# seal_number STATION SEQUENCE
seal_number() {
	fifty "$1" "$2" >"$scratch/$1.csv" &&
		"$sandoq" box seal "$scratch/$1.csv" --sequence "$2" \
			--definition "$desk/definition.json" \
			--election-keys "$desk/election-keys.note" \
			--box-key "$desk/sealed.d/bk.pub" \
			--key "$keys/$1.pem" \
			--force --output "$desk/boxes/$1-$2" >/dev/null
}

seal_many() {
	local i n station
	mkdir -p "$desk/boxes"
	for ((i = 1; i <= stations; i++)); do
		station=$(station_name "$i")
		for ((n = 1; n <= each; n++)); do
			seal_number "$station" "$n" || return
			boxes+=("$station-$n")
		done
	done
}

boxes=() since=$SECONDS
sealed_election >"$scratch/.made" 2>&1 ||
	state_bail 'no election of so many boxes can be sealed'
took 'an election was sealed in'
seal_many || bail 'the boxes cannot be sealed'
took "$all boxes were sealed in"
pack_boxes "${boxes[@]}" || bail 'they cannot be packed'
ok 'the stick is taken' bring boxes
took 'it was taken in'
ready intake || bail 'no outbox can be brought'
ok 'the receipt comes out' \
	collect received
ok 'the officers approve' pack_open
took 'receipt, checks and approvals:'
ok 'the boxes are opened' \
	bring approvals 'restarting into a counting boot'
ok 'and counted twice' see 'count 2 of 2'
took 'two counts of them took'
like 'every one of them' "count 2 of 2: $all boxes counted, 0 void" \
	cat "$machine/console.log"
ok 'the count is closed' ready closed
comment <<<"the computer has $(sed -n 's/^memory=//p' "$machine/profile") MiB"
for process in $(<"$machine/processes"); do
	awk '/^Name/ { name = $2 }
		/^VmHWM/ { print name " took at most " int($2 / 1024) " MiB" }' \
		"/proc/$process/status" | comment
done
finish
