/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/machine/counting.h"

#include "appliance/election/result.h"
#include "appliance/formats/crypto.h"
#include "appliance/machine/memfd.h"
#include "appliance/record/items.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * The order
 */

bool count_order_add(
	struct count_order *order, const struct count_order_box *box)
{
	if (order->count == BOXES_MOST)
		return false;
	if (order->count == order->capacity) {
		const size_t capacity = 2 * order->capacity + 64;
		void *grown =
			reallocarray(order->box, capacity, sizeof(*order->box));
		if (grown == NULL)
			return false;
		order->box = grown;
		order->capacity = capacity;
	}
	order->box[order->count++] = *box;
	return true;
}

static int in_order(const void *a, const void *b)
{
	const struct count_order_box *x = a;
	const struct count_order_box *y = b;
	if (x->station != y->station)
		return x->station - y->station;
	if (x->sequence != y->sequence)
		return x->sequence - y->sequence;
	return (x->entry > y->entry) - (x->entry < y->entry);
}

/* JOURNAL_NO_STATION is the largest number: what is nobody's comes last. */
void count_order_sort(struct count_order *order)
{
	if (order->count > 0)
		qsort(order->box, order->count, sizeof(*order->box), in_order);
}

void count_order_free(struct count_order *order)
{
	free(order->box);
	*order = (struct count_order){ 0 };
}

/*
 * The pass
 */

struct pass {
	const struct count_task *task;
	const struct count_source *source;
	struct peer tally;
	struct peer starter;
	/* The starter, or the tally, was asked and has not answered yet. */
	struct peer *starting;
	bool adding;
	struct count_outcome *outcome;
	struct notice *why;
};

enum state { BOX_BEGUN, BOX_KEYED, BOX_VOID };

/* A box on its way through its process. */
struct counted {
	enum state state;
	struct count_place place;
	int memfd;
	struct peer peer;
	struct count_stanza stanza;
	struct intake_box box; /* once void */
	struct count_told told;
};

static bool trouble(struct pass *pass, const char *why)
{
	*pass->why = notice_of(notice_refusal(why));
	return false;
}

/* An answer that must be of one type; anything else is trouble. */
static bool must_be(struct pass *pass, enum answer answer,
	struct wire_message *message, enum wire_type type)
{
	if (answer != ANSWERED)
		return false;
	if (message->type == type)
		return true;
	wire_close(message);
	return trouble(pass, "a role gave another answer than was asked for");
}

/* The answer to what the tally was told last, if it owes one. */
static bool hear_tally(struct pass *pass)
{
	struct wire_message message;
	const bool adding = pass->adding;
	pass->adding = false;
	return !adding ||
	       must_be(pass, peer_next(&pass->tally, &message, pass->why),
		       &message, DONE);
}

/* The same of the starter. */
static bool hear_starter(struct pass *pass)
{
	struct peer *starting = pass->starting;
	pass->starting = NULL;
	return starting == NULL ||
	       peer_started(&pass->starter, starting, pass->why);
}

/* The tally adds this while the supervisor goes on. */
static bool add(struct pass *pass, struct wire_said said, const int *descriptor,
	size_t count)
{
	if (!hear_tally(pass))
		return false;
	peer_tell(&pass->tally, said, descriptor, count);
	pass->adding = true;
	return true;
}

static bool add_void(
	struct pass *pass, uint64_t leaf, const struct intake_box *box)
{
	const struct tally_void body = { leaf, *box };
	return add(pass, SAY(TALLY_VOID, &body), NULL, 0);
}

static bool add_vector(
	struct pass *pass, struct counted *counted, struct wire_message *vector)
{
	const struct count_stanza *stanza = &counted->stanza;
	const struct tally_add body = { counted->place.leaf,
		*HEARD(vector, COUNT_VECTOR) };
	if (body.box.station != stanza->station ||
		body.box.sequence != stanza->sequence ||
		!digest_equal(&body.box.digest, &stanza->digest)) {
		wire_close(vector);
		return trouble(pass, "a count process spoke of another box");
	}
	const bool added =
		add(pass, SAY(TALLY_ADD, &body), vector->descriptor, 1);
	wire_close(vector);
	counted->told.counted = true;
	counted->told.opened = body.box.opened;
	counted->told.ballots = body.box.ballots;
	return added;
}

/*
 * Two processes have read the box, and either may have been taken over by it:
 * what the one said at intake and the other says now must agree.
 */
static bool is_in_its_place(const struct counted *counted)
{
	const struct count_place *place = &counted->place;
	const struct count_stanza *said = &counted->stanza;
	return place->station != JOURNAL_NO_STATION &&
	       place->station == said->station &&
	       place->sequence == said->sequence &&
	       digest_equal(&place->text, &said->text);
}

/* Void under its own place, whatever the process said. */
static void set_void(struct counted *counted, const struct intake_box *box)
{
	counted->state = BOX_VOID;
	counted->box = *box;
	counted->box.station = counted->place.station;
	counted->box.sequence = counted->place.sequence;
}

