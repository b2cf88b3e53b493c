/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/limits/largest.h"
#include "tests/support/told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "appliance/election/ballots.h"
#include "appliance/election/box.h"
#include "appliance/election/plan_check.h"
#include "appliance/election/sample.h"
#include "appliance/election/statement.h"
#include "appliance/formats/crypto.h"
#include "appliance/machine/memfd.h"
#include "appliance/record/items.h"
#include "appliance/record/members.h"

enum {
	FIRST_SCALAR = 1000,
	BOX_SCALAR = 999,
	/* Names on one kind of ballot, and how many are marked like that. */
	GROUP_MOST = 200,
	MULTIPLICITY_MOST = 40,
	/* Names on each ballot of a full box. */
	FULL_NAMES = 4,
	NOTE_SPACE = 4096,
};

static struct p256_private *key_of(uint32_t number)
{
	uint8_t scalar[P256_SIZE] = { 0 };
	struct writer out = writer_of(scalar + P256_SIZE - 4, 4);
	struct p256_private *key;
	write_u32(&out, number);
	assert_null(p256_from_scalar(scalar, &key));
	return key;
}

static struct p256_public public_of(uint32_t number)
{
	struct p256_private *key = key_of(number);
	const struct p256_public public = p256_public_of(key);
	p256_free(key);
	return public;
}

/*
 * The plan
 */

static void add_contests(struct plan *plan, const struct largest_size *size)
{
	plan->contests = size->contests;
	plan->candidates = (size_t)size->contests * size->candidates;
	plan->candidate = calloc(plan->candidates, sizeof(*plan->candidate));
	for (size_t i = 0; i < plan->candidates; i++)
		plan->candidate[i].code = (uint16_t)(1 + i % size->candidates);
	for (size_t c = 0; c < size->contests; c++) {
		struct contest *contest = &plan->contest[c];
		*contest = (struct contest){ .rule = RELATIVE_MAJORITY_1,
			.seats = 1,
			.alternates = 1,
			.max_choices = GROUP_MOST,
			.candidates = size->candidates,
			.first = (uint16_t)(c * size->candidates) };
		snprintf(contest->id, sizeof(contest->id), "contest-%zu", c);
	}
}

static void add_stations(struct plan *plan, const struct largest_size *size)
{
	plan->stations = size->stations;
	plan->station = calloc(size->stations, sizeof(*plan->station));
	for (size_t s = 0; s < size->stations; s++) {
		struct station *station = &plan->station[s];
		snprintf(station->id, sizeof(station->id), "station-%05zu", s);
		station->key = public_of((uint32_t)(FIRST_SCALAR + s));
		station->ballots_issued = UINT32_MAX;
		station->boxes = size->boxes;
		for (size_t i = 0; i < size->voted_on; i++)
			contests_add(
				&station->contests, (s + i) % size->contests);
	}
	assert_null(plan_index(plan));
}

static int memfd_of_plan(const struct plan *plan)
{
	const size_t most = plan_size_most(plan);
	uint8_t *space = malloc(most);
	struct writer out = writer_of(space, most);
	plan_encode(&out, plan);
	const int memfd = memfd_written(&out);
	assert_true(memfd >= 0);
	free(space);
	return memfd;
}

/*
 * Ballots
 */

/* Of one kind: for these candidates in their order. */
struct group {
	uint32_t multiplicity;
	uint16_t first;
	uint16_t names;
};

static int by_marks(const void *a, const void *b)
{
	const struct group *x = a;
	const struct group *y = b;
	return x->names != y->names ? x->names - y->names : x->first - y->first;
}

/* Each candidate of a contest is in one group. */
static size_t draw_groups(struct sample_random *random, uint16_t candidates,
	struct group group[CANDIDATES_MOST])
{
	size_t count = 0;
	for (uint16_t at = 0; at < candidates; count++) {
		uint64_t names = 1 + sample_below(random, GROUP_MOST);
		if (names > (uint64_t)(candidates - at))
			names = (uint64_t)(candidates - at);
		group[count] = (struct group){
			(uint32_t)(1 + sample_below(random, MULTIPLICITY_MOST)),
			at, (uint16_t)names
		};
		at = (uint16_t)(at + names);
	}
	qsort(group, count, sizeof(*group), by_marks);
	return count;
}

