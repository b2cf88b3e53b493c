#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A running machine, seen from within: tests/machine/probe.h has how. The
# probe's image holds the sandoqd and the kernel of every other one, and the
# probe beside them as /init; what follows the boot is the same.
. "$(dirname "$0")/../support/tap.sh"

probe=$PWD/build/native/tests/machine/probe
work=$scratch
root=$PWD
image=$scratch/probe.efi
# shellcheck source=tests/machine/flow.sh
. tests/machine/flow.sh

said() {
	sed -n "s|^probe: $1 ||p" "$machine/console.log"
}

# wanted NAME WHAT: the lines of stdin are what the probe said of WHAT.
wanted() {
	is "$1" "$(said "$2")" "$(cat)"
}

# What image/build was told to pack, in the probe's words.
listed() {
	local kind path source rest
	strip --strip-all --remove-section=.note.gnu.build-id \
		-o "$scratch/sandoqd" build/native/sandoqd
	image/initramfs build/native/sandoqd "/init=$probe" |
		while read -r kind path source rest; do
			[ "$path" != /sandoqd ] || source=$scratch/sandoqd
			[ "$kind" != file ] || source=$(sha256sum <"$source" |
				cut -d ' ' -f 1)
			echo "$kind $path $source $rest"
		done | sed 's/ *$//' | sort
}

[ -x "$probe" ] || bail "$probe is missing; make tests builds it"
image/build --output "$image" --extra "/init=$probe" >"$scratch/.said" 2>&1 ||
	{ comment <"$scratch/.said" && bail 'the image is not built'; }
create_machine "$machine" || bail 'there is no machine'
start_machine --device bochs-display --device usb-kbd --device usb-bot ||
	bail 'the machine does not start'
ok 'the probe has looked at all' \
	"$sandoq" machine wait "$machine" 'probe: done' \
	--timeout $((3 * patience))

# --- USB ---

before=$(sed '/^probe: before init/,$d' "$machine/console.log" |
	sed -n 's/^probe: usb //p' | sort)
is 'until a courier boot says so, no keyboard and no stick has a driver' \
	"$before" "$(printf '%s\n' 'device authorized=0' 'device authorized=0' \
		'interface hub' 'interface hub')"
after=$(sed '1,/^probe: before init/d' "$machine/console.log" |
	sed -n 's/^probe: usb interface //p' | sort | xargs)
is 'then the stick has one, and the keyboard still has none' "$after" \
	'hub hub none usb-storage'

# --- the root file system ---

is 'the root file system is what was listed' "$(said root | sort)" "$(listed)"
wanted 'it can be given no new file' 'create /new' <<<'EROFS'
wanted 'nor can a file be changed' 'write /sandoqd' <<<'EROFS'
is 'these are all mounts' \
	"$(said mount | sed 's/,size=[0-9]*k,nr_inodes=[0-9]*//')" "$(cat <<'END'
rootfs / rootfs ro,nosuid,nodev 0 0
devtmpfs /dev devtmpfs rw,nosuid,noexec,relatime,mode=755 0 0
proc /proc proc rw,nosuid,nodev,noexec,relatime,hidepid=invisible 0 0
sysfs /sys sysfs rw,nosuid,nodev,noexec,relatime 0 0
securityfs /sys/kernel/security securityfs rw,nosuid,nodev,noexec,relatime 0 0
END
)"

# --- devices ---

wanted 'of all devices that were there, init has left one' device <<'END'
nod /dev/null 0666 0 0 c 1 3
END

# --- processes ---

all='caps=000001ffffffffff bound=000001ffffffffff nnp=0 seccomp=0 cores=no'
means='caps=00000000002001e2 bound=00000000002001e2'
opens='caps=0000000000000002 bound=0000000000000002'
none='caps=0000000000000000 bound=0000000000000000 nnp=1 seccomp=2'
wanted 'these are all processes, and so confined' process <<END
init uid=0 $all
supervisor uid=0 $means nnp=1 seccomp=2 cores=no
console uid=1004 $none dumpable=no cores=no
journal uid=1001 $none dumpable=no cores=no
keys uid=1002 $none dumpable=no cores=no
media uid=1003 $opens nnp=1 seccomp=2 dumpable=no cores=no
END
is 'the roles hold these descriptors and no others: one has the screen' \
	"$(said holds | grep -vE '^(init|supervisor) ')" "$(cat <<'END'
console 0=/dev/null 1=/dev/null 2=/dev/null 3=socket: 4=/dev/fb0 5=/dev/ttyS0
journal 0=/dev/null 1=/dev/null 2=/dev/null 3=socket: 4=/dev/vda2
keys 0=/dev/null 1=/dev/null 2=/dev/null 3=socket: 4=/dev/tpmrm0
media 0=/dev/null 1=/dev/null 2=/dev/null 3=socket: 4=socket:
END
)"
wanted 'root itself cannot read the memory of any' memory <<'END'
init EACCES
supervisor EACCES
console EACCES
journal EACCES
keys EACCES
media EACCES
END
wanted 'who asks for a core leaves none' \
	'core of a process that may make one:' <<<none

