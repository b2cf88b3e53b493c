# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Signed notes that none of our commands would make: openssl signs them.
# By a test that has tap.sh.

: "${sandoq:?}" "${scratch:?}"

# sign_text KEY NAME: the text on stdin as a note, signed by KEY under NAME.
sign_text() {
	local hash
	cat >"$scratch/.text"
	hash=$("$sandoq" key show "$1" --name "$2" | cut -d + -f 2) || return
	cat "$scratch/.text"
	printf '\n— %s ' "$2"
	{
		printf %s "$hash" | xxd -r -p
		openssl dgst -sha256 -sign "$1" "$scratch/.text"
	} | base64 -w 0
	echo
}

# change_note NOTE SED KEY NAME: its text after SED, signed by KEY under NAME.
change_note() {
	sed '/^$/,$d' "$1" | sed "$2" | sign_text "$3" "$4"
}
