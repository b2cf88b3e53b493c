/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes the stations' parts of a result, one by one, and the tree over them.
 */
#include "appliance/election/result.h"

#include <stdlib.h>

#include "appliance/election/result_form.h"

const char *const result_row_name[ROW_VOTES] = { "cast", "valid", "blank",
	"unreadable", "unknown", "repeated", "extra" };

static void write_number(struct writer *out, uint64_t number)
{
	write_u8(out, ' ');
	write_decimal(out, number);
}

static void write_digest(struct writer *out, const struct digest *digest)
{
	write_u8(out, ' ');
	write_hex(out, bytes_of(digest->byte, SHA256_SIZE));
}

void result_write_row(struct writer *out, const uint32_t *cells, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		write_u8(out, ' ');
		write_text(out, result_row_name[i]);
		write_u8(out, '=');
		write_decimal(out, cells[i]);
	}
}

void result_write_void(struct writer *out, const struct result_void *box)
{
	write_decimal(out, box->entry);
	write_digest(out, &box->sealed);
	write_u8(out, ' ');
	write_text(out, box->reason);
}

static void write_station(
	struct writer *out, const struct result *result, size_t s)
{
	const struct station *station = &result->plan->station[s];
	write_text(out, PART_STATION);
	write_text(out, station->id);
	write_text(out, " issued=");
	write_decimal(out, station->ballots_issued);
	write_text(out, " boxes=");
	write_decimal(out, result_station_boxes(result, (uint16_t)s));
	write_u8(out, '/');
	write_decimal(out, station->boxes);
	write_u8(out, '\n');
}

static void write_contest(struct writer *out, const struct plan *plan,
	uint16_t c, const uint32_t *row)
{
	const struct contest *contest = &plan->contest[c];
	const struct candidate *who = plan_candidates(plan, c);
	write_text(out, PART_BALLOTS);
	write_text(out, contest->id);
	result_write_row(out, row, ROW_FLAWS);
	write_text(out, "\n" PART_VOTES);
	write_text(out, contest->id);
	for (size_t i = 0; i < contest->candidates; i++) {
		write_number(out, who[i].code);
		write_u8(out, '=');
		write_decimal(out, row[ROW_VOTES + i]);
	}
	write_u8(out, '\n');
}

static void write_box(struct writer *out, const struct result_box *box)
{
	write_text(out, PART_BOX);
	write_decimal(out, box->entry);
	write_number(out, box->sequence);
	write_digest(out, &box->sealed);
	write_number(out, box->ballots);
	write_u8(out, '\n');
}

void result_write_part(
	struct writer *out, const struct result *result, size_t station)
{
	const struct plan *plan = result->plan;
	const uint32_t *row = result->cell + result->first[station];
	write_station(out, result, station);
	for (uint16_t c = 0; c < plan->contests; c++) {
		if (!result_votes_on(plan, station, c))
			continue;
		write_contest(out, plan, c, row);
		row += result_row_size(plan, c);
	}
	for (size_t i = result->boxes_of[station].first; i > 0;
		i = result->box_after[i - 1])
		write_box(out, &result->box[i - 1]);
	for (size_t i = result->voids_of[station].first; i > 0;
		i = result->void_after[i - 1]) {
		write_text(out, PART_VOID);
		result_write_void(out, &result->voided[i - 1]);
		write_u8(out, '\n');
	}
}

size_t result_part_most(const struct result *result, size_t station)
{
	return (size_t)plan_part_of(result->plan, station,
		result->boxes_of[station].count,
		result->voids_of[station].count);
}

static size_t largest_part(const struct result *result)
{
	size_t most = 0;
	for (size_t s = 0; s < result->plan->stations; s++) {
		const size_t size = result_part_most(result, s);
		if (size > most)
			most = size;
	}
	return most;
}

size_t result_piece_most(const struct result *result)
{
	return RESULT_PIECE_SIZE + largest_part(result);
}

void result_write_piece(
	struct writer *out, const struct result *result, size_t *station)
{
	const size_t stations = result->plan->stations;
	while (*station < stations) {
		const size_t before = out->size;
		result_write_part(out, result, *station);
		if (before > 0 && out->size > RESULT_PIECE_SIZE) {
			out->size = before;
			return;
		}
		++*station;
	}
}

/* The leaf of each station; NULL when there is no memory. */
static struct digest *leaves_of(const struct result *result)
{
	const size_t stations = result->plan->stations;
	const size_t most = largest_part(result) + 1;
	struct digest *leaf = calloc(stations + 1, sizeof(*leaf));
	uint8_t *space = malloc(most);
	for (size_t s = 0; leaf != NULL && space != NULL && s < stations; s++) {
		struct writer part = writer_of(space, most);
		result_write_part(&part, result, s);
		leaf[s] = merkle_leaf(written(&part));
	}
	if (space == NULL) {
		free(leaf);
		leaf = NULL;
	}
	free(space);
	return leaf;
}

refusal result_root(const struct result *result, struct digest *root)
{
	struct digest *leaf = leaves_of(result);
	struct merkle_tree tree = { .size = 0 };
	if (leaf == NULL)
		return "there is not enough memory";
	for (size_t s = 0; s < result->plan->stations; s++)
		merkle_append(&tree, &leaf[s]);
	*root = merkle_root(&tree);
	free(leaf);
	return NULL;
}

refusal result_prove(
	const struct result *result, size_t station, struct merkle_proof *out)
{
	struct digest *leaf = leaves_of(result);
	if (leaf == NULL)
		return "there is not enough memory";
	merkle_prove(leaf, result->plan->stations, station, out);
	free(leaf);
	return NULL;
}
