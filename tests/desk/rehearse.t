#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `sandoq rehearse` without a machine: what it does not begin with, and that
# it says why. tests/machine/rehearse.t rehearses an evening.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"

rehearse() {
	"$sandoq" rehearse "$scratch/evening" "$@" </dev/null
}

head -c 4096 /dev/zero >"$scratch/no.efi"
mkdir -p "$scratch/full/desk"
: >"$scratch/file"

refused 'no folder is named' 64 'missing: FOLDER' "$sandoq" rehearse
refused 'a language that it does not speak' 64 "--lang is 'fa' or 'en'" \
	"$sandoq" --lang de rehearse "$scratch/evening"
refused 'a language is missing' 64 "--lang is 'fa' or 'en'" "$sandoq" --lang
refused 'an image that is not there' 66 "'make image' makes one" \
	rehearse --image "$scratch/nothing"
ok 'and no folder was made' test ! -e "$scratch/evening"
refused 'a file for a folder' 73 'cannot create it' \
	"$sandoq" rehearse "$scratch/file" --image "$scratch/no.efi"
refused 'a folder with something else in it' 73 'is not empty' \
	"$sandoq" rehearse "$scratch/full" --image "$scratch/no.efi"
mkdir "$scratch/other"
cp "$scratch/no.efi" "$scratch/other/disk"
refused 'a folder with a file of that name' 73 'is not empty' \
	"$sandoq" rehearse "$scratch/other" --image "$scratch/other/disk"
is 'which is as it was' "$(sha256sum <"$scratch/other/disk")" \
	"$(sha256sum <"$scratch/no.efi")"
: >"$scratch/other/rehearsal"
refused 'an empty file of the name does not make it a rehearsal' 73 \
	'is not empty' "$sandoq" rehearse "$scratch/other" --image \
	"$scratch/no.efi"
refused 'a profile that is not in the tree' 66 'there is no profile abacus' \
	rehearse --image "$scratch/no.efi" --profile abacus
refused 'what was left half made is not gone on with' 73 'is not empty' \
	rehearse --image "$scratch/no.efi"
finish
