#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The lock: other inputs stop a locked build, and what comes of the locked ones
# is expected.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"

image=$PWD/build/image/sandoq.efi
if [ ! -f "$image" ]; then
	echo "1..0 # SKIP build/image/sandoq.efi is not built"
	exit 0
fi

# The same tree, and the same build, with a lock that can be changed.
tree=$scratch/tree
mkdir "$tree"
cp -r image "$tree"
ln -s "$PWD/build" "$tree/build"
locked() {
	"$tree/image/build" --locked
}
# relock SED-SCRIPT: the lock as it is for what is here, but for one thing.
relock() {
	sed "$1" build/image/sources >"$tree/image/sources.lock"
}

hash=0000000000000000000000000000000000000000000000000000000000000000
relock "/^source/s/[0-9a-f]*\$/$hash/"
refused 'another kernel source is named' 65 'here:   source linux-source' locked
relock "/libcap.so/s/[0-9a-f]*\$/$hash/"
refused 'another library is named' 65 'here:   library libcap2 ' locked
relock '/^library libseccomp2/s/libseccomp2 [^ ]*/libseccomp2 2.0-1/'
refused 'another version of a package is named' 65 \
	'locked: library libseccomp2 2.0-1 ' locked
relock "/^library libcap2/s/ [0-9a-f]\\{64\\} / $hash /"
if grep -q "$hash" "$tree/image/sources.lock"; then
	refused 'another .deb of the same version is named' 65 \
		"locked: library libcap2 " locked
else
	skip 'another .deb of the same version is named' \
		"apt's lists do not know the installed one"
fi
relock '/^tool binutils/s/2\.[0-9]*/2.1/'
refused 'another tool is named' 65 'locked: tool binutils' locked
relock '/^tool make /d'
refused 'an input that the lock does not have is named' 65 \
	'here:   tool make ' locked
rm "$tree/image/sources.lock"
refused 'no lock at all' 65 'sources.lock: missing; make lock' locked
refused '--locked for another image' 64 'image/build' \
	"$tree/image/build" --locked --output "$scratch/other.efi"
refused '--unlocked for the image itself' 64 'image/build' \
	"$tree/image/build" --unlocked

if grep -q '^/unlocked	' "$image.files"; then
	skip 'the image is the expected one' \
		'the packages here are not those of image/sources.lock'
	finish
fi
ok 'the image is the one of image/expected; else: make lock' \
	image/build --locked
is 'which has its digest, and the one that firmware measures' \
	"$("$sandoq" image inspect "$image" | grep -E '^(sha|auth)')" \
	"$(sed 's/ /: /' image/expected)"
cp image/sources.lock "$tree/image/sources.lock"
sed "/^sha256/s/ .*/ $hash/" image/expected >"$tree/image/expected"
refused 'an image that is not expected stops a locked build' 65 \
	'on purpose, make lock' locked
like 'and is told by any other' 'on purpose, make lock' "$tree/image/build"
finish
