/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes the text of a result, in its one form. It prints to memory alone, and
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
	[RESULT_STATION] = { "station", TEXT_LINE, TEXT_MANY,
		RESULT_LINE_MOST },
	[RESULT_VOTES] = { "votes", TEXT_LINE, TEXT_MANY, RESULT_LINE_MOST },
	[RESULT_BOX] = { "box", TEXT_LINE, TEXT_MANY, RESULT_LINE_MOST },
	[RESULT_VOID] = { "void", TEXT_LINE, TEXT_MANY, RESULT_LINE_MOST },
	[RESULT_ANNULLED] = { "annulled", TEXT_LINE, TEXT_MANY,
		RESULT_LINE_MOST },
	[RESULT_LOT] = { "lot", TEXT_LINE, TEXT_MANY, RESULT_LINE_MOST },
};

const struct text_form result_form = { "result", RESULT_FIELDS, field };

const char *const result_row_name[ROW_VOTES] = { "cast", "valid", "blank",
	"unreadable", "unknown", "repeated", "extra" };

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

/* Where in the result the counted or the void box of an entry is. */
struct by_entry {
	uint64_t entry;
	size_t which;
};

static int compare_entries(const void *a, const void *b)
{
	const struct by_entry *x = a;
	const struct by_entry *y = b;
	return (x->entry > y->entry) - (x->entry < y->entry);
}

