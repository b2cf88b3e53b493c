#include <stdlib.h>

#include "appliance/election/definition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An accepted definition gives a plan that its own decoder accepts. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char error[DEFINITION_ERROR_MOST];
	struct definition definition;
	struct plan *plan = NULL;

	if (!definition_parse(&definition, bytes_of(data, size), error)) {
		if (!text_is_clean(bytes_of_text(error)))
			abort();
		return 0;
	}
	size_t most = plan_size_most(&definition.plan);
	uint8_t *encoded = malloc(most);
	struct writer w = writer_of(encoded, most);
	plan_encode(&w, &definition.plan);
	if (w.broken || plan_decode(written(&w), &plan))
		abort();
	plan_free(plan);
	free(encoded);
	definition_free(&definition);
	return 0;
}
