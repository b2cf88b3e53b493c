# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A sealed machine that boots in another way than was approved: it starts, but
# the keys refuse, and the screen and the auditor's verify say why. By a test
# that has prepare.sh.

: "${sandoq:?}" "${scratch:?}" "${machine:?}" "${desk:?}"

# start_other WHAT [OPTION...]: starts the machine that the test has changed.
start_other() {
	local what=$1
	shift
	start_machine "$@" ||
		bail "$what: the machine does not start"
}

# refuses_keys WHAT SCREEN VERIFY: the running machine says SCREEN and has no
# keys; verify refuses with VERIFY what it sends.
refuses_keys() {
	show "$1: it boots and fails" 'failed: '
	like "$1: the screen says why" "$2" \
		grep 'failed: ' "$machine/console.log"
	show "$1: the TPM refuses the keys" \
		'the TPM refuses the box key and the result key in this boot'
	ready failed || bail "$1: no outbox can be brought"
	"$sandoq" audit nonce --auditor auditor-1 --force --output "$desk/nonce" ||
		bail 'there is no nonce'
	ok "$1: it gives evidence for a nonce" \
		collect failed "nonce=$desk/nonce"
	refused "$1: the auditor's verify says why" 65 "REFUSED $3" \
		"$sandoq" audit verify --now --sent "$desk/failed" \
		--earlier "$desk/sealed" \
		--authorities "$desk/authorities.pem" \
		--operators "$desk/operators" \
		--enrolment "$desk/enrolment.note" \
		--profile "$desk/profile.json" --nonce "$desk/nonce"
	grep 'REFUSED' "$scratch/.said" | comment
	"$sandoq" machine stop "$machine"
}