static void void_stanza(struct counted *counted, const struct wire_text *why)
{
	const struct count_stanza *stanza = &counted->stanza;
	const struct intake_box box = {
		.station = stanza->station,
		.sequence = stanza->sequence,
		.digest = stanza->digest,
		.text = stanza->text,
		.why = *why,
	};
	set_void(counted, &box);
}

/* Whatever the reason is: it is the word of who has the key. */
static void void_unopened(struct counted *counted)
{
	struct wire_text why;
	wire_text_set(&why, RESULT_UNOPENED);
	void_stanza(counted, &why);
}

/* First step: a process of its own gets the box. */
static bool begin_box(struct pass *pass, struct counted *counted)
{
	if (!hear_starter(pass) ||
		!peer_ask_count(&pass->starter, counted->memfd, &counted->peer,
			pass->why))
		return false;
	pass->starting = &counted->peer;
	peer_tell(&counted->peer, SAY(COUNT_BOX, &pass->task->terms), NULL, 0);
	counted->state = BOX_BEGUN;
	return true;
}

/* Second step: what it needs opened is opened, the file key goes in. */
static bool give_key(struct pass *pass, struct counted *counted)
{
	struct count_key key = { .has_station = 0 };
	struct notice reason;
	const enum opened opened = pass->source->open(pass->source->context,
		&counted->place, &counted->stanza, &key, &reason);
	counted->told.asked = true;
	if (opened == STANZA_VOID)
		void_unopened(counted);
	if (opened == STANZA_TROUBLE)
		*pass->why = reason;
	if (opened != STANZA_OPENED)
		return opened == STANZA_VOID;
	peer_tell(&counted->peer, SAY(COUNT_KEY, &key), NULL, 0);
	wipe(&key, sizeof(key));
	counted->state = BOX_KEYED;
	return true;
}

static bool open_box(struct pass *pass, struct counted *counted)
{
	struct wire_message message;
	struct wire_text why;
	enum answer answer;
	if (pass->starting == &counted->peer && !hear_starter(pass))
		return false;
	answer = peer_next(&counted->peer, &message, pass->why);
	if (answer == ANSWERED && message.type == COUNT_VOID) {
		set_void(counted, &HEARD(&message, COUNT_VOID)->box);
		return true;
	}
	if (!must_be(pass, answer, &message, COUNT_STANZA))
		return false;
	counted->stanza = *HEARD(&message, COUNT_STANZA);
	if (is_in_its_place(counted))
		return give_key(pass, counted);
	wire_text_set(&why, "the box is not the one that has its place in the "
			    "journal");
	void_stanza(counted, &why);
	return true;
}

/* Last step: the box's tally, or the reason against it, comes out. */
static bool finish_box(struct pass *pass, struct counted *counted)
{
	struct wire_message message;
	enum answer answer;
	if (counted->state == BOX_VOID)
		return add_void(pass, counted->place.leaf, &counted->box);
	answer = peer_next(&counted->peer, &message, pass->why);
	if (answer == ANSWERED && message.type == COUNT_VOID) {
		counted->told.opened = HEARD(&message, COUNT_VOID)->opened;
		void_stanza(counted, &HEARD(&message, COUNT_VOID)->box.why);
		if (counted->told.opened == 0 || counted->place.unopened)
			void_unopened(counted);
		return add_void(pass, counted->place.leaf, &counted->box);
	}
	if (!must_be(pass, answer, &message, COUNT_VECTOR))
		return false;
	if (!counted->place.unopened)
		return add_vector(pass, counted, &message);
	counted->told.opened = HEARD(&message, COUNT_VECTOR)->opened;
	wire_close(&message);
	void_unopened(counted);
	return add_void(pass, counted->place.leaf, &counted->box);
}

static void drop_box(struct counted *counted)
{
	peer_stop(&counted->peer);
	close(counted->memfd);
	*counted = (struct counted){ .memfd = -1 };
}

/*
 * Boxes in the order of the source, a few at a time: the older half has its
 * keys and is counted, the younger is checked meanwhile, and the supervisor
 * waits for none that has just begun.
 */
struct line {
	struct counted box[COUNT_AT_ONCE_MOST];
	uint64_t first;
	uint64_t opened; /* the first that is not */
	uint64_t end;
	bool ended;
};

static struct counted *box_at(struct line *line, uint64_t number)
{
	return &line->box[number % COUNT_AT_ONCE_MOST];
}

/* Takes one box more from the source, if it has one. */
static bool take_box(struct pass *pass, struct line *line)
{
	struct counted *counted = box_at(line, line->end);
	const enum next_box next = pass->source->next(pass->source->context,
		&counted->place, &counted->memfd, pass->why);
	line->ended = next == BOX_NONE_LEFT;
	if (next != BOX_IS_NEXT)
		return line->ended;
	line->end++;
	return begin_box(pass, counted);
}

