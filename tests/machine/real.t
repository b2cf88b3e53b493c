#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 62,529 ballots that people marked, with published totals, when their folder
# lies beside the checkout: sealed at twelve stations, counted by the whole
# machine, signed by its TPM. What was published is what must come out.
. "$(dirname "$0")/../support/tap.sh"

set=../shared/data/real/poland-wroclaw-2017
if [ ! -d "$set" ]; then
	echo '1..0 # SKIP the real ballots are not beside the checkout'
	exit
fi
. tests/machine/prepare.sh

# The sample's election with the options of the set in its only contest.
define_real() {
	jq --rawfile published "$set/published.csv" '
		[$published | scan("(?m)^[0-9]+")] as $codes |
		.contests[0] += {
			id: "c1", max_choices: 2,
			candidates: [$codes | to_entries[] | {
				code: (.value | tonumber),
				name: {fa: "?", en: "?"},
				tie_break: [.key]
			}]
		} |
		.stations[] += {contests: ["c1"], ballots_issued: 6000}' \
		"$desk/definition.json" >"$desk/real.json" &&
		mv "$desk/real.json" "$desk/definition.json"
}

# Ballot 1 to station 1, ballot 2 to station 2, ...
spread_ballots() {
	local i
	for ((i = 1; i <= stations; i++)); do
		awk -v i="$i" -v stations="$stations" \
			'NR == 1 || NR % stations == i % stations' \
			"$set/ballots.csv" \
			>"$desk/ballots/$(station_name "$i").csv" || return
	done
}

# code,votes of the signed result.
totals() {
	report_bundle --json | jq --raw-output \
		'.contests[0].candidates | sort_by(.code)[] | "\(.code),\(.votes)"'
}

mkdir -p "$desk/keys" "$media"
ok 'a machine is made' create_machine "$machine"
authorities
make_sample >/dev/null || bail 'there is no sample'
take_profile
ok 'the options are those of the set' define_real
ok 'twelve stations have the ballots' spread_ballots
start_machine || bail 'the machine does not start'
ok 'it is enrolled' enrol_machine
ok 'the election is sealed' seal_election
ok 'the stations seal their boxes' seal_boxes
ok 'the boxes are delivered' deliver_boxes
ok 'the boxes are opened and counted' open_boxes
ok 'the evidence comes out' take_evidence
ok 'it is verified' verify_evidence
ok 'the TPM signs the result' release_result
ok 'the bundle comes out' take_bundle
ok 'it is verified' verify_bundle
is 'the totals are those that were published' "$(totals)" \
	"$(grep '^[0-9]' "$set/published.csv" | tr -d '\r' | sort -n)"
finish
