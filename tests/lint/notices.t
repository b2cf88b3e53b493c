#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# All that the machine can say stands in the table of notices, and
# tests/lint/notices says so where it does not: each fault is planted in a copy.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"

table=appliance/record/notices.def
tree=$scratch/tree
mkdir "$tree"
find appliance sandbox tpm -type f -name '*.[chd]*' -exec \
	cp --parents -t "$tree" {} +

# spoil FILE SED-SCRIPT: that file of the copy is altered.
spoil() {
	sed -i "$2" "$tree/$1"
	! cmp -s "$1" "$tree/$1" || bail "nothing was planted"
}

# said NAME TEXT: the copy is refused with it; then it is whole again.
said() {
	tests/lint/notices --tree "$tree" >"$scratch/faults"
	is "$1" $? 1
	like "$1: it is named" "$2" cat "$scratch/faults"
	cp -a --parents appliance sandbox tpm "$tree"
}

ok 'the table has all that the code can say' tests/lint/notices

spoil appliance/election/box.c 's/the station is unknown/who is this/'
said 'a reason without a row' 'says: who is this'

spoil "$table" 's/there are fewer ballots than the header says/a row/'
said 'a row that was renamed' \
	'says: there are fewer ballots than the header says'

spoil appliance/machine/peer.c \
	's/the starter gave another answer/it gave \\"another\\" answer/'
said 'a reason of the machine itself' 'appliance/machine/peer.c:'

spoil appliance/machine/role_count.c 's/the box is truncated/it is cut off/'
said 'a row that no code says any more' 'no code says: the box is truncated'

finish
