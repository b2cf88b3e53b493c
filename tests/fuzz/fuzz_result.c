#include "appliance/election/result.h"
#include "tests/fuzz/election.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct result result;
	size_t line;

	result_parse(&result, &small_plan, bytes_of(data, size), &line);
	result_free(&result);
	return 0;
}
