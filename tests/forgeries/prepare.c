/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody who had the computer before, or has it for a night, can do to
 * a TPM whose hierarchies nobody has locked yet.
 */
#include "tests/forgeries/rig.h"
#include "tests/support/swtpm.h"
#include "tpm/context.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FOLDER = 2, WHAT, ARGUMENTS };

static const struct {
	const char *name;
	ESYS_TR reference;
} hierarchies[] = {
	{ "owner", ESYS_TR_RH_OWNER },
	{ "endorsement", ESYS_TR_RH_ENDORSEMENT },
	{ "lockout", ESYS_TR_RH_LOCKOUT },
};

static TSS2_RC set_authorization(struct tpm *tpm, ESYS_TR hierarchy)
{
	const TPM2B_AUTH known = { .size = 5, .buffer = "known" };
	return Esys_HierarchyChangeAuth(tpm->esys, hierarchy, ESYS_TR_PASSWORD,
		ESYS_TR_NONE, ESYS_TR_NONE, &known);
}

static TSS2_RC set_policy(struct tpm *tpm, ESYS_TR hierarchy)
{
	const TPM2B_DIGEST policy = { .size = SHA256_SIZE };
	return Esys_SetPrimaryPolicy(tpm->esys, hierarchy, ESYS_TR_PASSWORD,
		ESYS_TR_NONE, ESYS_TR_NONE, &policy, TPM2_ALG_SHA256);
}

static const struct {
	const char *name;
	TSS2_RC (*set)(struct tpm *, ESYS_TR hierarchy);
} deeds[] = {
	{ "authorization", set_authorization },
	{ "policy", set_policy },
};

static bool prepare(struct tpm *tpm, const char *what)
{
	char name[64];
	for (size_t i = 0; i < 3; i++)
		for (size_t j = 0; j < 2; j++) {
			snprintf(name, sizeof(name), "%s-%s",
				hierarchies[i].name, deeds[j].name);
			if (strcmp(name, what) == 0)
				return deeds[j].set(tpm,
					       hierarchies[i].reference) == 0;
		}
	return false;
}

bool prepare_main(int argc, char **argv, int *status)
{
	char folder[256];
	struct swtpm *swtpm;
	struct tpm *tpm;
	if (argc != ARGUMENTS || strcmp(argv[1], "prepare") != 0)
		return false;
	snprintf(folder, sizeof(folder), "%s/tpm", argv[FOLDER]);
	swtpm = swtpm_at(folder);
	tpm = tpm_open(swtpm_start(swtpm));
	assert_non_null(tpm);
	*status = prepare(tpm, argv[WHAT]) ? 0 : 1;
	tpm_close(tpm);
	swtpm_leave(swtpm);
	return true;
}
