# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# For tests in shell that hold elections on a machine without its computer
# (rig.h): sourced after tap.sh, it skips the test where there is no image.
#
#	step WHAT...	a step of rig.sh; the machine, the desk and the media lie
#			in the folder $city

: "${scratch:?}"

if [ ! -f build/image/sandoq.efi ]; then
	echo '1..0 # SKIP build/image/sandoq.efi is not built'
	exit 0
fi
PROGRAM=$PWD/build/native/tests/forgeries/test_forgeries
export PROGRAM
city=$scratch/city

step() {
	tests/forgeries/rig.sh "$city" "$@"
}

mkdir "$city"
