#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Secure Boot keys: what is written into the firmware's variables, how they
# fill a profile, and how an image is signed.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"

root=$PWD
image=$PWD/build/image/sandoq.efi
empty=$(sed -n 's/^firmware_vars=//p' image/profiles/qemu-ovmf-secure-boot)
cd "$scratch" || exit 1

ok 'keys are made' "$root/image/secure-boot" keys own
is 'for their owner alone' "$(stat -c %a own/*.key | sort -u)" 600
refused 'not over other keys' 65 'own/PK.key: exists' \
	"$root/image/secure-boot" keys own

# --- variables ---

variables() {
	"$sandoq" firmware variables "$1" --secure-boot "$2" --output "$3"
}
ok 'the variables are written' variables "$empty" own vars
variables "$empty" own again
ok 'the same keys give the same bytes' cmp vars again
is 'of the same size' "$(stat -c %s vars)" "$(stat -c %s "$empty")"
hex_of() {
	xxd -p "$1" | tr -d '\n'
}
for key in PK KEK db; do
	ok "$key is in it" grep -q "$(hex_of own/$key.cer)" <<<"$(hex_of vars)"
done
refused 'no store' 65 'it is no EDK II variable store' variables own/PK.cer own no
refused 'a store that is not empty' 65 'it is not empty' variables vars own no
cp -r own elliptic
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	-subj /CN=x -keyout elliptic/db.key -outform DER \
	-out elliptic/db.cer 2>/dev/null
refused 'a key that the firmware would refuse' 65 \
	'elliptic/db.cer: its key is not RSA' variables "$empty" elliptic no
cp -r own text
openssl x509 -in own/KEK.cer -inform DER -out text/KEK.cer
refused 'a certificate in PEM' 65 \
	'text/KEK.cer: it is not one X.509 certificate in DER' \
	variables "$empty" text no
rm text/PK.cer
refused 'a key that is missing' 66 'text/PK.cer' variables "$empty" text no
ok 'nothing was written' test ! -e no

# --- profile ---

# guid TEXT: as firmware has it, in hexadecimal.
guid() {
	local part
	IFS=- read -ra part <<<"$1"
	echo "${part[0]:6:2}${part[0]:4:2}${part[0]:2:2}${part[0]:0:2}$(
		)${part[1]:2:2}${part[1]:0:2}${part[2]:2:2}${part[2]:0:2}$(
		)${part[3]}${part[4]}"
}

# little VALUE BYTES
little() {
	local i
	for ((i = 0; i < $2; i++)); do
		printf %02x $(($1 >> 8 * i & 255))
	done
}

global=$(guid 8be4df61-93ca-11d2-aa0d-00e098032b8c)
database=$(guid d719b2cb-3d3a-4596-a3bc-dad00e67656f)
x509=$(guid a5c059a1-94e4-4aa7-87b5-ab155c2bf072)
owner=$(guid ca50d1fc-60b8-4b8e-9d03-53616e646f71)

# event GUID NAME CONTENT: digest of UEFI_VARIABLE_DATA.
event() {
	local i name=''
	for ((i = 0; i < ${#2}; i++)); do
		name+=$(printf '%02x00' "'${2:i:1}")
	done
	printf '%s' "$1$(little ${#2} 8)$(little $((${#3} / 2)) 8)$name$3" |
		xxd -r -p | sha256sum | cut -c -64
}

# list KEY: EFI_SIGNATURE_LIST of its certificate.
list() {
	local size
	size=$(stat -c %s "own/$1.cer")
	echo "$x509$(little $((size + 44)) 4)$(little 0 4)$(
		little $((size + 16)) 4)$owner$(hex_of "own/$1.cer")"
}

ok 'the keys are filled into the profile' "$sandoq" firmware profile \
	qemu-ovmf-secure-boot --secure-boot own --output profile.json
is 'PCR 7: on, PK, KEK, db, no dbx, separator, whose signature' \
	"$(jq -r '.events[] | select(.pcr == 7) | .digest' profile.json)" \
	"$(event "$global" SecureBoot 01
		event "$global" PK "$(list PK)"
		event "$global" KEK "$(list KEK)"
		event "$database" db "$(list db)"
		event "$database" dbx ''
		printf '\0\0\0\0' | sha256sum | cut -c -64
		event "$database" db "$owner$(hex_of own/db.cer)")"
is 'nothing is left open' "$(grep -c secure_boot profile.json)" 0
refused 'a profile that leaves nothing open' 65 \
	'leaves no Secure Boot keys open' "$sandoq" firmware profile \
	profile.json --secure-boot own --output no

# --- image ---

if [ ! -f "$image" ]; then
	skip 'the image is signed' 'build/image/sandoq.efi is not built'
	finish
fi
open=$root/image/profiles/qemu-ovmf-secure-boot.json
refused 'a profile with open keys predicts nothing' 65 \
	'leaves the Secure Boot keys open' \
	"$sandoq" image predict "$image" --profile "$open"
sign() {
	"$root/image/secure-boot" sign own "$@"
}
ok 'the image is signed' sign "$image" signed.efi
openssl x509 -in own/db.cer -inform DER -out db.pem
ok 'the signature is good' osslsigncode verify -CAfile db.pem -in signed.efi
sign "$image" again.efi
ok 'the same key gives the same bytes' cmp signed.efi again.efi
predicted() {
	"$sandoq" image predict "$1" --profile profile.json --json
}
is 'the signature changes no PCR' "$(predicted signed.efi)" \
	"$(predicted "$image")"
{ cat "$image" && printf x; } >odd.efi
refused 'an image whose digest a signature would change' 65 'no multiple of 8' \
	sign odd.efi no
refused 'no image' 65 'none.efi: no such file' sign none.efi no
ok 'nothing was written' test ! -e no
finish
