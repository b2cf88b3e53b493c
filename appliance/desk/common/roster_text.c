/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/roster_text.h"

#include "appliance/desk/common/files.h"

#include <string.h>
#include <sysexits.h>

static void put_member(struct text_writer *text, size_t field, const char *word)
{
	char line[STATEMENT_LINE_MOST + NOTE_VKEY_MOST];
	struct writer writer = writer_of(line, sizeof(line));
	size_t board = strcspn(word, "=");
	write_bytes(&writer, bytes_of(word, board));
	write_u8(&writer, ' ');
	write_text(&writer, word[board] == '=' ? word + board + 1 : "");
	text_put(text, field, written(&writer));
}

/* What was written has to be what everybody else will accept. */
static refusal check(enum statement_kind kind, struct text_writer *text)
{
	struct text decoded;
	refusal refused = text_end(text);
	return refused != NULL
		       ? refused
		       : statement_decode(kind, written(text->out), &decoded);
}

int roster_text_write(const struct arguments *arguments,
	struct text_writer *text, const struct roster_fields *fields)
{
	size_t count = argument_count(arguments, "BOARD=KEY");
	uint64_t need = 0;
	uint64_t each = 1;
	int status =
		argument_number(arguments, "--need", 1, QUORUM_MOST, &need);
	if (status == 0)
		status = argument_number(
			arguments, "--each", 1, QUORUM_MOST, &each);
	if (status != 0)
		return status;
	text_put_number(text, fields->need, need);
	text_put_number(text, fields->each, each);
	for (size_t i = 0; i < count; i++)
		put_member(text, fields->member,
			argument_at(arguments, "BOARD=KEY", i));
	refusal refused = check(fields->kind, text);
	if (refused != NULL)
		return fail(EX_USAGE, NULL, 0, "%s; see 'sandoq %s --help'",
			refused, arguments->command);
	return file_write(argument_output(arguments), written(text->out), 0644);
}
