# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the screen of a booted machine shows, beside the pictures of the scenes
# (tests/support/scenes.c), as the same code draws them elsewhere.

# By tap.sh and flow.sh.
: "${sandoq:?}" "${scratch:?}" "${machine:?}" "${patience:?}"
: "${desk:=}"

screen_size=1280x800
# Of the rows: down to what is to be done next. Below it stand names, numbers
# and digests, which each machine has of its own.
screen_words=0.56
# Down to the small line of engineers, where there are none of these.
screen_whole=0.94
# `rehearsal` where the machine says that it is one.
screen_mode=

# The machine, while it is off, gets a screen. The TPM measures the same boot.
with_screen() {
	sed -i "s|^defaults=.*|& -device bochs-display,xres=${screen_size%x*},yres=${screen_size#*x}|" \
		"$machine/profile"
}

# draw_scene SCENE-LANGUAGE: it becomes the file $scene.
draw_scene() {
	local folder=$scratch/scenes$screen_mode
	scene=$folder/$1-$screen_size.ppm
	[ -e "$scene" ] || {
		mkdir -p "$folder" &&
			build/native/tests/machine/pictures "$folder" \
				"$1-$screen_size" ${screen_mode:+"$screen_mode"}
	}
}

# The screen as $scratch/screen.ppm is, down to $2 of its rows, the picture $1.
# One may be taken while it is drawn: so it is taken again until $patience is
# over and it was taken often enough.
screen_shows() {
	local end=$((SECONDS + patience)) often=30
	while ((SECONDS < end || often-- > 0)); do
		"$sandoq" machine screen "$machine" \
			--picture "$scratch/screen.ppm" >/dev/null || return
		tests/support/same_rows "$scratch/screen.ppm" "$1" "$2" \
			2>"$scratch/.differs" && return
	done
	cat "$scratch/.differs"
	return 1
}

# screen_is SCENE-LANGUAGE [ROWS]: a test that it shows this.
screen_is() {
	draw_scene "$1" || bail "no picture of $1 can be drawn"
	ok "the screen is that of $1" screen_shows "$scene" \
		"${2:-$screen_words}"
}

# screen_is_all LANGUAGE CODE: a test of all but the small line. What stands
# there is what the serial port has, the election, the machine, and this code.
screen_is_all() {
	local said
	mapfile -t said < <(jq -r '.title.en, .title.fa, .id' \
		"$desk/definition.json")
	build/native/tests/machine/replay "$machine/console.log" \
		"$scratch/replayed.ppm" "$1" "${said[@]}" \
		"${serial:-S-0001}" "$2" || bail 'no screen can be replayed'
	ok 'the whole screen is what the machine has said' screen_shows \
		"$scratch/replayed.ppm" "$screen_whole"
}

# hold_tpm, release_tpm: while the TPM is held, a machine that asks it waits.
hold_tpm() {
	kill -STOP "$(cut -d ' ' -f 2 "$machine/processes")"
}
release_tpm() {
	kill -CONT "$(cut -d ' ' -f 2 "$machine/processes")"
}

# What zbar, which has no code of ours, reads of the screen's QR code.
screen_code() {
	"$sandoq" machine screen "$machine" --picture "$scratch/screen.ppm" \
		>/dev/null && zbarimg --quiet --raw "$scratch/screen.ppm"
}

# code_is WHAT TEXT: a test that the QR code says so.
code_is() {
	local end=$((SECONDS + patience)) often=30 code
	while ((SECONDS < end || often-- > 0)); do
		code=$(screen_code 2>/dev/null)
		[ "$code" != "$2" ] || break
	done
	is "$1" "$code" "$2"
}
