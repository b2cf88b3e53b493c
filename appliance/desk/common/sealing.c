/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/sealing.h"

#include "appliance/desk/common/evidence.h"

#include <string.h>
#include <sysexits.h>

static int read_keys(const struct arguments *arguments, struct sealing *out)
{
	const char *path = argument(arguments, "--election-keys");
	struct file note, area;
	int status = file_read(path, STATEMENT_MOST, &note);
	if (status != 0)
		return status;
	status = file_read(
		argument(arguments, "--box-key"), TPM_PUBLIC_MOST, &area);
	if (status == 0) {
		refusal refused = sealing_keys_trust(&out->definition.plan,
			file_bytes(&note), file_bytes(&area), &out->keys);
		if (refused != NULL)
			status = fail(EX_DATAERR, path, 0,
				"%s; ask the authority for the right files",
				refused);
		file_free(&area);
	}
	file_free(&note);
	return status;
}

int sealing_begin(const struct arguments *arguments, struct sealing *out)
{
	*out = (struct sealing){ 0 };
	return definition_read(argument(arguments, "--definition"), &out->file,
		&out->definition);
}

int sealing_read(const struct arguments *arguments, struct sealing *out)
{
	int status = sealing_begin(arguments, out);
	if (status != 0)
		return status;
	status = read_keys(arguments, out);
	if (status != 0)
		sealing_free(out);
	return status;
}

void sealing_free(struct sealing *sealing)
{
	definition_free(&sealing->definition);
	file_free(&sealing->file);
}
