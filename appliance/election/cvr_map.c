/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/election/cvr_map.h"

#include <stdlib.h>
#include <string.h>

enum { FIELDS = 3, LINES_MOST = 1 << 20 };

/*
 * Looking up
 */

static int compare_bytes(struct bytes a, struct bytes b)
{
	size_t size = a.size < b.size ? a.size : b.size;
	int order = size > 0 ? memcmp(a.data, b.data, size) : 0;
	return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

static int compare(const void *a, const void *b)
{
	const struct cvr_meaning *x = a;
	const struct cvr_meaning *y = b;
	int order = compare_bytes(x->contest, y->contest);
	return order != 0 ? order : compare_bytes(x->selection, y->selection);
}

static const struct cvr_meaning *find(
	const struct cvr_map *map, struct bytes contest, struct bytes selection)
{
	struct cvr_meaning wanted = { .contest = contest,
		.selection = selection };
	return map->size == 0 ? NULL
			      : bsearch(&wanted, map->meaning, map->size,
					sizeof(wanted), compare);
}

refusal cvr_map_contest(const struct cvr_map *map, const struct plan *plan,
	struct bytes contest, int *number)
{
	if (map == NULL) {
		*number = plan_find_contest(plan, contest);
		return *number < 0 ? "the definition has no contest with this "
				     "id, and no map was given"
				   : NULL;
	}
	const struct cvr_meaning *found = find(map, contest, bytes_of("", 0));
	if (found == NULL)
		return "the map does not have this contest";
	*number = found->meaning;
	return NULL;
}

refusal cvr_map_selection(const struct cvr_map *map, struct bytes contest,
	struct bytes selection, uint16_t *code)
{
	uint64_t number;
	if (map == NULL) {
		if (!decimal_decode(selection, UINT16_MAX, &number))
			return "a selection's id is not a code, and no map was "
			       "given";
		*code = (uint16_t)number;
		return NULL;
	}
	const struct cvr_meaning *found = find(map, contest, selection);
	if (found == NULL)
		return "the map does not have a selection that is marked";
	*code = (uint16_t)found->meaning;
	return NULL;
}

/*
 * Reading
 */

static bool unquote(struct bytes *field)
{
	if (field->size > 0 && field->data[0] == '"') {
		if (field->size < 2 || field->data[field->size - 1] != '"')
			return false;
		*field = bytes_of(field->data + 1, field->size - 2);
	}
	return field->size == 0 || !memchr(field->data, '"', field->size);
}

static bool split(struct bytes line, struct bytes field[FIELDS])
{
	if (line.size > 0 && line.data[line.size - 1] == '\r')
		line.size--;
	for (size_t i = 0; i < FIELDS; i++) {
		const uint8_t *comma =
			line.size > 0 ? memchr(line.data, ',', line.size)
				      : NULL;
		size_t size = comma ? (size_t)(comma - line.data) : line.size;
		if ((comma != NULL) != (i < FIELDS - 1))
			return false;
		field[i] = bytes_of(line.data, size);
		if (!unquote(&field[i]))
			return false;
		if (comma != NULL)
			line = bytes_of(comma + 1, line.size - size - 1);
	}
	return true;
}

static refusal read_meaning(const struct plan *plan, struct bytes field[FIELDS],
	struct cvr_meaning *out)
{
	uint64_t code;
	*out = (struct cvr_meaning){ .contest = field[0],
		.selection = field[1] };
	if (out->contest.size == 0)
		return "the first field, the contest's id, is empty";
	if (out->selection.size > 0) {
		if (!decimal_decode(field[2], UINT16_MAX, &code))
			return "a selection's meaning is not a code up to "
			       "65535";
		out->meaning = (int)code;
	} else if (field[2].size > 0) {
		out->meaning = plan_find_contest(plan, field[2]);
		if (out->meaning < 0)
			return "the definition has no such contest";
	} else {
		out->meaning = CVR_LEFT_OUT;
	}
	return NULL;
}

static refusal add(struct cvr_map *map, const struct cvr_meaning *meaning)
{
	if (map->size == LINES_MOST)
		return "the map has too many lines";
	if (map->size == map->capacity) {
		size_t more = map->capacity == 0 ? 256 : 2 * map->capacity;
		void *bigger =
			realloc(map->meaning, more * sizeof(*map->meaning));
		if (bigger == NULL)
			return "there is not enough memory";
		map->meaning = bigger;
		map->capacity = more;
	}
	map->meaning[map->size++] = *meaning;
	return NULL;
}

static refusal read_line(struct cvr_map *map, const struct plan *plan,
	struct bytes line, uint64_t number)
{
	struct bytes field[FIELDS];
	struct cvr_meaning meaning;
	if (!split(line, field))
		return "this line is not three fields with commas between "
		       "them";
	if (number == 1)
		return bytes_equal(field[0], bytes_of_text("contest")) &&
				       bytes_equal(field[1],
					       bytes_of_text("selection")) &&
				       bytes_equal(field[2],
					       bytes_of_text("meaning"))
			       ? NULL
			       : "the first line must be "
				 "\"contest,selection,meaning\"";
	refusal why = read_meaning(plan, field, &meaning);
	meaning.line = number;
	return why ? why : add(map, &meaning);
}

/* Sorts; the later of two lines for the same is the wrong one. */
static refusal order(struct cvr_map *map, uint64_t *line)
{
	struct cvr_meaning *meaning = map->meaning;
	if (map->size > 0)
		qsort(meaning, map->size, sizeof(*meaning), compare);
	for (size_t i = 1; i < map->size; i++) {
		if (compare(&meaning[i - 1], &meaning[i]) != 0)
			continue;
		*line = meaning[i].line > meaning[i - 1].line
				? meaning[i].line
				: meaning[i - 1].line;
		return "the map has this contest or selection twice";
	}
	return NULL;
}

refusal cvr_map_read(struct cvr_map *map, const struct plan *plan,
	struct bytes text, uint64_t *line)
{
	refusal why = NULL;
	*map = (struct cvr_map){ 0 };
	*line = 0;
	while (text.size > 0 && why == NULL) {
		const uint8_t *end = memchr(text.data, '\n', text.size);
		size_t size = end ? (size_t)(end - text.data) : text.size;
		why = read_line(map, plan, bytes_of(text.data, size), ++*line);
		size += end != NULL;
		text = bytes_of(text.data + size, text.size - size);
	}
	if (why == NULL && *line == 0)
		why = "the map is empty, not even its first line is there";
	if (why == NULL)
		why = order(map, line);
	if (why != NULL)
		cvr_map_free(map);
	return why;
}

void cvr_map_free(struct cvr_map *map)
{
	free(map->meaning);
	*map = (struct cvr_map){ 0 };
}
