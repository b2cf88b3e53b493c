#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The build stops when the kernel's configuration differs from what is
# recommended and nobody wrote down why.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"

recommended=image/kernel/recommended
deviations=image/kernel/deviations

# A configuration that is as the two lists say.
as_listed() {
	awk '/^CONFIG_/ { value[$1] = $2 }
		END { for (o in value) if (value[o] != "n") print o "=" value[o] }' \
		"$recommended" "$deviations"
}
as_listed >"$scratch/config"
checked() {
	image/hardened "$scratch/config" "$recommended" "$scratch/deviations"
}
cp "$deviations" "$scratch/deviations"
ok 'a configuration as listed' checked

sed -i 's/^CONFIG_CFI_CLANG=y/# CONFIG_CFI_CLANG is not set/' \
	"$scratch/config"
refused 'an option that is off' 65 \
	"$recommended: CONFIG_CFI_CLANG is n, not y; set it" checked
echo 'CONFIG_CFI_CLANG n' >>"$scratch/deviations"
refused 'with a line that gives no reason' 65 'is without a reason' checked
sed -i '$d' "$scratch/deviations"
echo 'CONFIG_CFI_CLANG n gcc builds this kernel' >>"$scratch/deviations"
ok 'with its reason' checked
sed -i '$s/ n / m /' "$scratch/deviations"
refused 'with a reason for another value' 65 'is n, not m' checked

as_listed >"$scratch/config"
cp "$deviations" "$scratch/deviations"
echo 'CONFIG_MODULES=y' >>"$scratch/config"
refused 'an option that is on' 65 'CONFIG_MODULES is y, not n' checked
as_listed | sed 's/^CONFIG_PANIC_TIMEOUT=.*/CONFIG_PANIC_TIMEOUT=10/' \
	>"$scratch/config"
refused 'another number' 65 'CONFIG_PANIC_TIMEOUT is 10, not -1' checked

as_listed >"$scratch/config"
echo 'CONFIG_BUG n once there was a reason' >>"$scratch/deviations"
refused 'a reason for what is as recommended' 65 \
	'CONFIG_BUG is as recommended; remove the line' checked
refused 'no configuration' 66 'none: cannot be read' \
	image/hardened "$scratch/none"

config=build/kernel/.config
if [ -e "$config" ]; then
	ok 'the kernel that was built' image/hardened "$config"
else
	skip 'the kernel that was built' "$config is not there"
fi

# The whole of image/configure, where make leaves this configuration.
mkdir -p "$scratch/image" "$scratch/bin" "$scratch/source"
cp -r image/configure image/hardened image/kernel "$scratch/image"
rm "$scratch"/image/kernel/*.config
echo 'CONFIG_BUG=y	# a wish' >"$scratch/image/kernel/one.config"
printf 'config %s\n' BUG CMDLINE INITRAMFS_SOURCE >"$scratch/source/Kconfig"
cat >"$scratch/bin/make" <<'END'
#!/bin/bash
for word; do
	case $word in
	O=*) objects=${word#O=} ;;
	KCONFIG_ALLCONFIG=*) wishes=${word#*=} ;;
	esac
done
cat "$LISTED" "$wishes" >"$objects/.config"
END
chmod 755 "$scratch/bin/make"
configure() {
	LISTED=$scratch/config PATH=$scratch/bin:$PATH \
		"$scratch/image/configure" "$scratch/source" "$scratch/objects"
}
ok 'a build with the listed configuration' configure
rm -r "$scratch/objects"
sed -i 's/^CONFIG_SLUB_DEBUG=y//' "$scratch/config"
refused 'a build with another one' 65 'CONFIG_SLUB_DEBUG is n' configure
refused 'and once more, though nothing changed' 65 'CONFIG_SLUB_DEBUG is n' \
	configure
finish
