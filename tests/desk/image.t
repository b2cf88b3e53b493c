#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The prediction of an image's PCRs and an operator's approval of them.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"

image=$PWD/build/image/sandoq.efi
if [ ! -f "$image" ]; then
	echo "1..0 # SKIP build/image/sandoq.efi is not built"
	exit 0
fi
cd "$scratch" || exit 1

zeros=$(printf '00%.0s' {1..32})

# hash HEX: SHA-256 of the bytes.
hash() {
	printf '%s' "$1" | xxd -r -p | sha256sum | cut -d ' ' -f 1
}

# extended DIGEST...: a PCR after these events.
extended() {
	local value=$zeros event
	for event; do
		value=$(hash "$value$event")
	done
	echo "$value"
}

calling=$(printf 'Calling EFI Application from Boot Option' | sha256sum |
	cut -d ' ' -f 1)
separator=$(hash 00000000)
cat >profile.json <<END
{"format": "sandoq/boot-profile/v1", "events": [
 {"pcr": 0, "type": 8, "digest": "$calling"},
 {"pcr": 4, "type": 2147483655, "digest": "$calling"},
 {"pcr": 4, "type": 4, "digest": "$separator"},
 {"pcr": 4, "type": 2147483651, "image": true}]}
END
predict() {
	"$sandoq" image predict "$1" --profile profile.json --json
}
pcr() {
	jq -r ".pcrs[] | select(.pcr == $1) | .value" said
}

predict "$image" >said || bail 'no prediction'
digest=$(jq -r .image said)
is 'PCR 4 holds the image' "$(pcr 4)" \
	"$(extended "$calling" "$separator" "$digest")"
is 'PCR 0 holds the firmware' "$(pcr 0)" "$(extended "$calling")"
is 'PCR 9 is zero' "$(pcr 9)" "$zeros"
is 'PCR 14 is not in it' "$(pcr 14)" ''
is 'nor any that no approval binds' "$(jq -c '[.not_bound[].pcr]' said)" \
	'[1,5,6,10,11,12,13,14,15]'
is 'each with a reason' "$(jq '[.not_bound[].reason | length > 0] | all' \
	said)" true
is 'the events are records of a canonical event log' \
	"$(jq -c '.events[3]' said)" "$(jq -nc --arg digest "$digest" '{
		recnum: 3, pcr: 4,
		digests: [{hashAlg: "sha256", digest: $digest}],
		content_type: "pcclient_std",
		content: {event_type: "EV_EFI_BOOT_SERVICES_APPLICATION"}}')"
like 'without --json they are a table' "EV_SEPARATOR  " \
	"$sandoq" image predict "$image" --profile profile.json
is 'the digest of all of them is a quote'"'"'s' "$(jq -r .pcr_digest said)" \
	"$(hash "$(jq -r '[.pcrs[].value] | join("")' said)")"

cp "$image" changed.efi
printf 'x' | dd of=changed.efi bs=1 seek=400000 conv=notrunc status=none
ok 'another byte gives another PCR 4' test "$(predict changed.efi |
	jq -r '.pcrs[] | select(.pcr == 4) | .value')" != "$(pcr 4)"
by_name() {
	"$sandoq" image predict "$image" --profile "$1" --json
}
is 'a profile of the tree is known by its name' \
	"$(by_name qemu-ovmf | jq -c .pcrs)" \
	"$(by_name "$profile.json" | jq -c .pcrs)"
refused 'a name that is none' 66 'there is no profile no-such-computer' \
	by_name no-such-computer

# event TEXT REASON: a profile with such an event is refused.
event() {
	printf '{"format": "sandoq/boot-profile/v1", "events": [%s]}' \
		"$1" >bad.json
	refused "a profile with $1" 65 "$2" by_name ./bad.json
}
event '{"pcr": 4, "type": 1}' 'not exactly one of digest, image and'
event '{"pcr": 4, "type": 1, "image": true, "secure_boot": "PK"}' \
	'not exactly one of digest, image and'
event '{"pcr": 7, "type": 1, "secure_boot": "MOK"}' \
	'another secure_boot than PK, KEK, db and signer'
event '{"pcr": 4, "type": 1, "secure_boot": "PK"}' 'an event of PCR 7'
event '{"pcr": 4, "type": 1, "digest": "00"}' 'not 64 hexadecimal digits'
event '{"pcr": 1, "type": 1, "image": true}' 'another PCR or type'
event "{\"pcr\": 0, \"type\": 8, \"digest\": \"$calling\"}" \
	"event of PCR 4 is the image's"
refused 'a file that is no EFI program' 65 "the image's EFI file" \
	predict profile.json
refused 'an event log that is none' 65 'take its log' \
	"$sandoq" image profile profile.json "$image"
finish
