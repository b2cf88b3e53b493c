/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/known_machine.h"
#include "appliance/record/members.h"

#include <string.h>
#include <sysexits.h>

static void know(const struct chain *chain, struct known_machine *out)
{
	out->operators = chain->operator_roster;
	out->machine = chain->machine;
	out->authority = chain->authority;
	out->revocation = out->enrolled ? chain->revocation : 0;
	memcpy(out->serial, chain->serial.data, chain->serial.size);
}

static int verify_machine(const struct arguments *arguments,
	enum machines wanted, const struct evidence *evidence,
	struct known_machine *out)
{
	static struct chain chain;
	struct checks checks;
	int status = 0;
	out->enrolled = archive_find(evidence->sent, nv_members[NV_A]).size > 0;
	if (wanted == ENROLLED_MACHINE && !out->enrolled)
		return fail(EX_DATAERR, argument(arguments, "--sent"), 0,
			"it is not of an enrolled machine; fetch the machine's "
			"outbox again");
	if (verify(out->enrolled ? VERIFY_NOW : VERIFY_IDENTITY, evidence,
		    &chain, &checks))
		know(&chain, out);
	else
		status = refused_checks(arguments, &checks, UNDONE_SIGNATURE);
	verify_free(&chain);
	return status;
}

int known_machine_read(const struct arguments *arguments, enum machines wanted,
	struct known_machine *out)
{
	static struct evidence_files files;
	*out = (struct known_machine){ 0 };
	int status = evidence_read(arguments, &files);
	/* An approval's profile is of the boot to come. */
	files.evidence.profile = NULL;
	if (status == 0)
		status =
			verify_machine(arguments, wanted, &files.evidence, out);
	evidence_free(&files);
	return status;
}
