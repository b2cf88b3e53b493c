/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/pieces.h"

#include "appliance/machine/memfd.h"
#include "appliance/record/items.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

refusal pieces_keep(struct pieces *pieces, int memfd)
{
	int *grown =
		reallocarray(pieces->memfd, pieces->count + 1, sizeof(*grown));
	if (grown == NULL)
		return "no memory is left";
	pieces->memfd = grown;
	grown[pieces->count] = fcntl(memfd, F_DUPFD_CLOEXEC, 0);
	if (grown[pieces->count] < 0)
		return "a piece of the result cannot be kept";
	pieces->count++;
	return NULL;
}

void pieces_rewind(struct pieces *pieces)
{
	memfd_unmap(&pieces->mapped);
	pieces->next = 0;
}

refusal pieces_next(void *context, struct bytes *piece)
{
	struct pieces *pieces = context;
	refusal refused = NULL;
	memfd_unmap(&pieces->mapped);
	if (pieces->next < pieces->count)
		refused = memfd_map(pieces->memfd[pieces->next++], ITEMS_MOST,
			&pieces->mapped);
	*piece = pieces->mapped;
	return refused;
}

void pieces_free(struct pieces *pieces)
{
	memfd_unmap(&pieces->mapped);
	for (size_t i = 0; i < pieces->count; i++)
		close(pieces->memfd[i]);
	free(pieces->memfd);
	*pieces = (struct pieces){ 0 };
}
