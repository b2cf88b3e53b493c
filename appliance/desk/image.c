/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/common/known_machine.h"
#include "appliance/desk/common/profiles.h"
#include "appliance/desk/common/signing.h"
#include "appliance/desk/desk.h"
#include "appliance/desk/image/secure_boot_keys.h"
#include "tpm/policy/authenticode.h"

#include <stdlib.h>
#include <string.h>

enum {
	IMAGE_MOST = 256 * 1024 * 1024,
	EVENT_LOG_MOST = 1024 * 1024,
	PCR_LINE_MOST = 80,
	/* What R is after its first increment in a TPM without history. */
	FIRST_REVOCATION = 1,
};

const struct option image_profile_options[] = {
	{ "EVENT-LOG", NULL, "binary event log of a boot of the image",
		REQUIRED },
	{ "IMAGE", NULL, "that image, an EFI program", REQUIRED },
	{ "--secure-boot", "DIR",
		"leave the Secure Boot keys open; those of that boot are here",
		OPTIONAL },
	OPTION_OUTPUT("boot profile"),
	OPTION_END,
};

const struct option image_predict_options[] = {
	{ "IMAGE", NULL, "the image, an EFI program", REQUIRED },
	OPTION_PROFILE("to predict them for", REQUIRED),
	OPTION_JSON,
	OPTION_END,
};

const struct option image_approve_options[] = {
	{ "IMAGE", NULL, "the image, an EFI program", REQUIRED },
	OPTION_PROFILE("to approve it for", REQUIRED),
	OPTION_SENT,
	OPTION_OPERATORS(REQUIRED),
	OPTION_KEY("an operator's"),
	OPTION_YES,
	{ "--revocation", "NUMBER",
		"void once the machine's revocation counter is above this; "
		"what it is now, if not given",
		OPTIONAL },
	OPTION_OUTPUT("approval"),
	OPTION_END,
};

static int image_digest(const char *path, struct digest *out)
{
	struct file image;
	int status = file_read(path, IMAGE_MOST, &image);
	if (status != 0)
		return status;
	refusal refused = authenticode_digest(file_bytes(&image), out);
	file_free(&image);
	if (refused != NULL)
		return fail(EX_DATAERR, path, 0,
			"%s; give the image's EFI file", refused);
	return 0;
}

static int read_log(
	const char *path, const struct digest *image, struct boot_profile *out)
{
	struct file log;
	int status = file_read(path, EVENT_LOG_MOST, &log);
	if (status != 0)
		return status;
	refusal refused = boot_profile_of_log(file_bytes(&log), image, out);
	file_free(&log);
	if (refused != NULL)
		return fail(EX_DATAERR, path, 0,
			"%s; boot that image on the reference machine and "
			"take its log",
			refused);
	return 0;
}

static int leave_keys_open(
	const char *path, const char *folder, struct boot_profile *profile)
{
	struct secure_boot_files keys;
	struct digest events[OPEN_EVENTS];
	int status = secure_boot_files_read(folder, &keys);
	if (status != 0)
		return status;
	secure_boot_events(&keys.keys, events);
	refusal refused = boot_profile_open(profile, events);
	secure_boot_files_free(&keys);
	if (refused != NULL)
		return fail(EX_DATAERR, path, 0,
			"%s; give the folder of the keys that the reference "
			"machine has",
			refused);
	return 0;
}

int image_profile_command(const struct arguments *arguments)
{
	const char *path = argument(arguments, "EVENT-LOG");
	const char *keys = argument(arguments, "--secure-boot");
	const char *output = argument(arguments, "--output");
	struct boot_profile profile;
	struct digest image;
	int status = image_digest(argument(arguments, "IMAGE"), &image);
	if (status == 0)
		status = read_log(path, &image, &profile);
	if (status == 0 && keys != NULL)
		status = leave_keys_open(path, keys, &profile);
	if (status != 0)
		return status;
	return boot_profile_write(output != NULL ? output : "-", &profile);
}

/* The profile as it is for this image. */
static int predicted(const struct arguments *arguments, struct digest *image,
	struct boot_profile *profile, struct pcr_set *pcrs)
{
	int status = image_digest(argument(arguments, "IMAGE"), image);
	if (status == 0)
		status = boot_profile_read(
			argument(arguments, "--profile"), false, profile);
	if (status != 0)
		return status;
	boot_profile_set_image(profile, image);
	boot_profile_predict(profile, pcrs);
	return 0;
}

static void report_pcr(
	json_t *table, uint32_t index, const struct digest *value)
{
	char hex[2 * SHA256_SIZE];
	struct writer writer = writer_of(hex, sizeof(hex));
	write_hex(&writer, bytes_of(value->byte, SHA256_SIZE));
	json_array_append_new(table, json_pack("{s:i, s:s%}", "pcr", (int)index,
					     "value", hex, sizeof(hex)));
}

static json_t *values_of(const struct pcr_set *pcrs)
{
	json_t *table = json_array();
	for (uint32_t i = 0; i < PCR_COUNT; i++)
		if ((pcrs->mask >> i & 1) != 0)
			report_pcr(table, i, &pcrs->value[i]);
	return table;
}

