/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/verify/chain.h"
#include "appliance/record/members.h"

#include <stdarg.h>
#include <stdio.h>

refusal refuse(struct chain *chain, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(chain->reason, sizeof(chain->reason), format, arguments);
	va_end(arguments);
	return chain->reason;
}

struct bytes evidence_find(const struct chain *chain, const char *name)
{
	char path[USTAR_NAME_MOST + 1];
	snprintf(path, sizeof(path), "%s%s", chain->folder, name);
	return archive_find(chain->evidence->sent, path);
}

bool chain_is_now(const struct chain *chain)
{
	return chain->folder[0] != '\0';
}

struct leaves leaves_of(const struct chain *chain)
{
	return journal_leaves(&chain->fold, chain->headers);
}

bool chain_box(const struct chain *chain, uint64_t leaf, struct bytes *note,
	struct bytes *file)
{
	char name[MEMBER_NAME_SIZE];
	member_of_entry(ENTRY_BOX, leaf, bytes_of_text(MEMBER_BOX_NOTE), name);
	*note = archive_find(chain->evidence->sent, name);
	member_of_entry(ENTRY_BOX, leaf, bytes_of_text(MEMBER_BOX_FILE), name);
	*file = archive_find(chain->evidence->sent, name);
	return note->size > 0 && file->size > 0;
}

struct box_terms chain_box_terms(const struct chain *chain)
{
	return (struct box_terms){
		.plan = &chain->evidence->definition->plan,
		.bk_name = chain->bk.name,
		.bk = chain->bk.key,
	};
}

struct bytes chain_refused(const struct chain *chain, uint64_t leaf)
{
	char name[MEMBER_NAME_SIZE];
	member_of_entry(ENTRY_REFUSED, leaf, bytes_of(NULL, 0), name);
	return archive_find(chain->evidence->sent, name);
}
