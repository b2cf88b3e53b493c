#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A test that needs a browser fails where there is none. It is left out only
# where somebody has said so, and counted as skipped then.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"

looked=build/native/tests/desk/test_page_look
[ -x "$looked" ] || bail "make tests builds $looked"
mkdir "$scratch/few"
ln -s "$(command -v rm)" "$(command -v sh)" "$scratch/few"

# without_browser VALUE: how tests/run counts it where no browser is found, and
# with this value of SANDOQ_NO_BROWSER.
without_browser() {
	cat >"$scratch/here" <<-END
		#!/bin/bash
		SANDOQ_NO_BROWSER=$1 PATH=$scratch/few exec $PWD/$looked
	END
	chmod +x "$scratch/here"
	tests/run 1 "$scratch/here" >"$scratch/said" 2>&1
	tail -n 1 "$scratch/said"
}

is 'without a browser it fails' "$(without_browser '')" '0 passed, 1 failed'
like 'and says what is missing' 'or leave it out by SANDOQ_NO_BROWSER=1' \
	cat "$scratch/said"
is 'it can be left out' "$(without_browser 1)" '0 passed, 0 failed, 1 skipped'
like 'and is named then' 'SKIPPED: pages_are_readable' cat "$scratch/said"
finish
