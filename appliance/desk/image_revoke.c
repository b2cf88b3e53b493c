/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `image revoke`: signs one operator's approval that earlier images may run no
 * more. Signs for an enrolled machine alone, one step of its counter at a time.
 */
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/common/known_machine.h"
#include "appliance/desk/common/signing.h"
#include "appliance/desk/desk.h"

const struct option image_revoke_options[] = {
	OPTIONS_KNOWN_MACHINE,
	OPTION_KEY("an operator's"),
	OPTION_YES,
	OPTION_OUTPUT("approval"),
	OPTION_END,
};

struct revocation {
	struct known_machine known;
	struct signer signer;
};

static void write_revocation(struct text_writer *text,
	const struct known_machine *known, const struct tpm_name *counter,
	const struct digest *cp_hash)
{
	text_put(text, REVOCATION_MACHINE, bytes_of_text(known->serial));
	text_put(text, REVOCATION_MEANING,
		bytes_of_text(statement_meaning(STATEMENT_REVOCATION)));
	text_put(text, REVOCATION_AK, tpm_name_bytes(&known->machine.ak));
	text_put(text, REVOCATION_INDEX, tpm_name_bytes(counter));
	text_put_number(text, REVOCATION_FROM, known->revocation);
	text_put_number(text, REVOCATION_TO, known->revocation + 1);
	text_put(text, REVOCATION_CPHASH, bytes_of(cp_hash->byte, SHA256_SIZE));
}

static int revoke_with(
	const struct arguments *arguments, const struct revocation *revocation)
{
	static uint8_t space[STATEMENT_MOST];
	struct writer out = writer_of(space, sizeof(space));
	struct text_writer text =
		text_begin(&statement_form[STATEMENT_REVOCATION], false, &out);
	const struct machine *machine = &revocation->known.machine;
	const struct nv_names names = machine_nv_names(machine);
	const struct tpm_name *counter = &names.name[NV_R];
	const struct digest cp_hash = cp_hash_increment(counter);
	const struct authorization authorization = {
		.field = REVOCATION_AUTHORIZATION,
		.scope = machine_scope(machine, APPROVE_REVOKE),
		.cp_hash = &cp_hash,
	};
	write_revocation(&text, &revocation->known, counter, &cp_hash);
	return sign_text(arguments, &text, &revocation->signer, &authorization);
}

int image_revoke_command(const struct arguments *arguments)
{
	struct revocation revocation;
	int status = known_machine_read(
		arguments, ENROLLED_MACHINE, &revocation.known);
	if (status == 0)
		status = signer_read(arguments, &revocation.known.operators,
			&revocation.signer);
	if (status != 0)
		return status;
	status = revoke_with(arguments, &revocation);
	signer_free(&revocation.signer);
	return status;
}