/* The counted ones, then the void ones. From malloc; NULL: no memory. */
static struct by_entry *sort_by_entry(const struct result *result)
{
	struct by_entry *out =
		calloc(result->boxes + result->voids + 1, sizeof(*out));
	if (out == NULL)
		return NULL;
	for (size_t i = 0; i < result->boxes; i++)
		out[i] = (struct by_entry){ result->box[i].entry, i };
	for (size_t i = 0; i < result->voids; i++)
		out[result->boxes + i] =
			(struct by_entry){ result->voided[i].entry, i };
	qsort(out, result->boxes, sizeof(*out), compare_entries);
	qsort(out + result->boxes, result->voids, sizeof(*out),
		compare_entries);
	return out;
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

static void station_line(
	struct line *line, const struct result *result, uint16_t s, uint16_t c)
{
	const struct station *station = &result->plan->station[s];
	word(line, station->id);
	word(line, result->plan->contest[c].id);
	named(line, "issued", station->ballots_issued);
	named(line, "boxes", result_station_boxes(result, s));
	write_u8(&line->writer, '/');
	write_decimal(&line->writer, station->boxes);
	row(line, tally_row(&result->station[s], c), ROW_FLAWS);
}

static void votes_line(
	struct line *line, const struct result *result, uint16_t s, uint16_t c)
{
	const struct contest *contest = &result->plan->contest[c];
	const struct candidate *who = plan_candidates(result->plan, c);
	const uint64_t *cells = tally_row(&result->station[s], c) + ROW_VOTES;
	word(line, result->plan->station[s].id);
	word(line, contest->id);
	for (size_t i = 0; i < contest->candidates; i++) {
		number(line, who[i].code);
		write_u8(&line->writer, '=');
		write_decimal(&line->writer, cells[i]);
	}
}

static void put_stations(struct text_writer *text, struct line *line,
	const struct result *result, enum result_field which)
{
	const struct plan *plan = result->plan;
	for (size_t s = 0; s < plan->stations; s++)
		for (uint16_t c = 0; c < plan->contests; c++) {
			if (!contests_has(&plan->station[s].contests, c))
				continue;
			if (which == RESULT_STATION)
				station_line(line, result, (uint16_t)s, c);
			else
				votes_line(line, result, (uint16_t)s, c);
			put(text, which, line);
		}
}

static void digest_word(struct line *line, const struct digest *digest)
{
	word(line, "");
	write_hex(&line->writer, bytes_of(digest->byte, SHA256_SIZE));
}

static void box_line(
	struct line *line, const struct result *result, size_t which)
{
	const struct result_box *box = &result->box[which];
	write_decimal(&line->writer, box->entry);
	word(line, result->plan->station[box->station].id);
	number(line, box->sequence);
	digest_word(line, &box->sealed);
	number(line, box->ballots);
}

static void void_line(
	struct line *line, const struct result *result, size_t which)
{
	const struct result_void *box = &result->voided[which];
	write_decimal(&line->writer, box->entry);
	word(line, box->station < 0 ? "-"
				    : result->plan->station[box->station].id);
	digest_word(line, &box->sealed);
	word(line, box->reason);
}

/* By their entries, whatever the order was in which they were counted. */
static void put_boxes(struct text_writer *text, struct line *line,
	const struct result *result, const struct by_entry *by_entry)
{
	for (size_t i = 0; i < result->boxes + result->voids; i++) {
		const bool counted = i < result->boxes;
		(counted ? box_line : void_line)(
			line, result, by_entry[i].which);
		put(text, counted ? RESULT_BOX : RESULT_VOID, line);
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

static refusal check_entries(
	const struct result *result, const struct by_entry *by_entry)
{
	const struct by_entry *box = by_entry;
	const struct by_entry *voided = by_entry + result->boxes;
	uint64_t size = result->binding.checkpoint_size;
	size_t v = 0;
	if (result->boxes > 0 && box[result->boxes - 1].entry >= size)
		return "a box is not in the checkpoint";
	if (result->voids > 0 && voided[result->voids - 1].entry >= size)
		return "a void box is not in the checkpoint";
	for (size_t i = 1; i < result->voids; i++)
		if (voided[i - 1].entry == voided[i].entry)
			return "a box is void twice";
	for (size_t i = 0; i < result->boxes; i++) {
		if (i > 0 && box[i - 1].entry == box[i].entry)
			return "a box is counted twice";
		while (v < result->voids && voided[v].entry < box[i].entry)
			v++;
		if (v < result->voids && voided[v].entry == box[i].entry)
			return "a box is both counted and void";
	}
	return NULL;
}

static refusal check_station(const struct result *result, size_t s)
{
	const struct tally *tally = &result->station[s];
	uint64_t ballots = 0;
	for (size_t i = result->newest[s]; i > 0; i = result->before[i - 1])
		if (__builtin_add_overflow(
			    ballots, result->box[i - 1].ballots, &ballots))
			return "a station's boxes have above 2^64 - 1 ballots";
	if (ballots != tally_ballots(tally))
		return "a station's boxes do not add up to its ballots";
	return tally_check_ballots(
		tally, result->plan->station[s].ballots_issued);
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
	why = result_total(&all, &total);
	if (why == NULL)
		why = tally_check_flaws(&total);
	tally_free(&total);
	return why;
}

static refusal check_result(
	const struct result *result, const struct by_entry *by_entry)
{
	refusal why = check_entries(result, by_entry);
	for (size_t s = 0; s < result->plan->stations && why == NULL; s++)
		why = check_station(result, s);
	return why != NULL ? why : check_flaws(result);
}

/*
 * The whole
 */

size_t result_size_most(const struct result *result)
{
	enum { ROW_MOST = ROW_VOTES * 32, FIELD_MOST = 2 * ID_MOST + 64 };
	const struct plan *plan = result->plan;
	size_t size = 2048 + (result->boxes + result->voids) *
				     (FIELD_MOST + 128 + RESULT_REASON_MOST);

	size += result->annulments * (FIELD_MOST + RESULT_REASON_MOST);
	for (size_t i = 0; i < result->lots; i++)
		size += FIELD_MOST + result->lot[i].count * 6u;
	size += plan->stations * (FIELD_MOST + ID_MOST + 24);
	size += plan->contests * (FIELD_MOST + 64 + ROW_MOST);
	size += plan->candidates * (FIELD_MOST + 96);
	for (size_t s = 0; s < plan->stations; s++)
		for (size_t c = 0; c < plan->contests; c++)
			if (contests_has(&plan->station[s].contests, c))
				size += 2 * FIELD_MOST + 64 + ROW_MOST +
					(size_t)plan->contest[c].candidates *
						17;
	return size;
}

static refusal write_whole(struct writer *out, const struct result *result,
	const struct by_entry *by_entry)
{
	const struct plan *plan = result->plan;
	struct line line;
	struct tally total;
	refusal why = check_result(result, by_entry);
	if (why == NULL && !tally_init(&total, plan, plan_all_contests(plan)))
		why = "there is not enough memory";
	if (why != NULL)
		return why;
	why = result_total(result, &total);
	begin(&line);
	struct text_writer text =
		text_begin(&result_form, plan->rehearsal, out);
	put_binding(&text, result);
	if (why == NULL)
		why = put_delivery(&text, &line, result);
	put_contests(&text, &line, &total);
	for (uint16_t c = 0; c < plan->contests && why == NULL; c++)
		why = put_candidates(&text, &line, result, &total, c);
	put_stations(&text, &line, result, RESULT_STATION);
	put_stations(&text, &line, result, RESULT_VOTES);
	put_boxes(&text, &line, result, by_entry);
	put_rulings(&text, &line, result);
	tally_free(&total);
	return why ? why : text_end(&text);
}

refusal result_write(struct writer *out, const struct result *result)
{
	struct by_entry *by_entry = sort_by_entry(result);
	const refusal why = by_entry == NULL
				    ? "there is not enough memory"
				    : write_whole(out, result, by_entry);
	free(by_entry);
	return why;
}
