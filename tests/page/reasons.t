#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Whatever 'box seal' refuses of a CSV file, and a station page of anything, both
# say in Persian too, from one table: each reason that the
# code behind it can give is in reasons.def or in the machine's table.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"

# reasons FILE...: texts that are returned or assigned as a refusal.
reasons() {
	python3 - "$@" <<-'END'
		import re, sys
		text = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'
		for name in sys.argv[1:]:
		    code = open(name, encoding="utf-8").read()
		    for found in re.findall(r"(?:return|refusal \w+ =|refused =|why =)\s+" + text, code):
		        print("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', found)))
	END
}

# said ENGLISH: is there Persian for it?
said() {
	grep -qF -e "REASON(\"$1\"," -e "REFUSAL(\"$1\"," "$scratch/tables"
}

# The tables, a row a line.
perl -0pe 's/(?<!\\)"\s+"//g; s/,\n\t/, /g' appliance/verify/reasons.def \
	appliance/record/notices.def >"$scratch/tables"

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
is 'so has what the desk reads lines with' \
	"$(missing <(sed -n '/^static bool next_line/,/^}/p' \
		appliance/desk/common/ballots_file.c))" ''
is 'one of ballots has' "$(missing <(sed -n '/^refusal ballots_list_encode/,/^}/p' \
	appliance/election/ballots.c))" ''
is 'none is in both tables' "$(grep -oE '^REASON\("([^"\\]|\\.)*",' "$scratch/tables" |
	sed 's/^REASON/REFUSAL/' | grep -cF -f - "$scratch/tables")" 0
# Why the verifier has not made a check, which a result page says in Persian.
not_made() {
	python3 - appliance/verify/verify.c appliance/page/words.js <<-'END'
		import re, sys
		code, words = (open(name, encoding="utf-8").read() for name in sys.argv[1:])
		found = re.findall(r'struct needed \w+ = \{\s*\w+,\s*((?:"[^"]*"\s*)+)', code)
		for one in found:
		    text = "".join(re.findall(r'"([^"]*)"', one))
		    print("said" if f'\t"{text}": "' in words else text)
	END
}
is 'so has each why a check was not made' "$(not_made | sort | uniq -c |
	sed 's/^ *//')" '5 said'
is 'one that nobody has translated is missed' \
	"$(missing <(echo 'return "nobody says this";'))" 'nobody says this'

# left_behind TABLE: rows that no code says any more.
left_behind() {
	python3 - "$1" <<-'END'
		import pathlib, re, sys
		text = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'
		def joined(texts):
		    return {"".join(re.findall(r'"((?:[^"\\]|\\.)*)"', one)) for one in texts}
		said = set()
		for path in pathlib.Path("appliance").rglob("*.c"):
		    code = re.sub(r"'(?:\\.|[^'\\\n])'", "", path.read_text("utf-8"))
		    said |= joined(re.findall(text, code))
		table = pathlib.Path(sys.argv[1]).read_text("utf-8")
		for row in sorted(joined(re.findall(r"^REASON\(" + text + ",", table, re.M)) - said):
		    print(row)
	END
}
is 'no row is left behind when its code goes' \
	"$(left_behind appliance/verify/reasons.def)" ''
is 'one that is, is named' \
	"$(left_behind <(echo 'REASON("nobody says this", "x")'))" 'nobody says this'
finish
