/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes the head of a result, in its one form. It prints to memory alone, and
 * alters nothing in the result.
 */
#include "appliance/election/result.h"

#include <stdlib.h>
#include <string.h>

#include "appliance/election/result_form.h"

static const struct text_field field[RESULT_FIELDS] = {
	[RESULT_ELECTION] = { "election", TEXT_LINE, TEXT_ONCE, ID_MOST },
	[RESULT_DEFINITION] = { "definition", TEXT_DIGEST, TEXT_ONCE, 0 },
	[RESULT_AK] = { "ak", TEXT_NAME, TEXT_ONCE, 0 },
	[RESULT_BK] = { "bk", TEXT_NAME, TEXT_ONCE, 0 },
	[RESULT_RK] = { "rk", TEXT_NAME, TEXT_ONCE, 0 },
	[RESULT_CHECKPOINT_SIZE] = { "checkpoint-size", TEXT_NUMBER, TEXT_ONCE,
		0 },
	[RESULT_CHECKPOINT_ROOT] = { "checkpoint-root", TEXT_DIGEST, TEXT_ONCE,
		0 },
	[RESULT_PHASE] = { "phase", TEXT_NUMBER, TEXT_ONCE, 0 },
	[RESULT_REVOCATION] = { "revocation", TEXT_NUMBER, TEXT_ONCE, 0 },
	[RESULT_COUNT] = { "count", TEXT_LINE, TEXT_ONCE, ID_MOST },
	[RESULT_BOXES] = { "boxes", TEXT_LINE, TEXT_ONCE, RESULT_LINE_MOST },
	[RESULT_MISSING] = { "missing", TEXT_LINE, TEXT_MANY,
		RESULT_LINE_MOST },
	[RESULT_CONTEST] = { "contest", TEXT_LINE, TEXT_MANY,
		RESULT_LINE_MOST },
	[RESULT_CANDIDATE] = { "candidate", TEXT_LINE, TEXT_MANY,
		RESULT_LINE_MOST },
	[RESULT_VOID] = { "void", TEXT_LINE, TEXT_MANY, RESULT_LINE_MOST },
	[RESULT_ANNULLED] = { "annulled", TEXT_LINE, TEXT_MANY,
		RESULT_LINE_MOST },
	[RESULT_LOT] = { "lot", TEXT_LINE, TEXT_MANY, RESULT_LINE_MOST },
	[RESULT_STATIONS] = { "stations", TEXT_NUMBER, TEXT_ONCE, 0 },
	[RESULT_STATIONS_ROOT] = { "stations-root", TEXT_DIGEST, TEXT_ONCE, 0 },
};

const struct text_form result_form = { "result", 2, RESULT_FIELDS, field };

static const char *const rule_text[] = {
	[RELATIVE_MAJORITY_1] = "relative-majority/1",
	[LIST_PROPORTIONAL_0_PILOT] = "list-proportional/0-pilot",
};

/* One line of many fields, put into the text as a whole. */
struct line {
	uint8_t data[RESULT_LINE_MOST];
	struct writer writer;
};

static void word(struct line *line, const char *text)
{
	if (line->writer.size > 0)
		write_u8(&line->writer, ' ');
	write_text(&line->writer, text);
}

static void number(struct line *line, uint64_t value)
{
	word(line, "");
	write_decimal(&line->writer, value);
}

static void named(struct line *line, const char *name, uint64_t value)
{
	word(line, name);
	write_u8(&line->writer, '=');
	write_decimal(&line->writer, value);
}

/* Of a row of cells the first `count`. */
static void row(struct line *line, const uint64_t *cells, size_t count)
{
	for (size_t i = 0; i < count; i++)
		named(line, result_row_name[i], cells[i]);
}

static void begin(struct line *line)
{
	line->writer = writer_of(line->data, sizeof(line->data));
}

static void put(
	struct text_writer *text, enum result_field which, struct line *line)
{
	text->out->broken |= line->writer.broken;
	text_put(text, which, written(&line->writer));
	begin(line);
}

static void put_digest(struct text_writer *text, enum result_field which,
	const struct digest *digest)
{
	text_put(text, which, bytes_of(digest->byte, SHA256_SIZE));
}

