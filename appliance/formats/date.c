/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/formats/date.h"

enum { FIRST_YEAR = 1970, MONTHS = 12, DAY = 24 * 60 * 60 };

/* That many digits, and then what ends them. */
static bool take(struct cursor *rest, size_t digits, uint8_t end, unsigned *out)
{
	*out = 0;
	for (size_t i = 0; i < digits; i++) {
		const unsigned digit = cursor_u8(rest) - (unsigned)'0';
		if (digit > 9)
			return false;
		*out = *out * 10 + digit;
	}
	return end == '\0' ? cursor_done(rest) : cursor_u8(rest) == end;
}

static bool is_leap(unsigned year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned days_of_month(unsigned year, unsigned month)
{
	static const uint8_t days[MONTHS] = { 31, 28, 31, 30, 31, 30, 31, 31,
		30, 31, 30, 31 };
	return days[month - 1] + (month == 2 && is_leap(year) ? 1u : 0u);
}

bool date_decode(struct bytes text, int64_t *end)
{
	struct cursor rest = cursor_of(text);
	unsigned year, month, day;
	int64_t days = 0;
	if (!take(&rest, 4, '-', &year) || !take(&rest, 2, '-', &month) ||
		!take(&rest, 2, '\0', &day) || year < FIRST_YEAR || month < 1 ||
		month > MONTHS || day < 1 || day > days_of_month(year, month))
		return false;
	for (unsigned y = FIRST_YEAR; y < year; y++)
		days += is_leap(y) ? 366 : 365;
	for (unsigned m = 1; m < month; m++)
		days += days_of_month(year, m);
	*end = (days + day) * DAY - 1;
	return true;
}
