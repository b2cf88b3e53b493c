/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/machine/wire.h"

#include <stdlib.h>
#include <string.h>

#define ASK_ROW(name_, number, body_, role, ...)                               \
	{ .type = (name_),                                                     \
		.name = #name_,                                                \
		.from = ROLE_SUPERVISOR,                                       \
		.to = (role),                                                  \
		.body = body_##_layout,                                        \
		__VA_ARGS__ },
#define ANSWER_ROW(name_, number, body_, role, ...)                            \
	{ .type = (name_),                                                     \
		.name = #name_,                                                \
		.from = (role),                                                \
		.to = ROLE_SUPERVISOR,                                         \
		.body = body_##_layout,                                        \
		__VA_ARGS__ },
#define TO(...) .answers = { __VA_ARGS__ }
#define DEVICE .device = true
#define CARRIES(least, most)                                                   \
	.descriptors_least = (least), .descriptors_most = (most)

const struct wire_row wire_table[] = { MESSAGES(ASK_ROW, ANSWER_ROW) };
const size_t wire_table_size = sizeof(wire_table) / sizeof(wire_table[0]);

const struct wire_row *wire_row_of(enum wire_type type)
{
	for (size_t i = 0; i < wire_table_size; i++)
		if (wire_table[i].type == type)
			return &wire_table[i];
	return NULL;
}

const char *role_name(enum role role)
{
	static const char *const name[ROLES] = {
		[ROLE_SUPERVISOR] = "supervisor",
		[ROLE_JOURNAL] = "journal",
		[ROLE_KEYS] = "keys",
		[ROLE_MEDIA] = "media",
		[ROLE_CONSOLE] = "console",
		[ROLE_INTAKE] = "intake",
		[ROLE_DEFINE] = "define",
		[ROLE_COUNT] = "count",
		[ROLE_TALLY] = "tally",
		[ROLE_PUBLISH] = "publish",
		[ROLE_STARTER] = "starter",
	};
	return name[role];
}

void wire_insist(const struct wire_message *message, enum wire_type type)
{
	if (message->type != type)
		abort();
}

size_t wire_size(const struct wire_row *row)
{
	return 2 + layout_size(row->body());
}

void wire_encode(struct writer *out, struct wire_said said)
{
	const struct wire_row *row = wire_row_of(said.type);
	if (row == NULL) {
		out->broken = true;
		return;
	}
	write_u16(out, (uint16_t)said.type);
	layout_encode(out, row->body(), said.body);
}

refusal wire_decode(struct bytes datagram, enum wire_type *type, void *body)
{
	struct cursor in = cursor_of(datagram);
	const struct wire_row *row = wire_row_of(cursor_u16(&in));
	if (in.broken || row == NULL)
		return "a message of unknown type";
	*type = row->type;
	if (datagram.size != wire_size(row))
		return "a message of the wrong length";
	return layout_decode(&in, row->body(), body);
}

struct wire_text text_of_notice(const struct notice *notice)
{
	char line[NOTICE_LINE_MOST];
	struct writer out = writer_of(line, sizeof(line) - 1);
	struct wire_text text;
	write_notice(&out, notice, ENGLISH);
	line[out.size] = '\0';
	wire_text_set(&text, line);
	return text;
}

/* Half a character would not be clean. */
void wire_text_set(struct wire_text *text, const char *line)
{
	size_t size = strnlen(line, sizeof(text->line) - 1);
	while (size > 0 && (line[size] & 0xc0) == 0x80)
		size--;
	memset(text, 0, sizeof(*text));
	memcpy(text->line, line, size);
}
