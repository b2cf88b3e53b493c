#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the build lists of the image, and what is found in the image itself.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"

image=$PWD/build/image/sandoq.efi
if [ ! -f "$image" ]; then
	echo "1..0 # SKIP build/image/sandoq.efi is not built"
	exit 0
fi
inspect() {
	"$sandoq" image inspect "$@"
}
found() {
	jq -r "$@" "$scratch/found"
}

ok 'the image is taken apart' inspect "$image"
inspect "$image" --json >"$scratch/found" || bail 'it cannot be read'
is 'its files are those of the list' \
	"$(found '.files[] | map_values(. // "-") | [.path, .type, .mode,
		.owner, .size, .sha256, .to] | @tsv')" \
	"$(cut -f 1-7 "$image.files")"
is 'every file has a package' "$(awk -F '\t' '$1 != "/unlocked" && $8 == "-"' \
	"$image.files")" ''
is 'its command line is the one that was built in' \
	"$(found .command_line)" "$(cat image/kernel/cmdline)"
is 'its digest is that of the file' "$(found .sha256)" \
	"$(sha256sum <"$image" | cut -d ' ' -f 1)"
is 'its kernel is that of the source' "$(found .kernel)" \
	"$(awk '$1 == "source" { sub(/-.*/, "", $3); print $3 }' \
		build/image/sources) (sandoq@sandoq) #1 SMP @1735689600"
like 'as text, too' "$(found .sha256)" inspect "$image"

ok 'keys are made' image/secure-boot keys "$scratch/own"
ok 'a copy is signed' image/secure-boot sign "$scratch/own" "$image" \
	"$scratch/signed"
is 'which is the same but for its size and SHA-256' \
	"$(inspect "$scratch/signed" --json | jq -S 'del(.size, .sha256)')" \
	"$(found -S 'del(.size, .sha256)')"

head -c 1000000 "$image" >"$scratch/cut"
refused 'a file that is cut off' 65 'is cut off' inspect "$scratch/cut"
refused 'a program that is no kernel' 65 'is not a PE file' inspect "$sandoq"
refused 'a file that is not there' 66 'nowhere' inspect nowhere
cp "$image" "$scratch/damaged"
printf 'xxxxxxxx' | dd of="$scratch/damaged" bs=1 seek=3000000 conv=notrunc \
	status=none
refused 'a damaged kernel' 65 'damaged' inspect "$scratch/damaged"

# What SPDX 2.3 demands (clauses 6 to 8 and 11), and no reference dangles.
spdx=$image.spdx.json
valid() {
	jq -e "$1" "$spdx"
}
ok 'SPDX: the document' valid '
	.spdxVersion == "SPDX-2.3" and .dataLicense == "CC0-1.0" and
	.SPDXID == "SPDXRef-DOCUMENT" and (.name | length > 0) and
	(.documentNamespace | test("^https://[^#]*$")) and
	(.creationInfo.created | test("^[0-9]{4}-.*Z$")) and
	(.creationInfo.creators | length > 0 and
		all(test("^(Tool|Person|Organization): ")))'
ok 'SPDX: its packages' valid '.packages | length > 10 and all(
	(.SPDXID | test("^SPDXRef-[A-Za-z0-9.-]+$")) and (.name | length > 0)
	and .downloadLocation != null and .licenseConcluded != null and
	.licenseDeclared != null and .copyrightText != null and
	.filesAnalyzed == false)'
ok 'SPDX: its files' valid '.files | length > 5 and all(
	(.SPDXID | test("^SPDXRef-[A-Za-z0-9.-]+$")) and
	(.fileName | test("^\\./")) and .licenseConcluded != null and
	.copyrightText != null and ([.checksums[] | "\(.algorithm) " +
		"\(.checksumValue | length)"] | sort) ==
		["SHA1 40", "SHA256 64"])'
ok 'SPDX: every identifier is there once' valid \
	'[.SPDXID, .packages[].SPDXID, .files[].SPDXID] |
		length == (unique | length)'
# shellcheck disable=SC2016 # of jq
ok 'SPDX: every relationship leads somewhere' valid \
	'[.SPDXID, .packages[].SPDXID, .files[].SPDXID] as $known |
		[.relationships[] | .spdxElementId, .relatedSpdxElement] |
		unique - $known == []'
# shellcheck disable=SC2016 # of jq
ok 'SPDX: every file is in the image and in one package' valid \
	'.relationships as $all | .files | all(.SPDXID as $id | [$all[] |
		select(.relationshipType == "CONTAINS" and
			.relatedSpdxElement == $id) | .spdxElementId] |
		length == 2 and (index("SPDXRef-image") != null))'
is 'SPDX: its files are those of the image' \
	"$(jq -r '.files[] | "\(.fileName[1:]) \(.checksums[1].checksumValue)"' \
		"$spdx")" \
	"$(found '.files[] | select(.type == "file") | "\(.path) \(.sha256)"')"
is 'SPDX: it describes this image' "$(jq -r '.packages[] |
	select(.SPDXID == "SPDXRef-image") | .checksums[0].checksumValue' \
	"$spdx")" "$(found .sha256)"
finish
