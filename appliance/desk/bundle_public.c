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

#include <string.h>

const struct option bundle_public_options[] = {
	OPTION_SENT,
	{ "--output", "FILE", "the public bundle to write", REQUIRED },
	OPTION_END,
};

static int put_member(
	const struct new_file *to, const char *name, struct bytes content)
{
	static const uint8_t zeros[USTAR_BLOCK_SIZE];
	uint8_t header[USTAR_BLOCK_SIZE];
	const refusal refused = ustar_header_encode(name, content.size, header);
	if (refused != NULL)
		return fail(EX_SOFTWARE, name, 0, "%s", refused);
	int status = new_file_write(to, bytes_of(header, sizeof(header)));
	if (status == 0)
		status = new_file_write(to, content);
	return status != 0
		       ? status
		       : new_file_write(to,
				 bytes_of(zeros, ustar_padding(content.size)));
}

static bool goes_in(const char *name)
{
	return strcmp(name, COURIER_MEMBER) != 0 && !member_is_ciphertext(name);
}

/* The label comes first. */
static int put_public(const struct new_file *to, const struct archive *sent)
{
	static const uint8_t end[2 * USTAR_BLOCK_SIZE];
	int status = put_member(
		to, COURIER_MEMBER, archive_find(sent, COURIER_MEMBER));
	for (size_t i = 0; i < sent->count && status == 0; i++) {
		const char *name = sent->member[i].name;
		if (goes_in(name))
			status = put_member(to, name, archive_find(sent, name));
	}
	return status != 0 ? status
			   : new_file_write(to, bytes_of(end, sizeof(end)));
}

static int publish(
	const struct arguments *arguments, const struct archive_file *sent)
{
	struct new_file to;
	if (archive_find(&sent->archive, MEMBER_RESULT).size == 0)
		return fail(EX_DATAERR, argument(arguments, "--sent"), 0,
			"there is no signed result in it; before the release "
			"the boxes are looked at by those who decide");
	int status = new_file_begin(&to, argument(arguments, "--output"));
	if (status != 0)
		return status;
	status = put_public(&to, &sent->archive);
	return new_file_end(&to, status, 0644);
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
