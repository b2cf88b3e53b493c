#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A trainee rehearses an evening, with the mistakes of one: a stick of garbage,
# one that is too small, one of another city, one that is pulled out, a power
# cut, and boxes that are missing. The machine goes on after each, and the
# trainee is told what an official does. In the middle they go home.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"

# rehearse LANGUAGE CHOICE...: what is said goes to $scratch/LANGUAGE.
rehearse() {
	local language=$1
	shift
	printf '%s\n' "$@" | "$sandoq" --lang "$language" rehearse \
		"$scratch/evening" >>"$scratch/$language" 2>&1
}

# told LANGUAGE NAME TEXT
told() {
	like "$2" "$3" cat "$scratch/$1"
}

# Choices without the stick's removal, which follows each of them.
plug_each() {
	local choice
	for choice; do
		printf '%s\nout\n' "$choice"
	done
}

mapfile -t first < <(echo on
	plug_each garbage small outbox enrol outbox election outbox other
	echo pull boxes-1
	plug_each boxes-1)
ok 'a trainee begins, and goes home' rehearse en "${first[@]}" quit
told en 'it is said that this is a rehearsal' 'This is a rehearsal.'
told en 'a stick that people have made lies on the table' \
	'  2  the operators'
told en 'garbage: the machine refuses it' 'Refused: not a courier medium'
told en 'and the trainee gives it back' 'give it back to who brought it'
told en 'a small outbox: refused' 'too small'
told en 'and a larger one is wanted' 'plug a larger outbox in'
told en "another city's boxes: refused" 'fewer have signed than the quorum'
told en 'and sent on to their machine' 'send its bearer to the right machine'
told en 'a stick that is pulled out' 'the medium was pulled out'
told en 'goes in once more' 'Plug the same stick in again'
is 'no emulator is left' "$("$sandoq" machine stop "$scratch/evening/machine" \
	2>&1 | grep -c 'does not run')" 1

mapfile -t second < <(echo روشن
	plug_each boxes-2 outbox ۶
	echo cut outbox
	echo on
	plug_each outbox open outbox release outbox)
ok 'the next day they go on, in Persian' rehearse fa "${second[@]}" پایان
told fa 'it goes on where it was left' 'ادامه می‌یابد'
told fa 'officers do not sign while boxes can still come' \
	'مأموران گشایش امضا نمی‌کنند'
told fa 'a power cut' 'دستگاه را دوباره روشن'
told fa 'what was missing is known in the end' 'یک شعبه دیگر صندوقی نمی‌آورد'
told fa 'the evening ends' 'شب به پایان رسید'
like 'its result is that of a rehearsal' 'mode: rehearsal' \
	"$sandoq" bundle verify --sent "$scratch/evening/desk/bundle" \
	--definition "$scratch/evening/desk/definition.json" \
	--authorities "$scratch/evening/desk/authorities.pem" \
	--profile "$scratch/evening/boot.json"
like 'of eleven boxes' '11 of 12' \
	cat "$scratch/evening/machine/console.log"
finish