static void put_binding(struct text_writer *text, const struct result *result)
{
	const struct result_binding *b = &result->binding;
	text_put(text, RESULT_ELECTION, bytes_of_text(result->plan->id));
	put_digest(text, RESULT_DEFINITION, &result->plan->definition);
	text_put(text, RESULT_AK, tpm_name_bytes(&b->ak));
	text_put(text, RESULT_BK, tpm_name_bytes(&b->bk));
	text_put(text, RESULT_RK, tpm_name_bytes(&b->rk));
	text_put_number(text, RESULT_CHECKPOINT_SIZE, b->checkpoint_size);
	put_digest(text, RESULT_CHECKPOINT_ROOT, &b->checkpoint_root);
	text_put_number(text, RESULT_PHASE, b->phase);
	text_put_number(text, RESULT_REVOCATION, b->revocation);
	text_put(text, RESULT_COUNT, bytes_of_text(RESULT_COUNT_VERSION));
}

/* First of all numbers: whether they are of all boxes. */
static refusal put_delivery(struct text_writer *text, struct line *line,
	const struct result *result)
{
	const struct plan *plan = result->plan;
	size_t *missing = calloc(plan->stations, sizeof(*missing));
	uint64_t due = 0;
	if (missing == NULL)
		return "there is not enough memory";
	result_missing(result, missing);
	for (size_t s = 0; s < plan->stations; s++)
		due += plan->station[s].boxes;
	named(line, "due", due);
	named(line, "counted", result->boxes);
	named(line, "void", result->voids);
	named(line, "unopened", result_unopened(result));
	put(text, RESULT_BOXES, line);
	for (size_t s = 0; s < plan->stations; s++) {
		if (missing[s] == 0)
			continue;
		word(line, plan->station[s].id);
		number(line, missing[s]);
		put(text, RESULT_MISSING, line);
	}
	free(missing);
	return NULL;
}

static void put_contests(
	struct text_writer *text, struct line *line, const struct tally *total)
{
	for (uint16_t c = 0; c < total->plan->contests; c++) {
		const struct contest *contest = &total->plan->contest[c];
		word(line, contest->id);
		word(line, rule_text[contest->rule]);
		named(line, "seats", contest->seats);
		named(line, "alternates", contest->alternates);
		row(line, tally_row(total, c), ROW_VOTES);
		put(text, RESULT_CONTEST, line);
	}
}

static refusal put_candidates(struct text_writer *text, struct line *line,
	const struct result *result, const struct tally *total, uint16_t c)
{
	const struct contest *contest = &total->plan->contest[c];
	const struct candidate *who = plan_candidates(total->plan, c);
	const uint64_t *votes = tally_row(total, c) + ROW_VOTES;
	struct standing standing[CANDIDATES_MOST];
	refusal why = result_standings(result, total, c, standing);
	if (why != NULL)
		return why;
	for (size_t i = 0; i < contest->candidates; i++) {
		word(line, contest->id);
		number(line, who[i].code);
		named(line, "votes", votes[i]);
		named(line, "rank", standing[i].rank);
		word(line, outcome_text(standing[i].outcome));
		put(text, RESULT_CANDIDATE, line);
	}
	return NULL;
}

static void put_voids(struct text_writer *text, struct line *line,
	const struct result *result)
{
	const size_t none = result->plan->stations;
	for (size_t i = result->voids_of[none].first; i > 0;
		i = result->void_after[i - 1]) {
		result_write_void(&line->writer, &result->voided[i - 1]);
		put(text, RESULT_VOID, line);
	}
}

static void put_rulings(struct text_writer *text, struct line *line,
	const struct result *result)
{
	const struct plan *plan = result->plan;
	for (size_t i = 0; i < result->annulments; i++) {
		const struct result_annulment *one = &result->annulment[i];
		word(line, plan->station[one->station].id);
		word(line, one->reason);
		put(text, RESULT_ANNULLED, line);
	}
	for (size_t i = 0; i < result->lots; i++) {
		const struct lot *lot = &result->lot[i];
		const struct candidate *who =
			plan_candidates(plan, lot->contest);
		word(line, plan->contest[lot->contest].id);
		for (size_t d = 0; d < lot->count; d++)
			number(line, who[lot->drawn[d]].code);
		put(text, RESULT_LOT, line);
	}
}

/*
 * Checking: what a reader of the text can see to be impossible.
 */

