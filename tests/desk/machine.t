#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The launcher, with firmware alone: an empty disk leads to the EFI shell.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"

machine() {
	local command=$1 name=$2
	shift 2
	"$sandoq" machine "$command" "$scratch/$name" "$@"
}

# The processes, by number and name, whose folder is $scratch/NAME.
processes_of() {
	local process
	for process in /proc/[0-9]*; do
		[ "$(readlink "$process/cwd")" = "$scratch/$1" ] &&
			echo "${process#/proc/} $(cat "$process/comm")"
	done
	true
}

# Waits, 5 s at most, until nothing of it is left.
gone() {
	local tries=100
	while [ -n "$(processes_of "$1")" ]; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		read -rt 0.05 <>"$scratch/nothing" || true
	done
}
mkfifo "$scratch/nothing"

truncate -s 32M "$scratch/disk.img"
truncate -s 1M "$scratch/medium"
printf 'x' >"$scratch/odd"

refused 'a folder that is no machine' 66 'is no machine' machine run nowhere
refused 'create without profile' 64 'missing: --profile' \
	machine create m --disk "$scratch/disk.img"
printf 'machine=q35\n' >"$scratch/profile"
refused 'an incomplete profile' 65 "the key 'memory' is missing" \
	"$sandoq" machine create "$scratch/half" --profile "$scratch/profile" \
	--disk "$scratch/disk.img"
printf 'colour=blue\n' >"$scratch/profile"
refused 'a profile with an unknown key' 65 'profile: 1: the key is not known' \
	"$sandoq" machine create "$scratch/half2" --profile "$scratch/profile" \
	--disk "$scratch/disk.img"
refused 'a profile that is not in the tree' 66 'there is no profile abacus' \
	machine create half3 --profile abacus --disk "$scratch/disk.img"
for file in code vars; do
	sed "s/^\(firmware_${file}_sha256=\)[0-9a-f]\{4\}/\1beef/" "$profile" \
		>"$scratch/profile"
	refused "other firmware than was measured: $file" 65 \
		'is not the firmware that' \
		"$sandoq" machine create "$scratch/half-$file" \
		--profile "$scratch/profile" --disk "$scratch/disk.img"
done

new_machine m "$scratch/disk.img"
ok 'its CA signed the certificate' test -s "$scratch/m/ca/issuer.pem"
ok 'the disk is sparse' test "$(stat -c %b "$scratch/m/disk.img")" -lt 2048
refused 'create again' 73 'exists already' machine create m \
	--profile "$profile" --disk "$scratch/disk.img"
refused 'plug while off' 69 'does not run' machine plug m "$scratch/medium"

boot m
refused 'run twice' 75 'runs already' machine run m --daemon
like 'the console speaks' 'BdsDxe' machine wait m BdsDxe --timeout 60
like 'and goes on' 'Shell' machine wait m 'UEFI Interactive Shell'
refused 'a consumed line is not found again' 75 'time is up' \
	machine wait m 'UEFI Interactive Shell' --timeout 0
like 'but from the first line on it is' 'Shell' \
	machine wait m 'UEFI Interactive Shell' --timeout 0 --from 1
like 'screen prints all of it' 'power on' machine screen m

ok 'plug' machine plug m "$scratch/medium"
refused 'plug a second medium' 69 'plugged in already' \
	machine plug m "$scratch/medium"
ok 'unplug' machine unplug m
refused 'unplug again' 69 'no medium' machine unplug m
ok 'plug for writing' machine plug m "$scratch/medium" --writable
ok 'unplug' machine unplug m
refused 'plug at no pace' 64 'a pace is 1 to' machine plug m \
	"$scratch/medium" --pace 0
ok 'plug slowly, behind a hub' machine plug m "$scratch/medium" --pace 64 --hub
ok 'unplug' machine unplug m
ok 'plug there again' machine plug m "$scratch/medium" --pace 32 --hub
ok 'unplug' machine unplug m
refused 'plug nothing' 64 'missing: MEDIUM' machine plug m
refused 'a card reader behind a hub' 64 'a card reader is behind no hub' \
	machine plug m "$scratch/medium" --reader --hub
refused 'a card of large sectors' 64 'sectors of 512 bytes' \
	machine plug m "$scratch/medium" --reader --sector 4096
ok 'a card reader without a card' machine plug m --reader
refused 'has nothing to be taken out' 69 'no medium' machine unplug m
for card in first second; do
	ok "the $card card" machine plug m "$scratch/medium" --reader
	ok 'is taken out' machine unplug m
done
refused 'plug a missing file' 66 'cannot open' machine plug m "$scratch/none"
refused 'plug odd bytes' 65 '512-byte blocks' machine plug m "$scratch/odd"

ok 'power cut' machine power m cut
ok 'leaves nothing running' gone m
refused 'wait for a machine that is off' 69 'has ended' \
	machine wait m never --timeout 60
boot m
refused 'lines of an earlier run are not found' 75 'time is up' \
	machine wait m 'power cut' --timeout 0
ok 'stop' machine stop m
ok 'leaves nothing running' gone m

boot m
is 'three processes run' "$(processes_of m | cut -d ' ' -f 2 | sort | xargs)" \
	'qemu-system-x86 sandoq swtpm'
kill -KILL "$(processes_of m | sed -n 's/ sandoq//p')"
ok 'a killed launcher leaves nothing running' gone m
boot m
ok 'and its machine boots again' machine stop m

sh -c "$sandoq machine run '$scratch/m' --daemon --until \$\$"
ok 'a machine ends with the process that it is run for' gone m
refused 'a device that QEMU does not know' 69 'QEMU did not start' \
	machine run m --daemon --device no-such-thing
ok 'leaves nothing running' gone m
cp "$scratch/m/profile" "$scratch/good"
sed -i 's/^\(firmware_code_sha256=\)..../\1beef/' "$scratch/m/profile"
refused 'firmware that has changed since' 65 'is not the firmware that' \
	machine run m --daemon
cp "$scratch/good" "$scratch/m/profile"
sed -i 's/^medium=.*/medium=no-such-stick/' "$scratch/m/profile"
boot m
for turn in first second; do
	refused "a stick that QEMU does not know, $turn time" 69 no-such-stick \
		machine plug m "$scratch/medium"
done
machine stop m
cp "$scratch/good" "$scratch/m/profile"
ok 'one more device' machine run m --daemon --device ich9-ahci
machine stop m
head -c 131072 /dev/zero >"$scratch/vars"
ok 'other variables' machine run m --daemon --vars "$scratch/vars"
machine stop m
ok 'a machine made with other variables' "$sandoq" machine create \
	"$scratch/other" --profile qemu-ovmf --disk "$scratch/disk.img" \
	--vars "$scratch/vars"
ok 'has them' cmp "$scratch/vars" "$scratch/other/vars.fd"
refused 'variables that are not there' 66 'cannot open' \
	machine run m --vars "$scratch/none"
refused 'faults that are not there' 66 'cannot open' \
	machine run m --faults "$scratch/none"
echo '[no-such-fault]' >"$scratch/faults"
refused 'faults that QEMU does not know' 69 'QEMU did not start' \
	machine run m --daemon --faults "$scratch/faults"
finish
