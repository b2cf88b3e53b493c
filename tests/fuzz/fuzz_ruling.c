/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ruling of the auditors, which two of two sign whatever it says: as it is,
 * and the input in the place of its rulings. After a refusal the result can
 * still be freed.
 */
#include "appliance/election/ruling.h"
#include "appliance/election/statement.h"
#include "tests/fuzz/election.h"

enum { NOTE_MOST = EDITED_MOST + 1024 };

static const char start[] = "sandoq/ruling/v1 live\nelection: e\nmeaning: ";
static const char middle[] =
	"\ndefinition: "
	"0000000000000000000000000000000000000000000000000000000000000000\n"
	"checkpoint-size: 5\ncheckpoint-root: "
	"0000000000000000000000000000000000000000000000000000000000000000\n";
static const char rulings[] = "annulled: s why\nlot: c 2 1\n";

static uint8_t edit_buffer[EDITED_MOST];

static void enter(const struct plan *plan, struct bytes note)
{
	struct result result;
	property(result_init(&result, plan));
	result.binding.checkpoint_size = 5;
	const refusal why = ruling_enter(&result, note);
	if (why == NULL) {
		struct statement again;
		property(!statement_open(STATEMENT_RULING, note, &again));
	}
	result_free(&result);
}

static void one_text(const struct plan *plan, struct bytes text)
{
	static uint8_t space[NOTE_MOST];
	struct writer note = writer_of(space, sizeof(space));
	small_note(&note, text, &plan->roster[AUDITORS], AUDITORS);
	if (!note.broken)
		enter(plan, written(&note));
}

static struct bytes text_of(struct writer *out, struct bytes lines)
{
	write_bytes(out, bytes_of_text(start));
	write_bytes(out, bytes_of_text(statement_meaning(STATEMENT_RULING)));
	write_bytes(out, bytes_of_text(middle));
	write_bytes(out, lines);
	return written(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct plan plan;
	static uint8_t space[EDITED_MOST];
	struct writer out = writer_of(space, sizeof(space));
	struct writer valid_out = out;
	const struct bytes in = bytes_of(data, size);
	if (plan.contests == 0) {
		plan = small_plan;
		small_roster(&plan.roster[AUDITORS], AUDITORS);
	}
	enter(&plan, in);
	if (size > 2048)
		return 0;
	one_text(&plan, text_of(&out, in));
	one_text(&plan, edited(text_of(&valid_out, bytes_of_text(rulings)), in,
				edit_buffer));
	return 0;
}