# --- what is not there ---

is 'no path leads to memory, kernel, its log, debugging or SysRq' \
	"$(said path | grep -v ' absent$')" ''
is 'the kernel reads no file system of a disk' "$(said filesystems)" \
	'sysfs tmpfs proc devtmpfs securityfs sockfs pipefs ramfs'

# --- what no role may do ---

tried=$(said try)
is 'every role was tried' \
	"$(head -n 1 <<<"$tried" | grep -oE '[a-z]+=' | tr -d = | xargs)" \
	'journal keys media console intake define count tally publish starter supervisor'
comment < <(cut -d ' ' -f 1 <<<"$tried" | xargs -n 8)
# What stands in for the console's screen cannot be mapped: the filter let it.
is 'and each was killed when it tried; the kernel has the rest not at all' \
	"$(grep -vE '^[^ ]+( [a-z]+=killed){11}$' <<<"$tried")" "$(cat <<'END'
open-/dev/mem journal=killed keys=killed media=ENOENT console=killed intake=killed define=killed count=killed tally=killed publish=killed starter=killed supervisor=ENOENT
open-/dev/fb0 journal=killed keys=killed media=ENOENT console=killed intake=killed define=killed count=killed tally=killed publish=killed starter=killed supervisor=ENOENT
map-a-screen journal=killed keys=killed media=killed console=ENODEV intake=killed define=killed count=killed tally=killed publish=killed starter=killed supervisor=ENODEV
map-behind-its-beginning journal=killed keys=killed media=killed console=killed intake=killed define=killed count=killed tally=killed publish=killed starter=killed supervisor=ENODEV
execve journal=killed keys=killed media=killed console=killed intake=killed define=killed count=killed tally=killed publish=killed starter=killed supervisor=ENONET
fork journal=killed keys=killed media=killed console=killed intake=killed define=killed count=killed tally=killed publish=killed starter=killed supervisor=done
user-namespace journal=killed keys=killed media=killed console=killed intake=killed define=killed count=killed tally=killed publish=killed starter=killed supervisor=EINVAL
AF_INET journal=killed keys=killed media=killed console=killed intake=killed define=killed count=killed tally=killed publish=killed starter=killed supervisor=EAFNOSUPPORT
AF_PACKET journal=killed keys=killed media=killed console=killed intake=killed define=killed count=killed tally=killed publish=killed starter=killed supervisor=EAFNOSUPPORT
executable-memory journal=killed keys=killed media=killed console=killed intake=killed define=killed count=killed tally=killed publish=killed starter=killed supervisor=done
uretprobe journal=ENOSYS keys=ENOSYS media=ENOSYS console=ENOSYS intake=ENOSYS define=ENOSYS count=ENOSYS tally=ENOSYS publish=ENOSYS starter=ENOSYS supervisor=ENOSYS
uprobe journal=killed keys=killed media=killed console=killed intake=killed define=killed count=killed tally=killed publish=killed starter=killed supervisor=ENOSYS
int-0x80 journal=fault keys=fault media=fault console=fault intake=fault define=fault count=fault tally=fault publish=fault starter=fault supervisor=fault
END
)"
is 'root in no sandbox can do none of these either, but count events' \
	"$(said unconfined)" "$(cat <<'END'
ptrace EPERM
process_vm_readv ENOSYS
kexec_load ENOSYS
kexec_file_load ENOSYS
init_module ENOSYS
finit_module ENOSYS
open-/dev/mem ENOENT
open-/dev/fb0 ENOENT
bpf ENOSYS
perf_event_open done
io_uring ENOSYS
userfaultfd ENOSYS
user-namespace EINVAL
AF_INET EAFNOSUPPORT
AF_PACKET EAFNOSUPPORT
iopl ENOSYS
modify_ldt ENOSYS
keyctl ENOSYS
swapon ENOSYS
suspend EINVAL
uretprobe ENOSYS
uprobe ENOSYS
x32 ENOSYS
int-0x80 fault
END
)"

# --- each sandbox against its table ---

roles=(journal keys media console intake define count tally publish starter)
is 'each role is to the kernel what its table says' "$(said state)" \
	"$(printf '%s as listed\n' "${roles[@]}")"
is 'each role can make the calls of its table and no others' "$(said calls)" \
	"$(printf '%s as listed\n' "${roles[@]}")"

# --- the console ---

is 'the console shows no line of the kernel, and no prompt' "$(sed -n \
	'/^probe: /,$p' "$machine/console.log" |
	grep -vcE '^(probe|sandoq): ')" 0
finish
