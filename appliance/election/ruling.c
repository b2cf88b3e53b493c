/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/election/ruling.h"

#include "appliance/election/result_form.h"
#include "appliance/election/statement.h"

static refusal check(
	const struct result *result, const struct statement *ruling)
{
	const struct plan *plan = result->plan;
	const struct result_binding *binding = &result->binding;
	const struct statement_value values[] = {
		{ RULING_ELECTION, bytes_of_text(plan->id), 0,
			"the ruling is of another election" },
		{ RULING_DEFINITION,
			bytes_of(plan->definition.byte, SHA256_SIZE), 0,
			"the ruling is of another definition" },
		{ .field = RULING_CHECKPOINT_SIZE,
			.number = binding->checkpoint_size,
			.otherwise = "the ruling is about other boxes: its "
				     "checkpoint is of another size" },
		{ RULING_CHECKPOINT_ROOT,
			bytes_of(binding->checkpoint_root.byte, SHA256_SIZE), 0,
			"the ruling is about other boxes: its checkpoint has "
			"another root" },
	};
	refusal why = statement_says(&ruling->text, plan->rehearsal, values,
		sizeof(values) / sizeof(*values));
	return why ? why
		   : statement_signed_by_quorum(
			     ruling, &plan->roster[AUDITORS], NULL);
}

refusal ruling_enter(struct result *result, struct bytes note)
{
	struct statement ruling;
	refusal why = statement_open(STATEMENT_RULING, note, &ruling);
	if (why == NULL)
		why = check(result, &ruling);
	if (why != NULL)
		return why;
	struct text_values annulled =
		text_values(&ruling.text, RULING_ANNULLED);
	struct text_values lots = text_values(&ruling.text, RULING_LOT);
	while (why == NULL && text_next(&annulled))
		why = result_read_annulment(result, annulled.value);
	while (why == NULL && text_next(&lots))
		why = result_read_lot(result, lots.value);
	return why;
}
