# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What was predicted beside what a machine's firmware measured, as
# tpm2_eventlog reads it. By a test that has tap.sh.

: "${sandoq:?}" "${scratch:?}"

# measured_events LOG PCRS: "PCR TYPE DIGEST" of each event of these PCRs.
measured_events() {
	tpm2_eventlog "$1" 2>/dev/null | awk -v pcrs=" $2 " '
		$1 == "PCRIndex:" { pcr = $2 }
		$1 == "EventType:" { type = $2 }
		$1 == "-" && $2 == "AlgorithmId:" { bank = $3 }
		$1 == "Digest:" && bank == "sha256" {
			gsub("\"", "", $2)
			if (index(pcrs, " " pcr " "))
				print pcr, type, $2
			bank = ""
		}'
}

# measured_values LOG PCRS: "PCR VALUE"; a PCR without events is zero.
measured_values() {
	local pcr value
	for pcr in $2; do
		value=$(tpm2_eventlog "$1" 2>/dev/null |
			sed -n "/^pcrs:/,\$s/^ *$pcr *: 0x//p")
		[ -n "$value" ] || value=$(printf '%064d' 0)
		echo "$pcr ${value,,}"
	done
}

# as_predicted WHAT LOG IMAGE PROFILE
as_predicted() {
	local said=$scratch/.predicted pcrs
	"$sandoq" image predict "$3" --profile "$4" --json >"$said" ||
		bail "$1: nothing is predicted"
	pcrs=$(jq -r '[.pcrs[].pcr | tostring] | join(" ")' "$said")
	is "$1: the PCRs are those predicted" \
		"$(measured_values "$2" "$pcrs")" \
		"$(jq -r '.pcrs[] | "\(.pcr) \(.value)"' "$said")"
	is "$1: and so is every event" "$(measured_events "$2" "$pcrs")" \
		"$(jq -r '.events[] | "\(.pcr) \(.content.event_type) \(
			.digests[] | select(.hashAlg == "sha256") | .digest)"' \
			"$said")"
}
