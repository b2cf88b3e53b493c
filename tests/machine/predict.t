#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The PCRs and events of a boot, predicted from the image and the profile, are
# those of the machine that booted it.
. "$(dirname "$0")/../support/tap.sh"
. tests/machine/prepare.sh
. tests/machine/predicted.sh

take_state closed
"$sandoq" courier unpack "$desk/evidence" "$desk/evidence.d" >/dev/null ||
	bail 'the evidence cannot be unpacked'
as_predicted 'courier boot' "$desk/evidence.d/now/event-log" "$image" qemu-ovmf
as_predicted 'counting boot' "$desk/evidence.d/event-log" "$image" qemu-ovmf

"$sandoq" image profile "$desk/evidence.d/now/event-log" "$image" \
	--force --output "$scratch/profile.json" || bail 'no profile can be taken'
ok 'a profile taken from this boot is the one in the tree' \
	cmp "$scratch/profile.json" "$profile.json"

verify_now() {
	"$sandoq" audit verify --now --sent "$desk/evidence" \
		--authorities "$desk/authorities.pem" \
		--operators "$desk/operators" \
		--enrolment "$desk/enrolment.note" "$@"
}
like 'the TPM has quoted them' 'passed  boot state' verify_now
like 'the auditor compares every event' 'passed  event log' \
	verify_now --profile qemu-ovmf
sed '0,/"digest": "9/s//"digest": "8/' image/profiles/qemu-ovmf.json \
	>"$scratch/other.json"
refused 'with the profile of another computer the events differ' 65 \
	'the log has an event that the approved boot has not' \
	verify_now --profile "$scratch/other.json"
finish
