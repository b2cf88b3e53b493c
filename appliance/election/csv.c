/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/election/csv.h"

#include <string.h>

struct csv_reader csv_reader_of(const struct plan *plan)
{
	return (struct csv_reader){ .plan = plan };
}

static struct bytes skip(struct bytes text, size_t size)
{
	return bytes_of(text.data + size, text.size - size);
}

static struct bytes without_marks_of_files(struct bytes line, bool first)
{
	static const uint8_t byte_order_mark[] = { 0xef, 0xbb, 0xbf };
	if (first && line.size >= 3 &&
		memcmp(line.data, byte_order_mark, 3) == 0)
		line = skip(line, 3);
	if (line.size > 0 && line.data[line.size - 1] == '\r')
		line.size--;
	return line;
}

static bool unquote(struct bytes *field)
{
	if (field->size > 0 && field->data[0] == '"') {
		if (field->size < 2 || field->data[field->size - 1] != '"')
			return false;
		*field = bytes_of(field->data + 1, field->size - 2);
	}
	return field->size == 0 || !memchr(field->data, '"', field->size);
}

static bool split(struct bytes line, struct bytes *left, struct bytes *right)
{
	const uint8_t *comma =
		line.size > 0 ? memchr(line.data, ',', line.size) : NULL;
	if (comma == NULL)
		return false;
	*left = bytes_of(line.data, (size_t)(comma - line.data));
	*right = skip(line, left->size + 1);
	return unquote(left) && unquote(right) &&
	       (right->size == 0 || !memchr(right->data, ',', right->size));
}

static refusal read_codes(struct bytes text, struct csv_ballot *ballot)
{
	while (text.size > 0) {
		const uint8_t *space = memchr(text.data, ' ', text.size);
		size_t size = space ? (size_t)(space - text.data) : text.size;
		uint64_t code;
		if (!decimal_decode(
			    bytes_of(text.data, size), UINT16_MAX, &code))
			return "the choices are not numbers up to 65535 with "
			       "one "
			       "space between two";
		if (ballot->n == CHOICES_MOST)
			return "a ballot has more than 1024 marks";
		ballot->codes[ballot->n++] = (uint16_t)code;
		text = skip(text, size);
		if (space != NULL && text.size == 1)
			return "the choices end in a space";
		if (space != NULL)
			text = skip(text, 1);
	}
	return NULL;
}

refusal csv_read(struct csv_reader *reader, struct bytes line,
	struct csv_ballot *ballot, bool *is_ballot)
{
	struct bytes contest;
	struct bytes choices;
	reader->line++;
	*is_ballot = reader->line > 1;
	line = without_marks_of_files(line, reader->line == 1);
	if (!split(line, &contest, &choices))
		return "this line is not two fields with a comma between them";
	if (!*is_ballot) {
		if (!bytes_equal(contest, bytes_of_text("contest")) ||
			!bytes_equal(choices, bytes_of_text("choices")))
			return "the first line must be \"contest,choices\"";
		return NULL;
	}
	int number = plan_find_contest(reader->plan, contest);
	if (number < 0)
		return "the definition has no such contest";
	ballot->contest = (uint16_t)number;
	ballot->n = 0;
	return read_codes(choices, ballot);
}

refusal csv_add(struct csv_reader *reader, struct bytes line,
	struct ballots_list *ballots)
{
	struct csv_ballot ballot;
	bool is_ballot;
	refusal refused = csv_read(reader, line, &ballot, &is_ballot);
	if (refused == NULL && is_ballot)
		refused = ballots_list_add(
			ballots, ballot.contest, ballot.codes, ballot.n);
	wipe(&ballot, sizeof(ballot));
	return refused;
}

refusal csv_end(const struct csv_reader *reader)
{
	if (reader->line == 0)
		return "the file is empty, not even \"contest,choices\" is "
		       "there";
	return NULL;
}
