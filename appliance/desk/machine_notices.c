/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `machine notices`: prints what the machine says to people, and what is to be
 * done then, or what the guides tell of the faults of an evening. Reads
 * nothing.
 */
#include "appliance/desk/common/words.h"
#include "appliance/desk/desk.h"

#include <string.h>

enum { FAULT_PARTS = 3 };

const struct option machine_notices_options[] = {
	{ "--faults", NULL,
		"print the faults of an evening, as a table in Markdown",
		OPTIONAL },
	OPTION_JSON,
	OPTION_END,
};

/* What can go wrong, and what the screen shows of it. */
static const struct fault {
	enum word what;
	/* A scene of docs/pictures: the whole screen. */
	const char *picture;
	/* A chain; none where the screen is dark. */
	enum notice_id said[FAULT_PARTS];
	const char *refusal; /* the chain's last part, by its English */
	enum word otherwise; /* what to do where the screen says nothing */
	/* Whose next step it is, where the screen's large line has it. */
	enum notice_id next;
} faults[] = {
	{ .what = WORD_FAULT_GARBAGE,
		.picture = "garbage",
		.said = { NOTICE_REFUSED, NOTICE_NOT_A_COURIER,
			NOTICE_STICK_UNREADABLE } },
	{ .what = WORD_FAULT_OTHER,
		.picture = "other-election",
		.said = { NOTICE_BOX_REFUSED },
		.refusal = "the box is of another election",
		.otherwise = WORD_FAULT_OTHER_DO },
	{ .what = WORD_FAULT_PULLED,
		.picture = "pulled",
		.said = { NOTICE_REFUSED_AND_GONE, NOTICE_STICK_PULLED } },
	{ .what = WORD_FAULT_SMALL,
		.picture = "small-outbox",
		.said = { NOTICE_REFUSED, NOTICE_OUTBOX_TOO_SMALL } },
	{ .what = WORD_FAULT_POWER,
		.picture = "power-cut",
		.otherwise = WORD_WRONG_CUT },
	{ .what = WORD_FAULT_DISK,
		.picture = "no-disk",
		.said = { NOTICE_FAILED_AND_STOPS, NOTICE_NO_DISK } },
	{ .what = WORD_FAULT_TPM,
		.picture = "dead-tpm",
		.said = { NOTICE_FAILED, NOTICE_TPM_IS_GONE } },
	{ .what = WORD_FAULT_MISSING,
		.picture = "missing",
		.said = { NOTICE_BOXES, NOTICE_BOXES_MISSING },
		.next = NOTICE_READY_INTAKE_MISSING },
};

/* With the values of an evening. */
static struct notice notice_of_fault(const struct fault *fault)
{
	struct notice notice = { 0 };
	for (size_t i = 0; i < FAULT_PARTS; i++) {
		struct notice_part part =
			notice_text(fault->said[i], "station-03");
		part.first = 11;
		part.second = 12;
		if (fault->said[i] != NOTICE_NONE)
			notice_add(&notice, part);
	}
	if (fault->refusal != NULL)
		notice_add(&notice, notice_refusal(fault->refusal));
	return notice;
}

/* As a link from the guide that is in this language. */
static void write_what(
	struct writer *out, const struct fault *fault, enum language language)
{
	write_text(out, "[");
	write_text(out, words_in(fault->what, language));
	write_text(out, language == PERSIAN ? "](../pictures/" : "](pictures/");
	write_text(out, fault->picture);
	write_text(out, language == PERSIAN ? "-fa.png)" : "-en.png)");
}

static void print_fault(const struct fault *fault, enum language language)
{
	uint8_t space[2 * NOTICE_LINE_MOST];
	struct writer out = writer_of(space, sizeof(space));
	const struct notice notice = notice_of_fault(fault);
	const struct notice line = notice_of((struct notice_part){
		.id = (uint16_t)fault->next, .first = 1 });
	write_text(&out, "| ");
	write_what(&out, fault, language);
	write_text(&out, " | ");
	if (notice.part[0].id == NOTICE_NONE)
		write_text(&out, words_in(WORD_FAULT_DARK, language));
	else
		write_notice(&out, &notice, language);
	write_text(&out, " | ");
	if (fault->otherwise != WORD_NOTHING)
		write_text(&out, words_in(fault->otherwise, language));
	else
		write_notice_next(&out,
			fault->next != NOTICE_NONE ? &line : &notice, language);
	printf("%.*s |\n", (int)out.size, (const char *)space);
}

static int print_faults(enum language language)
{
	printf("%s\n|---|---|---|\n", words_in(WORD_FAULT_HEAD, language));
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		print_fault(&faults[i], language);
	return fflush(stdout) == 0 ? 0 : EX_IOERR;
}

static json_t *text_or_null(const char *text)
{
	return text != NULL ? json_string(text) : json_null();
}

static json_t *rows_of_table(void)
{
	json_t *rows = json_array();
	for (size_t i = 0; i < notice_table_size; i++) {
		const struct notice_row *row = &notice_table[i];
		json_array_append_new(rows,
			json_pack("{s:s, s:s, s:o, s:o}", "en",
				row->says[ENGLISH], "fa", row->says[PERSIAN],
				"next_en", text_or_null(row->next[ENGLISH]),
				"next_fa", text_or_null(row->next[PERSIAN])));
	}
	return rows;
}

int machine_notices_command(const struct arguments *arguments)
{
	if (argument_given(arguments, "--faults"))
		return print_faults(words_language());
	struct report report = report_begin(arguments);
	report_value(&report, "notices", rows_of_table());
	return report_end(&report, 0);
}
