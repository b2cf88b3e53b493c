/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/common/profiles.h"
#include "appliance/desk/common/software.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

enum { AUTHORITIES_MOST = 1 << 20 };

/* NULL as well where the command has no such option. */
static const char *given(const struct arguments *arguments, const char *name)
{
	for (const struct option *o = arguments->options; o->name != NULL; o++)
		if (strcmp(o->name, name) == 0)
			return argument(arguments, name);
	return NULL;
}

/* Fills `file` and the view, when the option was given. */
static int read_given(const struct arguments *arguments, const char *name,
	size_t most, struct file *file, struct bytes *view)
{
	const char *path = given(arguments, name);
	if (path == NULL)
		return 0;
	int status = file_read(path, most, file);
	if (status == 0)
		*view = file_bytes(file);
	return status;
}

int definition_read(const char *path, struct file *file, struct definition *out)
{
	char error[DEFINITION_ERROR_MOST];
	/* One that is too large is refused by who knows what to do. */
	int status = file_read(path, 2 * (uint64_t)DEFINITION_SIZE_MOST, file);
	if (status != 0)
		return status;
	if (definition_parse(out, file_bytes(file), error))
		return 0;
	file_free(file);
	return fail(EX_DATAERR, path, 0, "%s", error);
}

static int read_definition(
	const struct arguments *arguments, struct evidence_files *out)
{
	const char *path = given(arguments, "--definition");
	if (path == NULL)
		return 0;
	int status =
		definition_read(path, &out->definition_file, &out->definition);
	if (status != 0)
		return status;
	out->has_definition = true;
	out->evidence.definition = &out->definition;
	out->evidence.definition_file = file_bytes(&out->definition_file);
	return 0;
}

static int read_profile(
	const struct arguments *arguments, struct evidence_files *out)
{
	const char *name = given(arguments, "--profile");
	if (name == NULL)
		return 0;
	int status = boot_profile_read(name, false, &out->profile);
	if (status != 0)
		return status;
	out->evidence.profile = &out->profile;
	return 0;
}

static int read_texts(
	const struct arguments *arguments, struct evidence_files *out)
{
	struct evidence *evidence = &out->evidence;
	int status = read_given(arguments, "--operators", STATEMENT_MOST,
		&out->operators, &evidence->operators);
	if (status == 0)
		status = read_given(arguments, "--authority", STATEMENT_MOST,
			&out->authority, &evidence->authority);
	if (status == 0)
		status = read_given(arguments, "--enrolment", STATEMENT_MOST,
			&out->enrolment, &evidence->enrolment);
	if (status == 0)
		status =
			read_given(arguments, "--authorities", AUTHORITIES_MOST,
				&out->authorities, &evidence->authorities);
	if (status == 0)
		status = read_given(arguments, "--nonce", STATEMENT_MOST,
			&out->nonce, &evidence->nonce);
	return status;
}

static int read_earlier(
	const struct arguments *arguments, struct evidence_files *out)
{
	const char *path = given(arguments, "--earlier");
	int status = path == NULL ? 0 : archive_file_read(path, &out->earlier);
	if (path != NULL && status == 0)
		out->sent.archive.earlier = &out->earlier.archive;
	return status;
}

int evidence_read(const struct arguments *arguments, struct evidence_files *out)
{
	*out = (struct evidence_files){ .evidence.now = time(NULL) };
	int status =
		archive_file_read(argument(arguments, "--sent"), &out->sent);
	if (status != 0)
		return status;
	out->evidence.sent = &out->sent.archive;
	status = read_earlier(arguments, out);
	if (status == 0)
		status = read_definition(arguments, out);
	if (status == 0)
		status = read_profile(arguments, out);
	return status != 0 ? status : read_texts(arguments, out);
}

void evidence_free(struct evidence_files *files)
{
	archive_file_free(&files->sent);
	archive_file_free(&files->earlier);
	if (files->has_definition)
		definition_free(&files->definition);
	file_free(&files->definition_file);
	file_free(&files->operators);
	file_free(&files->authority);
	file_free(&files->enrolment);
	file_free(&files->authorities);
	file_free(&files->nonce);
	*files = (struct evidence_files){ 0 };
}

static void report_authority(struct report *report, const struct chain *chain)
{
	const struct roster *authority = &chain->authority_roster;
	json_t *ids = json_array();
	for (size_t i = 0; i < authority->quorum.of; i++)
		json_array_append_new(ids, json_string(authority->id[i]));
	report_value(report, "authority", ids);
	report_number(report, "authority_need", authority->quorum.need);
	report_number(report, "authority_each", authority->quorum.each);
	report_hex(report, "authority_text",
		bytes_of(chain->authority.byte, SHA256_SIZE));
}

void report_identity(struct report *report, const struct chain *chain)
{
	const struct definition *definition = chain->evidence->definition;
	char serial[STATEMENT_LINE_MOST + 1] = "";
	struct writer out = writer_of(serial, sizeof(serial) - 1);
	if (definition != NULL)
		report_hex(report, "definition",
			bytes_of(
				definition->plan.definition.byte, SHA256_SIZE));
	report_authority(report, chain);
	if (chain->in_force != NULL)
		report_hex(report, "image",
			bytes_of(chain->in_force->image.byte, SHA256_SIZE));
	write_bytes(&out, chain->serial);
	report_text(report, "machine", serial);
	report_hex(report, "ak", tpm_name_bytes(&chain->machine.ak));
	report_software(report, chain);
}

void report_checks(struct report *report, const struct checks *checks)
{
	for (size_t i = 0; i < checks->count; i++) {
		const struct check *check = &checks->check[i];
		if (check->outcome == CHECK_NOT_MADE)
			report_unchecked(report, check->name, check->reason);
		else
			report_check(report, check->name,
				check->outcome == CHECK_PASSED ? NULL
							       : check->reason);
	}
}

int refused_checks(const struct arguments *arguments,
	const struct checks *checks, enum undone undone)
{
	static const char *const so[] = {
		[UNDONE_SIGNATURE] = "nothing was signed",
		[UNDONE_PAGE] = "no page was written",
		[UNDONE_NUMBERS] = "no numbers are told",
	};
	const char *path = argument(arguments, "--sent");
	for (size_t i = 0; i < checks->count; i++) {
		const struct check *check = &checks->check[i];
		if (check->outcome == CHECK_REFUSED)
			fail(EX_DATAERR, path, 0, "%s: %s", check->name,
				check->reason);
	}
	return fail(EX_DATAERR, path, 0,
		"this does not verify, so %s; do not use it", so[undone]);
}

int with_evidence(const struct arguments *arguments, evidence_use *use)
{
	static struct evidence_files files;
	int status = evidence_read(arguments, &files);
	if (status == 0)
		status = use(arguments, &files.evidence);
	evidence_free(&files);
	return status;
}

int with_verified(const struct arguments *arguments, enum verify_goal goal,
	enum undone undone, chain_use *use)
{
	static struct evidence_files files;
	static struct chain chain;
	struct checks checks;
	int status = evidence_read(arguments, &files);
	if (status == 0)
		status = verify(goal, &files.evidence, &chain, &checks)
				 ? use(arguments, &chain)
				 : refused_checks(arguments, &checks, undone);
	verify_free(&chain);
	evidence_free(&files);
	return status;
}
