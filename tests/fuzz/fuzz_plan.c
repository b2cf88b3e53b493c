/* SPDX-License-Identifier: Apache-2.0 */
/* An accepted plan has no other encoding. */
#include "tests/fuzz/election.h"

static uint8_t valid_buffer[4096];
static uint8_t edit_buffer[EDITED_MOST];

static void fill_roster(struct roster *roster, unsigned body)
{
	struct quorum *quorum = &roster->quorum;
	quorum->need = 2;
	quorum->each = 1;
	quorum->of = 2;
	for (unsigned m = 0; m < 2; m++) {
		struct quorum_member *member = &quorum->member[m];
		roster->id[m][0] = (char)('a' + 2 * body + m);
		member->board = (uint16_t)m;
		member->key = small_key(1 + 2 * body + m);
	}
}

static struct bytes valid_plan(void)
{
	struct writer w = writer_of(valid_buffer, sizeof(valid_buffer));
	struct plan plan = small_plan;
	for (unsigned b = 0; b < BODIES; b++)
		fill_roster(&plan.roster[b], b);
	plan.recipients = 1;
	plan.recipient[0] = (struct escrow){ "r", small_key(20) };
	small_station.key = small_key(21);
	plan_encode(&w, &plan);
	return written(&w);
}

static void one_plan(struct bytes in, bool must_be_accepted)
{
	struct plan *plan = NULL;
	refusal why = plan_decode(in, &plan);
	property(why == NULL || !must_be_accepted);
	if (why != NULL)
		return;
	size_t most = plan_size_most(plan);
	uint8_t *again = malloc(most);
	struct writer w = writer_of(again, most);
	plan_encode(&w, plan);
	property(bytes_equal(written(&w), in));
	free(again);
	plan_free(plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bytes valid;
	struct bytes in = bytes_of(data, size);
	if (!valid.data) {
		valid = valid_plan();
		one_plan(valid, true);
	}
	one_plan(in, false);
	if (size < 1024)
		one_plan(edited(valid, in, edit_buffer), false);
	return 0;
}
