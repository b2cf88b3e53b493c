/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names of an election's stations, which the plan lacks: for each station
 * in the plan's order a line in English and one in Persian. A definition's
 * names have no line's end. They are for the screen alone.
 */
#include "appliance/machine/define.h"
#include "appliance/machine/memfd.h"

#include <stdlib.h>
#include <string.h>

int names_memfd(const struct definition *definition)
{
	const size_t stations = definition->plan.stations;
	size_t room = 1;
	uint8_t *space;
	struct writer out;
	int memfd = -1;
	for (size_t s = 0; s < stations; s++)
		room += strlen(definition->station_name[s].en) +
			strlen(definition->station_name[s].fa) + 2;
	space = malloc(room);
	out = writer_of(space, space != NULL ? room : 0);
	for (size_t s = 0; s < stations; s++) {
		write_text(&out, definition->station_name[s].en);
		write_u8(&out, '\n');
		write_text(&out, definition->station_name[s].fa);
		write_u8(&out, '\n');
	}
	if (!out.broken)
		memfd = memfd_written(&out);
	free(space);
	return memfd;
}

bool names_next(struct cursor *names, struct bytes *en, struct bytes *fa)
{
	*en = cursor_line(names);
	*fa = cursor_line(names);
	return !names->broken && text_is_clean(*en) && text_is_clean(*fa);
}
