/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever stands in a CSV file, reading it line by line is safe. */
#include "appliance/election/csv.h"
#include "tests/fuzz/election.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct csv_reader reader = csv_reader_of(&small_plan);
	struct cursor c = cursor_of(bytes_of(data, size));
	struct csv_ballot ballot;
	bool is_ballot;
	for (;;) {
		struct bytes line = cursor_line(&c);
		if (c.broken)
			break;
		if (csv_read(&reader, line, &ballot, &is_ballot) != NULL)
			return 0;
	}
	csv_end(&reader);
	return 0;
}
