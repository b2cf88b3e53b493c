#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The sandoq command's frame: help, options, exit statuses.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"

like 'help lists the groups' 'sandoq courier pack' "$sandoq" --help
LANGUAGE=fa like 'in Persian it says where the Persian guides are' \
	'راهنمای فارسی در docs/fa' "$sandoq" --help
LANGUAGE=fa like 'above the help of a command, too' 'docs/glossary.md' \
	"$sandoq" box seal --help
LANGUAGE=fa refused 'a missing operand is said in Persian' 64 \
	'نوشته نشده است' "$sandoq" machine wait x
like 'help of a group' 'sandoq machine plug' "$sandoq" machine --help
like 'help of a command lists its options' '--timeout SECONDS' \
	"$sandoq" machine wait --help

# What `sandoq --help` says from a line on, or up to it.
apart='With an emulated machine (QEMU), for tests and rehearsals:'
help_behind() {
	"$sandoq" --help | sed "1,/^$1/d"
}
help_before() {
	"$sandoq" --help | sed "/^$1/,\$d"
}
is 'commands that run the emulator are listed apart' \
	"$(help_behind "$apart" | sed -n 's/^  sandoq \(machine [a-z]*\).*/\1/p' |
		sort | paste -sd ,)" \
	"$(cat appliance/desk/emulator/*.c |
		sed -n 's/^int machine_\([a-z]*\)_command(.*/machine \1/p' |
		sort | paste -sd ,)"
is 'no other command is among them' \
	"$(help_behind "$apart" | grep '^  sandoq ' |
		grep -vc '^  sandoq machine \|^  sandoq rehearse ')" 0
each_in_its_file() {
	local group name file
	while read -r _ group name _; do
		name=${name//-/_}
		file=appliance/desk/$group${name:+_$name}.c
		[ -f "$file" ] || file=appliance/desk/$group.c
		grep -q "^int ${group}_${name}_command(" "$file" ||
			grep -q "^int ${group}_command(" "$file" ||
			return
		[ "$(grep -c '^int [a-z_]*_command(' "$file")" -eq 1 ] || return
	done < <(help_before "$apart" | grep '^  sandoq ')
}
ok "each of the officials' commands is alone in the file of its name" \
	each_in_its_file
refused 'no command' 64 'usage: sandoq' "$sandoq"
refused 'an unknown group' 64 "no command 'boat'" "$sandoq" boat
refused 'an unknown command' 64 "no command 'machine sail'" \
	"$sandoq" machine sail
refused 'an unknown option' 64 'unknown option --fast' \
	"$sandoq" machine stop x --fast
refused 'an option that another begins with' 64 'unknown option --time' \
	"$sandoq" machine wait x y --time 3
refused 'a missing operand' 64 'missing: TEXT' "$sandoq" machine wait x
refused 'a word too many' 64 'the word z' "$sandoq" machine wait x y z
refused 'an option without its value' 64 'missing after --timeout' \
	"$sandoq" machine wait x y --timeout
"$sandoq" courier pack "$scratch/out" --kind outbox --capacity 1 --to \
	"$scratch/stick" || bail 'no stick can be made'
LANGUAGE=fa "$sandoq" courier list "$scratch/stick" >"$scratch/list"
is 'what is on a stick is told in Persian, each line that is not a value' \
	"$(grep -v '^  ' "$scratch/list" | LC_ALL=C grep -c $'[\xd8-\xdb]'),$(
		LC_ALL=C grep -v $'[\xd8-\xdb]' "$scratch/list")" '12,  FAT32'
like 'its kind, by the words of the screen' 'نوع حافظه: حافظهٔ خروجی' \
	cat "$scratch/list"
refused 'a value for a switch' 64 'no value belongs to --after-last' \
	"$sandoq" machine wait x y --after-last=1
refused 'an option given twice' 64 'given twice: --timeout' \
	"$sandoq" machine wait x y --timeout 1 --timeout=2
refused 'a number out of range' 64 'not a number from 0 to 86400' \
	"$sandoq" machine wait x y --timeout 86401
refused 'a number with a sign' 64 'not a number' \
	"$sandoq" machine wait x y --timeout=-1
refused 'an option after --' 66 '--fast: is no machine' \
	"$sandoq" machine stop -- --fast
finish
