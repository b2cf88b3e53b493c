/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `bundle public`: the bundle that everybody gets, from the evidence that the
 * auditors have. It is without the boxes' ciphertext, which would lie about for
 * ever; all else is as the machine sent it, and verifies.
 */
#include "appliance/desk/common/archive_file.h"
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/common/public_bundle.h"
#include "appliance/desk/desk.h"
#include "appliance/record/members.h"

const struct option bundle_public_options[] = {
	OPTION_SENT,
	{ "--output", "FILE", "the public bundle to write", REQUIRED_OUTPUT },
	OPTION_FORCE,
	OPTION_END,
};

static int put(const void *to, struct bytes piece)
{
	return new_file_write(to, piece);
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
	status = public_bundle_write(&sent->archive, put, &to);
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
