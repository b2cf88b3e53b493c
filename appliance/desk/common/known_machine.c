/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/known_machine.h"
#include "appliance/record/members.h"

#include "appliance/desk/common/archive_file.h"

#include <string.h>
#include <sysexits.h>

static int read_operators(const char *path, struct known_machine *out)
{
	struct file file;
	struct text text;
	int status = file_read(path, STATEMENT_MOST, &file);
	if (status != 0)
		return status;
	refusal refused =
		statement_decode(STATEMENT_OPERATORS, file_bytes(&file), &text);
	if (refused == NULL)
		refused = statement_operators(&text, &out->operators);
	out->machine.operators = out->operators.quorum;
	if (refused == NULL)
		refused = quorum_check(&out->machine.operators);
	if (refused != NULL) {
		status = fail(EX_DATAERR, path, text.line, "%s", refused);
	} else {
		struct bytes serial = text_value(&text, OPERATORS_MACHINE);
		memcpy(out->serial, serial.data, serial.size);
	}
	file_free(&file);
	return status;
}

static refusal read_ak(const struct archive *sent, struct known_machine *out)
{
	struct digest none;
	struct p256_public ak;
	struct bytes area = archive_find(sent, MEMBER_AK);
	out->machine.ak = public_name(area);
	out->written = archive_find(sent, nv_members[NV_A]).size > 0;
	return key_decode(KEY_AK, area, &none, &ak);
}

static refusal read_revocation(
	const struct archive *sent, struct known_machine *out)
{
	struct text text;
	struct bytes challenge =
		archive_find(sent, MEMBERS_NOW MEMBER_CHALLENGE);
	if (challenge.size == 0)
		return NULL;
	refusal refused =
		statement_decode(STATEMENT_CHALLENGE, challenge, &text);
	if (refused == NULL)
		out->revocation = text_number(&text, CHALLENGE_REVOCATION);
	return refused;
}

static int read_sent(const char *path, struct known_machine *out)
{
	struct archive_file sent;
	int status = archive_file_read(path, &sent);
	if (status != 0)
		return status;
	const char *member = MEMBER_AK;
	refusal refused = read_ak(&sent.archive, out);
	if (refused == NULL) {
		member = MEMBERS_NOW MEMBER_CHALLENGE;
		refused = read_revocation(&sent.archive, out);
	}
	archive_file_free(&sent);
	if (refused != NULL)
		return fail(EX_DATAERR, path, 0,
			"its %s: %s; fetch the machine's outbox again", member,
			refused);
	return 0;
}

int known_machine_read(
	const struct arguments *arguments, struct known_machine *out)
{
	*out = (struct known_machine){ 0 };
	int status = read_operators(argument(arguments, "--operators"), out);
	return status != 0 ? status
			   : read_sent(argument(arguments, "--sent"), out);
}