static bool fill(struct pass *pass, struct line *line)
{
	const uint64_t most = pass->task->at_once;
	const uint64_t older = line->first + (most + 1) / 2;
	while (!line->ended && line->end - line->first < most)
		if (!take_box(pass, line))
			return false;
	for (; line->opened < line->end && line->opened < older; line->opened++)
		if (!open_box(pass, box_at(line, line->opened)))
			return false;
	return true;
}

static bool finish_oldest(struct pass *pass, struct line *line)
{
	struct counted *counted = box_at(line, line->first);
	if (!finish_box(pass, counted))
		return false;
	counted->told.place = counted->place;
	counted->told.boxes = ++line->first;
	if (pass->source->told != NULL)
		pass->source->told(pass->source->context, &counted->told);
	drop_box(counted);
	return true;
}

/* Of what is left; a process that is being started is waited for, to end. */
static void drop_line(struct pass *pass, struct line *line)
{
	struct notice ignored;
	if (pass->starting != NULL)
		peer_started(&pass->starter, pass->starting, &ignored);
	pass->starting = NULL;
	for (; line->first < line->end; line->first++)
		drop_box(box_at(line, line->first));
	wipe(line, sizeof(*line));
}

static bool take_all(struct pass *pass)
{
	struct line *line = calloc(1, sizeof(*line));
	bool worked = line != NULL || trouble(pass, "there is no memory");
	while (worked && fill(pass, line) && line->first < line->end)
		worked = finish_oldest(pass, line);
	if (line != NULL) {
		worked = worked && line->ended && line->first == line->end;
		drop_line(pass, line);
	}
	free(line);
	return worked;
}

static bool is_of(int result, const struct digest *told)
{
	struct bytes text;
	struct digest digest;
	if (memfd_map(result, ITEMS_MOST, &text) != NULL)
		return false;
	digest = sha256(text);
	memfd_unmap(&text);
	return digest_equal(&digest, told);
}

static bool take_piece(struct pass *pass, struct sha256 *hash, int piece)
{
	struct bytes content;
	const refusal why = memfd_map(piece, ITEMS_MOST, &content);
	if (why != NULL)
		return trouble(pass, why);
	sha256_add(hash, content);
	memfd_unmap(&content);
	return pass->source->piece(pass->source->context, piece, pass->why);
}

/* One more piece, until there is none. */
static bool take_next(struct pass *pass, struct sha256 *hash, bool *ended)
{
	struct wire_message message;
	const enum answer answer = peer_ask(&pass->tally,
		SAY(TALLY_NEXT, &nothing), NULL, 0, &message, pass->why);
	*ended = answer == ANSWERED && message.type == DONE;
	if (*ended)
		return true;
	if (!must_be(pass, answer, &message, TALLY_PIECE))
		return false;
	const bool taken = take_piece(pass, hash, message.descriptor[0]);
	wire_close(&message);
	return taken;
}

static bool take_pieces(struct pass *pass)
{
	struct sha256 *hash = sha256_begin();
	bool ended = pass->source->piece == NULL;
	bool worked = true;
	while (worked && !ended)
		worked = take_next(pass, hash, &ended);
	pass->outcome->pieces = sha256_end(hash);
	return worked;
}

static bool close_tally(struct pass *pass)
{
	struct wire_message message;
	enum answer answer;
	if (!hear_tally(pass))
		return false;
	answer = peer_ask(&pass->tally, SAY(TALLY_CLOSE, &pass->task->close),
		NULL, 0, &message, pass->why);
	if (!must_be(pass, answer, &message, TALLY_RESULT))
		return false;
	if (!is_of(message.descriptor[0],
		    &HEARD(&message, TALLY_RESULT)->digest)) {
		wire_close(&message);
		return trouble(pass, "the tally role gave another result than "
				     "it said");
	}
	pass->outcome->digest = HEARD(&message, TALLY_RESULT)->digest;
	pass->outcome->counted = HEARD(&message, TALLY_RESULT)->counted;
	pass->outcome->voided = HEARD(&message, TALLY_RESULT)->voided;
	pass->outcome->result = message.descriptor[0];
	return true;
}

bool count_boxes(const struct count_task *task,
	const struct count_source *source, struct count_outcome *outcome,
	struct notice *why)
{
	struct pass pass = {
		.task = task, .source = source, .outcome = outcome, .why = why
	};
	refusal refused;
	bool worked;
	*outcome = (struct count_outcome){ .result = -1 };
	refused = peer_start(
		&pass.tally, ROLE_TALLY, task->setting, &task->plan, 1);
	if (refused == NULL)
		refused = peer_start(&pass.starter, ROLE_STARTER, task->setting,
			&task->plan, 1);
	worked = refused == NULL ? take_all(&pass) && close_tally(&pass) &&
					   take_pieces(&pass)
				 : trouble(&pass, refused);
	if (!worked && outcome->result >= 0)
		close(outcome->result);
	peer_stop(&pass.starter);
	peer_stop(&pass.tally);
	return worked;
}
