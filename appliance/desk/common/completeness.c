/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/completeness.h"
#include "appliance/desk/common/files.h"
#include "appliance/desk/common/told_report.h"
#include "appliance/desk/common/words.h"
#include "appliance/record/refused.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

enum { LINE_MOST = 512, REASON_MOST = 384 };

static void put_number(struct writer *out, enum word word, uint64_t number)
{
	if (number > 0)
		write_words(out, word, PERSIAN,
			&(struct filling){ .number = { number } });
}

/* As delivery_line() has it, but for the stations' names. */
static void persian_line(const struct delivery *delivery, struct writer *out)
{
	const bool result = delivery->has_result;
	write_words(out, result ? WORD_COUNTED : WORD_DELIVERED, PERSIAN,
		&(struct filling){ .number = { result ? delivery->counted
						      : delivery->delivered,
					   delivery->due } });
	put_number(out, WORD_DELIVERY_MISSING, delivery->missing);
	put_number(out, WORD_DELIVERY_VOID, delivery->voids);
	put_number(out, WORD_DELIVERY_UNOPENED, delivery->unopened);
	put_number(out, WORD_DELIVERY_REFUSED, delivery->refusals);
}

static void line_of(const struct delivery *delivery, enum language language,
	char line[LINE_MOST])
{
	struct writer out = writer_of(line, LINE_MOST - 1);
	if (language == PERSIAN)
		persian_line(delivery, &out);
	else
		delivery_line(delivery, &out);
	line[out.size] = '\0';
}

/* As the machine tells it; of what has no entry of its own, the first. */
static void reason_of(const struct chain *chain, const struct leaves *leaves,
	const struct journal_header *header, enum language language,
	char reason[NOTICE_LINE_MOST])
{
	struct chain_refusal what = { .count = 1 };
	char told[REASON_MOST], line[NOTICE_LINE_MOST];
	if (chain_refusal_of(chain, header,
		    chain_leaf_text(chain, leaves->leaf, ENTRY_REFUSED),
		    &what) != NULL)
		what.told =
			bytes_of_text(words_in(WORD_REFUSED_UNTOLD, language));
	snprintf(told, sizeof(told), "%.*s", (int)what.told.size,
		(const char *)what.told.data);
	const struct filling filling = {
		.number = { what.count },
		.text = { language == ENGLISH ? told
					      : reason_in_words(told, line) },
	};
	struct writer out = writer_of(reason, NOTICE_LINE_MOST - 1);
	if (what.count == 1)
		write_text(&out, filling.text[0]);
	else
		write_words(&out, WORD_REFUSED_SEVERAL, language, &filling);
	reason[out.size] = '\0';
}

static json_t *missing_of(const struct delivery *delivery)
{
	json_t *missing = json_array();
	for (size_t i = 0; i < delivery->plan->stations; i++) {
		const struct station *station = &delivery->plan->station[i];
		if (delivery->missing_of[i] > 0)
			json_array_append_new(missing,
				json_pack("{s:s, s:I, s:i}", "station",
					station->id, "missing",
					(json_int_t)delivery->missing_of[i],
					"due", (int)station->boxes));
	}
	return missing;
}

static json_t *refused_of(const struct chain *chain)
{
	json_t *refused = json_array();
	struct journal_header header;
	struct leaves leaves = leaves_of(chain);
	while (leaves_next(&leaves, &header)) {
		char reason[NOTICE_LINE_MOST];
		if (header.type != ENTRY_REFUSED)
			continue;
		reason_of(chain, &leaves, &header, words_language(), reason);
		json_array_append_new(
			refused, json_pack("{s:I, s:I, s:s}", "entry",
					 (json_int_t)leaves.leaf, "deliveries",
					 (json_int_t)refused_count(&header),
					 "reason", reason));
	}
	return refused;
}

