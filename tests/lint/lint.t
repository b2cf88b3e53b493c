#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The linters find what they are for, and `make lint` fails then.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"

licence='/* SPDX-License-Identifier: Apache-2.0 */'
words='/* Adds two numbers. */'

# c NAME LINE...: a file with these lines behind its opening words.
c() {
	local name=$1
	shift
	printf '%s\n' "$licence" "$words" "$@" >"$scratch/$name.c"
}

# finds NAME LINTER TEXT FILE: that linter alone fails, and says TEXT.
finds() {
	local failed
	refused "$1: it is refused" 1 "$3" tests/lint/run "$4"
	failed=$(sed -n 's/: FAILED.*//p' "$scratch/.said" | paste -sd ' ')
	is "$1: $2 says so, and no other does" "$failed" "$2"
}

c right 'int twice(int number);' '' 'int twice(int number)' '{' \
	"$(printf '\treturn number + number;')" '}'
like 'a file as it should be passes' '3 linters passed, 0 failed' \
	tests/lint/run "$scratch/right.c"

c layout 'int twice(int number);' '' 'int twice(int number) {' \
	'return number+number;' '}'
finds 'layout' clang-format 'clang-format-violations' "$scratch/layout.c"

c mistake 'int twice(int number);' '' 'int twice(int number)' '{' \
	"$(printf '\tint none = 0;')" \
	"$(printf '\treturn number / none;')" '}'
finds 'a division by zero' clang-tidy 'core.DivideZero' "$scratch/mistake.c"

c jump 'int twice(int number);' '' 'int twice(int number)' '{' \
	"$(printf '\tif (number == 0)')" "$(printf '\t\tgoto end;')" \
	"$(printf '\tnumber += number;')" 'end:' \
	"$(printf '\treturn number;')" '}'
finds 'goto' dialect 'no goto' "$scratch/jump.c"

c global 'extern int number;' 'int number = 3;'
finds 'a mutable global' dialect 'mutable' "$scratch/global.c"

c truth 'int sum(const char *text);' '' 'int sum(const char *text)' '{' \
	"$(printf '\treturn !text ? 0 : text[0];')" '}'
finds 'a pointer as a truth' dialect 'compare the pointer with NULL' \
	"$scratch/truth.c"

printf '%s\n' "$licence" 'extern const int number;' >"$scratch/silent.c"
finds 'no opening words' dialect 'neither opening words' "$scratch/silent.c"

# shellcheck disable=SC2016 # of the file that is written
printf '%s\n' '#!/bin/bash' 'rm -rf $1/*' >"$scratch/script"
finds 'a word that may be none' shellcheck SC2086 "$scratch/script"
finish