static int by_value(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a;
	const uint64_t y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

/* Each entry is one box, counted or void. */
static refusal check_once(uint64_t *entry, size_t count, uint64_t size)
{
	qsort(entry, count, sizeof(*entry), by_value);
	if (count > 0 && entry[count - 1] >= size)
		return "a box is not in the checkpoint";
	for (size_t i = 1; i < count; i++)
		if (entry[i - 1] == entry[i])
			return "a box is there twice, counted or void";
	return NULL;
}

static refusal check_entries(const struct result *result)
{
	uint64_t *entry =
		calloc(result->boxes + result->voids + 1, sizeof(*entry));
	size_t count = 0;
	if (entry == NULL)
		return "there is not enough memory";
	for (size_t i = 0; i < result->boxes; i++)
		entry[count++] = result->box[i].entry;
	for (size_t i = 0; i < result->voids; i++)
		entry[count++] = result->voided[i].entry;
	const refusal why =
		check_once(entry, count, result->binding.checkpoint_size);
	free(entry);
	return why;
}

static refusal check_ballots(
	const struct result *result, size_t s, const struct tally *tally)
{
	uint64_t ballots = 0;
	for (size_t i = result->boxes_of[s].first; i > 0;
		i = result->box_after[i - 1])
		if (__builtin_add_overflow(
			    ballots, result->box[i - 1].ballots, &ballots))
			return "a station's boxes have above 2^64 - 1 ballots";
	if (ballots != tally_ballots(tally))
		return "a station's boxes do not add up to its ballots";
	return tally_check_ballots(
		tally, result->plan->station[s].ballots_issued);
}

static refusal check_station(const struct result *result, size_t s)
{
	struct tally tally;
	refusal why = "there is not enough memory";
	if (result_tally(result, s, &tally))
		why = check_ballots(result, s, &tally);
	tally_free(&tally);
	return why;
}

/* They are of all stations' ballots, annulled or not. */
static refusal check_flaws(const struct result *result)
{
	struct result all = *result;
	struct tally total;
	refusal why;
	if (!tally_init(&total, all.plan, plan_all_contests(all.plan)))
		return "there is not enough memory";
	all.annulments = 0;
	result_total(&all, &total);
	why = tally_check_flaws(&total);
	tally_free(&total);
	return why;
}

refusal result_check(const struct result *result)
{
	refusal why = check_entries(result);
	for (size_t s = 0; s < result->plan->stations && why == NULL; s++)
		why = check_station(result, s);
	return why != NULL ? why : check_flaws(result);
}

/*
 * The whole
 */

size_t result_head_most(const struct result *result)
{
	enum { LINE_MOST = 2 * ID_MOST + 64 + RESULT_REASON_MOST };
	const size_t stations = result->plan->stations;
	size_t size = (size_t)plan_head_most(result->plan) +
		      result->voids_of[stations].count * (LINE_MOST + 64);
	size += result->annulments * LINE_MOST;
	for (size_t i = 0; i < result->lots; i++)
		size += LINE_MOST + result->lot[i].count * 6u;
	return size;
}

static refusal put_numbers(struct text_writer *text, struct line *line,
	const struct result *result, struct tally *total)
{
	refusal why = put_delivery(text, line, result);
	result_total(result, total);
	put_contests(text, line, total);
	for (uint16_t c = 0; c < result->plan->contests && why == NULL; c++)
		why = put_candidates(text, line, result, total, c);
	return why;
}

refusal result_write_head_of(struct writer *out, const struct result *result,
	const struct digest *root)
{
	const struct plan *plan = result->plan;
	struct line line;
	struct tally total;
	if (!tally_init(&total, plan, plan_all_contests(plan)))
		return "there is not enough memory";
	begin(&line);
	struct text_writer text =
		text_begin(&result_form, plan->rehearsal, out);
	put_binding(&text, result);
	const refusal why = put_numbers(&text, &line, result, &total);
	put_voids(&text, &line, result);
	put_rulings(&text, &line, result);
	text_put_number(&text, RESULT_STATIONS, plan->stations);
	put_digest(&text, RESULT_STATIONS_ROOT, root);
	tally_free(&total);
	return why != NULL ? why : text_end(&text);
}

refusal result_write_head(struct writer *out, const struct result *result)
{
	struct digest root;
	refusal why = result_check(result);
	if (why == NULL)
		why = result_root(result, &root);
	return why != NULL ? why : result_write_head_of(out, result, &root);
}

size_t result_size_most(const struct result *result)
{
	size_t size = result_head_most(result);
	for (size_t s = 0; s < result->plan->stations; s++)
		size += result_part_most(result, s);
	return size;
}

refusal result_write(struct writer *out, const struct result *result)
{
	const refusal why = result_write_head(out, result);
	for (size_t s = 0; s < result->plan->stations && why == NULL; s++)
		result_write_part(out, result, s);
	return why == NULL && out->broken ? "the text is too long" : why;
}
