#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Another computer around the same TPM and disk: other firmware, or a TPM that
# keeps a second bank of PCRs.
. "$(dirname "$0")/../support/tap.sh"
. tests/machine/prepare.sh
. tests/machine/refusals.sh

# --- other firmware ---

code=/usr/share/OVMF/OVMF_CODE_4M.fd
empty=/usr/share/OVMF/OVMF_VARS_4M.fd
take_state sealed
sed -i "s,^firmware_code=.*,firmware_code=$code," "$machine/profile"
refused 'other firmware: not without saying so in the profile' 65 \
	"$code: is not the firmware that" start_machine
hash=$(sha256sum <"$code" | cut -c -64)
sed -i "s/^firmware_code_sha256=.*/firmware_code_sha256=$hash/" \
	"$machine/profile"
sed -i "s,^firmware_vars=.*,firmware_vars=$empty," "$machine/profile"
hash=$(sha256sum <"$empty" | cut -c -64)
sed -i "s/^firmware_vars_sha256=.*/firmware_vars_sha256=$hash/" \
	"$machine/profile"
start_other 'other firmware' --vars "$empty"
refuses_keys 'other firmware' 'PCR 0' \
	'boot state: PCR 0 differs from the approved boot'

# --- a second bank of PCRs ---

take_state sealed
swtpm_setup --tpm2 --tpmstate "$machine/tpm" --reconfigure \
	--pcr-banks sha1,sha256 >"$scratch/.said" 2>&1 || {
	comment <"$scratch/.said"
	bail 'the TPM takes no second bank'
}
start_other 'second bank'
refuses_keys 'second bank' \
	'the TPM has another PCR bank active than sha256 alone' \
	'boot state: the event log has other banks than SHA-256 alone'
finish
