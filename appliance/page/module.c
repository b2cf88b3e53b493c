/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/module.h"

#include "appliance/record/notices.h"
#include "appliance/verify/reasons.h"

#include <stdlib.h>
#include <string.h>

EXPORT(page_room) void *page_room(size_t size)
{
	return malloc(size > 0 ? size : 1);
}

static const char *persian_of(refusal reason)
{
	const struct notice_part part = notice_refusal(reason);
	const struct notice_row *row = notice_row_of(part.id);
	if (part.id == NOTICE_UNKNOWN || row == NULL ||
		strcmp(row->says[ENGLISH], reason) != 0)
		return reason_in_persian(reason);
	return row->says[PERSIAN];
}

void put_words(struct json_writer *json, const char *key, refusal reason)
{
	const char *persian = persian_of(reason);
	json_open_object(json, key);
	json_put_text(json, "en", reason);
	if (persian != NULL)
		json_put_text(json, "fa", persian);
	else
		json_put_null(json, "fa");
	json_close(json);
}
