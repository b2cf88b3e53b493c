#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The guides quote the machine's own sentences, and a guide that does not is
# seen.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"

ok 'every guide says what the machine says' tests/desk/guides "$sandoq"

mkdir -p "$scratch/tree/docs/fa"
cp docs/officials.md docs/poster.html "$scratch/tree/docs"
cp docs/fa/* "$scratch/tree/docs/fa"
cp -r docs/pictures "$scratch/tree/docs"

# guides_of: of the copy.
guides_of() {
	(cd "$scratch/tree" && "$OLDPWD/tests/desk/guides" "$sandoq")
}

ok 'so does a copy of them' guides_of
sed -i '0,/^> .*/s//> این را دستگاه نمی‌گوید./' \
	"$scratch/tree/docs/fa/officials.md"
refused 'another sentence is seen' 1 'not a sentence of the machine' guides_of
cp docs/fa/officials.md "$scratch/tree/docs/fa"
sed -i 's/class="screen">[^<]*</class="screen">آماده‌ایم</' \
	"$scratch/tree/docs/fa/poster.html"
refused 'on the poster, too' 1 'not a sentence of the machine: آماده‌ایم' guides_of
cp docs/fa/poster.html "$scratch/tree/docs/fa"
sed -i 's/class="screen">[^<]*</class="screen">We are ready</' \
	"$scratch/tree/docs/poster.html"
refused 'and on its English twin' 1 'not a sentence of the machine: We are ready' \
	guides_of
cp docs/poster.html "$scratch/tree/docs"
sed -i '/^| \[a power cut/d' "$scratch/tree/docs/officials.md"
refused 'a table without one fault is seen' 1 'the table of faults is another' \
	guides_of
ok 'and written anew' sh -c "cd '$scratch/tree' &&
	'$PWD/tests/desk/guides' '$sandoq' --write"
ok 'then it is right' guides_of
sed -i '/pictures\/sealed-en/d' "$scratch/tree/docs/officials.md"
refused 'a state without its picture is seen' 1 \
	'the screen sealed-en.png does not stand in the guide' guides_of
cp docs/officials.md "$scratch/tree/docs"
rm "$scratch/tree/docs/pictures/garbage-fa.png"
refused 'a picture that is not there is, too' 1 \
	'no such picture: garbage-fa.png' guides_of
finish
