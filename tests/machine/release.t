#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# From the evidence to the bundle: what the auditors approved is what the TPM
# signs, and everybody who checks it afterwards comes to the same verdict, in a
# browser too.
. "$(dirname "$0")/../support/tap.sh"
. tests/machine/prepare.sh
# shellcheck source=tests/machine/screen.sh
. tests/machine/screen.sh

# in_browser CHECK NAME ARGUMENT...: a check that needs Chromium.
in_browser() {
	if [ -n "${SANDOQ_NO_BROWSER:-}" ]; then
		skip "$2" 'left out by SANDOQ_NO_BROWSER'
	else
		"$@"
	fi
}

take_state closed
with_screen
resume closed
screen_is closed-fa
mkdir "$scratch/evidence"
tar -C "$scratch/evidence" -xf "$desk/evidence" challenge || bail 'no challenge'
election=$(jq -r .id "$desk/definition.json")
challenge=$(sha256sum <"$scratch/evidence/challenge")
code="sandoq/challenge $election ${challenge%% *}"
code_is "and its code is the challenge's digest" "$code"
screen_is_all fa "$code"

ok 'the evidence is verified, with the nonce that went in' verify_evidence
"$sandoq" audit nonce --auditor auditor-1 --force --output "$desk/other-nonce"
mv "$desk/nonce" "$desk/first-nonce"
mv "$desk/other-nonce" "$desk/nonce"
refused 'evidence over another nonce is refused' 65 nonce verify_evidence
mv "$desk/first-nonce" "$desk/nonce"

ok 'two auditors approve' pack_release
ok 'the machine takes that' bring approvals
show 'it counts once more' 'no medium is bound'
hold_tpm
screen_is approved-fa
release_tpm
show 'and the TPM signs' 'released: the TPM signed the result'
ok 'the bundle comes out' take_bundle
screen_is released-fa
"$sandoq" courier unpack "$desk/bundle" "$desk/bundle.d" >/dev/null
result=$(sed '/^$/,$d' "$desk/bundle.d/result.note" | sha256sum)
code="sandoq/result $election ${result%% *}"
code_is "and its code is the result's digest" "$code"
screen_is_all fa "$code"
ok 'the bundle is verified' verify_bundle
ok 'a page of it is made' page_bundle
report_bundle() {
	"$sandoq" bundle report --json --sent "$desk/bundle" \
		--definition "$desk/definition.json" \
		--authorities "$desk/authorities.pem" \
		--profile "$desk/profile.json" >"$desk/report.json"
}
ok 'the numbers of it are told' report_bundle
in_browser ok 'a browser shows these, and none when a byte was changed' \
	node build/page-tests/booted.mjs "$desk/result.html" "$desk/report.json"
ok 'stock tools verify it' tests/machine/verify-with-stock-tools released \
	"$desk/bundle" "$desk/definition.json" "$desk/authorities.pem" \
	"$desk/profile.json"
ok 'and they verify what runs now' tests/machine/verify-with-stock-tools now \
	"$desk/bundle" "$desk/definition.json" "$desk/authorities.pem" \
	"$desk/profile.json"
ok 'a recount with the escrow key gives the signed result' \
	"$sandoq" recount --may-swap --sent "$desk/bundle" \
	--definition "$desk/definition.json" --escrow "$keys/escrow.pem" \
	--force --output "$desk/recount"

is 'byte for byte' "$(sha256sum <"$desk/recount")" "$result"

sed 's/votes=\([0-9]\)/votes=9\1/' "$desk/bundle.d/result.note" \
	>"$desk/forged.note"
# shellcheck disable=SC2016 # that shell expands it
ok 'a stick with a forged result is made' \
	bash -c 'cp "$1" "$2/result.note"' - "$desk/forged.note" "$desk/bundle.d"
members=()
while read -r member; do
	[ "$member" = courier ] || members+=("$member=$desk/bundle.d/$member")
done < <(tar -tf "$desk/bundle")
"$sandoq" courier pack "$desk/bundle" --kind sent "${members[@]}" >/dev/null
refused 'and is refused' 65 'result note' verify_bundle
mkdir "$scratch/asked"
cp "$desk/result.html" "$scratch/asked/page.html"
cp "$desk/bundle" "$scratch/asked/forged.tar"
in_browser like 'by a browser too' 'forged refused result note: ' \
	node build/page-tests/forged.mjs "$scratch/asked"
refused 'by stock tools too' 65 '' tests/machine/verify-with-stock-tools \
	released "$desk/bundle" "$desk/definition.json" \
	"$desk/authorities.pem" "$desk/profile.json"
finish
