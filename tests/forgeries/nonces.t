#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One who carries the officers' approvals wants another nonce in the quote: then
# no auditor could ever approve the result. And approvals as they were made.
. "$(dirname "$0")/../support/tap.sh"
. tests/forgeries/machine.sh

ok 'a machine begins' step begin
ok 'it is enrolled' step enrol_machine
ok 'an election is sealed, and boxes come' step seal_and_deliver
ok 'other nonces are refused' step exchange_nonces
ok 'what the officers made opens the boxes' step open_boxes
ok 'the auditor finds the nonce in the evidence' step evidence
ok 'and can approve the result' step release_result
finish
