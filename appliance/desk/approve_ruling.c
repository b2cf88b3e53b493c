/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `approve ruling`: signs what no count can decide: stations that are annulled
 * and lots that were drawn. Signs no lot where the votes leave nothing open,
 * and nothing about a result that was not verified.
 */
#include "appliance/desk/common/completeness.h"
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/common/signing.h"
#include "appliance/desk/desk.h"
#include "appliance/election/result_form.h"

#include <stdlib.h>

const struct option approve_ruling_options[] = {
	OPTION_DEFINITION,
	OPTION_SENT,
	OPTION_AUTHORITIES,
	OPTION_COMPARED_PROFILE(OPTIONAL),
	{ "--annul", "'STATION REASON'", "take its boxes out of the totals",
		REPEATED },
	{ "--lot", "'CONTEST CODE CODE ...'",
		"a lot that was drawn, codes in the order drawn", REPEATED },
	OPTION_KEY("an auditor's"),
	OPTION_NOTE,
	OPTION_WITHOUT,
	OPTION_YES,
	OPTION_OUTPUT("ruling note"),
	OPTION_END,
};

typedef refusal reader(struct result *, struct bytes line);

/* Every value of an option, once it reads as what it must be. */
static int put_lines(const struct arguments *arguments, const char *option,
	struct result *result, reader *read, size_t field,
	struct text_writer *text)
{
	for (size_t i = 0; i < argument_count(arguments, option); i++) {
		struct bytes line =
			bytes_of_text(argument_at(arguments, option, i));
		refusal refused = read(result, line);
		if (refused != NULL)
			return fail(EX_USAGE, NULL, 0, "%s '%.*s': %s", option,
				(int)line.size, (const char *)line.data,
				refused);
		text_put(text, field, line);
	}
	return 0;
}

/* The lines of the options, in the result as in the text. */
static int put_rulings(const struct arguments *arguments, struct result *result,
	struct text_writer *text)
{
	const struct plan *plan = result->plan;
	const struct result_binding *binding = &result->binding;
	text_put(text, RULING_ELECTION, bytes_of_text(plan->id));
	text_put(text, RULING_MEANING,
		bytes_of_text(statement_meaning(STATEMENT_RULING)));
	text_put(text, RULING_DEFINITION,
		bytes_of(plan->definition.byte, SHA256_SIZE));
	text_put_number(text, RULING_CHECKPOINT_SIZE, binding->checkpoint_size);
	text_put(text, RULING_CHECKPOINT_ROOT,
		bytes_of(binding->checkpoint_root.byte, SHA256_SIZE));
	int status = put_lines(arguments, "--annul", result,
		result_read_annulment, RULING_ANNULLED, text);
	if (status != 0)
		return status;
	return put_lines(
		arguments, "--lot", result, result_read_lot, RULING_LOT, text);
}

/* Whether the votes leave open what was drawn: the writer knows. */
static int fits(const struct result *result)
{
	size_t most = result_head_most(result);
	uint8_t *space = malloc(most);
	struct writer out = writer_of(space, most);
	refusal refused = "no memory is left";
	if (space != NULL)
		refused = result_write_head(&out, result);
	free(space);
	return refused == NULL ? 0 : fail(EX_DATAERR, NULL, 0, "%s", refused);
}

static int write_ruling(const struct arguments *arguments,
	struct result *result, struct text_writer *text)
{
	int status = put_rulings(arguments, result, text);
	return status != 0 ? status : fits(result);
}

static int sign_ruling(const struct arguments *arguments, struct chain *chain)
{
	static uint8_t space[STATEMENT_MOST];
	struct writer out = writer_of(space, sizeof(space));
	const struct plan *plan = chain->result.plan;
	struct text_writer text = text_begin(
		&statement_form[STATEMENT_RULING], plan->rehearsal, &out);
	struct signer signer;
	int status = write_ruling(arguments, &chain->result, &text);
	if (status == 0)
		status = signer_read(
			arguments, &plan->roster[AUDITORS], &signer);
	if (status != 0)
		return status;
	status = agree_to_delivery(arguments, chain);
	if (status == 0)
		status = sign_text(arguments, &text, &signer, NULL);
	signer_free(&signer);
	return status;
}

int approve_ruling_command(const struct arguments *arguments)
{
	return with_verified(
		arguments, VERIFY_RELEASED, UNDONE_SIGNATURE, sign_ruling);
}
