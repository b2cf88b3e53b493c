#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A trainee rehearses an evening, with the mistakes of one: a stick of garbage,
# one that is too small, one of another city, one that is pulled out, a power
# cut, a disk that is out, a dead TPM, and boxes that are missing. The machine
# goes on after each, and the trainee is told what an official does. In the
# middle they go home, and whoever was at work goes on with it.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"
unset WAYLAND_DISPLAY

evening=$scratch/evening
# What screen.sh looks at.
machine=$evening/machine
patience=180
# shellcheck source=tests/machine/screen.sh
. tests/machine/screen.sh

# rehearse LANGUAGE CHOICE...: what is said goes to $scratch/LANGUAGE.
rehearse() {
	local language=$1
	shift
	printf '%s\n' "$@" | "$sandoq" --lang "$language" rehearse \
		"$evening" >>"$scratch/$language" 2>&1
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

# A QEMU that says it has windows, on a display that is not there: pictures, and
# no window.
real=$(command -v qemu-system-x86_64) || bail 'there is no QEMU'
mkdir "$scratch/bin"
cat >"$scratch/bin/qemu-system-x86_64" <<-END
	#!/bin/sh
	[ "\$*" != '-display help' ] || exec echo gtk
	exec $real "\$@"
END
chmod 755 "$scratch/bin/qemu-system-x86_64"
export DISPLAY=:7777
usual=$PATH PATH=$scratch/bin:$PATH
mapfile -t first < <(printf '%s\n' on
	plug_each garbage small outbox enrol outbox election outbox other
	echo pull boxes-1
	plug_each boxes-1)
ok 'a trainee begins, and goes home' rehearse en "${first[@]}" quit
unset DISPLAY
PATH=$usual
told en 'it is said that this is a rehearsal' 'This is a rehearsal.'
told en 'and where the screen is to be seen' "screen in a window of its own"
told en 'and where it is seen instead' 'as pictures in the folder screens'
told en 'a stick that people have made lies on the table' \
	'  2  the operators'
told en 'garbage: the machine refuses it' 'Refused: not a courier medium'
told en 'and the trainee gives it back' 'give it back to who brought it'
told en 'a small outbox: refused' 'too small'
told en 'and a larger one is wanted' 'plug a larger outbox in'
told en "another city's boxes: refused" 'fewer have signed than the quorum'
told en 'and sent on to their machine' 'send its bearer to the right machine'
told en 'a stick that is pulled out' 'was pulled out'
told en 'goes in once more' 'Plug the same stick in again'
is 'no emulator is left' "$("$sandoq" machine stop "$evening/machine" \
	2>&1 | grep -c 'does not run')" 1

# --- pictures ---

# Choices, and until the last is done: the machine waits for the next then.
choose() {
	local line
	printf '%s\n' "$@" done? >&"${trainee[1]}"
	while read -r -u "${trainee[0]}" line; do
		echo "$line" >>"$scratch/fa"
		[[ $line != *done\? ]] || return 0
	done
	return 1
}

# Up to the next picture, whose name is $picture.
read_to_picture() {
	local line
	picture=
	while [ -z "$picture" ] && read -r -u "${trainee[0]}" line; do
		echo "$line" >>"$scratch/fa"
		picture=$(grep -o 'screens/[0-9]*\.png' <<<"$line")
	done
	[ -n "$picture" ] && picture=$evening/$picture
}

coproc trainee { "$sandoq" --lang fa rehearse "$evening" 2>&1; }
pid=${trainee_PID:?}
printf 'دیسک\nروشن\n' >&"${trainee[1]}"
ok 'without its disk the machine shows a picture, too' read_to_picture
screen_is no-disk-fa "$screen_whole"
printf 'قطع\ndisk\ntpm\non\n' >&"${trainee[1]}"
ok 'without its TPM, too' read_to_picture
screen_is no-tpm-fa "$screen_whole"
printf 'cut\nتراشه\non\n' >&"${trainee[1]}"
ok 'and with both' read_to_picture
is 'the picture is a PNG' "$(head -c 8 "$picture" | xxd -p)" 89504e470d0a1a0a
"$sandoq" machine screen "$evening/machine" --picture "$scratch/now.png"
ok 'of what the screen shows' cmp "$picture" "$scratch/now.png"

# --- the second day ---

mapfile -t second < <(plug_each boxes-2 outbox ۶
	printf '%s\n' outbox cut on)
ok 'the power is cut' choose "${second[@]}"
screen_mode=rehearsal
screen_is power-cut-fa
mapfile -t second < <(plug_each outbox open outbox)
ok 'the boxes are counted' choose "${second[@]}"
screen_is closed-fa
mapfile -t second < <(plug_each release outbox)
printf '%s\n' "${second[@]}" پایان >&"${trainee[1]}"
cat <&"${trainee[0]}" >>"$scratch/fa"
wait "$pid"
is 'the next day they go on, in Persian' $? 0
told fa 'it goes on where it was left' 'ادامه می‌یابد'
told fa 'the disk is out' 'هیچ دیسکی پارتیشن دفتر وقایع را ندارد'
told fa 'what is done then is what the screen says' \
	'همان کنید که صفحه می‌گوید و نه بیشتر: ⁨آنچه گرفته شده روی دیسک دستگاه است'
told fa 'the TPM is dead' 'TPM 2.0 پیدا نشد'
told fa 'that is for an operator' 'مسئول فنی را خبر کنید: TPM باید'
told fa 'officers do not sign while boxes can still come' \
	'مأموران گشایش امضا نمی‌کنند'
told fa 'a power cut' 'دستگاه را دوباره روشن'
is 'an outbox that was written before it is another afterwards' \
	"$(grep -c 'پیش‌تر نوشته شده است' "$scratch/fa")" 0
told fa 'what was missing is known in the end' 'یک شعبه دیگر صندوقی نمی‌آورد'
told fa 'the evening ends' 'شب به پایان رسید'
is 'each picture that was told is there' \
	"$(cat "$scratch/en" "$scratch/fa" | grep -o 'screens/[0-9]*\.png' |
		sort -u)" \
	"$(cd "$evening" && printf '%s\n' screens/*.png)"
like 'its result is that of a rehearsal' 'mode: rehearsal' \
	"$sandoq" bundle verify --sent "$evening/desk/bundle" \
	--definition "$evening/desk/definition.json" \
	--authorities "$evening/desk/authorities.pem" \
	--profile "$evening/boot.json"
like 'of eleven boxes' '11 of 12' cat "$evening/machine/console.log"

# --- broken off ---

# Whatever people had done of their work: they go on with it, and it is done.
for state in blank enrolled sealed closed released intake; do
	printf '%s' "$state" >"$evening/at-work"
	ok "work that was broken off ($state) is done again" rehearse en quit
	ok "and done ($state)" test ! -e "$evening/at-work"
done

# --- its keys ---

# With the certificates that a real authority trusts, and with those of another
# rehearsal, nothing of this machine is believed.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	-keyout "$scratch/key" -subj /CN=maker -days 2 -out "$scratch/maker.pem" \
	2>/dev/null
refused 'no maker of TPMs vouches for its TPM' 65 'nothing was signed' \
	"$sandoq" machine enrolment --sent "$evening/desk/enrolled" \
	--operators "$evening/desk/operators" --authorities "$scratch/maker.pem" \
	--date "$(date -u +%F)" --key "$evening/desk/keys/operator-1.pem" --yes \
	--force --output "$scratch/enrolment"
"$sandoq" election sample "$scratch/city" --image build/image/sandoq.efi \
	--authorities "$evening/desk/authorities.pem" --id rehearsal \
	--rehearsal --software-tpm >/dev/null || bail 'there is no other city'
is 'no key of it is one of another rehearsal' \
	"$(cat "$evening"/desk/keys/*.pem "$scratch"/city/keys/*.pem |
		grep -v -e '-----' | sort | uniq -d | wc -l)" 0
jq '.rehearsal = false' "$evening/desk/definition.json" >"$scratch/live.json"
refused 'its result is not one of a live election' 65 'REFUSED definition: ' \
	"$sandoq" bundle verify --sent "$evening/desk/bundle" \
	--definition "$scratch/live.json" \
	--authorities "$evening/desk/authorities.pem"
finish