void report_delivery(struct report *report, const struct chain *chain,
	const struct delivery *delivery)
{
	char line[LINE_MOST];
	if (report->json) {
		report_told(report, told_json_delivery,
			&(struct told){ .chain = chain, .delivery = delivery });
		return;
	}
	line_of(delivery, words_language(), line);
	report_title(report,
		delivery_without(delivery) > 0 ? "INCOMPLETE" : "complete",
		line);
	report_number(report, "boxes_due", delivery->due);
	report_number(report, "boxes_missing", delivery->missing);
	if (delivery->missing > 0)
		report_value(report, "missing", missing_of(delivery));
	if (chain != NULL && delivery->refusals > 0)
		report_value(report, "refused", refused_of(chain));
}

int report_completeness(struct report *report, const struct chain *chain)
{
	struct delivery delivery;
	refusal refused = delivery_of_chain(chain, &delivery);
	if (refused == NULL)
		report_delivery(report, chain, &delivery);
	delivery_free(&delivery);
	return refused == NULL ? 0 : fail(EX_OSERR, NULL, 0, "%s", refused);
}

/* The stations that the Persian line does not name. */
static void show_missing(const struct delivery *delivery)
{
	for (size_t i = 0; i < delivery->plan->stations; i++) {
		const struct station *station = &delivery->plan->station[i];
		if (delivery->missing_of[i] > 0)
			tell(stderr, WORD_STATION_MISSING,
				&(struct filling){
					.number = { delivery->missing_of[i],
						station->boxes },
					.text = { station->id } });
	}
}

static void show(const struct chain *chain, const struct delivery *delivery)
{
	char line[LINE_MOST];
	struct journal_header header;
	struct leaves leaves = leaves_of(chain);
	line_of(delivery, words_language(), line);
	fprintf(stderr, "\n%s\n", line);
	if (words_language() == PERSIAN)
		show_missing(delivery);
	while (leaves_next(&leaves, &header)) {
		char reason[NOTICE_LINE_MOST];
		if (header.type != ENTRY_REFUSED)
			continue;
		reason_of(chain, &leaves, &header, words_language(), reason);
		tell(stderr, WORD_BOX_REFUSED,
			&(struct filling){ .text = { reason } });
	}
}

/* A status, after saying the sentence with both numbers in it. */
static int say_no(int status, enum word word, uint64_t first, uint64_t second)
{
	uint8_t line[LINE_MOST];
	struct writer out = writer_of(line, sizeof(line));
	write_words(&out, word, words_language(),
		&(struct filling){ .number = { first, second } });
	return fail(status, NULL, 0, "%.*s", (int)out.size, (const char *)line);
}

static int ask_for(size_t without)
{
	const struct filling number = { .number = { without } };
	char answer[48];
	uint64_t written;
	if (isatty(STDIN_FILENO) != 1)
		return say_no(EX_USAGE, WORD_LEFT_OUT_NOBODY, without, 0);
	tell(stderr, WORD_LEFT_OUT, &number);
	if (fgets(answer, sizeof(answer), stdin) == NULL)
		answer[0] = '\0';
	make_digits_plain(answer);
	if (!decimal_decode(bytes_of(answer, strcspn(answer, "\n")), SIZE_MAX,
		    &written) ||
		written != without)
		return fail(EX_TEMPFAIL, NULL, 0, "%s",
			words_of(WORD_SIGN_DECLINED));
	return 0;
}

static int agree(const struct arguments *arguments, const struct chain *chain,
	const struct delivery *delivery)
{
	const size_t without = delivery_without(delivery);
	uint64_t agreed = without;
	int status =
		argument_number(arguments, "--without", 0, SIZE_MAX, &agreed);
	if (status != 0)
		return status;
	if (without > 0 || delivery->refusals > 0)
		show(chain, delivery);
	if (agreed != without)
		return say_no(EX_DATAERR, WORD_LEFT_OUT_OTHER, without, agreed);
	return without == 0 || argument_given(arguments, "--without")
		       ? 0
		       : ask_for(without);
}

int agree_to_delivery(
	const struct arguments *arguments, const struct chain *chain)
{
	struct delivery delivery;
	refusal refused = delivery_of_chain(chain, &delivery);
	int status = refused == NULL ? agree(arguments, chain, &delivery)
				     : fail(EX_OSERR, NULL, 0, "%s", refused);
	delivery_free(&delivery);
	return status;
}
