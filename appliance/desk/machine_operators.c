/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `machine operators`: writes the text that names a machine's operators.
 * Writes none that the machine and the other commands would not read.
 */
#include "appliance/desk/desk.h"
#include "appliance/election/statement.h"

#include <string.h>

const struct option machine_operators_options[] = {
	{ "BOARD=KEY", NULL,
		"executive or supervisory, and the public key that "
		"'sandoq key' prints",
		REPEATED_REQUIRED },
	{ "--machine", "SERIAL", "the machine, as its label says", REQUIRED },
	{ "--need", "NUMBER", "how many of them approve software together",
		REQUIRED },
	{ "--each", "NUMBER", "how many of each board at least; 1 if not given",
		OPTIONAL },
	{ "--output", "FILE", "text to write, stdout if not given", OPTIONAL },
	OPTION_END,
};

static void put_operator(struct text_writer *text, const char *word)
{
	char line[STATEMENT_LINE_MOST + NOTE_VKEY_MOST];
	struct writer writer = writer_of(line, sizeof(line));
	size_t board = strcspn(word, "=");
	write_bytes(&writer, bytes_of(word, board));
	write_u8(&writer, ' ');
	write_text(&writer, word[board] == '=' ? word + board + 1 : "");
	text_put(text, OPERATORS_OPERATOR, written(&writer));
}

static refusal write_operators(const struct arguments *arguments, uint64_t need,
	uint64_t each, struct writer *out)
{
	struct text_writer text =
		text_begin(&statement_form[STATEMENT_OPERATORS], false, out);
	size_t count = argument_count(arguments, "BOARD=KEY");
	text_put(&text, OPERATORS_MACHINE,
		bytes_of_text(argument(arguments, "--machine")));
	text_put_number(&text, OPERATORS_NEED, need);
	text_put_number(&text, OPERATORS_EACH, each);
	for (size_t i = 0; i < count; i++)
		put_operator(&text, argument_at(arguments, "BOARD=KEY", i));
	return text_end(&text);
}

/* What was written has to be what everybody else will accept. */
static refusal check_operators(struct bytes whole)
{
	struct text text;
	struct roster roster;
	refusal refused = statement_decode(STATEMENT_OPERATORS, whole, &text);
	return refused != NULL ? refused : statement_operators(&text, &roster);
}

int machine_operators_command(const struct arguments *arguments)
{
	static uint8_t text[STATEMENT_MOST];
	struct writer out = writer_of(text, sizeof(text));
	uint64_t need = 0;
	uint64_t each = 1;
	int status =
		argument_number(arguments, "--need", 1, QUORUM_MOST, &need);
	if (status == 0)
		status = argument_number(
			arguments, "--each", 1, QUORUM_MOST, &each);
	if (status != 0)
		return status;
	refusal refused = write_operators(arguments, need, each, &out);
	if (refused == NULL)
		refused = check_operators(written(&out));
	if (refused != NULL)
		return fail(EX_USAGE, NULL, 0,
			"%s; see 'sandoq machine operators --help'", refused);
	return file_write(argument_output(arguments), written(&out), 0644);
}
