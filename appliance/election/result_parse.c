/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the text of a result, strictly: what it accepts, result_write.c would
 * write again in the same bytes. Sums in the text are compared with the
 * numbers that they are of, not believed.
 */
#include "appliance/election/result.h"

#include <stdlib.h>
#include <string.h>

#include "appliance/election/result_form.h"

static const char not_canonical[] =
	"this line is not what the result's own numbers make it";

/* One word and the space behind it; the last word goes to the end. */
static struct bytes take_word(struct bytes *line)
{
	const uint8_t *space =
		line->size > 0 ? memchr(line->data, ' ', line->size) : NULL;
	struct bytes word = *line;
	if (space != NULL)
		word.size = (size_t)(space - line->data);
	size_t used = word.size + (space ? 1 : 0);
	*line = bytes_of(line->data + used, line->size - used);
	return word;
}

static bool take_number(struct bytes *line, uint64_t most, uint64_t *value)
{
	return decimal_decode(take_word(line), most, value);
}

/* The number after the '=' in the next word. */
static bool take_named(struct bytes *line, uint64_t *value)
{
	struct bytes word = take_word(line);
	const uint8_t *sign =
		word.size > 0 ? memchr(word.data, '=', word.size) : NULL;
	if (sign == NULL)
		return false;
	size_t used = (size_t)(sign - word.data) + 1;
	return decimal_decode(bytes_of(word.data + used, word.size - used),
		UINT64_MAX, value);
}

static bool read_cells(
	struct bytes line, size_t skip, uint64_t *cell, size_t count)
{
	bool worked = true;
	for (size_t i = 0; i < skip; i++)
		take_word(&line);
	for (size_t i = 0; i < count && worked; i++)
		worked = take_named(&line, &cell[i]);
	return worked;
}

/*
 * What the words say beside the numbers is not looked at here: it differs
 * from what is written again if it is wrong.
 */
static bool read_stations(struct result *result, const struct text *text)
{
	const struct plan *plan = result->plan;
	struct text_values stations = text_values(text, RESULT_STATION);
	struct text_values votes = text_values(text, RESULT_VOTES);
	for (size_t s = 0; s < plan->stations; s++)
		for (uint16_t c = 0; c < plan->contests; c++) {
			uint64_t *row = tally_row(&result->station[s], c);
			if (row != NULL &&
				!(text_next(&stations) && text_next(&votes) &&
					read_cells(stations.value, 4, row,
						ROW_FLAWS) &&
					read_cells(votes.value, 2,
						row + ROW_VOTES,
						plan->contest[c].candidates)))
				return false;
		}
	return true;
}

/* The first words of a contest's line are of the definition, or sums. */
static bool read_flaws(struct result *result, const struct text *text)
{
	struct text_values contests = text_values(text, RESULT_CONTEST);
	for (uint16_t c = 0; c < result->plan->contests; c++)
		if (!text_next(&contests) ||
			!read_cells(contests.value, 4 + ROW_FLAWS,
				result->flaws[c], FLAWS))
			return false;
	return true;
}

/* Than the one before; UINT64_MAX: there is none. */
static bool is_later(uint64_t *last, uint64_t entry)
{
	const bool later = *last == UINT64_MAX || entry > *last;
	*last = entry;
	return later;
}

static refusal read_boxes(struct result *result, const struct text *text)
{
	struct text_values values = text_values(text, RESULT_BOX);
	uint64_t last = UINT64_MAX;
	refusal why = NULL;
	while (why == NULL && text_next(&values)) {
		struct result_box box = { 0 };
		struct bytes rest = values.value;
		uint64_t sequence = 0;
		bool worked = take_number(&rest, UINT64_MAX, &box.entry);
		int station = plan_find_station(result->plan, take_word(&rest));
		worked = worked && station >= 0 &&
			 take_number(&rest, UINT16_MAX, &sequence) &&
			 hex_decode(take_word(&rest), box.sealed.byte,
				 SHA256_SIZE) &&
			 take_number(&rest, UINT64_MAX, &box.ballots);
		box.station = (uint16_t)station;
		box.sequence = (uint16_t)sequence;
		why = !worked ? not_canonical
		      : !is_later(&last, box.entry)
			      ? "the boxes are not in the order of the journal"
			      : result_enter_box(result, &box);
	}
	return why;
}

static refusal read_voids(struct result *result, const struct text *text)
{
	struct text_values values = text_values(text, RESULT_VOID);
	uint64_t last = UINT64_MAX;
	refusal why = NULL;
	while (why == NULL && text_next(&values)) {
		struct result_void box = { 0 };
		struct bytes rest = values.value;
		bool worked = take_number(&rest, UINT64_MAX, &box.entry);
		box.station = plan_find_station(result->plan, take_word(&rest));
		worked = worked &&
			 hex_decode(take_word(&rest), box.sealed.byte,
				 SHA256_SIZE) &&
			 rest.size <= RESULT_REASON_MOST;
		if (worked && rest.size > 0)
			memcpy(box.reason, rest.data, rest.size);
		why = !worked ? not_canonical
		      : !is_later(&last, box.entry)
			      ? "the voids are not in the order of the journal"
			      : result_add_void(result, &box);
	}
	return why;
}

