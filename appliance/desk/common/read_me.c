/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/read_me.h"

#include "appliance/desk/common/words.h"

#include <string.h>

#define MARK "\xEF\xBB\xBF"
#define LINE "\r\n"

static const struct row {
	enum courier_kind kind;
	enum word what;
} kinds[] = {
	{ COURIER_ENROL, WORD_STICK_FOR_ENROL },
	{ COURIER_ELECTION, WORD_STICK_FOR_ELECTION },
	{ COURIER_BOXES, WORD_STICK_FOR_BOXES },
	{ COURIER_APPROVALS, WORD_STICK_FOR_APPROVALS },
	{ COURIER_OUTBOX, WORD_STICK_FOR_OUTBOX },
	{ COURIER_SOFTWARE, WORD_STICK_FOR_SOFTWARE },
	{ COURIER_REVOCATION, WORD_STICK_FOR_REVOCATION },
	{ COURIER_ABANDONMENT, WORD_STICK_FOR_ABANDONMENT },
	{ COURIER_SENT, WORD_STICK_FOR_SENT },
};

/* Each text in one piece. */
/* clang-format off */
static const char above_fa[] =
	"این حافظه برای دستگاه شمارش آرا آماده شده است." LINE
	"روی آن است: %s." LINE
	"فایل %s را باز نکنید، تغییر ندهید و پاک نکنید، و چیز دیگری روی حافظه نگذارید." LINE
	"نگذارید رایانه‌ای این حافظه را فرمت کند." LINE
	"پیش از بیرون کشیدن حافظه، آن را با فرمان Eject از رایانه جدا کنید." LINE
	"حافظه را به متصدی دستگاه برسانید." LINE;
static const char back_fa[] =
	"پس از آنکه دستگاه روی آن نوشت، حافظه را به همان کسی برگردانید که آن را فرستاده است." LINE;
static const char above[] =
	"This stick was prepared for the machine that counts the votes." LINE
	"On it: %s." LINE
	"Do not open, change or delete the file %s, and put nothing else on the stick." LINE
	"Do not let a computer format it." LINE
	"Eject the stick before you pull it out." LINE
	"Bring it to the official at the machine." LINE;
static const char back[] =
	"When the machine has written on it, bring it back to whoever sent it." LINE;
/* clang-format on */

/* WORD_NOTHING of a kind that has no row. */
static enum word what_of(enum courier_kind kind)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].kind == kind)
			return kinds[i].what;
	return WORD_NOTHING;
}

const char *read_me_what(enum courier_kind kind)
{
	return words_in(what_of(kind), ENGLISH);
}

static void put(struct writer *out, const char *text)
{
	write_bytes(out, bytes_of_text(text));
}

/* Each %s in its place, first what, then the file. */
static void put_filled(struct writer *out, const char *form, const char *what,
	const char *file)
{
	const char *const value[] = { what, file };
	for (size_t i = 0; i < 2; i++) {
		const char *const place = strstr(form, "%s");
		write_bytes(out, bytes_of(form, (size_t)(place - form)));
		put(out, value[i]);
		form = place + 2;
	}
	put(out, form);
}

void write_read_me(struct writer *out, enum courier_kind kind, const char *file)
{
	const enum word what = what_of(kind);
	if (what == WORD_NOTHING) {
		out->broken = true;
		return;
	}
	put(out, MARK);
	put_filled(out, above_fa, words_in(what, PERSIAN), file);
	put(out, kind == COURIER_OUTBOX ? back_fa : "");
	put(out, LINE);
	put_filled(out, above, words_in(what, ENGLISH), file);
	put(out, kind == COURIER_OUTBOX ? back : "");
}
