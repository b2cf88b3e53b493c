#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Courier media, packed and unpacked, and what is refused of them.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"

printf 'note' >"$scratch/note"
head -c 70000 /dev/zero | tr '\0' 'x' >"$scratch/box"
: >"$scratch/empty"
medium=$scratch/medium.tar

pack() {
	"$sandoq" courier pack "$@"
}

unpack() {
	rm -rf "$scratch/out"
	"$sandoq" courier unpack "$1" "$scratch/out"
}

# with_member NAME: an archive by tar of `courier` and one more file.
with_member() {
	rm -rf "$scratch/tree"
	mkdir -p "$scratch/tree"
	printf 'sandoq/courier/v1 boxes\n' >"$scratch/tree/courier"
	(cd "$scratch/tree" && mkdir -p -- "$(dirname -- "$1")" &&
		printf 'x' >"$1" && tar --format=ustar --owner=0 --group=0 \
		--numeric-owner --mode=644 --mtime=@0 -cf ../foreign.tar \
		courier "$1")
}

ok 'pack' pack "$medium" --kind boxes election-keys.note="$scratch/note" \
	boxes/1.note="$scratch/empty" boxes/1.age="$scratch/box"
is 'a medium has 1 MiB at least' "$(stat -c %s "$medium")" 1048576
is 'tar lists the members in order' \
	"$(tar tf "$medium" | tr '\n' ' ')" \
	'courier election-keys.note boxes/1.note boxes/1.age '
is 'the first member names the kind' "$(tar xOf "$medium" courier)" \
	'sandoq/courier/v1 boxes'
ok 'unpack' unpack "$medium"
ok 'a member comes back' cmp "$scratch/box" "$scratch/out/boxes/1.age"
ok 'an empty one too' cmp "$scratch/empty" "$scratch/out/boxes/1.note"
is 'the report tells the kind' "$("$sandoq" courier unpack "$medium" \
	"$scratch/json" --json | jq -r '.kind, .members[2].size')" \
	"$(printf 'boxes\n70000')"
ok 'an outbox of a size' pack "$scratch/outbox" --kind outbox --capacity 8
is 'has that size' "$(stat -c %s "$scratch/outbox")" 8388608
ok 'tar makes media too' with_member boxes/2.age
ok 'that are accepted' unpack "$scratch/foreign.tar"

refused 'no kind' 64 'missing: --kind' pack "$medium"
refused 'an unknown kind' 64 "no kind 'bag'" pack "$medium" --kind bag
refused 'a member without file' 64 'is not MEMBER=FILE' \
	pack "$medium" --kind sent note
refused 'a member twice' 64 'given twice' pack "$medium" --kind boxes \
	a="$scratch/note" a="$scratch/box"
refused 'a foreign first member' 64 'written from --kind' \
	pack "$medium" --kind sent courier="$scratch/note"
refused 'a missing file' 66 'cannot open it' \
	pack "$medium" --kind sent a="$scratch/nothing"
refused 'a folder' 66 'no regular file' \
	pack "$medium" --kind sent a="$scratch"
refused 'members of another kind' 64 \
	'a medium of kind boxes: nonce does not belong' \
	pack "$medium" --kind boxes nonce="$scratch/note"
refused 'none at all' 64 'operators is missing: add it' \
	pack "$medium" --kind enrol
refused 'a box without its file' 64 'boxes/1.age is missing' \
	pack "$medium" --kind boxes election-keys.note="$scratch/note" \
	boxes/1.note="$scratch/note"
ok 'but for rehearsals of mistakes' pack "$scratch/mistake" --kind enrol \
	--unchecked nonce="$scratch/note"
head -c 1100000 /dev/zero >"$scratch/big"
refused 'more than the capacity' 65 'larger --capacity' \
	pack "$scratch/small" --capacity 1 --kind outbox --unchecked \
	a="$scratch/big"
ok 'leaves no file' test ! -e "$scratch/small"
for name in ../up /root a/b/c a//b .hidden a/.. 'a b' ''; do
	refused "the name '$name'" 64 '' \
		pack "$medium" --kind sent "$name=$scratch/note"
done
ok 'and the medium is still the old one' unpack "$medium"

refused 'a folder that is in use' 73 'holds' "$sandoq" courier unpack \
	"$medium" "$scratch/json"
head -c 1024 "$medium" >"$scratch/short.tar"
refused 'a truncated archive' 65 'ends inside' unpack "$scratch/short.tar"
for name in a/b/c .hidden 'a b'; do
	with_member "$name"
	refused "a foreign archive with '$name'" 65 'no courier archive' \
		unpack "$scratch/foreign.tar"
done
with_member a
mkfifo "$scratch/tree/pipe"
tar -C "$scratch/tree" --format=ustar -rf "$scratch/foreign.tar" pipe
refused 'one with a named pipe' 65 'no courier archive' \
	unpack "$scratch/foreign.tar"
tar -C "$scratch/tree" --format=ustar --owner=0 --group=0 --numeric-owner \
	--mode=644 --mtime=@0 -cf "$scratch/foreign.tar" a
refused 'one that does not begin with courier' 65 'does not begin' \
	unpack "$scratch/foreign.tar"
printf 'sandoq/courier/v2 boxes\n' >"$scratch/tree/courier"
tar -C "$scratch/tree" --format=ustar --owner=0 --group=0 --numeric-owner \
	--mode=644 --mtime=@0 -cf "$scratch/foreign.tar" courier
refused 'one of another version' 65 'is not' unpack "$scratch/foreign.tar"
mkfifo "$scratch/pipe"
refused 'a pipe is not written over' 73 'is neither a file nor a stick' \
	"$sandoq" courier pack "$scratch/pipe" --kind outbox
ok 'and is a pipe still' test -p "$scratch/pipe"
finish
