/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/public_bundle.h"

#include "appliance/desk/common/files.h"
#include "appliance/record/courier.h"
#include "appliance/record/members.h"

#include <string.h>
#include <sysexits.h>

struct sink {
	int (*put)(const void *context, struct bytes);
	const void *context;
};

static int put_member(
	const struct sink *to, const char *name, struct bytes content)
{
	static const uint8_t zeros[USTAR_BLOCK_SIZE];
	uint8_t header[USTAR_BLOCK_SIZE];
	const refusal refused = ustar_header_encode(name, content.size, header);
	if (refused != NULL)
		return fail(EX_SOFTWARE, name, 0, "%s", refused);
	int status = to->put(to->context, bytes_of(header, sizeof(header)));
	if (status == 0)
		status = to->put(to->context, content);
	return status != 0
		       ? status
		       : to->put(to->context,
				 bytes_of(zeros, ustar_padding(content.size)));
}

static bool goes_in(const char *name)
{
	return strcmp(name, COURIER_MEMBER) != 0 && !member_is_ciphertext(name);
}

int public_bundle_write(const struct archive *sent,
	int (*put)(const void *context, struct bytes), const void *context)
{
	static const uint8_t end[2 * USTAR_BLOCK_SIZE];
	const struct sink to = { put, context };
	int status = put_member(
		&to, COURIER_MEMBER, archive_find(sent, COURIER_MEMBER));
	for (size_t i = 0; i < sent->count && status == 0; i++) {
		const char *name = sent->member[i].name;
		if (goes_in(name))
			status =
				put_member(&to, name, archive_find(sent, name));
	}
	return status != 0 ? status : put(context, bytes_of(end, sizeof(end)));
}
