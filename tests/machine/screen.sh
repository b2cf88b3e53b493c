# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the screen of a booted machine shows, beside the pictures of the scenes
# (tests/support/scenes.c), as the same code draws them elsewhere.

# By tap.sh and flow.sh.
: "${sandoq:?}" "${scratch:?}" "${machine:?}" "${patience:?}"

screen_size=1280x800
# Of the rows: down to what is to be done next. Below it stand names, numbers
# and digests, which each machine has of its own.
screen_words=0.56
# Down to the small line of engineers, where there are none of these.
# shellcheck disable=SC2034 # tests give it
screen_whole=0.94

# The machine, while it is off, gets a screen. The TPM measures the same boot.
with_screen() {
	sed -i "s|^defaults=.*|& -device bochs-display,xres=${screen_size%x*},yres=${screen_size#*x}|" \
		"$machine/profile"
}

draw_scenes() {
	[ -d "$scratch/scenes" ] || {
		mkdir "$scratch/scenes" &&
			build/native/tests/machine/pictures "$scratch/scenes" \
				$screen_size
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
	draw_scenes || bail 'no pictures can be drawn'
	ok "the screen is that of $1" screen_shows \
		"$scratch/scenes/$1-$screen_size.ppm" "${2:-$screen_words}"
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
