/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/machine/headers.h"

#include "appliance/formats/merkle.h"
#include "appliance/machine/memfd.h"
#include "appliance/record/items.h"
#include "appliance/record/members.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	HEADERS_AT_ONCE = ITEM_COUNT_MOST,
	ENTRY_MOST = HEADERS_AT_ONCE *
		     (ITEM_OVERHEAD + ITEM_NAME_MOST + BOX_HEADER_MOST),
};

bool headers_begin(struct session *session, struct headers *out)
{
	*out = (struct headers){
		.session = session,
		.leaves = session->folded.frozen_size,
	};
	out->of = calloc(out->leaves + 1, sizeof(*out->of));
	out->space = malloc(ENTRY_MOST);
	out->items = writer_of(out->space, ENTRY_MOST);
	return (out->of != NULL && out->space != NULL) ||
	       session_refuse(session, "there is no memory");
}

void headers_free(struct headers *headers)
{
	free(headers->of);
	free(headers->space);
}

void headers_told(struct headers *headers, const struct count_told *told)
{
	if (told->place.leaf >= headers->leaves)
		return;
	headers->of[told->place.leaf] = (struct header_of){
		.box = true,
		.opened = told->opened != 0,
		.leaf = merkle_leaf(bytes_of(NULL, 0)),
	};
}

bool headers_wanted(const struct headers *headers, uint64_t leaf)
{
	return leaf < headers->leaves && headers->of[leaf].opened &&
	       headers->session->election.recipients.count > 0;
}

static bool append(struct headers *headers)
{
	const struct journal_append what = { .type = ENTRY_HEADERS };
	const int list = memfd_written(&headers->items);
	bool appended;
	if (headers->items.broken || list < 0)
		return session_refuse(
			headers->session, "the boxes' headers do not fit");
	appended = session_append(headers->session, &what, &list, 1);
	close(list);
	headers->items = writer_of(headers->space, ENTRY_MOST);
	headers->count = 0;
	return appended;
}

bool headers_take(struct headers *headers, uint64_t leaf, struct bytes header)
{
	char name[MEMBER_NAME_SIZE];
	if (header.size == 0)
		return session_refuse(headers->session,
			"the keys role made no header for a box");
	member_header_item(leaf, name);
	write_item(&headers->items, ITEM_PUBLIC, name, header);
	headers->of[leaf].leaf = merkle_leaf(header);
	return ++headers->count < HEADERS_AT_ONCE || append(headers);
}

bool headers_end(struct headers *headers, struct digest *root)
{
	struct merkle_tree tree = { .size = 0 };
	for (uint64_t i = 0; i < headers->leaves; i++)
		if (headers->of[i].box)
			merkle_append(&tree, &headers->of[i].leaf);
	*root = merkle_root(&tree);
	return headers->count == 0 || append(headers);
}
