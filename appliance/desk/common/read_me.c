/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/read_me.h"

#include <string.h>

#define MARK "\xEF\xBB\xBF"
#define LINE "\r\n"

/* Words of docs/glossary.md, each text in one piece. */
/* clang-format off */
static const struct words {
	enum courier_kind kind;
	const char *what;
	const char *what_fa;
} kinds[] = {
	{ COURIER_ENROL,
		"the operators' approvals, which enrol a new machine",
		"تأییدیه‌های مسئولان فنی برای پذیرش یک دستگاه نو" },
	{ COURIER_ELECTION,
		"the signed definition of an election",
		"تعریف امضاشدهٔ یک انتخابات" },
	{ COURIER_BOXES,
		"sealed ballot boxes of stations",
		"صندوق‌های مهر و موم‌شدهٔ شعبه‌ها" },
	{ COURIER_APPROVALS,
		"approvals, by which boxes are opened or a result is released",
		"تأییدیه‌ها برای گشودن صندوق‌ها یا انتشار نتیجه" },
	{ COURIER_OUTBOX,
		"an outbox: room in which the machine writes its evidence",
		"حافظهٔ خروجی: جایی که دستگاه مدارک خود را در آن می‌نویسد" },
	{ COURIER_SOFTWARE,
		"the operators' approvals of other software",
		"تأییدیه‌های مسئولان فنی برای نرم‌افزاری دیگر" },
	{ COURIER_REVOCATION,
		"the operators' approvals that earlier software may not run",
		"تأییدیه‌های مسئولان فنی برای لغو نرم‌افزار پیشین" },
	{ COURIER_ABANDONMENT,
		"the note that calls an election off",
		"یادداشت لغو یک انتخابات" },
	{ COURIER_SENT,
		"what a machine has written",
		"بستهٔ ارسالی یک دستگاه" },
};

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

static const struct words *words_of(enum courier_kind kind)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].kind == kind)
			return &kinds[i];
	return NULL;
}

const char *read_me_what(enum courier_kind kind)
{
	const struct words *words = words_of(kind);
	return words != NULL ? words->what : "";
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
	const struct words *words = words_of(kind);
	if (words == NULL) {
		out->broken = true;
		return;
	}
	put(out, MARK);
	put_filled(out, above_fa, words->what_fa, file);
	put(out, kind == COURIER_OUTBOX ? back_fa : "");
	put(out, LINE);
	put_filled(out, above, words->what, file);
	put(out, kind == COURIER_OUTBOX ? back : "");
}
