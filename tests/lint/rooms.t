#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The rooms of docs/architecture.md are those of the code, and tests/lint/rooms
# says so where they are not: each fault is planted in a copy of the tree.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"

page=docs/architecture.md
plain=$scratch/plain
mkdir "$plain"
find appliance image sandbox tests/support tpm -type f -name '*.[chd]*' -exec \
	cp --parents -t "$plain" "$page" {} +

# copy: a fresh copy of the tree.
copy() {
	rm -rf "$scratch/tree"
	cp -al "$plain" "$scratch/tree"
}

# spoil FILE SED-SCRIPT: that file of the copy is altered.
spoil() {
	sed -i "$2" "$scratch/tree/$1"
	! cmp -s "$plain/$1" "$scratch/tree/$1" || bail "nothing was planted"
}

# include FILE HEADER: it includes that header, too.
include() {
	spoil "$1" "2i #include \"$2\""
}

# look [OPTION...]: what is said of the copy.
look() {
	tests/lint/rooms --tree "$scratch/tree" "$@" >"$scratch/faults"
	is 'that fails' $? 1
}

# said NAME TEXT
said() {
	like "$1" "$2" cat "$scratch/faults"
}

ok 'the tree is as its page draws it' \
	tests/lint/rooms --objects build/native

# Includes that the page does not allow, and an entry that no include uses.
copy
include appliance/verify/outcomes.c appliance/machine/wire.h
include appliance/formats/text.h appliance/election/plan.h
include tpm/policy/quorum.c tpm/tpm.h
include appliance/desk/reports/result_nist.c appliance/machine/wire.h
include appliance/machine/init.c appliance/desk/desk.h
include sandbox/filter.c sandbox/absent.h
include tests/support/election.h appliance/machine/wire.h
include appliance/election/plan.h appliance/election/box.h
# shellcheck disable=SC2016
spoil $page '/^| .tpm\/. /s/ |$/, `sandbox\/` |/'
look
said 'the verifier may not include the machine' \
	'outcomes.c:2: appliance/verify may not include appliance/machine'
said 'formats may not include anything' \
	'text.h:2: appliance/formats may not include'
said 'policies may not ask a TPM' 'tpm/policy may not include tpm/tpm.h'
said 'the desk may include the engine alone' \
	'appliance/desk may not include appliance/machine/wire.h'
said 'the machine may not include the desk' \
	'appliance/machine may not include appliance/desk/desk.h'
said 'what is included must be there' 'there is no sandbox/absent.h'
said 'headers in a circle are named' \
	'appliance/election/box.h, appliance/election/plan.h need each other'
said 'an entry of the table that no include uses is named' \
	'tpm includes nothing of sandbox'
is 'tests may include everything' "$(grep -c tests/ "$scratch/faults")" 0

# A page that says less than the code, or draws it otherwise.
copy
spoil $page '/^| .tpm\/. /s/, .tpm\/policy\/.//'
# shellcheck disable=SC2016
spoil $page '/^| .appliance\/formats\/. /s/–/`appliance\/verify\/`/'
spoil $page 's/^    formats$/    /; s/^    desk$/    formats  desk/'
look
said 'an include that the page lacks is named' \
	'tpm may not include tpm/policy'
said 'rooms in a circle are named' \
	'rooms: appliance/election, appliance/formats'
said 'a picture with a room above one that includes it is refused' \
	'does not stand above it in the picture'
copy
spoil $page 's/^    election  /    /'
look
said 'a picture without a room is refused' \
	'appliance/election is not in the picture'

# Two files of one room that call each other, as objects.
copy
objects=$scratch/objects
mkdir "$objects"
cp -rs "$PWD/build/native/"{appliance,sandbox,tpm} "$objects"
for name in this that; do
	file=sandbox/$name
	printf 'int this(void);\nint that(void);\n' >"$scratch/tree/$file.c"
	echo "int $name(void) { return this() + that(); }" \
		>>"$scratch/tree/$file.c"
	gcc -c -o "$objects/$file.o" "$scratch/tree/$file.c"
done
look --objects "$objects"
said 'files in a circle are named' \
	'sandbox/that, sandbox/this need each other'
finish
