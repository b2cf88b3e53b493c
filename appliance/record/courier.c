/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/record/courier.h"

#include <string.h>

#define IN(state) (1U << (state))

const struct courier_row courier_table[] = {
	{ COURIER_ENROL, "enrol", IN(STATE_BLANK) },
	{ COURIER_ELECTION, "election",
		IN(STATE_ENROLLED) | IN(STATE_RELEASED) | IN(STATE_ABANDONED) },
	{ COURIER_BOXES, "boxes", IN(STATE_SEALED) | IN(STATE_INTAKE) },
	{ COURIER_APPROVALS, "approvals", IN(STATE_INTAKE) | IN(STATE_CLOSED) },
	{ COURIER_SOFTWARE, "software", STATES_AT_REST },
	{ COURIER_REVOCATION, "revocation", STATES_AT_REST },
	/* A machine that has failed may have an election that cannot end. */
	{ COURIER_ABANDONMENT, "abandonment",
		IN(STATE_SEALED) | IN(STATE_INTAKE) | IN(STATE_CLOSED) |
			IN(STATE_FAILED) },
	{ COURIER_OUTBOX, "outbox", ~IN(STATE_ENROLLING) },
	{ COURIER_SENT, "sent", 0 },
};
const size_t courier_table_size =
	sizeof(courier_table) / sizeof(courier_table[0]);

const struct courier_row *courier_of_kind(unsigned kind)
{
	for (size_t i = 0; i < courier_table_size; i++)
		if (courier_table[i].kind == kind)
			return &courier_table[i];
	return NULL;
}

static const struct courier_row *row_of(struct bytes word)
{
	for (size_t i = 0; i < courier_table_size; i++)
		if (bytes_equal(word, bytes_of_text(courier_table[i].word)))
			return &courier_table[i];
	return NULL;
}

const struct courier_row *courier_of_word(const char *word)
{
	return row_of(bytes_of_text(word));
}

/* Takes " BYTES" off the end of an outbox's words. */
static bool take_size(struct bytes *words, uint64_t *size)
{
	const uint8_t *space = memchr(words->data, ' ', words->size);
	if (space == NULL)
		return true;
	const size_t word = (size_t)(space - words->data);
	const struct bytes number = bytes_of(space + 1, words->size - word - 1);
	words->size = word;
	return decimal_decode(number, INT64_MAX, size) && *size > 0;
}

const struct courier_row *courier_of_label(struct bytes label, uint64_t *size)
{
	static const char start[] = COURIER_LABEL_START;
	const size_t before = sizeof(start) - 1;
	*size = 0;
	if (label.size <= before || memcmp(label.data, start, before) != 0 ||
		label.data[label.size - 1] != '\n')
		return NULL;
	struct bytes words =
		bytes_of(label.data + before, label.size - before - 1);
	if (!take_size(&words, size))
		return NULL;
	const struct courier_row *row = row_of(words);
	return row != NULL && *size > 0 && row->kind != COURIER_OUTBOX ? NULL
								       : row;
}

void write_courier_label(
	struct writer *out, enum courier_kind kind, uint64_t size)
{
	const struct courier_row *row = courier_of_kind(kind);
	if (row == NULL) {
		out->broken = true;
		return;
	}
	write_bytes(out, bytes_of_text(COURIER_LABEL_START));
	write_bytes(out, bytes_of_text(row->word));
	if (size > 0) {
		write_u8(out, ' ');
		write_decimal(out, size);
	}
	write_u8(out, '\n');
}