/* Where the field's lines start, then on to the `n`th of them. */
static size_t line_of(const struct text *text, size_t field, size_t n)
{
	size_t line = 2;
	for (size_t f = 0; f < field; f++)
		line += text_count(text, f);
	return line + n;
}

refusal result_read_annulment(struct result *result, struct bytes line)
{
	struct result_annulment annulment = { 0 };
	int station = plan_find_station(result->plan, take_word(&line));
	if (station < 0)
		return "the definition has no such station";
	if (line.size == 0 || line.size > RESULT_REASON_MOST)
		return "an annulment needs a reason of 1 to 160 bytes";
	annulment.station = (uint16_t)station;
	memcpy(annulment.reason, line.data, line.size);
	return result_annul(result, &annulment);
}

static int number_of(const struct plan *plan, uint16_t contest, uint64_t code)
{
	const struct candidate *who = plan_candidates(plan, contest);
	for (int i = 0; i < plan->contest[contest].candidates; i++)
		if (who[i].code == code)
			return i;
	return -1;
}

static refusal read_drawn(
	const struct plan *plan, struct bytes line, struct lot *lot)
{
	while (line.size > 0) {
		uint64_t code = 0;
		int number = -1;
		if (take_number(&line, UINT16_MAX, &code))
			number = number_of(plan, lot->contest, code);
		if (number < 0 || lot->count == CANDIDATES_MOST)
			return "a lot names a code that no candidate has";
		lot->drawn[lot->count++] = (uint16_t)number;
	}
	return NULL;
}

refusal result_read_lot(struct result *result, struct bytes line)
{
	struct lot lot = { 0 };
	int contest = plan_find_contest(result->plan, take_word(&line));
	if (contest < 0)
		return "the definition has no such contest";
	lot.contest = (uint16_t)contest;
	refusal why = read_drawn(result->plan, line, &lot);
	return why ? why : result_add_lot(result, &lot);
}

static refusal read_rulings(
	struct result *result, const struct text *text, size_t *line)
{
	struct text_values annulled = text_values(text, RESULT_ANNULLED);
	struct text_values lots = text_values(text, RESULT_LOT);
	refusal why = NULL;
	while (why == NULL && text_next(&annulled))
		why = result_read_annulment(result, annulled.value);
	*line = line_of(text, RESULT_ANNULLED, result->annulments);
	if (why != NULL)
		return why;
	while (why == NULL && text_next(&lots))
		why = result_read_lot(result, lots.value);
	*line = line_of(text, RESULT_LOT, result->lots);
	return why;
}

static void read_binding(struct result *result, const struct text *text)
{
	struct result_binding *b = &result->binding;
	b->ak = text_name(text, RESULT_AK);
	b->bk = text_name(text, RESULT_BK);
	b->rk = text_name(text, RESULT_RK);
	b->checkpoint_size = text_number(text, RESULT_CHECKPOINT_SIZE);
	b->checkpoint_root = text_digest(text, RESULT_CHECKPOINT_ROOT);
	b->phase = text_number(text, RESULT_PHASE);
	b->revocation = text_number(text, RESULT_REVOCATION);
}

static size_t differing_line(struct bytes a, struct bytes b)
{
	size_t line = 1;
	for (size_t i = 0; i < a.size && i < b.size && a.data[i] == b.data[i];
		i++)
		line += a.data[i] == '\n';
	return line;
}

static refusal compare_with_rewritten(
	const struct result *result, struct bytes whole, size_t *line)
{
	size_t most = result_size_most(result);
	uint8_t *again = malloc(most);
	struct writer w = writer_of(again, most);
	refusal why = "there is not enough memory";
	if (again != NULL) {
		*line = 0;
		why = result_write(&w, result);
		if (why == NULL && !bytes_equal(written(&w), whole)) {
			*line = differing_line(written(&w), whole);
			why = not_canonical;
		}
	}
	free(again);
	return why;
}

refusal result_parse(struct result *result, const struct plan *plan,
	struct bytes whole, size_t *line)
{
	struct text text;
	refusal why = NULL;
	if (!result_init(result, plan))
		return "there is not enough memory";
	why = text_decode(&result_form, whole, &text);
	*line = text.line;
	if (why != NULL)
		return why;
	read_binding(result, &text);
	*line = line_of(&text, RESULT_CONTEST, 0);
	if (!read_flaws(result, &text))
		return "the lines of the contests are not those of the "
		       "definition";
	*line = line_of(&text, RESULT_STATION, 0);
	if (!read_stations(result, &text))
		return "the lines of the stations are not those of the "
		       "definition";
	why = read_boxes(result, &text);
	*line = line_of(&text, RESULT_BOX, result->boxes);
	if (why != NULL)
		return why;
	why = read_voids(result, &text);
	*line = line_of(&text, RESULT_VOID, result->voids);
	if (why == NULL)
		why = read_rulings(result, &text, line);
	return why ? why : compare_with_rewritten(result, whole, line);
}