/* What goes behind the header, and what the header says of it. */
struct payload {
	struct writer records;
	uint32_t count;
	uint32_t ballots;
};

static void add_group(struct largest *largest, uint16_t contest,
	const struct group *group, struct payload *out)
{
	uint64_t *votes =
		largest->votes + largest->plan->contest[contest].first;
	write_u32(&out->records, group->multiplicity);
	write_u16(&out->records, contest);
	write_u16(&out->records, group->names);
	for (uint16_t i = 0; i < group->names; i++) {
		write_u16(&out->records, (uint16_t)(1 + group->first + i));
		votes[group->first + i] += group->multiplicity;
	}
	out->count++;
	out->ballots += group->multiplicity;
}

static void add_all(struct largest *largest, uint16_t station,
	struct sample_random *random, struct payload *out)
{
	static struct group group[CANDIDATES_MOST];
	const struct contests *set = &largest->plan->station[station].contests;
	for (size_t c = contests_next(set, 0); c < CONTESTS_MOST;
		c = contests_next(set, c + 1)) {
		const size_t groups =
			draw_groups(random, largest->size->candidates, group);
		for (size_t i = 0; i < groups; i++)
			add_group(largest, (uint16_t)c, &group[i], out);
	}
}

/* All ballots of so many names, in ascending order, until no more fits. */
static void add_unlike(struct largest *largest, struct payload *out)
{
	enum { RECORD = 4 + 2 + 2 + 2 * FULL_NAMES };
	const size_t records =
		(BALLOTS_PAYLOAD_MOST - BALLOTS_HEADER_SIZE) / RECORD;
	for (size_t r = 0; r < records; r++) {
		size_t rest = r;
		uint16_t code[FULL_NAMES];
		uint64_t voted = 0;
		for (size_t i = FULL_NAMES; i-- > 0;
			rest /= largest->size->candidates)
			code[i] = (uint16_t)(rest % largest->size->candidates);
		write_u32(&out->records, 1);
		write_u16(&out->records, 0);
		write_u16(&out->records, FULL_NAMES);
		for (size_t i = 0; i < FULL_NAMES; i++) {
			write_u16(&out->records, 1 + code[i]);
			if ((voted >> code[i] & 1) == 0)
				largest->votes[code[i]]++;
			voted |= UINT64_C(1) << code[i];
		}
	}
	out->count = out->ballots = (uint32_t)records;
}

static void write_payload(const struct plan *plan, uint16_t station,
	uint16_t sequence, const struct payload *payload, struct writer *out)
{
	write_text(out, "sandoq/ballots/v1\n");
	write_bytes(out, bytes_of(plan->definition.byte, SHA256_SIZE));
	write_u16(out, station);
	write_u16(out, sequence);
	write_u32(out, payload->ballots);
	write_u32(out, payload->count);
	write_bytes(out, written(&payload->records));
	while (out->size <
		ballots_padded(BALLOTS_HEADER_SIZE + payload->records.size))
		write_u8(out, 0);
	assert_false(out->broken || payload->records.broken);
}

/*
 * Boxes
 */

struct box_space {
	uint8_t records[BALLOTS_PAYLOAD_MOST];
	uint8_t payload[BALLOTS_PAYLOAD_MOST];
	uint8_t file[BOX_MOST];
	uint8_t list[BOX_MOST + 2 * NOTE_SPACE];
};

static void sign(const struct largest *largest, uint16_t station,
	struct bytes text, struct writer *out)
{
	const struct station *who = &largest->plan->station[station];
	struct p256_private *private =
		key_of((uint32_t)(FIRST_SCALAR + station));
	struct note_key key;
	assert_null(note_key_of(who->id, &who->key, &key));
	write_note(out, text, &key, private);
	assert_false(out->broken);
	p256_free(private);
}

