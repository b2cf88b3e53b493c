#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a recount holds stays in memory: it does not begin where memory could be
# swapped, and no core is dumped of it, and nobody of the same user looks in.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"


# In a mount namespace in which the kernel tells of this swap.
with_swap() {
	printf '%s\n' "$1" >"$scratch/swaps"
	shift
	# shellcheck disable=SC2016 # the inner shell expands it
	SWAPS=$scratch/swaps unshare --user --map-root-user --mount bash -c \
		'mount --bind "$SWAPS" /proc/swaps && exec "$@"' - "$@"
}
headings=$'Filename Type Size Used Priority'
partition=$'\n/dev/sda3 partition 1000 0 -2'
swapping='could be written to the swap'

if with_swap "$headings" true 2>/dev/null; then
	refused 'where there is swap, a recount does not begin' 77 \
		"$swapping" with_swap "$headings$partition" "$sandoq" recount \
		--escrow /dev/null --definition /dev/null
	refused 'unless somebody says that it may' 65 'no unencrypted' \
		with_swap "$headings$partition" "$sandoq" recount --may-swap \
		--escrow /dev/null --definition /dev/null
	refused 'where there is none, it begins' 65 'no unencrypted' \
		with_swap "$headings" "$sandoq" recount \
		--escrow /dev/null --definition /dev/null
else
	skip 'where there is swap' 'no mount namespaces for this user'
fi

# One that has read its key and waits for a definition; as an ordinary user,
# whom the files in /proc belong to as long as the process may be dumped.
as_user() {
	if [ "$(id -u)" = 0 ]; then
		exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
	else
		exec "$@"
	fi
}
mkfifo -m 666 "$scratch"/{definition,other} && chmod 755 "$scratch"
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
	-out "$scratch/key.pem" 2>/dev/null
chmod 644 "$scratch/key.pem"
as_user "$sandoq" recount --may-swap --escrow "$scratch/key.pem" \
	--definition "$scratch/definition" --election-keys /dev/null \
	--box-key /dev/null box 2>/dev/null &
process=$!
as_user cat "$scratch/other" &
other=$!
# Who opens the other end has read the key, and is the user: this waits for it.
exec 8>"$scratch/other" 9>"$scratch/definition"
is 'a process that has read a key may not be dumped' \
	"$(stat -c %u "/proc/$process/mem")" 0
isnt_root() {
	[ "$(stat -c %u "/proc/$other/mem")" != 0 ]
}
ok 'another one of the same user may' isnt_root
kill "$other"
kill -ABRT "$process"
wait "$process" 2>/dev/null
is 'and leaves no core' "$(find . "$scratch" -maxdepth 1 -name 'core*')" ''
finish
