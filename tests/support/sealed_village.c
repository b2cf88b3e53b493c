/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/sealed_village.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "appliance/election/box.h"
#include "appliance/election/sample.h"
#include "appliance/election/statement.h"
#include "appliance/machine/memfd.h"
#include "appliance/record/items.h"
#include "tests/support/scalar.h"
#include "tests/support/told.h"

enum {
	/* After the members of four bodies of three. */
	FIRST_STATION_SCALAR = 13,
	NOTE_SPACE = 4096,
	MARKS = 4,
	/* Codes, of which few are a candidate's: hardly two ballots alike. */
	UNKNOWN = 4000,
	PARTS_MOST = 1 << 20,
	ITEMS_OVERHEAD = 2 * (ITEM_OVERHEAD + ITEM_NAME_MOST),
};

static struct digest box_key_scalar(void)
{
	return sha256(bytes_of_text("the box key of the village"));
}

static enum next_box next(
	void *context, struct count_place *place, int *box, struct notice *why)
{
	struct sealed_village *sealed = context;
	if (sealed->next == sealed->boxes)
		return BOX_NONE_LEFT;
	*place = sealed->place[sealed->next];
	*box = fcntl(sealed->box[sealed->next++], F_DUPFD_CLOEXEC, 0);
	if (*box >= 0)
		return BOX_IS_NEXT;
	*why = notice_saying("a box cannot be handed out");
	return BOX_TROUBLE;
}

static enum opened open_stanza(void *context, const struct count_place *place,
	const struct count_stanza *asked, struct count_key *out,
	struct notice *why)
{
	struct sealed_village *sealed = context;
	refusal refused = age_unwrap(&asked->stanza, sealed->bk, &out->station);
	(void)place;
	out->has_station = refused == NULL;
	if (refused == NULL)
		return STANZA_OPENED;
	*why = notice_saying(refused);
	return STANZA_VOID;
}

static bool take_piece(void *context, int piece, struct notice *why)
{
	struct sealed_village *sealed = context;
	struct bytes content;
	const refusal refused = memfd_map(piece, ITEMS_MOST, &content);
	if (refused != NULL) {
		*why = notice_saying(refused);
		return false;
	}
	write_bytes(&sealed->parts, content);
	memfd_unmap(&content);
	return !sealed->parts.broken;
}

static int memfd_of_plan(const struct plan *plan)
{
	size_t most = plan_size_most(plan);
	uint8_t *space = malloc(most);
	struct writer out = writer_of(space, most);
	plan_encode(&out, plan);
	int memfd = memfd_written(&out);
	assert_true(memfd >= 0);
	free(space);
	return memfd;
}

static void describe(
	struct sealed_village *sealed, enum sandbox_setting setting)
{
	const struct plan *plan = &sealed->village.plan;
	struct p256_public bk = p256_public_of(sealed->bk);
	struct count_task *task = &sealed->task;
	*task = (struct count_task){ .setting = setting, .at_once = 1 };
	task->plan = memfd_of_plan(plan);
	task->terms.definition = plan->definition;
	task->terms.bk = (struct tpm_name){ { 0, 0x0b } };
	p256_to_point(&bk, task->terms.bk_point);
	p256_to_point(&bk, task->terms.key_point);
	wire_text_set(&task->terms.id, plan->id);
	task->close.ak = task->terms.bk;
	task->close.bk = task->terms.bk;
	task->close.rk = task->terms.bk;
	task->close.size = SEALED_BOXES_MOST;
	sealed->source = (struct count_source){
		.context = sealed,
		.next = next,
		.open = open_stanza,
		.piece = take_piece,
	};
}

void sealed_village_init(struct sealed_village *sealed,
	enum sandbox_setting setting, uint32_t issued, uint16_t boxes)
{
	memset(sealed, 0, sizeof(*sealed));
	sealed->parts.data = malloc(PARTS_MOST);
	assert_non_null(sealed->parts.data);
	village_init(&sealed->village);
	for (size_t s = 0; s < VILLAGE_STATIONS; s++) {
		sealed->village.station[s].ballots_issued = issued;
		sealed->village.station[s].boxes = boxes;
	}
	struct digest scalar = box_key_scalar();
	assert_null(p256_from_scalar(scalar.byte, &sealed->bk));
	describe(sealed, setting);
}

void sealed_village_free(struct sealed_village *sealed)
{
	if (sealed->bk == NULL)
		return;
	for (size_t i = 0; i < sealed->boxes; i++)
		close(sealed->box[i]);
	close(sealed->task.plan);
	p256_free(sealed->bk);
	free(sealed->parts.data);
}

