#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the keys can be used for, and what can reach the machine, exclude each
# other: a courier boot binds media and has no key, a counting boot has the
# keys and binds nothing.
. "$(dirname "$0")/../support/tap.sh"
. tests/machine/prepare.sh
# shellcheck source=tests/machine/screen.sh
. tests/machine/screen.sh

take_state received
with_screen
start_machine || bail 'the machine does not start'
show 'a courier boot of the approved image has no use of the keys' \
	'the TPM refuses the box key and the result key in this boot'
is 'and it is PCR 14 that refuses them' \
	"$(grep -c 'airlock: .*PCR 14 differs' "$machine/console.log")" \
	"$(grep -c 'airlock: ' "$machine/console.log")"
ready intake || bail 'no medium can be brought'

ok 'approvals are packed' pack_open
ok 'and stay plugged in when the machine restarts' \
	"$sandoq" machine plug "$machine" "$media/approvals"
show 'the counting boot begins' 'counting boot: state open'
show 'it binds no medium' 'no medium is bound'
# It cannot count on, so that this is seen for as long as it takes.
hold_tpm
screen_is counting-fa
release_tpm
show 'it counts nevertheless' 'count 2 of 2: 12 boxes counted, 0 void'
show 'and closes' 'closed: restarting into a courier boot'

# Since the counting boot began; where the courier boot after it says again
# what it does with media.
counting_boot() {
	sed -n '/counting boot: state open/,/closed: restarting/p' \
		"$machine/console.log"
}
is 'nothing in it speaks of a medium that was read' \
	"$(counting_boot | grep -c 'medium: ')" 0
show 'the courier boot after it reads the same medium' 'medium: approvals'
show 'and refuses it, for it opens nothing twice' 'refused: '
finish
