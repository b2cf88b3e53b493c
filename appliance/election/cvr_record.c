/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/election/cvr_record.h"

static const char too_large[] = "the record is too large";

/*
 * Holding a record
 */

void cvr_record_begin(struct cvr_reader *reader)
{
	reader->record++;
	reader->held.snapshots = 0;
	reader->held.sheets = 0;
	reader->held.marks = 0;
	reader->held.text_size = 0;
}

struct cvr_id cvr_keep(struct cvr_reader *reader, struct bytes id)
{
	struct cvr_record *held = &reader->held;
	struct cvr_id kept = { (uint32_t)held->text_size, (uint32_t)id.size };
	struct writer w = writer_of(held->text + held->text_size,
		sizeof(held->text) - held->text_size);
	write_bytes(&w, id);
	if (w.broken)
		json_refuse(&reader->json, too_large);
	if (id.size == 0)
		json_refuse(&reader->json, "an id is empty");
	held->text_size += w.size;
	return kept;
}

struct cvr_snapshot *cvr_add_snapshot(struct cvr_reader *reader)
{
	struct cvr_record *held = &reader->held;
	if (held->snapshots == CVR_SNAPSHOTS_MOST) {
		json_refuse(&reader->json, too_large);
		held->snapshots = 0;
	}
	struct cvr_snapshot *snapshot = &held->snapshot[held->snapshots++];
	*snapshot = (struct cvr_snapshot){ .first = held->sheets };
	return snapshot;
}

struct cvr_sheet *cvr_add_sheet(struct cvr_reader *reader)
{
	struct cvr_record *held = &reader->held;
	if (held->sheets == CVR_SHEETS_MOST) {
		json_refuse(&reader->json, too_large);
		held->sheets = 0;
	}
	struct cvr_sheet *sheet = &held->sheet[held->sheets++];
	*sheet = (struct cvr_sheet){ .line = reader->json.line,
		.first = held->marks };
	return sheet;
}

struct cvr_mark *cvr_add_mark(struct cvr_reader *reader)
{
	struct cvr_record *held = &reader->held;
	if (held->marks == CVR_MARKS_MOST) {
		json_refuse(&reader->json, too_large);
		held->marks = 0;
	}
	held->mark[held->marks] = (struct cvr_mark){ 0 };
	return &held->mark[held->marks++];
}

static struct bytes id_bytes(const struct cvr_record *held, struct cvr_id id)
{
	return bytes_of(held->text + id.start, id.size);
}

bool cvr_id_equal(
	const struct cvr_record *held, struct cvr_id a, struct cvr_id b)
{
	return bytes_equal(id_bytes(held, a), id_bytes(held, b));
}

/*
 * Ballots out of a record
 */

/* Few marks, mostly in order: stable, so that equal ranks stay. */
static void sort_by_rank(struct cvr_mark *mark, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct cvr_mark moved = mark[i];
		size_t at = i;
		for (; at > 0 && mark[at - 1].rank > moved.rank; at--)
			mark[at] = mark[at - 1];
		mark[at] = moved;
	}
}

static refusal give_sheet(struct cvr_reader *reader,
	const struct cvr_sheet *sheet, uint16_t contest)
{
	struct cvr_record *held = &reader->held;
	struct cvr_mark *mark = &held->mark[sheet->first];
	uint16_t codes[CHOICES_MOST];
	if (sheet->n > CHOICES_MOST)
		return "a ballot has more than 1024 marks";
	sort_by_rank(mark, sheet->n);
	for (size_t i = 0; i < sheet->n; i++) {
		refusal why = cvr_map_selection(reader->map,
			id_bytes(held, sheet->contest),
			id_bytes(held, mark[i].selection), &codes[i]);
		if (why != NULL)
			return why;
	}
	return reader->sink(reader->context, contest, codes, sheet->n);
}

static refusal give(struct cvr_reader *reader, const struct cvr_sheet *sheet,
	struct contests *given)
{
	int contest;
	refusal why = cvr_map_contest(reader->map, reader->plan,
		id_bytes(&reader->held, sheet->contest), &contest);
	if (why != NULL || contest == CVR_LEFT_OUT)
		return why;
	if (contests_has(given, (size_t)contest))
		return "the record has two ballots of one contest";
	contests_add(given, (size_t)contest);
	return give_sheet(reader, sheet, (uint16_t)contest);
}

void cvr_give(struct cvr_reader *reader, const struct cvr_snapshot *snapshot)
{
	const struct cvr_sheet *sheet = &reader->held.sheet[snapshot->first];
	struct contests given = { { 0 } };
	for (size_t i = 0; i < snapshot->n && !reader->json.refused; i++) {
		json_refuse(&reader->json, give(reader, &sheet[i], &given));
		if (reader->json.refused)
			reader->line = sheet[i].line;
	}
}
