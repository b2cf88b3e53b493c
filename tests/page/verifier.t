#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The verifier of the result page: it needs nothing of the world outside, the
# same sources give the same bytes wherever they lie, and they are those of
# image/page-expected.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"

verifier=build/page/verify.wasm
[ -e $verifier ] || bail "make page builds $verifier"

is 'it imports nothing' "$(node -p 'WebAssembly.Module.imports(
	new WebAssembly.Module(fs.readFileSync(process.argv[1]))).length' $verifier)" 0

# Of 4 GiB and a block, as 32 bits would have it of one block alone.
mkdir "$scratch/large"
truncate --size=$(((4 << 30) + 512)) "$scratch/large/member"
{
	tar --create --file=- --directory="$scratch/large" --format=ustar \
		--owner=0 --group=0 --numeric-owner --mode=0644 --mtime=@0 \
		member 2>/dev/null | head --bytes=1024
	head --bytes=1024 /dev/zero
} >"$scratch/large/sent.tar"
is 'a member of 4 GiB is not taken for a small one' \
	"$(node tests/page/verdict.mjs $verifier "$scratch/large")" \
	'refused archive: the archive is cut off'

# Another folder, with what the build reads.
mkdir -p "$scratch/tree/build"
git ls-files appliance tpm image Makefile | cpio --quiet -pd "$scratch/tree"
cp -a build/foreign "$scratch/tree/build"
ok 'it builds in another folder' \
	make -s -j2 -C "$scratch/tree" $verifier
ok 'to the same bytes' cmp "$scratch/tree/$verifier" $verifier
is 'they are the expected ones' "$(image/page-modules 2>&1)" ''

# A changed line of the code changes the verifier: nothing is left out.
sed -i 's/the archive is cut off/the archive is cut/' \
	"$scratch/tree/appliance/formats/ustar.c"
make -s -j2 -C "$scratch/tree" $verifier >&2
is 'another source gives other bytes' \
	"$(cmp -s "$scratch/tree/$verifier" $verifier; echo $?)" 1

# Whoever calls what wasi-libc lacks is not linked into a call that traps.
sed -i 's/^refusal ustar_next(/void qsort_s(void); &/; s/return check_end(cursor.rest);/{ qsort_s(); &; }/' \
	"$scratch/tree/appliance/formats/ustar.c"
make -s -j2 -C "$scratch/tree" $verifier >"$scratch/said" 2>&1
is 'a call of what is not there does not link' \
	"$?,$(grep -c 'undefined symbol: qsort_s' "$scratch/said")" 2,1
finish
