/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/election/plan.h"

#include "appliance/election/plan_check.h"

#include <stdlib.h>
#include <string.h>

#define MAGIC "sandoq/plan/v2\n"

enum {
	MAGIC_SIZE = sizeof(MAGIC) - 1,
	MEMBER_SIZE_MOST = 1 + ID_MOST + 1 + P256_POINT_SIZE,
	CANDIDATE_SIZE_LEAST = 2 + 2 + 1,
	STATION_SIZE_LEAST = 1 + 1 + P256_POINT_SIZE + 1 + 4 + 2,
	STATION_SIZE_MOST = STATION_SIZE_LEAST + ID_MOST + CONTESTS_MOST / 8
};

bool id_is_valid(struct bytes id)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyz0123456789-._";
	if (id.size == 0 || id.size > ID_MOST)
		return false;
	for (size_t i = 0; i < id.size; i++)
		if (!memchr(first, id.data[i], i == 0 ? 36 : 39))
			return false;
	return true;
}

/*
 * Encoding
 */

size_t plan_size_most(const struct plan *plan)
{
	return MAGIC_SIZE + SHA256_SIZE + 1 + (1 + ID_MOST) + 2 + 2 +
	       (size_t)BODIES * (2 + QUORUM_MOST * MEMBER_SIZE_MOST) + 1 +
	       plan->recipients * MEMBER_SIZE_MOST + 2 +
	       plan->contests * (1 + ID_MOST + 1 + 2 + 2 + 2 + 1 + 2) +
	       plan->candidates * (CANDIDATE_SIZE_LEAST + 4 * TIE_BREAKS_MOST) +
	       plan->stations * STATION_SIZE_MOST;
}

static void encode_id(struct writer *w, const char *id)
{
	write_u8(w, (uint8_t)strlen(id));
	write_text(w, id);
}

static void encode_key(struct writer *w, const struct p256_public *key)
{
	uint8_t point[P256_POINT_SIZE];
	p256_to_point(key, point);
	write_bytes(w, bytes_of(point, sizeof(point)));
}

static void encode_roster(struct writer *w, const struct roster *roster)
{
	const struct quorum *q = &roster->quorum;
	write_u8(w, (uint8_t)q->need);
	write_u8(w, (uint8_t)q->of);
	write_u8(w, (uint8_t)q->each);
	for (size_t m = 0; m < q->of; m++) {
		encode_id(w, roster->id[m]);
		write_u8(w, (uint8_t)q->member[m].board);
		encode_key(w, &q->member[m].key);
	}
}

static void encode_contest(
	struct writer *w, const struct plan *plan, const struct contest *c)
{
	const struct candidate *who = plan->candidate + c->first;
	encode_id(w, c->id);
	write_u8(w, (uint8_t)c->rule);
	write_u16(w, c->seats);
	write_u16(w, c->alternates);
	write_u16(w, c->max_choices);
	write_u8(w, c->tie_breaks);
	write_u16(w, c->candidates);
	for (size_t i = 0; i < c->candidates; i++) {
		write_u16(w, who[i].code);
		write_u16(w, who[i].list);
		write_u8(w, who[i].withdrawn);
		for (size_t t = 0; t < c->tie_breaks; t++)
			write_u32(w, who[i].tie_break[t]);
	}
}

static size_t set_size(const struct plan *plan)
{
	return (plan->contests + 7) / 8;
}

static void encode_set(
	struct writer *w, const struct contests *set, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned bits = 0;
		for (size_t b = 0; b < 8; b++)
			bits |= (unsigned)contests_has(set, 8 * i + b) << b;
		write_u8(w, (uint8_t)bits);
	}
}

static void encode_station(
	struct writer *w, const struct plan *plan, const struct station *s)
{
	encode_id(w, s->id);
	encode_key(w, &s->key);
	encode_set(w, &s->contests, set_size(plan));
	write_u32(w, s->ballots_issued);
	write_u16(w, s->boxes);
}

void plan_encode(struct writer *w, const struct plan *plan)
{
	write_text(w, MAGIC);
	write_bytes(w, bytes_of(plan->definition.byte, SHA256_SIZE));
	write_u8(w, plan->rehearsal);
	encode_id(w, plan->id);
	write_u16(w, (uint16_t)plan->candidates);
	write_u16(w, (uint16_t)plan->stations);
	for (size_t b = 0; b < BODIES; b++)
		encode_roster(w, &plan->roster[b]);
	write_u8(w, (uint8_t)plan->recipients);
	for (size_t r = 0; r < plan->recipients; r++) {
		encode_id(w, plan->recipient[r].id);
		encode_key(w, &plan->recipient[r].key);
	}
	write_u16(w, (uint16_t)plan->contests);
	for (size_t c = 0; c < plan->contests; c++)
		encode_contest(w, plan, &plan->contest[c]);
	for (size_t s = 0; s < plan->stations; s++)
		encode_station(w, plan, &plan->station[s]);
}

/*
 * Decoding
 */

static void decode_id(struct cursor *c, char id[ID_MOST + 1])
{
	struct bytes text = cursor_take(c, cursor_u8(c));
	if (!id_is_valid(text)) {
		c->broken = true;
		return;
	}
	memcpy(id, text.data, text.size);
	id[text.size] = '\0';
}

