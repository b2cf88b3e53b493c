/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/machine/stations.h"

#include "appliance/machine/memfd.h"
#include "appliance/record/items.h"
#include "appliance/record/members.h"

#include <stdlib.h>
#include <unistd.h>

/* The piece as the one item of an entry; -1 when there is no memory. */
static int list_of(size_t number, struct bytes piece)
{
	const size_t most = ITEM_OVERHEAD + ITEM_NAME_MOST + piece.size;
	char name[MEMBER_NAME_SIZE];
	uint8_t *space = malloc(most);
	struct writer items = writer_of(space, most);
	if (space == NULL)
		return -1;
	member_piece_item(number, name);
	write_item(&items, ITEM_PUBLIC, name, piece);
	const int list = memfd_written(&items);
	free(space);
	return list;
}

static bool append(struct stations *stations, struct bytes piece)
{
	const struct journal_append what = { .type = ENTRY_STATIONS };
	const int list = list_of(stations->pieces++, piece);
	if (list < 0)
		return session_refuse(
			stations->session, "there is no memory for a piece");
	const bool appended =
		session_append(stations->session, &what, &list, 1);
	close(list);
	return appended;
}

bool stations_take(
	struct stations *stations, const struct digest *head, int piece)
{
	struct bytes content;
	if (!digest_equal(head, &stations->approved))
		return session_refuse(stations->session,
			"the count is not the one that the auditors approved");
	const refusal why = memfd_map(piece, ITEMS_MOST, &content);
	if (why != NULL)
		return session_refuse(stations->session, why);
	const bool taken = append(stations, content);
	memfd_unmap(&content);
	return taken;
}
