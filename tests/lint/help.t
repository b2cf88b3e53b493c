#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `make help`: it names every target there is, and each can be made.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"

named=$(make --silent help | awk '{ print $2 }')
there=$(sed -n '/^\.PHONY:/,/[^\\]$/p' Makefile |
	sed 's/^\.PHONY://; s/\\$//' | xargs -n 1)

is 'every target is named, once' "$(sort <<<"$named" | paste -sd ' ')" \
	"$(sort <<<"$there" | paste -sd ' ')"
like 'what a newcomer needs stands first' run \
	head -n 3 <(printf '%s\n' "$named")
# What would be done is found out, and not done.
for target in $named; do
	ok "make $target knows what to do" make --dry-run "$target"
done
finish
