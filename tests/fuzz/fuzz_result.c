/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever is accepted is what result_write makes of it. */
#include "appliance/election/result.h"
#include "tests/fuzz/election.h"

static uint8_t valid_buffer[6000];
static uint8_t edit_buffer[EDITED_MOST];

/* Four ballots of contest "c", three of them valid, and one of "d". */
static const uint64_t cells[] = { 4, 3, 1, 0, 0, 1, 1, 3, 1, 1, 1, 0, 1, 0, 0,
	0, 0, 0 };

/* With a lot between those who are equal, or with the station annulled. */
static struct bytes valid_result(bool annulled)
{
	static const struct result_annulment annulment = { 0, "why" };
	static const struct lot lot = { 0, 2, { 2, 1 } };
	struct writer w = writer_of(valid_buffer, sizeof(valid_buffer));
	struct result_box box = { .entry = 3, .sequence = 2, .ballots = 5 };
	struct result_void voided = { 4, -1, { { 0 } }, "why not" };
	struct result result;
	struct tally tally;
	property(result_init(&result, &small_plan));
	property(tally_init(&tally, &small_plan, contests_first(2)));
	result.binding = (struct result_binding){ .ak = { 0, 0x0b },
		.bk = { 0, 0x0b },
		.rk = { 0, 0x0b },
		.checkpoint_size = 5 };
	for (size_t i = 0; i < tally.size; i++)
		tally.cell[i] = cells[i];
	property(!result_add_box(&result, &box, &tally));
	property(!result_add_void(&result, &voided));
	property(annulled ? !result_annul(&result, &annulment)
			  : !result_add_lot(&result, &lot));
	property(!result_write(&w, &result));
	tally_free(&tally);
	result_free(&result);
	return written(&w);
}

static void one_result(struct bytes in, bool must_be_accepted)
{
	struct result result;
	size_t line;
	refusal why = result_parse_whole(&result, &small_plan, in, &line);
	property(why == NULL || !must_be_accepted);
	if (why == NULL) {
		size_t most = result_size_most(&result);
		uint8_t *again = malloc(most);
		struct writer w = writer_of(again, most);
		property(!result_write(&w, &result));
		property(bytes_equal(written(&w), in));
		free(again);
	}
	result_free(&result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bytes valid;
	struct bytes in = bytes_of(data, size);
	if (!valid.data) {
		one_result(valid_result(true), true);
		valid = valid_result(false);
		one_result(valid, true);
	}
	one_result(in, false);
	if (size < 1024)
		one_result(edited(valid, in, edit_buffer), false);
	return 0;
}
