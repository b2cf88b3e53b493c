#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Enrolment against a TPM that tpm2-tools drive, and the approval of an image:
# what the desk writes is what another implementation accepts.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"

truncate -s 1M "$scratch/disk.img"
new_machine m "$scratch/disk.img"
cd "$scratch" || exit 1

swtpm socket --tpm2 --tpmstate "dir=$scratch/m/tpm" \
	--server "type=unixio,path=$scratch/tpm.sock" \
	--ctrl "type=unixio,path=$scratch/tpm.sock.ctrl" \
	--flags not-need-init,startup-clear >swtpm.log 2>&1 &
swtpm=$!
trap 'kill $swtpm; clean_up' EXIT
export TPM2TOOLS_TCTI="swtpm:path=$scratch/tpm.sock"
until [ -S tpm.sock.ctrl ]; do
	kill -0 $swtpm || bail 'swtpm does not start'
done

# without_length FILE: a TPM2B as the structure in it.
without_length() {
	tail -c +3 "$1"
}

{
	tpm2_nvread 0x01c00002 -o ek.crt &&
		tpm2_createek -c ek.ctx -G rsa -u ek.tpm2b &&
		tpm2_createprimary -C e -G ecc256:ecdsa-sha256:null -c ak.ctx -a \
		'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|restricted|sign' &&
		tpm2_readpublic -c ak.ctx -o ak.tpm2b -n ak.name
} >said 2>&1 || { comment <said; bail 'tpm2-tools do not work'; }
without_length ek.tpm2b >ek.pub
without_length ak.tpm2b >ak.pub
cat m/ca/issuer.pem m/ca/swtpm-localca-rootca-cert.pem >authorities.pem

# sent ARCHIVE [MEMBER=FILE]: what the machine would send, but one member.
sent() {
	local archive=$1 other=${2:-none=}
	local members=() member
	for member in ek.crt ek.pub ak.pub; do
		[ "${other%%=*}" = "$member" ] && members+=("$other") ||
			members+=("$member=$member")
	done
	"$sandoq" courier pack "$archive" --kind sent "${members[@]}"
}

enrol() {
	"$sandoq" machine enrol "$1" --authorities "${2:-authorities.pem}" \
		--force --credential credential --secret secret --json
}

sent sent.tar
ok 'a credential for the machine' enrol sent.tar
is 'the secret is its owner'"'"'s only' "$(stat -c %a secret)" 600
is 'the report names the certificate' \
	"$(enrol sent.tar | jq -r .ek_certificate)" \
	"$(sha256sum <ek.crt | cut -d ' ' -f 1)"
is 'and the attestation key' "$(enrol sent.tar | jq -r .ak)" \
	"$(xxd -p -c 64 ak.name)"
tpm2_flushcontext -t
tpm2_startauthsession --policy-session -S session >said 2>&1 &&
	tpm2_policysecret -S session -c e >said 2>&1
ok 'its TPM opens it' tpm2_activatecredential -c ak.ctx -C ek.ctx \
	-i credential -o opened -P session:session
ok 'and finds the secret' cmp opened secret

openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=somebody -days 2 \
	-keyout other.key -out other.pem 2>said
refused 'an authority that did not sign' 65 'do not enrol' \
	enrol sent.tar other.pem
head -c 300 /dev/zero >zeros
sent bad.tar ak.pub=zeros
refused 'an attestation key that is none' 65 'do not enrol' enrol bad.tar
{
	head -c 100 ek.pub
	tail -c +101 ek.pub | head -c 1 | tr '\0-\376\377' '\1-\377\0'
	tail -c +102 ek.pub
} >changed
sent bad.tar ek.pub=changed
refused 'another endorsement key than the certified' 65 'do not enrol' \
	enrol bad.tar

for name in op1 op2 op3 stranger; do
	"$sandoq" key new $name.pem --name $name --no-passphrase >$name.vkey
done
is 'a private key is its owner'"'"'s only' "$(stat -c %a op1.pem)" 600
is 'the public key is told again' \
	"$("$sandoq" key show op1.pem --name op1)" "$(cat op1.vkey)"
refused 'a name that notes do not take' 64 'name' \
	"$sandoq" key show op1.pem --name 'op 1'
operators() {
	"$sandoq" machine operators --machine SQ-1 --need 2 "$@"
}
ok 'operators' operators --output operators "executive=$(cat op1.vkey)" \
	"supervisory=$(cat op2.vkey)" "executive=$(cat op3.vkey)"
refused 'operators of one board' 64 'cannot be met' operators \
	"executive=$(cat op1.vkey)" "executive=$(cat op2.vkey)"
refused 'an operator twice' 64 'see' operators \
	"executive=$(cat op1.vkey)" "supervisory=$(cat op1.vkey)"
refused 'a board that is none' 64 'board' operators \
	"board=$(cat op1.vkey)" "supervisory=$(cat op2.vkey)"
authority() {
	"$sandoq" machine authority --need 2 "$@"
}
ok 'an authority' authority --output authority "executive=$(cat op1.vkey)" \
	"supervisory=$(cat op2.vkey)"
is 'in this form' "$(cat authority)" "sandoq/authority/v1 live
need: 2
each: 1
member: executive $(cat op1.vkey)
member: supervisory $(cat op2.vkey)"
refused 'an authority of one board' 64 'cannot be met' authority \
	"executive=$(cat op1.vkey)" "executive=$(cat op2.vkey)"
finish
