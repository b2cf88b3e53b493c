/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/election/ballots.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC "sandoq/ballots/v1\n"

enum {
	MAGIC_SIZE = sizeof(MAGIC) - 1,
	/* Of a record: multiplicity, contest, n; of its marks: the last two. */
	RECORD_START = 8,
	MARKS_START = 4,
	/* Records that the sink is given together. */
	AT_ONCE = 64,
};

static unsigned bits_of(size_t number)
{
	unsigned bits = 0;
	for (; number > 0; number >>= 1)
		bits++;
	return bits;
}

size_t ballots_padded(size_t size)
{
	unsigned e;
	size_t loose;
	if (size <= BALLOTS_PADDED_LEAST)
		return BALLOTS_PADDED_LEAST;
	e = bits_of(size) - 1;
	loose = ((size_t)1 << (e - bits_of(e))) - 1;
	return (size + loose) & ~loose;
}

static uint16_t number_at(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

/*
 * Decoding
 */

void ballots_begin(struct ballots_decoder *d, const struct plan *plan,
	uint16_t station, uint16_t sequence, ballot_sink *sink, void *context)
{
	*d = (struct ballots_decoder){
		.plan = plan,
		.station = station,
		.sequence = sequence,
		.contests = plan->station[station].contests,
		.issued = plan->station[station].ballots_issued,
		.sink = sink,
		.context = context,
	};
}

static refusal read_header(struct ballots_decoder *d, struct bytes item)
{
	const struct station *station = &d->plan->station[d->station];
	const uint64_t contests = contests_count(&station->contests);
	struct cursor c = cursor_of(item);
	struct bytes magic = cursor_take(&c, MAGIC_SIZE);
	struct digest definition;
	cursor_copy(&c, definition.byte, SHA256_SIZE);
	uint16_t station_number = cursor_u16(&c);
	uint16_t sequence = cursor_u16(&c);
	d->count = cursor_u32(&c);
	d->records = cursor_u32(&c);
	d->used = BALLOTS_HEADER_SIZE;
	d->in_records = true;
	if (!bytes_equal(magic, bytes_of_text(MAGIC)))
		return "the box does not hold ballots v1";
	if (!digest_equal(&definition, &d->plan->definition))
		return "the ballots are of another election";
	if (station_number != d->station)
		return "the ballots are of another station than the box's note";
	if (sequence != d->sequence)
		return "the ballots are of another box than the box's note";
	if (d->count > contests * station->ballots_issued)
		return "there are more ballots than the station was issued";
	return NULL;
}

static uint64_t eight_at(const uint8_t *bytes)
{
	uint64_t eight;
	memcpy(&eight, bytes, sizeof(eight));
	return be64toh(eight);
}

/*
 * The order is decided within n at the latest, so no size needs a look and
 * marks that end without a difference are the same. By hand: to call memcmp
 * takes longer than to compare so few bytes.
 */
static bool ascends(struct bytes last, struct bytes marks)
{
	size_t size = last.size < marks.size ? last.size : marks.size;
	size_t at = 0;
	for (; size - at >= 8; at += 8) {
		uint64_t a = eight_at(last.data + at);
		uint64_t b = eight_at(marks.data + at);
		if (a != b)
			return a < b;
	}
	for (; at < size; at += 2) {
		uint16_t a = number_at(last.data + at);
		uint16_t b = number_at(marks.data + at);
		if (a != b)
			return a < b;
	}
	return last.size == 0;
}

static refusal check_record(
	struct ballots_decoder *d, const struct ballot *ballot)
{
	const struct bytes marks = { ballot->choices - MARKS_START,
		MARKS_START + (size_t)2 * ballot->n };
	if (ballot->multiplicity == 0)
		return "a kind of ballot is listed with no ballots";
	if (!contests_has(&d->contests, ballot->contest))
		return "a ballot is of a contest that the station does not "
		       "have";
	if (!ascends(d->last, marks))
		return "the ballots are not in ascending order";
	d->cast[ballot->contest] += ballot->multiplicity;
	d->seen += ballot->multiplicity;
	if (d->cast[ballot->contest] > d->issued)
		return "there are more ballots than the station was issued";
	if (d->seen > d->count)
		return "there are more ballots than the header says";
	d->last = marks;
	return NULL;
}

static struct ballot ballot_at(const uint8_t *record)
{
	const uint64_t start = eight_at(record);
	return (struct ballot){
		.multiplicity = (uint32_t)(start >> 32),
		.contest = (uint16_t)(start >> 16),
		.n = (uint16_t)start,
		.choices = record + RECORD_START,
	};
}

/* As many records as are whole, at most AT_ONCE; gives what is left. */
static struct bytes read_some(struct ballots_decoder *d, struct bytes chunk)
{
	struct ballot ballot[AT_ONCE];
	const size_t most = d->records < AT_ONCE ? d->records : AT_ONCE;
	const size_t start = chunk.size;
	size_t count = 0;
	while (chunk.size >= RECORD_START && count < most) {
		struct ballot *next = &ballot[count];
		*next = ballot_at(chunk.data);
		size_t size = RECORD_START + (size_t)2 * next->n;
		if (next->n > CHOICES_MOST)
			d->refused = "a ballot has more than 1024 marks";
		else if (size > chunk.size)
			break;
		else
			d->refused = check_record(d, next);
		if (d->refused)
			break;
		chunk = bytes_of(chunk.data + size, chunk.size - size);
		count++;
	}
	d->records -= (uint32_t)count;
	d->used += start - chunk.size;
	if (d->sink && count > 0)
		d->sink(d->context, ballot, count);
	return chunk;
}

static void keep_last(struct ballots_decoder *d)
{
	if (d->last.size > 0)
		memmove(d->kept, d->last.data, d->last.size);
	d->last.data = d->kept;
}

/* The items that are whole; gives what is left. */
static struct bytes read_items(struct ballots_decoder *d, struct bytes chunk)
{
	struct bytes rest = chunk;
	if (!d->in_records && chunk.size >= BALLOTS_HEADER_SIZE) {
		d->refused = read_header(
			d, bytes_of(chunk.data, BALLOTS_HEADER_SIZE));
		rest = bytes_of(chunk.data + BALLOTS_HEADER_SIZE,
			chunk.size - BALLOTS_HEADER_SIZE);
	}
	while (d->in_records && !d->refused) {
		chunk = rest;
		rest = read_some(d, chunk);
		if (rest.size == chunk.size)
			break;
	}
	return rest;
}

/* Size of the item that starts so, or of what must be seen to tell. */
static size_t item_size(const struct ballots_decoder *d, struct bytes start)
{
	if (!d->in_records)
		return BALLOTS_HEADER_SIZE;
	if (start.size < RECORD_START)
		return RECORD_START;
	size_t n = ballot_at(start.data).n;
	return RECORD_START + (n <= CHOICES_MOST ? 2 * n : 0);
}

/* Takes from the chunk what the item in `partial` lacks. */
static struct bytes complete_partial(
	struct ballots_decoder *d, struct bytes chunk)
{
	while (d->partial_size > 0) {
		struct bytes start = bytes_of(d->partial, d->partial_size);
		size_t lack = item_size(d, start) - d->partial_size;
		size_t take = lack < chunk.size ? lack : chunk.size;
		if (lack == 0) {
			read_items(d, start);
			keep_last(d);
			d->partial_size = 0;
		}
		if (take == 0)
			break;
		memcpy(d->partial + d->partial_size, chunk.data, take);
		d->partial_size += take;
		chunk = bytes_of(chunk.data + take, chunk.size - take);
	}
	return chunk;
}

/* All of what comes behind the last record; gives what is left: nothing. */
static struct bytes read_padding(struct ballots_decoder *d, struct bytes chunk)
{
	for (size_t i = 0; i < chunk.size; i++)
		if (chunk.data[i] != 0)
			d->refused = "something follows the last ballot";
	return bytes_of(NULL, 0);
}

refusal ballots_feed(struct ballots_decoder *d, struct bytes chunk)
{
	if (d->refused)
		return d->refused;
	d->size += chunk.size;
	chunk = complete_partial(d, chunk);
	if (!d->refused)
		chunk = read_items(d, chunk);
	if (!d->refused && d->in_records && d->records == 0)
		chunk = read_padding(d, chunk);
	if (!d->refused && chunk.size > 0) {
		memcpy(d->partial, chunk.data, chunk.size);
		d->partial_size = chunk.size;
	}
	keep_last(d);
	return d->refused;
}

refusal ballots_end(struct ballots_decoder *d)
{
	if (d->refused)
		return d->refused;
	if (!d->in_records || d->records > 0)
		d->refused = "the ballots end before their last record";
	else if (d->seen != d->count)
		d->refused = "there are fewer ballots than the header says";
	else if (d->size != ballots_padded((size_t)d->used))
		d->refused = "the ballots are not padded as they should be";
	return d->refused;
}

refusal ballots_check(struct bytes payload, const struct plan *plan,
	uint16_t station, uint16_t sequence, uint32_t *count)
{
	struct ballots_decoder d;
	ballots_begin(&d, plan, station, sequence, NULL, NULL);
	ballots_feed(&d, payload);
	*count = d.count;
	return ballots_end(&d);
}

/*
 * Encoding
 */

void ballots_list_init(struct ballots_list *list)
{
	*list = (struct ballots_list){ 0 };
}

/* realloc would leave ballots behind in memory that it gives up. */
static bool grow(void **block, size_t *capacity, size_t item, size_t size)
{
	size_t more = *capacity == 0 ? 4096 : 2 * *capacity;
	void *bigger = calloc(more, item);
	if (bigger == NULL)
		return false;
	if (size > 0)
		memcpy(bigger, *block, size * item);
	if (*block)
		wipe(*block, size * item);
	free(*block);
	*block = bigger;
	*capacity = more;
	return true;
}

static bool make_room(struct ballots_list *list)
{
	void *start = list->start;
	void *marks = list->marks;
	bool worked =
		list->size < list->capacity ||
		grow(&start, &list->capacity, sizeof(*list->start), list->size);
	list->start = start;
	worked = worked && (list->marks_capacity - list->marks_size >=
					   BALLOTS_MARKS_MOST ||
				   grow(&marks, &list->marks_capacity, 1,
					   list->marks_size));
	list->marks = marks;
	return worked;
}

refusal ballots_list_add(struct ballots_list *list, uint16_t contest,
	const uint16_t *codes, size_t n)
{
	if (n > CHOICES_MOST)
		return "a ballot has more than 1024 marks";
	if (!make_room(list))
		return "there is not enough memory";
	struct writer w = writer_of(list->marks + list->marks_size,
		list->marks_capacity - list->marks_size);
	write_u16(&w, contest);
	write_u16(&w, (uint16_t)n);
	for (size_t i = 0; i < n; i++)
		write_u16(&w, codes[i]);
	list->start[list->size++] = list->marks_size;
	list->marks_size += w.size;
	return NULL;
}

static struct bytes marks_at(const uint8_t *marks, size_t start)
{
	return bytes_of(
		marks + start, 4 + (size_t)2 * number_at(marks + start + 2));
}

static int compare_marks(const void *a, const void *b, void *marks)
{
	struct bytes x = marks_at(marks, *(const size_t *)a);
	struct bytes y = marks_at(marks, *(const size_t *)b);
	return memcmp(x.data, y.data, x.size < y.size ? x.size : y.size);
}

/* How many ballots from `first` on are marked alike; the list is sorted. */
static size_t alike(const struct ballots_list *list, size_t first)
{
	size_t next = first + 1;
	while (next < list->size &&
		compare_marks(&list->start[first], &list->start[next],
			list->marks) == 0)
		next++;
	return next - first;
}

static void sort(struct ballots_list *list)
{
	if (list->size > 0)
		qsort_r(list->start, list->size, sizeof(*list->start),
			compare_marks, list->marks);
}

/* Of the payload of a sorted list. */
struct extent {
	size_t records;
	size_t size; /* padded */
};

static struct extent extent_of(const struct ballots_list *list)
{
	struct extent extent = { .size = BALLOTS_HEADER_SIZE };
	for (size_t i = 0; i < list->size; i += alike(list, i)) {
		extent.size += 4 + marks_at(list->marks, list->start[i]).size;
		extent.records++;
	}
	extent.size = ballots_padded(extent.size);
	return extent;
}

static void write_ballots(struct writer *w, const struct ballots_list *list,
	const struct plan *plan, uint16_t station, uint16_t sequence,
	size_t records)
{
	size_t same;
	write_text(w, MAGIC);
	write_bytes(w, bytes_of(plan->definition.byte, SHA256_SIZE));
	write_u16(w, station);
	write_u16(w, sequence);
	write_u32(w, (uint32_t)list->size);
	write_u32(w, (uint32_t)records);
	for (size_t i = 0; i < list->size; i += same) {
		same = alike(list, i);
		write_u32(w, (uint32_t)same);
		write_bytes(w, marks_at(list->marks, list->start[i]));
	}
}

refusal ballots_list_encode(struct ballots_list *list, const struct plan *plan,
	uint16_t station, uint16_t sequence, uint8_t **payload, size_t *size)
{
	sort(list);
	const struct extent extent = extent_of(list);
	uint32_t count;
	if (extent.size > BALLOTS_PAYLOAD_MOST || list->size > UINT32_MAX)
		return "the ballots need more than the 8 MiB that a box holds: "
		       "deliver them in several boxes";
	/* What is not written is padding. */
	uint8_t *out = calloc(1, extent.size);
	struct writer w = writer_of(out, extent.size);

	if (out == NULL)
		return "there is not enough memory";
	write_ballots(&w, list, plan, station, sequence, extent.records);
	/* What the machine would refuse is refused here already. */
	refusal why = ballots_check(
		bytes_of(out, extent.size), plan, station, sequence, &count);
	if (why != NULL) {
		wipe(out, w.size);
		free(out);
		return why;
	}
	*payload = out;
	*size = extent.size;
	return NULL;
}

void ballots_list_free(struct ballots_list *list)
{
	if (list->marks)
		wipe(list->marks, list->marks_size);
	free(list->marks);
	free(list->start);
	ballots_list_init(list);
}
