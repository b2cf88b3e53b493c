/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Notices: a reason that the table has is said again as it was read, and a
 * notice that is accepted from a role can be said in both languages.
 */
#include "appliance/record/notices.h"
#include "tests/fuzz/property.h"

#include <string.h>

enum { TEXT_MOST = 16 };

static char space[NOTICE_LINE_MOST];

typedef void notice_writer(
	struct writer *, const struct notice *, enum language);

static struct bytes in_words(const struct notice *notice, notice_writer *write,
	enum language language)
{
	struct writer out = writer_of(space, sizeof(space));
	write(&out, notice, language);
	property(!out.broken);
	return written(&out);
}

static void read_reason(struct bytes in)
{
	static char line[NOTICE_LINE_MOST];
	const size_t size = in.size < sizeof(line) ? in.size : sizeof(line) - 1;
	if (size > 0)
		memcpy(line, in.data, size);
	line[size] = '\0';
	const struct notice found = notice_of(notice_refusal(line));
	if (found.part[0].id != NOTICE_UNKNOWN)
		property(bytes_equal(in_words(&found, write_notice, ENGLISH),
			bytes_of_text(line)));
}

static void take_text(struct cursor *in, char *out)
{
	const struct bytes text = cursor_take(in, cursor_u8(in) % TEXT_MOST);
	for (size_t i = 0; i < text.size; i++)
		out[i] = (char)('a' + text.data[i] % 26);
}

/* One row too many, so that a notice may be of none. */
static struct notice_part take_part(struct cursor *in)
{
	struct notice_part part = {
		.id = (uint16_t)(cursor_u16(in) % (notice_table_size + 2)),
		.first = cursor_u8(in),
		.second = cursor_u64(in),
		.third = cursor_u8(in),
	};
	take_text(in, part.text);
	take_text(in, part.english);
	take_text(in, part.persian);
	return part;
}

static void check_notice(const struct notice *notice)
{
	const refusal why = notice_check_parts(notice, false);
	property(why != NULL || notice_check_parts(notice, true) == NULL);
	if (why != NULL && notice_check(notice) != NULL)
		return;
	for (enum language i = 0; i < LANGUAGES; i++) {
		in_words(notice, write_notice, i);
		in_words(notice, write_notice_next, i);
	}
	struct writer out = writer_of(space, sizeof(space));
	write_notice_line(&out, notice);
	property(!out.broken);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor in = cursor_of(bytes_of(data, size));
	struct notice notice = { 0 };
	for (size_t i = 0; i < NOTICE_PARTS; i++)
		notice.part[i] = take_part(&in);
	check_notice(&notice);
	read_reason(bytes_of(data, size));
	return 0;
}
