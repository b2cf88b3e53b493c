#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Secure Boot with the operators' own keys: the image that they signed starts
# and has the PCRs that were predicted; one that is not signed, or by somebody
# else, does not start; with Secure Boot off there are no keys.
. "$(dirname "$0")/../support/tap.sh"
. tests/machine/prepare.sh
. tests/machine/predicted.sh

plain=$image
image=$scratch/signed.efi
model=qemu-ovmf-secure-boot
empty=$(sed -n 's/^firmware_vars=//p' "image/profiles/$model")
mkdir -p "$desk/keys" "$media"

{
	image/secure-boot keys "$scratch/own" &&
		image/secure-boot keys "$scratch/foreign"
} || bail 'no keys can be made'
ok 'the image is signed' image/secure-boot sign "$scratch/own" "$plain" "$image"
ok 'and by somebody else' \
	image/secure-boot sign "$scratch/foreign" "$plain" "$scratch/foreign.efi"
vars=$scratch/vars
ok 'the keys are written into the firmware'"'"'s variables' \
	"$sandoq" firmware variables "$empty" --secure-boot "$scratch/own" \
	--force --output "$vars"
ok 'and filled into the profile' \
	"$sandoq" firmware profile "$model" --secure-boot "$scratch/own" \
	--force --output "$desk/profile.json"

# --- it starts ---

enrol_and_seal() {
	create_machine "$machine" && authorities && make_sample >/dev/null &&
		start_machine && enrol_machine && seal_election
}
enrol_and_seal >"$scratch/.made" 2>&1 ||
	state_bail 'the signed image cannot be enrolled'
pass 'the signed image starts, is enrolled and sealed'
as_predicted 'Secure Boot' "$desk/sealed.d/now/event-log" "$image" \
	"$desk/profile.json"
"$sandoq" image profile "$desk/sealed.d/now/event-log" "$image" \
	--secure-boot "$scratch/own" --force --output "$scratch/profile.json" ||
	bail 'no profile can be taken'
ok 'a profile taken from this boot, its keys left open, is the one in the tree' \
	cmp "$scratch/profile.json" "image/profiles/$model.json"
refused 'the keys of somebody else cannot be left open in it' 65 \
	'it is not of a boot with these Secure Boot keys' \
	"$sandoq" image profile "$desk/sealed.d/now/event-log" "$image" \
	--secure-boot "$scratch/foreign"
is 'the firmware names the certificate that it accepted' \
	"$(measured_events "$desk/sealed.d/now/event-log" 7 |
		grep -c EV_EFI_VARIABLE_AUTHORITY)" 1
"$sandoq" machine stop "$machine"

# --- it does not start ---

# does_not_start WHAT EFI
does_not_start() {
	ok "$1: it is put on the disk" \
		image/disk --efi "$2" --into "$machine/disk.img"
	start_machine || bail 'the machine does not start'
	show "$1: the firmware refuses it" 'Access Denied'
	show "$1: and its own shell, too" 'Security Violation'
	show "$1: and has nothing else to start" 'No bootable option or device'
	is "$1: nothing of it ran" "$(sed '1,/power on/d' \
		"$machine/console.log" | grep -c 'sandoq\|ready')" 0
	"$sandoq" machine stop "$machine"
}
does_not_start 'an image that nobody signed' "$plain"
does_not_start 'an image that somebody else signed' "$scratch/foreign.efi"

# --- Secure Boot off ---

image/disk --efi "$image" --into "$machine/disk.img" ||
	bail 'the image does not go back on the disk'
start_machine --vars "$empty" || bail 'the machine does not start'
show 'Secure Boot off: it boots and fails' 'failed: '
like 'Secure Boot off: the screen names PCR 7' 'PCR 7' \
	grep 'failed: ' "$machine/console.log"
show 'Secure Boot off: the TPM refuses the keys' \
	'the TPM refuses the box key and the result key in this boot'
ready failed || bail 'no outbox can be brought'
ok 'Secure Boot off: it still gives evidence' collect failed
refused "Secure Boot off: the auditor's verify names it" 65 \
	'PCR 7 differs from the approved boot' \
	"$sandoq" audit verify --now --sent "$desk/failed" \
	--earlier "$desk/sealed" \
	--authorities "$desk/authorities.pem" --operators "$desk/operators" \
	--enrolment "$desk/enrolment.note" --profile "$desk/profile.json"
finish
