/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/told.h"

const char *notice_told(const struct notice *notice)
{
	static char line[NOTICE_LINE_MOST];
	struct writer out = writer_of(line, sizeof(line) - 1);
	write_notice_line(&out, notice);
	if (out.size == 0)
		write_notice(&out, notice, ENGLISH);
	line[out.size] = '\0';
	return line;
}

struct notice notice_saying(const char *text)
{
	return notice_of(notice_text(NOTICE_TEXT, text));
}
