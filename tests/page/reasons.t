#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Whatever a station page refuses, it says in Persian too: each reason that the
# code behind it can give is in the page's table or in the machine's.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"

# reasons FILE...: texts that are returned or assigned as a refusal.
reasons() {
	python3 - "$@" <<-'END'
		import re, sys
		text = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'
		for name in sys.argv[1:]:
		    code = open(name, encoding="utf-8").read()
		    for found in re.findall(r"(?:return|refusal \w+ =|refused =)\s+" + text, code):
		        print("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', found)))
	END
}

# said ENGLISH: is there Persian for it?
said() {
	grep -qF "\"$1\": \"" appliance/page/station_words.js ||
		tr -d '\n\t' <appliance/record/notices.def | sed 's/" *"//g' |
		grep -qF "REFUSAL(\"$1\","
}

missing() {
	while read -r reason; do
		said "$reason" || echo "$reason"
	done < <(reasons "$@" | sort -u)
}

reasons appliance/page/station.c >"$scratch/some"
ok 'reasons are found in the code' grep -q 'passphrase is shorter' \
	"$scratch/some"
is 'each has its Persian' "$(missing appliance/page/station.c \
	appliance/election/csv.c appliance/formats/key_file.c)" ''
is 'one of ballots has' "$(missing <(sed -n '/^refusal ballots_list_encode/,/^}/p' \
	appliance/election/ballots.c))" ''
is 'one that nobody has translated is missed' \
	"$(missing <(echo 'return "nobody says this";'))" 'nobody says this'
finish