void sealed_village_secret(
	const struct sealed_village *sealed, uint8_t *out, size_t size)
{
	const struct digest scalar = box_key_scalar();
	(void)sealed;
	assert_true(size <= sizeof(scalar.byte));
	memcpy(out, scalar.byte, size);
}

static struct box_terms terms_of(const struct sealed_village *sealed)
{
	return (struct box_terms){
		.plan = &sealed->village.plan,
		.bk_name = sealed->task.terms.bk,
		.bk = p256_public_of(sealed->bk),
	};
}

/* As a payload says that is one, else 0. */
static uint32_t ballots_of(const struct sealed_village *sealed,
	uint16_t station, uint16_t sequence, struct bytes payload)
{
	uint32_t count;
	const refusal why = ballots_check(
		payload, &sealed->village.plan, station, sequence, &count);
	return why == NULL ? count : 0;
}

static void sign(const struct sealed_village *sealed, uint16_t station,
	struct bytes text, struct writer *out)
{
	const struct station *who = &sealed->village.plan.station[station];
	struct p256_private *private =
		scalar_key(FIRST_STATION_SCALAR + station);
	struct note_key key;
	assert_null(note_key_of(who->id, &who->key, &key));
	write_note(out, text, &key, private);
	assert_false(out->broken);
	p256_free(private);
}

void sealed_village_add(struct sealed_village *sealed, uint16_t station,
	uint16_t sequence, struct bytes payload)
{
	const struct box_terms terms = terms_of(sealed);
	size_t most = AGE_FILE_SIZE(1, payload.size);
	uint8_t *space = malloc(2 * most + NOTE_SPACE + ITEMS_OVERHEAD);
	struct writer file = writer_of(space, most);
	struct writer list =
		writer_of(space + most, most + NOTE_SPACE + ITEMS_OVERHEAD);
	uint8_t text_space[NOTE_SPACE];
	uint8_t note_space[NOTE_SPACE];
	struct writer text = writer_of(text_space, sizeof(text_space));
	struct writer note = writer_of(note_space, sizeof(note_space));
	assert_true(sealed->boxes < SEALED_BOXES_MOST);
	write_age_file(&file, &terms.bk, 1, payload);
	assert_null(write_box_text(&text, &terms, station, sequence,
		ballots_of(sealed, station, sequence, payload) +
			sealed->told_more,
		written(&file)));
	sign(sealed, station, written(&text), &note);
	write_item(&list, ITEM_PUBLIC, "note", written(&note));
	write_item(&list, ITEM_PUBLIC, "age", written(&file));
	sealed->place[sealed->boxes] = (struct count_place){ sealed->boxes,
		station, sequence, sha256(written(&text)), false };
	sealed->box[sealed->boxes] = memfd_written(&list);
	assert_true(sealed->box[sealed->boxes++] >= 0);
	free(space);
}

void sealed_village_add_ballots(struct sealed_village *sealed, uint16_t station,
	uint16_t sequence, size_t ballots)
{
	struct sample_random random =
		sample_random_of(station * 1000000ULL + sequence);
	struct ballots_list list;
	uint16_t codes[MARKS];
	uint8_t *payload;
	size_t size;
	ballots_list_init(&list);
	for (size_t i = 0; i < ballots; i++) {
		for (size_t m = 0; m < MARKS; m++)
			codes[m] = (uint16_t)(1 + sample_below(&random,
							  m < 2 ? 8 : UNKNOWN));
		assert_null(ballots_list_add(&list, COUNCIL, codes, MARKS));
	}
	assert_null(ballots_list_encode(&list, &sealed->village.plan, station,
		sequence, &payload, &size));
	sealed_village_add(sealed, station, sequence, bytes_of(payload, size));
	ballots_list_free(&list);
	free(payload);
}

bool sealed_village_count(struct sealed_village *sealed,
	struct count_outcome *outcome, struct notice *why)
{
	sealed->next = 0;
	sealed->parts = writer_of(sealed->parts.data, PARTS_MOST);
	return count_boxes(&sealed->task, &sealed->source, outcome, why);
}

char *outcome_text_of(
	const struct sealed_village *sealed, struct count_outcome *outcome)
{
	struct bytes head;
	char *copy;
	assert_null(memfd_map(outcome->result, ITEMS_MOST, &head));
	assert_true(asprintf(&copy, "%.*s%.*s", (int)head.size, head.data,
			    (int)sealed->parts.size, sealed->parts.data) > 0);
	memfd_unmap(&head);
	close(outcome->result);
	return copy;
}
