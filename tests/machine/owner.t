#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Whose TPM it is, on a whole machine: what somebody had set before keeps it
# from being enrolled, and the firmware has closed the platform hierarchy, or
# nothing below would be enrolled. A power cut in the enrolment leaves no owner
# that is open.
. "$(dirname "$0")/../support/tap.sh"
. tests/machine/prepare.sh

export TPM2TOOLS_TCTI="swtpm:path=$scratch/tpm.sock"
trap '[ -z "$swtpm" ] || kill "$swtpm"; clean_up' EXIT
swtpm=''

# with_tpm COMMAND...: on the machine's TPM, while the machine is off.
with_tpm() {
	local status
	swtpm socket --tpm2 --tpmstate "dir=$machine/tpm" \
		--server "type=unixio,path=$scratch/tpm.sock" \
		--ctrl "type=unixio,path=$scratch/tpm.sock.ctrl" \
		--flags not-need-init,startup-clear >"$scratch/swtpm.log" 2>&1 &
	swtpm=$!
	while [ ! -S "$scratch/tpm.sock" ]; do
		kill -0 $swtpm || bail 'swtpm does not start'
	done
	"$@"
	status=$?
	kill $swtpm
	wait $swtpm
	swtpm=''
	rm -f "$scratch"/tpm.sock*
	return $status
}

fresh_machine() {
	rm -rf "$machine" "$desk" "$media"
	mkdir -p "$desk/keys" "$media" &&
		create_machine "$machine" && authorities &&
		make_sample >/dev/null && take_profile
}

set_policy() {
	head -c 32 /dev/zero >"$scratch/policy" &&
		with_tpm tpm2_setprimarypolicy -C o -g sha256 \
			-L "$scratch/policy"
}

permanent() {
	with_tpm tpm2_getcap properties-variable |
		grep -E '^ +(ownerAuthSet|lockoutAuthSet|disableClear):' |
		tr -d ' ' | tr '\n' ' '
}

# --- somebody had the TPM before ---

fresh_machine || state_bail 'the machine cannot be made'
ok 'somebody sets a policy of the owner' set_policy
start_machine || bail 'the machine does not start'
show 'it is not to be enrolled' \
	'failed: this TPM: a policy of its owner is set: clear the TPM'
"$sandoq" machine stop "$machine"

# --- the power is cut in an honest enrolment ---

fresh_machine || state_bail 'the machine cannot be made'
start_machine || bail 'the machine does not start'
ok 'an enrolment is prepared' pack_enrolment
ok 'the stick goes in' "$sandoq" machine plug "$machine" "$media/enrol"
see 'medium: enrol' || state_bail 'the machine does not read it'
ok 'the power is cut' "$sandoq" machine power "$machine" cut
start_machine || bail 'the machine does not start again'
"$sandoq" machine wait "$machine" 'ready: state ' --timeout "$patience" \
	>/dev/null
line=$(grep -E 'sandoq: (ready|failed): ' "$machine/console.log" | tail -n 1)
case $line in
*'ready: state blank'*)
	ok 'nothing was written: the stick goes in once more' bring enrol
	;;
*'ready: state enrolled'*)
	ok 'the enrolment was finished' true
	;;
*)
	like 'or it asks for a TPM Clear' \
		'the enrolment cannot be finished: clear the TPM' \
		grep 'failed: ' "$machine/console.log"
	;;
esac
"$sandoq" machine stop "$machine"

# --- an honest enrolment ---

fresh_machine || state_bail 'the machine cannot be made'
start_machine || bail 'the machine does not start'
ok 'a machine is enrolled' enrol_machine
"$sandoq" machine stop "$machine"
is 'its owner is locked' "$(permanent)" \
	'ownerAuthSet:1 lockoutAuthSet:1 disableClear:1 '
finish
