/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `approve release`: signs an auditor's approval that a closed result is signed
 * by the machine. Signs nothing that was not verified.
 */
#include "appliance/desk/common/approving.h"
#include "appliance/desk/common/completeness.h"
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/common/signing.h"
#include "appliance/desk/desk.h"

const struct option approve_release_options[] = {
	OPTION_DEFINITION,
	OPTION_SENT,
	OPTION_AUTHORITIES,
	OPTION_COMPARED_PROFILE(REQUIRED),
	OPTION_NONCE(REQUIRED),
	OPTION_KEY("an auditor's"),
	OPTION_WITHOUT,
	OPTION_YES,
	OPTION_OUTPUT("approval"),
	OPTION_END,
};

static const struct approval_kind kind = {
	STATEMENT_RELEASE,
	VERIFY_CLOSED,
	AUDITORS,
	APPROVE_RELEASE,
	RELEASE_VALUES,
	RELEASE_AUTHORIZATION,
	"You approve this result by its digest alone, without its numbers. "
	"Only a recount shows\nthat they follow from the boxes: sandoq recount "
	"--sent ... --escrow ...",
	NULL,
};

int approve_release_command(const struct arguments *arguments)
{
	return approve_verified(&kind, arguments);
}
