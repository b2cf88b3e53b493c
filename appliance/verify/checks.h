/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The single checks, by the file that has them, and no others than the table
 * of verify.c runs. Each relies on what the steps that its row names have put
 * into the chain; it refuses with a reason, and never prints or ends anything.
 */
#ifndef SANDOQ_VERIFY_CHECKS_H
#define SANDOQ_VERIFY_CHECKS_H

#include "appliance/verify/chain.h"

/* verify_election.c */
refusal verify_definition(struct chain *);
refusal verify_definition_note(struct chain *);
refusal verify_box_key(struct chain *);
refusal verify_result_key(struct chain *);
refusal verify_election_keys(struct chain *);

/* verify_machine.c */
refusal verify_operators(struct chain *);
refusal verify_authority(struct chain *);
refusal verify_ek(struct chain *);
refusal verify_ak(struct chain *);
refusal verify_indices(struct chain *);
refusal verify_activation(struct chain *);
refusal verify_enrolment(struct chain *);

/* verify_journal.c */
refusal verify_journal(struct chain *);
refusal verify_boxes(struct chain *);
refusal verify_ciphertext(struct chain *);
refusal verify_members(struct chain *);

/* verify_anchor.c */
refusal verify_closing_anchor(struct chain *);
refusal verify_release_anchor(struct chain *);
refusal verify_present_anchor(struct chain *);

/* verify_boot.c */
refusal verify_challenge(struct chain *);
refusal verify_nonce(struct chain *);
refusal verify_quote(struct chain *);
refusal verify_pcrs(struct chain *);
refusal verify_event_log(struct chain *);

/* verify_headers.c */
refusal verify_headers(struct chain *);

/* verify_approvals.c */
refusal verify_boot_approvals(struct chain *);
refusal verify_open_approvals(struct chain *);
refusal verify_release_approvals(struct chain *);

/* verify_abandonment.c */
refusal verify_going_on(struct chain *);
refusal verify_abandonment(struct chain *);

/* verify_result.c */
refusal verify_result_note(struct chain *);
refusal verify_result(struct chain *);

#endif
