#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Each screen is drawn as the pictures of the guides have it, and one pixel that
# is not is seen.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"

program=$PWD/build/native/tests/machine/pictures

# compare FOLDER
compare() {
	tests/desk/pictures "$program" --folder "$1"
}

ok 'every screen is drawn as its picture' compare docs/pictures
cp -r docs/pictures "$scratch/kept"
cp "$scratch/kept/done-fa.png" "$scratch/kept/intake-fa.png"
rm "$scratch/kept/blank-en.png"
cp "$scratch/kept/blank-fa.png" "$scratch/kept/dream-fa.png"
sed -i '/ closed-en-3840x2160$/d' "$scratch/kept/sha256"
compare "$scratch/kept" >"$scratch/said"
like 'another picture is seen' 'intake-fa.png: ' grep 'pixels differ' \
	"$scratch/said"
like 'a missing one is' 'blank-en.png: there is no such' cat "$scratch/said"
like 'one of no scene is' 'dream-fa.png: no scene draws it' cat "$scratch/said"
like 'another size is' 'closed-en-3840x2160: other pixels' cat "$scratch/said"
is 'nothing else is' "$(grep -c '^not ok' "$scratch/said")" 4
finish
