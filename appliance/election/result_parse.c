/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a result, strictly: what it accepts, result_write.c and result_part.c
 * would write again in the same bytes. Sums in the text are compared with the
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
 * The lines of all pieces, one after the other. A part is in one piece, so only
 * before a part is the next one asked for.
 */
struct lines {
	const struct result_source *source;
	struct cursor rest; /* of the piece */
	size_t number;	    /* of the line last taken */
};

/* To where the next part begins; nothing is left there when there is none. */
static refusal go_on(struct lines *lines)
{
	struct bytes piece = bytes_of(NULL, 0);
	refusal why = NULL;
	if (lines->rest.rest.size == 0)
		why = lines->source->next(lines->source->context, &piece);
	if (why == NULL && piece.size > 0)
		lines->rest = cursor_of(piece);
	return why;
}

/* The next line without `name`, if it begins with that. */
static bool take_line(struct lines *lines, const char *name, struct bytes *out)
{
	const size_t size = strlen(name);
	struct cursor ahead = lines->rest;
	*out = cursor_line(&ahead);
	if (ahead.broken || out->size < size ||
		memcmp(out->data, name, size) != 0)
		return false;
	*out = bytes_of(out->data + size, out->size - size);
	lines->rest = ahead;
	lines->number++;
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

/*
 * What the words say beside the numbers is not looked at here: it differs
 * from what is written again if it is wrong.
 */
static bool read_row(struct bytes line, uint32_t *cell, size_t count)
{
	bool worked = true;
	take_word(&line);
	for (size_t i = 0; i < count && worked; i++) {
		uint64_t value = 0;
		worked = take_named(&line, &value) && value <= UINT32_MAX;
		cell[i] = (uint32_t)value;
	}
	return worked;
}

/* A line that is refused is the next one still, as one that is not there. */
static bool take_row(
	struct lines *lines, const char *name, uint32_t *cell, size_t count)
{
	struct bytes line;
	if (!take_line(lines, name, &line))
		return false;
	const bool read = read_row(line, cell, count);
	lines->number -= !read;
	return read;
}

static bool read_rows(struct result *result, struct lines *lines, size_t s)
{
	const struct plan *plan = result->plan;
	uint32_t *row = result->cell + result->first[s];
	for (uint16_t c = 0; c < plan->contests; c++) {
		if (!result_votes_on(plan, s, c))
			continue;
		if (!take_row(lines, PART_BALLOTS, row, ROW_FLAWS) ||
			!take_row(lines, PART_VOTES, row + ROW_VOTES,
				plan->contest[c].candidates))
			return false;
		row += result_row_size(plan, c);
	}
	return true;
}

static refusal read_box(struct result *result, size_t s, struct bytes rest)
{
	struct result_box box = { .station = (uint16_t)s };
	uint64_t sequence = 0;
	if (!take_number(&rest, UINT64_MAX, &box.entry) ||
		!take_number(&rest, UINT16_MAX, &sequence) ||
		!hex_decode(take_word(&rest), box.sealed.byte, SHA256_SIZE) ||
		!take_number(&rest, UINT64_MAX, &box.ballots))
		return not_canonical;
	box.sequence = (uint16_t)sequence;
	return result_enter_box(result, &box);
}

/* `station`: -1 for a void of none. */
static refusal read_void(struct result *result, int station, struct bytes rest)
{
	struct result_void box = { .station = station };
	if (!take_number(&rest, UINT64_MAX, &box.entry) ||
		!hex_decode(take_word(&rest), box.sealed.byte, SHA256_SIZE) ||
		rest.size > RESULT_REASON_MOST)
		return not_canonical;
	if (rest.size > 0)
		memcpy(box.reason, rest.data, rest.size);
	return result_add_void(result, &box);
}

static bool take_station(struct lines *lines, const char *id)
{
	struct bytes line;
	if (!take_line(lines, PART_STATION, &line))
		return false;
	const bool found = bytes_equal(take_word(&line), bytes_of_text(id));
	lines->number -= !found;
	return found;
}

static refusal read_part(struct result *result, struct lines *lines, size_t s)
{
	struct bytes line;
	refusal why = NULL;
	if (!take_station(lines, result->plan->station[s].id))
		return "the stations' parts are not those of the definition, "
		       "each once and in its order";
	if (!read_rows(result, lines, s))
		return "the lines of a station are not those of its contests";
	while (why == NULL && take_line(lines, PART_BOX, &line))
		why = read_box(result, s, line);
	while (why == NULL && take_line(lines, PART_VOID, &line))
		why = read_void(result, (int)s, line);
	lines->number -= why != NULL;
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

static refusal read_voids(
	struct result *result, const struct text *text, size_t *line)
{
	struct text_values values = text_values(text, RESULT_VOID);
	refusal why = NULL;
	while (why == NULL && text_next(&values))
		why = read_void(result, -1, values.value);
	if (why != NULL)
		*line = line_of(text, RESULT_VOID, result->voids);
	return why;
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

static refusal compare_with(
	struct bytes again, struct bytes given, size_t *line)
{
	*line = 0;
	if (bytes_equal(again, given))
		return NULL;
	*line = differing_line(again, given);
	return not_canonical;
}

/* The tree is grown by what is written again. */
static refusal compare_part(const struct result *result, size_t s,
	struct bytes given, struct merkle_tree *tree, size_t *line)
{
	const size_t most = result_part_most(result, s);
	uint8_t *space = malloc(most);
	struct writer again = writer_of(space, most);
	if (space == NULL)
		return "there is not enough memory";
	result_write_part(&again, result, s);
	const refusal why = compare_with(written(&again), given, line);
	const struct digest leaf = merkle_leaf(written(&again));
	merkle_append(tree, &leaf);
	free(space);
	return why;
}

/* `*line` is where it is refused. */
static refusal take_part(struct result *result, struct lines *lines, size_t s,
	struct merkle_tree *tree, size_t *line)
{
	refusal why = go_on(lines);
	const struct bytes given = lines->rest.rest;
	const size_t before = lines->number;
	if (why == NULL)
		why = read_part(result, lines, s);
	*line = lines->number + 1;
	if (why != NULL)
		return why;
	why = compare_part(result, s,
		bytes_of(given.data, given.size - lines->rest.rest.size), tree,
		line);
	*line += before;
	return why;
}

static refusal take_parts(struct result *result, struct lines *lines,
	struct digest *root, size_t *line)
{
	struct merkle_tree tree = { .size = 0 };
	refusal why = NULL;
	for (size_t s = 0; s < result->plan->stations && why == NULL; s++)
		why = take_part(result, lines, s, &tree, line);
	if (why != NULL)
		return why;
	why = go_on(lines);
	*line = lines->number + 1;
	if (why == NULL && lines->rest.rest.size > 0)
		why = "there is more than one part of each station";
	*root = merkle_root(&tree);
	return why;
}

static refusal compare_head(const struct result *result,
	const struct digest *root, struct bytes head, size_t *line)
{
	const size_t most = result_head_most(result);
	uint8_t *again = malloc(most);
	struct writer w = writer_of(again, most);
	refusal why = "there is not enough memory";
	*line = 0;
	if (again != NULL)
		why = result_write_head_of(&w, result, root);
	if (why == NULL)
		why = compare_with(written(&w), head, line);
	free(again);
	return why;
}

/* Of another version it is said so, and not where it differs. */
static refusal decode_head(struct bytes head, struct text *text)
{
	static const char older[] = "sandoq/result/v1 ";
	const refusal why = text_decode(&result_form, head, text);
	if (why != NULL && head.size > strlen(older) &&
		memcmp(head.data, older, strlen(older)) == 0)
		return "it is a result of version 1; this program reads "
		       "version 2";
	return why;
}

/* All that the head alone has. */
static refusal read_head(struct result *result, struct bytes head,
	struct text *text, size_t *line)
{
	refusal why = decode_head(head, text);
	*line = text->line;
	if (why != NULL)
		return why;
	read_binding(result, text);
	*line = line_of(text, RESULT_CONTEST, 0);
	if (!read_flaws(result, text))
		return "the lines of the contests are not those of the "
		       "definition";
	why = read_voids(result, text, line);
	return why != NULL ? why : read_rulings(result, text, line);
}

refusal result_parse(struct result *result, const struct plan *plan,
	struct bytes head, const struct result_source *source, size_t *line)
{
	struct text text;
	struct digest root;
	*line = 0;
	if (!result_init(result, plan))
		return "there is not enough memory";
	refusal why = read_head(result, head, &text, line);
	if (why != NULL)
		return why;
	struct lines lines = { .source = source, .number = text.line };
	why = take_parts(result, &lines, &root, line);
	if (why != NULL)
		return why;
	*line = 0;
	why = result_check(result);
	return why != NULL ? why : compare_head(result, &root, head, line);
}

/* What is left of a whole, as a single piece. */
static refusal take_whole(void *context, struct bytes *piece)
{
	struct bytes *rest = context;
	*piece = *rest;
	*rest = bytes_of(NULL, 0);
	return NULL;
}

refusal result_parse_whole(struct result *result, const struct plan *plan,
	struct bytes whole, size_t *line)
{
	static const char begins[] = "\n" PART_STATION;
	const uint8_t *parts =
		memmem(whole.data, whole.size, begins, strlen(begins));
	const size_t head =
		parts != NULL ? (size_t)(parts - whole.data) + 1 : whole.size;
	struct bytes rest = bytes_of(whole.data + head, whole.size - head);
	const struct result_source source = { &rest, take_whole };
	return result_parse(
		result, plan, bytes_of(whole.data, head), &source, line);
}

static refusal read_missing(
	const struct plan *plan, struct bytes line, size_t *missing)
{
	const int station = plan_find_station(plan, take_word(&line));
	uint64_t boxes = 0;
	if (station < 0 ||
		!take_number(&line, plan->station[station].boxes, &boxes))
		return not_canonical;
	missing[station] = (size_t)boxes;
	return NULL;
}

static uint64_t boxes_due(const struct plan *plan)
{
	uint64_t due = 0;
	for (size_t s = 0; s < plan->stations; s++)
		due += plan->station[s].boxes;
	return due;
}

refusal result_read_delivery(const struct plan *plan, struct bytes head,
	struct result_delivery *out, size_t *missing)
{
	struct text text;
	uint64_t number[4] = { 0 };
	refusal why = decode_head(head, &text);
	if (why != NULL)
		return why;
	if (!read_cells(text_value(&text, RESULT_BOXES), 0, number, 4) ||
		number[0] != boxes_due(plan))
		return not_canonical;
	*out = (struct result_delivery){ number[0], number[1], number[2],
		number[3] };
	memset(missing, 0, plan->stations * sizeof(*missing));
	struct text_values lines = text_values(&text, RESULT_MISSING);
	while (why == NULL && text_next(&lines))
		why = read_missing(plan, lines.value, missing);
	return why;
}
