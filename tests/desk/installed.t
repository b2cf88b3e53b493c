#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What `make install` puts into a folder works there without the tree: manual
# pages and completions name every option, and what is installed finds its
# profiles and pages.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"

root=$scratch/root
ok 'it is installed' make -s install DESTDIR="$root" PREFIX=/usr
mv "$root/usr" "$root/moved"
sandoq=$root/moved/bin/sandoq
man=$root/moved/share/man/man1

is 'it says its version' "$("$sandoq" --version | cut -d ' ' -f 1)" sandoq
is 'each group has its page' "$(cd "$man" && printf '%s\n' *)" "$({
	echo sandoq.1
	"$sandoq" --help | sed -n 's/^  sandoq \([a-z]*\).*/sandoq-\1.1/p'
} | LC_ALL=C sort -u)"
for page in "$man"/*; do
	is "${page##*/} is clean" \
		"$(mandoc -Tlint -W warning "$page" 2>&1)" ''
done

# options COMMAND...: as --help has them.
options() {
	"$sandoq" "$@" --help | sed -n 's/^  \(--[a-z-]*\).*/\1/p'
}

# completed WORD...: what bash offers behind these words.
completed() {
	bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
		_sandoq; printf "%s\n" "${COMPREPLY[@]}"' - \
		"$root/moved/share/bash-completion/completions/sandoq" "$@"
}

missing_in_pages() {
	local line words option
	while read -r line; do
		read -ra words <<<"$line"
		mandoc -Tascii "$man/sandoq-${words[0]}.1" | col -b \
			>"$scratch/page"
		for option in $(options "${words[@]}"); do
			grep -q -e "$option" "$scratch/page" ||
				echo "$line $option"
		done
	done <"$scratch/commands"
}

missing_in_bash() {
	local line words
	while read -r line; do
		read -ra words <<<"$line"
		comm -3 <(options "${words[@]}" | sort) \
			<(completed sandoq "${words[@]}" -- | sort) |
			sed "s/^/$line /"
	done <"$scratch/commands"
}

missing_in() {
	local line words option
	while read -r line; do
		read -ra words <<<"$line"
		for option in $(options "${words[@]}"); do
			[ "$option" = --help ] ||
				grep -qF -e "$2$option" -e "-l ${option#--}" \
					"$1" || echo "$line $option"
		done
	done <"$scratch/commands"
}

"$sandoq" --help | sed -n 's/^  sandoq \([a-z]* [a-z-]*\) .*/\1/p' |
	sed 's/ *$//' | sort -u >"$scratch/commands"
ok 'commands are found' grep -qx 'approve open' "$scratch/commands"
is 'every option stands in a manual page' "$(missing_in_pages)" ''
is 'bash completes every option, and no other' "$(missing_in_bash)" ''
is 'and groups' "$(completed sandoq app)" approve
is 'and commands' "$(completed sandoq approve r | paste -sd ' ')" \
	'release ruling'
zsh=$root/moved/share/zsh/vendor-completions/_sandoq
fish=$root/moved/share/fish/vendor_completions.d/sandoq.fish
is 'zsh has every option' "$(missing_in "$zsh" ' ')" ''
ok 'and can read it' zsh -n "$zsh"
is 'fish has every option' "$(missing_in "$fish" ' ')" ''
ok 'and can read it' fish -n "$fish"

missing_parts() {
	sed -n 's/.*= "\(.*\/page\/.*\)",$/\1/p' appliance/desk/common/page_file.c |
		while read -r part; do
			[ -e "$root/moved/share/sandoq/$part" ] || echo "$part"
		done
}
is 'all that a page is made of is there' "$(missing_parts)" ''
predict() {
	"$1" image predict build/image/sandoq.efi --profile qemu-ovmf
}
predict build/native/sandoq >"$scratch/predicted" ||
	bail 'make image builds build/image/sandoq.efi'
is 'it finds its profiles' "$(predict "$sandoq")" "$(cat "$scratch/predicted")"
rm -rf "$root/moved/share/sandoq/image"
refused 'and not those of elsewhere' 66 'there is no profile qemu-ovmf' \
	predict "$sandoq"
finish
