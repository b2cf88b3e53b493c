#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The comparison of two builds; image/reproduce makes the second one itself
# when it is not given one.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"

if [ ! -f build/image/sandoq.efi ]; then
	echo "1..0 # SKIP build/image/sandoq.efi is not built"
	exit 0
fi

# A tree whose build is another one's.
tree=$scratch/tree
mkdir -p "$tree/build"
cp -r image "$tree"
ln -s "$PWD"/build/{native,kernel,image} "$tree/build"
mkdir -p "$scratch/other/image"
ln -s "$PWD"/build/{native,kernel} "$scratch/other"
ln -s "$PWD"/build/image/sandoq.efi* "$scratch/other/image"
compare() {
	"$tree/image/reproduce" --with "$scratch/other"
}

ok 'the same build is the same' compare
is 'all its artefacts are' "$(grep -c '^  same ' "$scratch/.said")" 8
like 'each with its SHA-256' "$(sha256sum <build/image/sandoq.efi |
	cut -d ' ' -f 1)  build/image/sandoq.efi" cat "$tree/build/reproduce/report"

files=$scratch/other/image/sandoq.efi.files
sed -i '/libcap/s/0555/0755/' "$files"
refused 'another mode of a file in the initramfs' 65 'OTHER' compare
like 'the file is named' '>' \
	grep 'libcap.so.2.*0755' "$tree/build/reproduce/report"
is 'nothing else differs' "$(grep -c '^  same ' \
	"$tree/build/reproduce/report")" 7
rm "$files"
refused 'an artefact that is not there' 65 'sandoq.efi.files' compare
refused 'an unknown option' 64 'image/reproduce' image/reproduce --fast
finish
