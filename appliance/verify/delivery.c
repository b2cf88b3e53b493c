/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/verify/delivery.h"

#include "appliance/record/refused.h"

refusal delivery_of_chain(const struct chain *chain, struct delivery *out)
{
	struct journal_header header;
	struct leaves leaves = leaves_of(chain);
	const refusal refused =
		delivery_begin(out, &chain->evidence->definition->plan);
	if (refused != NULL)
		return refused;
	while (leaves_next(&leaves, &header)) {
		if (header.type == ENTRY_BOX)
			delivery_add_box(out, header.station, header.sequence);
		if (header.type == ENTRY_REFUSED)
			delivery_add_refusals(out, refused_count(&header));
	}
	if (chain->has_result)
		delivery_set_result(out, &chain->result);
	return NULL;
}
