#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The verifier is a library of its own: whoever builds on libverify.a gets no
# file, no clock, no TPM, no sandbox and nothing of the machine with it.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"

library=$PWD/build/native/libverify.a
here=tests/verify

# Of libc: memory, strings, sorting, text into memory. abort: where libcrypto
# has no memory left, every digest would have to be a refusal (crypto.h). The
# compiler calls some of them by names of its own, __NAME_chk.
libc='abort asprintf calloc explicit_bzero free malloc memchr memcmp memcpy
	memmem memmove memset qsort qsort_r realloc reallocarray snprintf
	strchr strcmp strlen strncmp strnlen strrchr vsnprintf
	__popcountdi2 __stack_chk_fail _GLOBAL_OFFSET_TABLE_'
# What libcrypto and jansson have for files, streams, sockets and settings.
outside='_fp$|_fd$|fd$|_file|_path|_socket|_connect|_accept|^CONF_|^json_(load|dump)f'

# symbols_of LIBRARY: what a shared library gives, names without versions.
symbols_of() {
	nm -D --defined-only "$(gcc -print-file-name="$1")" |
		awk '{ sub(/@.*/, "", $NF); print $NF }'
}

{
	tr -s ' \t\n' '\n' <<<"$libc"
	symbols_of libcrypto.so | grep -Ev "$outside"
	symbols_of libjansson.so | grep -Ev "$outside"
} | sort -u >"$scratch/allowed"

# foreign ARCHIVE: MEMBER SYMBOL, for each one that it needs of others than
# itself and those.
foreign() {
	nm -A -g "$1" | awk -v allowed="$scratch/allowed" '
		BEGIN { while ((getline name < allowed) > 0) own[name] = 1 }
		$(NF - 1) != "U" { own[$NF] = 1; next }
		{
			split($1, place, ":")
			name = $NF
			if (name ~ /^__.*_chk$/)
				name = substr(name, 3, length(name) - 6)
			needs[place[2] " " name] = name
		}
		END {
			for (need in needs)
				if (!(needs[need] in own))
					print need
		}' | sort
}

# with NAME STATEMENT: $scratch/NAME.a, the library and a member that does it.
with() {
	printf '#include <stddef.h>\n#include <%s>\nvoid added(void);\nvoid added(void)\n{\n%s\n}\n' \
		"$2" "$3" >"$scratch/added_$1.c"
	gcc -std=c17 -O2 -w -D_GNU_SOURCE -D_FORTIFY_SOURCE=2 -I. \
		-c -o "$scratch/added_$1.o" "$scratch/added_$1.c" || bail "no member"
	cp "$library" "$scratch/$1.a"
	ar rcs "$scratch/$1.a" "$scratch/added_$1.o"
}

# caught NAME SYMBOL HEADER STATEMENT
caught() {
	with "$1" "$3" "$4"
	is "a member that calls $2 is caught" "$(foreign "$scratch/$1.a")" \
		"added_$1.o $2"
}

ok 'a program links with the library, libcrypto and jansson alone' \
	gcc -std=c17 -O2 -D_GNU_SOURCE -I. -o "$scratch/alone" \
	"$here/alone.c" "$library" -lcrypto -ljansson
is 'the library needs nothing else' "$(foreign "$library")" ''

caught opens open fcntl.h 'open("/", O_RDONLY);'
caught files fopen stdio.h 'fopen("/", "r");'
caught prints printf stdio.h 'printf("%d", __LINE__);'
caught ends exit stdlib.h 'exit(1);'
caught clock time time.h 'time(NULL);'
caught settings getenv stdlib.h 'getenv("HOME");'
caught network socket sys/socket.h 'socket(AF_UNIX, SOCK_STREAM, 0);'
caught tpm Esys_Free tss2/tss2_esys.h 'Esys_Free(NULL);'
caught filter seccomp_release seccomp.h 'seccomp_release(NULL);'
caught machine memfd_unmap appliance/machine/memfd.h 'memfd_unmap(NULL);'
caught trusted BIO_new_file openssl/bio.h 'BIO_new_file("/", "r");'
caught unicode utf8proc_version utf8proc.h 'utf8proc_version();'
caught json json_load_file jansson.h 'json_load_file("/", 0, NULL);'

# It works as it stands: a machine that sent nothing is refused.
head -c 1024 /dev/zero >"$scratch/sent"
"$scratch/alone" - "$scratch/sent" /dev/null 0 >"$scratch/said"
is 'it refuses a machine that sent nothing' $? 1
is 'every line is of the program' "$(grep -vc ': ' "$scratch/said")" 0
is 'and none passed' "$(grep -c ': passed$' "$scratch/said")" 0
finish