static int seal(const struct largest *largest, struct count_place *place,
	struct bytes payload, uint32_t ballots, struct box_space *space)
{
	const struct box_terms terms = { .plan = largest->plan,
		.bk_name = largest->task.terms.bk,
		.bk = p256_public_of(largest->bk) };
	uint8_t text_space[NOTE_SPACE];
	uint8_t note_space[NOTE_SPACE];
	struct writer file = writer_of(space->file, sizeof(space->file));
	struct writer list = writer_of(space->list, sizeof(space->list));
	struct writer text = writer_of(text_space, sizeof(text_space));
	struct writer note = writer_of(note_space, sizeof(note_space));
	write_age_file(&file, &terms.bk, 1, payload);
	assert_null(write_box_text(&text, &terms, place->station,
		place->sequence, ballots, written(&file)));
	sign(largest, place->station, written(&text), &note);
	place->text = sha256(written(&text));
	write_item(&list, ITEM_PUBLIC, MEMBER_BOX_NOTE, written(&note));
	write_item(&list, ITEM_PUBLIC, MEMBER_BOX_FILE, written(&file));
	return memfd_written(&list);
}

static int make_box(struct largest *largest, struct count_place *place)
{
	static struct box_space space;
	struct sample_random random = sample_random_of(place->leaf);
	struct payload payload = {
		.records = writer_of(space.records, sizeof(space.records)),
	};
	struct writer out = writer_of(space.payload, sizeof(space.payload));
	if (largest->size->full)
		add_unlike(largest, &payload);
	else
		add_all(largest, place->station, &random, &payload);
	write_payload(
		largest->plan, place->station, place->sequence, &payload, &out);
	return seal(largest, place, written(&out), payload.ballots, &space);
}

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static enum next_box next(
	void *context, struct count_place *place, int *box, struct notice *why)
{
	struct largest *largest = context;
	const uint64_t number = largest->next++;
	const uint16_t boxes = largest->size->boxes;
	const double began = now();
	if (number == largest_boxes(largest))
		return BOX_NONE_LEFT;
	*place = (struct count_place){ .leaf = number,
		.station = (uint16_t)(number / boxes),
		.sequence = (uint16_t)(1 + number % boxes) };
	*box = make_box(largest, place);
	largest->made_in += now() - began;
	if (*box >= 0)
		return BOX_IS_NEXT;
	*why = notice_saying("a box cannot be made");
	return BOX_TROUBLE;
}

static enum opened open_stanza(void *context, const struct count_place *place,
	const struct count_stanza *asked, struct count_key *out,
	struct notice *why)
{
	const struct largest *largest = context;
	const refusal refused =
		age_unwrap(&asked->stanza, largest->bk, &out->station);
	(void)place;
	out->has_station = refused == NULL;
	if (refused == NULL)
		return STANZA_OPENED;
	*why = notice_saying(refused);
	return STANZA_VOID;
}

/*
 * The whole
 */

uint64_t largest_boxes(const struct largest *largest)
{
	return (uint64_t)largest->size->stations * largest->size->boxes;
}

static void describe(struct largest *largest, enum sandbox_setting setting)
{
	const struct p256_public bk = p256_public_of(largest->bk);
	struct count_task *task = &largest->task;
	*task = (struct count_task){ .setting = setting, .at_once = 8 };
	task->plan = memfd_of_plan(largest->plan);
	task->terms.definition = largest->plan->definition;
	task->terms.bk = (struct tpm_name){ { 0, 0x0b } };
	p256_to_point(&bk, task->terms.bk_point);
	p256_to_point(&bk, task->terms.key_point);
	wire_text_set(&task->terms.id, largest->plan->id);
	task->close.ak = task->terms.bk;
	task->close.bk = task->terms.bk;
	task->close.rk = task->terms.bk;
	task->close.size = largest_boxes(largest);
	largest->source = (struct count_source){
		.context = largest, .next = next, .open = open_stanza
	};
}

void largest_init(struct largest *largest, const struct largest_size *size,
	enum sandbox_setting setting)
{
	memset(largest, 0, sizeof(*largest));
	largest->size = size;
	village_init(&largest->village);
	largest->plan = &largest->village.plan;
	add_contests(largest->plan, size);
	add_stations(largest->plan, size);
	const refusal why = plan_check(largest->plan, NULL);
	if (why != NULL)
		fail_msg("%s: %s", size->name, why);
	largest->votes =
		calloc(largest->plan->candidates, sizeof(*largest->votes));
	largest->bk = key_of(BOX_SCALAR);
	describe(largest, setting);
}

void largest_free(struct largest *largest)
{
	free(largest->plan->candidate);
	free(largest->plan->station);
	free(largest->votes);
	close(largest->task.plan);
	p256_free(largest->bk);
}