static void decode_key(struct cursor *c, struct p256_public *key)
{
	struct bytes point = cursor_take(c, P256_POINT_SIZE);
	if (!c->broken && p256_from_point(point, key))
		c->broken = true;
}

static void decode_roster(struct cursor *c, struct roster *roster)
{
	struct quorum *q = &roster->quorum;
	q->need = cursor_u8(c);
	q->of = cursor_u8(c);
	q->each = cursor_u8(c);
	if (q->of > QUORUM_MOST) {
		c->broken = true;
		return;
	}
	for (size_t m = 0; m < q->of && !c->broken; m++) {
		decode_id(c, roster->id[m]);
		uint8_t board = cursor_u8(c);
		c->broken |= board >= BOARDS;
		q->member[m].board = board;
		decode_key(c, &q->member[m].key);
	}
}

static void decode_contest(struct cursor *c, struct plan *plan,
	struct contest *contest, size_t *used)
{
	decode_id(c, contest->id);
	contest->rule = (enum rule)cursor_u8(c);
	contest->seats = cursor_u16(c);
	contest->alternates = cursor_u16(c);
	contest->max_choices = cursor_u16(c);
	contest->tie_breaks = cursor_u8(c);
	contest->candidates = cursor_u16(c);
	contest->first = (uint16_t)*used;
	*used += contest->candidates;
	if (*used > plan->candidates || contest->tie_breaks > TIE_BREAKS_MOST) {
		c->broken = true;
		return;
	}
	for (size_t i = contest->first; i < *used && !c->broken; i++) {
		plan->candidate[i].code = cursor_u16(c);
		plan->candidate[i].list = cursor_u16(c);
		uint8_t withdrawn = cursor_u8(c);
		c->broken |= withdrawn > 1;
		plan->candidate[i].withdrawn = withdrawn == 1;
		for (size_t t = 0; t < contest->tie_breaks; t++)
			plan->candidate[i].tie_break[t] = cursor_u32(c);
	}
}

static void decode_set(struct cursor *c, struct contests *set, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		const unsigned bits = cursor_u8(c);
		for (size_t b = 0; b < 8; b++)
			if ((bits >> b & 1) != 0)
				contests_add(set, 8 * i + b);
	}
}

static void decode_station(
	struct cursor *c, const struct plan *plan, struct station *s)
{
	decode_id(c, s->id);
	decode_key(c, &s->key);
	decode_set(c, &s->contests, set_size(plan));
	s->ballots_issued = cursor_u32(c);
	s->boxes = cursor_u16(c);
}

static void decode_lists(struct cursor *c, struct plan *plan)
{
	size_t used = 0;
	for (size_t b = 0; b < BODIES; b++)
		decode_roster(c, &plan->roster[b]);
	plan->recipients = cursor_u8(c);
	if (plan->recipients > RECIPIENTS_MOST)
		c->broken = true;
	for (size_t r = 0; r < plan->recipients && !c->broken; r++) {
		decode_id(c, plan->recipient[r].id);
		decode_key(c, &plan->recipient[r].key);
	}
	plan->contests = cursor_u16(c);
	if (plan->contests > CONTESTS_MOST)
		c->broken = true;
	for (size_t i = 0; i < plan->contests && !c->broken; i++)
		decode_contest(c, plan, &plan->contest[i], &used);
	if (used != plan->candidates)
		c->broken = true;
	for (size_t s = 0; s < plan->stations && !c->broken; s++)
		decode_station(c, plan, &plan->station[s]);
}

static struct plan *allocate(size_t candidates, size_t stations)
{
	size_t station_size = stations * sizeof(struct station);
	struct plan *plan =
		calloc(1, sizeof(*plan) + station_size +
				  candidates * sizeof(struct candidate));
	if (plan == NULL)
		return NULL;
	plan->stations = stations;
	plan->station = (struct station *)(plan + 1);
	plan->candidates = candidates;
	plan->candidate = (struct candidate *)(plan->station + stations);
	return plan;
}

refusal plan_decode(struct bytes encoded, struct plan **out)
{
	struct cursor c = cursor_of(encoded);
	struct bytes magic = cursor_take(&c, MAGIC_SIZE);
	struct digest definition;
	char id[ID_MOST + 1] = "";
	refusal why = "the plan is not as this program writes it";
	cursor_copy(&c, definition.byte, SHA256_SIZE);
	uint8_t mode = cursor_u8(&c);
	decode_id(&c, id);
	size_t candidates = cursor_u16(&c);
	size_t stations = cursor_u16(&c);
	if (c.broken || !bytes_equal(magic, bytes_of_text(MAGIC)) || mode > 1 ||
		stations * STATION_SIZE_LEAST +
				candidates * CANDIDATE_SIZE_LEAST >
			c.rest.size)
		return why;
	struct plan *plan = allocate(candidates, stations);
	if (plan == NULL)
		return "there is not enough memory";
	plan->definition = definition;
	plan->rehearsal = mode == 1;
	memcpy(plan->id, id, sizeof(id));
	decode_lists(&c, plan);
	if (cursor_done(&c))
		why = plan_check(plan, NULL);
	if (why == NULL)
		why = plan_index(plan);
	if (why != NULL)
		plan_free(plan);
	else
		*out = plan;
	return why;
}

void plan_free(struct plan *plan)
{
	free(plan);
}
