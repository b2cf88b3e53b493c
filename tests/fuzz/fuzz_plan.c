#include <stdlib.h>

#include "appliance/election/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An accepted plan has no other encoding. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plan *plan;

	if (plan_decode(bytes_of(data, size), &plan))
		return 0;
	size_t most = plan_size_most(plan);
	uint8_t *again = malloc(most);
	struct writer w = writer_of(again, most);
	plan_encode(&w, plan);
	if (!bytes_equal(written(&w), bytes_of(data, size)))
		abort();
	free(again);
	plan_free(plan);
	return 0;
}
