/* SPDX-License-Identifier: Apache-2.0 */
/* An accepted tally has no other encoding; checking it is safe. */
#include "appliance/election/tally.h"
#include "tests/fuzz/election.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t again[1024];
	struct writer w = writer_of(again, sizeof(again));
	struct tally tally;
	if (!tally_init(&tally, &small_plan, contests_first(2)))
		abort();
	if (!tally_decode(&tally, bytes_of(data, size))) {
		tally_check(&tally, small_station.ballots_issued);
		tally_encode(&w, &tally);
		if (!bytes_equal(written(&w), bytes_of(data, size)))
			abort();
	}
	tally_free(&tally);
	return 0;
}
