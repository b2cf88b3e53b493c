/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `bundle public`: the bundle that everybody gets, from the evidence that the
 * auditors have. It is without the boxes' ciphertext, which would lie about for
 * ever; all else is as the machine sent it, and verifies.
 */
#include "appliance/desk/common/archive_file.h"
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/desk.h"
#include "appliance/formats/ustar.h"
#include "appliance/record/courier.h"
#include "appliance/record/members.h"

#include <stdlib.h>
#include <string.h>

const struct option bundle_public_options[] = {
	OPTION_SENT,
	{ "--output", "FILE", "the public bundle to write", REQUIRED },
	OPTION_END,
};

/* The label comes first. */
static void write_public(struct writer *out, const struct archive *sent)
{
	write_ustar_member(
		out, COURIER_MEMBER, archive_find(sent, COURIER_MEMBER));
	for (size_t i = 0; i < sent->count; i++) {
		const struct archive_member *member = &sent->member[i];
		if (strcmp(member->name, COURIER_MEMBER) != 0 &&
			!member_is_ciphertext(member->name))
			write_ustar_member(out, member->name, member->content);
	}
	write_ustar_end(out);
}

static int publish(
	const struct arguments *arguments, const struct archive_file *sent)
{
	if (archive_find(&sent->archive, MEMBER_RESULT).size == 0)
		return fail(EX_DATAERR, argument(arguments, "--sent"), 0,
			"there is no signed result in it; before the release "
			"the boxes are looked at by those who decide");
	uint8_t *space = malloc(sent->file.size);
	struct writer out = writer_of(space, sent->file.size);
	if (space == NULL)
		return fail(EX_OSERR, NULL, 0, "no memory is left");
	write_public(&out, &sent->archive);
	int status = file_write(
		argument(arguments, "--output"), written(&out), 0644);
	free(space);
	return status;
}

int bundle_public_command(const struct arguments *arguments)
{
	struct archive_file sent;
	int status = archive_file_read(argument(arguments, "--sent"), &sent);
	if (status == 0)
		status = publish(arguments, &sent);
	archive_file_free(&sent);
	return status;
}
