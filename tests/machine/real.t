#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 62,529 ballots that people marked, with published totals, when their folder
# lies beside the checkout: sealed at twelve stations, counted by the whole
# machine, signed by its TPM. What was published is what must come out. The
# first station has 20,000 of them, and seals as a station page does.
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
		.stations[] += {contests: ["c1"], ballots_issued: 20000}' \
		"$desk/definition.json" >"$desk/real.json" &&
		mv "$desk/real.json" "$desk/definition.json"
}

# 20,000 ballots to station 1, the next to station 2, the next to station 3, ...
spread_ballots() {
	local i
	head -n 20001 "$set/ballots.csv" >"$desk/ballots/$(station_name 1).csv"
	for ((i = 2; i <= stations; i++)); do
		awk -v i="$i" -v others="$((stations - 1))" \
			'NR == 1 || NR > 20001 && NR % others == i % others' \
			"$set/ballots.csv" \
			>"$desk/ballots/$(station_name "$i").csv" || return
	done
}

# seal_by_page STATION: from its CSV file and a key file with a passphrase.
seal_by_page() {
	local at=$scratch/page
	mkdir "$at" && cp "$desk/definition.json" "$at" &&
		cp "$desk/election-keys.note" "$at/keys.note" &&
		cp "$desk/sealed.d/bk.pub" "$at" &&
		cp "$desk/ballots/$1.csv" "$at/ballots.csv" &&
		echo 'a few words' >"$scratch/passphrase" &&
		openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 \
			-iter 1000000 -in "$keys/$1.pem" -out "$at/key.pem" \
			-passout "file:$scratch/passphrase" &&
		node build/page-tests/station.mjs build/page/station.wasm "$at" <<-'END' &&
			{"call": "begin"}
			{"call": "unlock", "file": "key.pem", "passphrase": "a few words"}
			{"call": "read", "csv": "ballots.csv", "sequence": 1}
			{"call": "seal"}
		END
		cp "$at/page.age" "$desk/boxes/$1.age" &&
		cp "$at/page.note" "$desk/boxes/$1.note"
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
rm "$desk/boxes/$(station_name 1)".*
like 'one of them in a page' '"ballots":20000' seal_by_page "$(station_name 1)"
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
