/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `image approve`: signs one operator's approval of one boot state of one
 * machine. It signs for the image and the machine that it was given, and
 * nothing that the boot policy would not take.
 */
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/common/known_machine.h"
#include "appliance/desk/common/signing.h"
#include "appliance/desk/desk.h"
#include "appliance/desk/image/image_file.h"
#include "appliance/formats/crypto.h"

#include <stdlib.h>

enum {
	PCR_LINE_MOST = 80,
	/* What R is after its first increment in a TPM without history. */
	FIRST_REVOCATION = 1,
};

const struct option image_approve_options[] = {
	{ "IMAGE", NULL, "the image, an EFI program", REQUIRED },
	OPTION_PROFILE("to approve it for", REQUIRED),
	OPTIONS_KNOWN_MACHINE,
	OPTION_AUTHORITY(OPTIONAL),
	{ "--secret", "FILE",
		"of a blank machine: the secret of your own credential, by "
		"'sandoq machine enrol'",
		OPTIONAL },
	OPTION_KEY("an operator's"),
	OPTION_YES,
	{ "--revocation", "NUMBER",
		"void once the machine's revocation counter is above this; "
		"what it is now, if not given",
		OPTIONAL },
	OPTION_OUTPUT("approval"),
	OPTION_END,
};

/* One operator's approval of one boot state of one machine. */
struct approval_task {
	struct signer signer;
	struct known_machine known;
	struct digest image;
	struct digest credential; /* zeros when the machine is enrolled */
	struct boot_policy boot;
};

static void put(struct text_writer *text, size_t field, struct bytes value)
{
	text_put(text, field, value);
}

static void put_digest(
	struct text_writer *text, size_t field, const struct digest *value)
{
	put(text, field, bytes_of(value->byte, SHA256_SIZE));
}

static void put_pcrs(struct text_writer *text, const struct pcr_set *pcrs)
{
	for (uint32_t i = 0; i < PCR_COUNT; i++) {
		char line[PCR_LINE_MOST];
		struct writer writer = writer_of(line, sizeof(line));
		struct statement_pcr pcr = { i, pcrs->value[i] };
		if ((pcrs->mask >> i & 1) == 0)
			continue;
		write_statement_pcr(&writer, &pcr);
		put(text, BOOT_PCR, written(&writer));
	}
}

/*
 * What the TPM is to hold and to demand, and to open: the last fields but the
 * authorization.
 */
static void put_policy(struct text_writer *text,
	const struct approval_task *task, const struct digest *cp_hash)
{
	const struct machine *machine = &task->known.machine;
	struct nv_names names = machine_nv_names(machine);
	struct tpm_name index =
		task->known.enrolled ? names.name[NV_A]
				     : machine_nv_name_unwritten(machine, NV_A);
	uint8_t value[TPM_NAME_SIZE];
	boot_policy_value(&task->boot, &names, value);
	put(text, BOOT_POLICY, bytes_of(value + 2, SHA256_SIZE));
	put(text, BOOT_INDEX, tpm_name_bytes(&index));
	put_digest(text, BOOT_CPHASH, cp_hash);
	put_digest(text, BOOT_CREDENTIAL, &task->credential);
}

static void write_approval(struct text_writer *text,
	const struct approval_task *task, const struct digest *cp_hash)
{
	put(text, BOOT_MACHINE, bytes_of_text(task->known.serial));
	put(text, BOOT_MEANING,
		bytes_of_text(statement_meaning(STATEMENT_BOOT_APPROVAL)));
	put(text, BOOT_AK, tpm_name_bytes(&task->known.machine.ak));
	put_digest(text, BOOT_AUTHORITY, &task->known.authority);
	put_digest(text, BOOT_IMAGE, &task->image);
	put_pcrs(text, &task->boot.pcrs);
	text_put_number(text, BOOT_REVOCATION, task->boot.epoch);
	put_policy(text, task, cp_hash);
}

static int approve(
	const struct arguments *arguments, const struct approval_task *task)
{
	static uint8_t space[STATEMENT_MOST];
	struct writer out = writer_of(space, sizeof(space));
	struct text_writer text = text_begin(
		&statement_form[STATEMENT_BOOT_APPROVAL], false, &out);
	const struct machine *machine = &task->known.machine;
	const struct digest cp_hash = boot_approval_cp_hash(
		machine, &task->boot, task->known.enrolled);
	const struct authorization authorization = {
		.field = BOOT_AUTHORIZATION,
		.scope = machine_scope(machine, APPROVE_BOOT),
		.cp_hash = &cp_hash,
	};
	refusal refused = boot_policy_check(&task->boot);
	if (refused != NULL)
		return fail(EX_DATAERR, NULL, 0, "%s", refused);
	write_approval(&text, task, &cp_hash);
	return sign_text(arguments, &text, &task->signer, &authorization);
}

/* What it is given, or what R is now: the machine takes nothing below. */
static int read_epoch(
	const struct arguments *arguments, struct approval_task *task)
{
	uint64_t now = task->known.revocation;
	task->boot.epoch = now > 0 ? now : FIRST_REVOCATION;
	return argument_number(
		arguments, "--revocation", 1, INT64_MAX, &task->boot.epoch);
}

static int digest_secret(const char *path, struct digest *out)
{
	struct file secret;
	int status = file_read(path, SHA256_SIZE, &secret);
	if (status != 0)
		return status;
	if (secret.size != SHA256_SIZE)
		status = fail(EX_DATAERR, path, 0,
			"it is no secret by 'sandoq machine enrol'");
	*out = sha256(file_bytes(&secret));
	file_free(&secret);
	return status;
}

/* A blank machine's TPM has to prove itself to whoever approves. */
static int read_credential(
	const struct arguments *arguments, struct approval_task *task)
{
	const char *secret = argument(arguments, "--secret");
	if (!task->known.enrolled && secret == NULL)
		return fail(EX_USAGE, NULL, 0,
			"--secret is missing; make a credential of your own "
			"with 'sandoq machine enrol' first");
	if (task->known.enrolled && secret != NULL)
		return fail(EX_USAGE, NULL, 0,
			"--secret goes with a blank machine alone; this one is "
			"enrolled");
	return secret == NULL ? 0 : digest_secret(secret, &task->credential);
}

int image_approve_command(const struct arguments *arguments)
{
	struct approval_task task = { 0 };
	struct boot_profile profile;
	int status = image_prediction(
		arguments, &task.image, &profile, &task.boot.pcrs);
	if (status == 0)
		status =
			known_machine_read(arguments, ANY_MACHINE, &task.known);
	if (status == 0)
		status = read_credential(arguments, &task);
	if (status == 0)
		status = read_epoch(arguments, &task);
	if (status == 0)
		status = signer_read(
			arguments, &task.known.operators, &task.signer);
	if (status != 0)
		return status;
	status = approve(arguments, &task);
	signer_free(&task.signer);
	return status;
}
