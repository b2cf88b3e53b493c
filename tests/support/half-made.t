#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A test program whose TPM cannot be made says so and ends: what takes it down
# afterwards does not fall over what is not there.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/tap.sh"

cat >"$scratch/swtpm_setup" <<-'END'
	#!/bin/sh
	exit 1
END
chmod +x "$scratch/swtpm_setup"

for program in build/native/tests/tpm/test_* \
	build/native/tests/tpm/policy/test_{attest,credential} \
	build/native/tests/faults/test_tpm \
	build/native/tests/desk/test_role_minimal; do
	case $program in
	*/test_round_trip | *.o | *.d) continue ;; # the first needs none
	esac
	status=0
	PATH=$scratch:$PATH CMOCKA_MESSAGE_OUTPUT=STDOUT "$program" \
		>"$scratch/said" 2>&1 || status=$?
	name=${program#build/native/tests/}
	ok "$name fails without a TPM" test "$status" -ne 0
	ok "$name dies of no signal" test "$status" -lt 128
	ok "$name says why" grep -q 'Group setup failed\|swtpm.c:' "$scratch/said"
	ok "$name does not fall over what is missing" \
		test -z "$(grep 'Segmentation' "$scratch/said")"
done
finish