/* Why no approval binds them. */
static json_t *unbound(uint32_t mask)
{
	static const char *const reason[PCR_COUNT] = {
		[1] = "settings and boot order; what was started is in PCR 4",
		[5] = "partition table, which has the journal's size",
		[6] = "left to the computer's maker",
		[14] = "airlock: a courier boot extends it itself",
	};
	json_t *table = json_array();
	for (int i = 0; i < PCR_COUNT; i++)
		if ((PCR_STATIC_MASK & ~mask) >> i & 1)
			json_array_append_new(table,
				json_pack("{s:i, s:s}", "pcr", i, "reason",
					reason[i] != NULL
						? reason[i]
						: "nothing extends it"));
	return table;
}

/* The event log without its nesting, to be read by people. */
static json_t *flattened(const json_t *log)
{
	json_t *table = json_array();
	size_t index;
	json_t *record;
	json_array_foreach(log, index, record)
	{
		json_t *digest =
			json_array_get(json_object_get(record, "digests"), 0);
		json_array_append_new(table,
			json_pack("{s:O, s:O, s:O}", "pcr",
				json_object_get(record, "pcr"), "event_type",
				json_object_get(
					json_object_get(record, "content"),
					"event_type"),
				"sha256", json_object_get(digest, "digest")));
	}
	return table;
}

int image_predict_command(const struct arguments *arguments)
{
	struct boot_profile profile;
	struct digest image;
	struct pcr_set pcrs = { 0 };
	int status = predicted(arguments, &image, &profile, &pcrs);
	if (status != 0)
		return status;

	struct report report = report_begin(arguments);
	struct digest all = pcr_set_digest(&pcrs);
	json_t *log = boot_profile_event_log(&profile);

	report_text(&report, "profile", argument(arguments, "--profile"));
	report_hex(&report, "image", bytes_of(image.byte, SHA256_SIZE));
	report_hex(&report, "pcr_digest", bytes_of(all.byte, SHA256_SIZE));
	report_value(&report, "pcrs", values_of(&pcrs));
	report_value(&report, "not_bound", unbound(pcrs.mask));
	report_value(&report, "events",
		report.json ? json_incref(log) : flattened(log));
	json_decref(log);
	return report_end(&report, 0);
}

/* One operator's approval of one boot state of one machine. */
struct approval_task {
	struct signer signer;
	struct known_machine known;
	struct digest image;
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

/* What the TPM is to hold and to demand: the approval's last fields. */
static void put_policy(
	struct text_writer *text, const struct approval_task *task)
{
	const struct machine *machine = &task->known.machine;
	struct nv_names names = machine_nv_names(machine);
	struct tpm_name index =
		task->known.written ? names.name[NV_A]
				    : machine_nv_name_unwritten(machine, NV_A);
	struct digest cp_hash = boot_approval_cp_hash(
		machine, &task->boot, task->known.written);
	struct approval_scope scope = machine_scope(machine, APPROVE_BOOT);
	uint8_t value[TPM_NAME_SIZE];
	boot_policy_value(&task->boot, &names, value);
	put(text, BOOT_POLICY, bytes_of(value + 2, SHA256_SIZE));
	put(text, BOOT_INDEX, tpm_name_bytes(&index));
	put_digest(text, BOOT_CPHASH, &cp_hash);
	put_authorization(
		text, BOOT_AUTHORIZATION, &task->signer, &scope, &cp_hash);
}

static refusal write_approval(
	const struct approval_task *task, struct writer *out)
{
	struct text_writer text = text_begin(
		&statement_form[STATEMENT_BOOT_APPROVAL], false, out);
	put(&text, BOOT_MACHINE, bytes_of_text(task->known.serial));
	put(&text, BOOT_MEANING,
		bytes_of_text(statement_meaning(STATEMENT_BOOT_APPROVAL)));
	put(&text, BOOT_AK, tpm_name_bytes(&task->known.machine.ak));
	put_digest(&text, BOOT_IMAGE, &task->image);
	put_pcrs(&text, &task->boot.pcrs);
	text_put_number(&text, BOOT_REVOCATION, task->boot.epoch);
	put_policy(&text, task);
	return text_end(&text);
}

static int approve(
	const struct arguments *arguments, const struct approval_task *task)
{
	static uint8_t text[STATEMENT_MOST];
	struct writer out = writer_of(text, sizeof(text));
	refusal refused = boot_policy_check(&task->boot);
	if (refused == NULL)
		refused = write_approval(task, &out);
	if (refused != NULL)
		return fail(EX_DATAERR, NULL, 0, "%s", refused);
	return sign_text(arguments, written(&out), &task->signer);
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

int image_approve_command(const struct arguments *arguments)
{
	struct approval_task task = { 0 };
	struct boot_profile profile;
	int status =
		predicted(arguments, &task.image, &profile, &task.boot.pcrs);
	if (status == 0)
		status = known_machine_read(arguments, &task.known);
	if (status == 0)
		status = read_epoch(arguments, &task);
	if (status == 0)
		status = signer_read(argument(arguments, "--key"),
			&task.known.operators, &task.signer);
	if (status != 0)
		return status;
	status = approve(arguments, &task);
	signer_free(&task.signer);
	return status;
}
