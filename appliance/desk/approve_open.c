/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `approve open`: signs an officer's approval that the boxes are opened. Signs
 * nothing that was not verified.
 */
#include "appliance/desk/common/approving.h"
#include "appliance/desk/common/completeness.h"
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/common/signing.h"
#include "appliance/desk/desk.h"

const struct option approve_open_options[] = {
	OPTION_DEFINITION,
	OPTION_SENT,
	OPTION_AUTHORITIES,
	OPTION_KEY("an officer's"),
	OPTION_WITHOUT,
	OPTION_YES,
	OPTION_OUTPUT("approval"),
	OPTION_END,
};

static const struct approval_kind kind = {
	STATEMENT_OPEN,
	VERIFY_INTAKE,
	OFFICERS,
	APPROVE_OPEN,
	OPEN_AUTHORIZATION,
	NULL,
};

int approve_open_command(const struct arguments *arguments)
{
	return approve_verified(&kind, arguments);
}
