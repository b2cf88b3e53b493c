/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The count role: one fresh process for one box. It checks the box, is given
 * that box's file key, decrypts, reads every ballot, sends one tally and ends.
 * The starter forks it with the plan read; executed, it reads the plan itself.
 */
#include "appliance/machine/roles.h"

#include "appliance/election/ballots.h"
#include "appliance/election/box.h"
#include "appliance/election/rules.h"
#include "appliance/formats/crypto.h"
#include "appliance/machine/memfd.h"
#include "appliance/machine/role.h"
#include "appliance/machine/spawn.h"
#include "appliance/record/items.h"
#include "appliance/record/members.h"

#include <stdlib.h>
#include <string.h>

enum {
	PLAN = SPAWN_GRANTED,
	BOX_ITEMS = SPAWN_GRANTED + 1,
};

struct counting {
	struct bytes items;
	struct counter counter;
	struct box box;
	/* In a recount. */
	bool has_machine;
	struct age_header machine;
};

refusal role_count_prepare(struct counter *out)
{
	struct bytes encoded;
	struct plan *plan;
	refusal why = memfd_map(PLAN, ITEMS_MOST, &encoded);
	if (why != NULL)
		return why;
	why = plan_decode(encoded, &plan);
	memfd_unmap(&encoded);
	if (why == NULL && !counter_init(out, plan))
		why = "there is no memory";
	return why;
}

static refusal load(struct counting *counting)
{
	refusal why = memfd_map(BOX_ITEMS, ITEMS_MOST, &counting->items);
	if (why == NULL && counting->counter.plan == NULL)
		why = role_count_prepare(&counting->counter);
	return why != NULL ? why : items_check(counting->items);
}

static refusal send_void(struct wire_end *end, const struct box *box,
	unsigned opened, const char *reason)
{
	struct count_void message = {
		.box = { .station = box->station < 0 ? JOURNAL_NO_STATION
						     : (uint16_t)box->station,
			.sequence = box->sequence,
			.digest = box->digest,
			.text = box->text },
		.opened = (uint16_t)opened,
	};
	wire_text_set(&message.box.why, reason);
	return wire_send(end, SAY(COUNT_VOID, &message), NULL, 0);
}

/* The keys role seals file keys to these, so they are compared, too. */
static bool has_recipients(
	const struct plan *plan, const struct recipients *asked)
{
	bool equal = plan->recipients == asked->count;
	for (size_t i = 0; equal && i < plan->recipients; i++)
		equal = p256_equal(&plan->recipient[i].key, &asked->key[i]);
	return equal;
}

static refusal terms_of(const struct counting *counting,
	const struct count_box *asked, struct box_terms *terms)
{
	terms->plan = counting->counter.plan;
	terms->bk_name = asked->bk;
	if (!digest_equal(
		    &asked->definition, &counting->counter.plan->definition))
		return "the plan is of another definition";
	if (!has_recipients(counting->counter.plan, &asked->recipients))
		return "the plan has other recipients";
	return p256_from_point(
		bytes_of(asked->bk_point, P256_POINT_SIZE), &terms->bk);
}

/* The stanza for this key in the machine's header, if it has one. */
static const struct age_stanza *find_machine(
	struct counting *counting, const struct p256_public *key)
{
	struct bytes header;
	counting->has_machine =
		items_find(counting->items, MEMBER_BOX_HEADER, &header) &&
		box_header_check(counting->counter.plan, header,
			&counting->machine) == NULL;
	return counting->has_machine ? age_find(&counting->machine, key) : NULL;
}

static refusal send_stanzas(struct wire_end *end, struct counting *counting,
	const struct age_stanza *stanza, const struct p256_public *key)
{
	const struct age_stanza *machine = find_machine(counting, key);
	struct count_stanza message = {
		.station = (uint16_t)counting->box.station,
		.sequence = counting->box.sequence,
		.digest = counting->box.digest,
		.text = counting->box.text,
		.stanza = *stanza,
		.has_machine = machine != NULL,
	};
	if (machine != NULL)
		message.machine = *machine;
	return wire_send(end, SAY(COUNT_STANZA, &message), NULL, 0);
}

static refusal handle_box(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct counting *counting = state;
	const struct count_box *asked = HEARD(message, COUNT_BOX);
	struct box_terms terms;
	struct p256_public key;
	struct bytes note;
	struct bytes file;
	const struct age_stanza *stanza;
	refusal why = load(counting);
	if (why == NULL)
		why = terms_of(counting, asked, &terms);
	if (why == NULL)
		why = p256_from_point(
			bytes_of(asked->key_point, P256_POINT_SIZE), &key);
	if (why != NULL)
		return role_refuse(end, "the box cannot be judged", why);
	if (!items_find(counting->items, MEMBER_BOX_NOTE, &note) ||
		!items_find(counting->items, MEMBER_BOX_FILE, &file))
		return role_refuse(end, NULL, "the entry holds no box");
	why = box_check(&terms, note, file, &counting->box);
	if (why != NULL)
		return send_void(end, &counting->box, 0, why);
	stanza = age_find(&counting->box.header, &key);
	if (stanza == NULL)
		return send_void(end, &counting->box, 0,
			"the box is not sealed to the key that opens it");
	return send_stanzas(end, counting, stanza, &key);
}

/* Opens the payload chunk by chunk into the decoder. */
static refusal decode_payload(struct bytes payload,
	const struct age_file_key *key, struct ballots_decoder *decoder)
{
	static uint8_t plain[AGE_CHUNK_SIZE];
	const size_t most =
		payload.size < sizeof(plain) ? payload.size : sizeof(plain);
	struct cursor in = cursor_of(payload);
	struct bytes nonce = cursor_take(&in, AGE_NONCE_SIZE);
	struct age_stream stream;
	refusal why = NULL;
	if (in.broken)
		return "the box is truncated";
	stream = age_stream_of(key, nonce.data);
	while (why == NULL && !stream.ended) {
		const bool last = in.rest.size <= AGE_SEALED_CHUNK_SIZE;
		const struct bytes sealed = cursor_take(
			&in, last ? in.rest.size : AGE_SEALED_CHUNK_SIZE);
		why = age_chunk_open(&stream, sealed, last, plain);
		if (why == NULL)
			why = ballots_feed(decoder,
				bytes_of(plain, sealed.size - AEAD_TAG_SIZE));
	}
	wipe(&stream, sizeof(stream));
	wipe(plain, most);
	return why != NULL ? why : ballots_end(decoder);
}

/*
 * The MAC of the box's header commits to its file key. A key that the machine
 * has handed on must be that one, too.
 */
static unsigned opened_by(
	const struct counting *counting, const struct count_key *given)
{
	const struct age_header *box = &counting->box.header;
	unsigned opened = 0;
	if (given->has_station &&
		age_header_verify(box, &given->station) == NULL)
		opened |= OPENED_BY_STATION;
	if (given->has_machine && counting->has_machine &&
		age_header_verify(box, &given->machine) == NULL &&
		age_header_verify(&counting->machine, &given->machine) == NULL)
		opened |= OPENED_BY_MACHINE;
	return opened;
}

static refusal tally_box(struct counting *counting,
	const struct count_key *given, unsigned opened)
{
	struct ballots_decoder decoder;
	const struct age_file_key *key = (opened & OPENED_BY_STATION) != 0
						 ? &given->station
						 : &given->machine;
	refusal why;
	if (opened == 0)
		return "the MAC of the age header does not hold";
	ballots_begin(&decoder, counting->counter.plan,
		(uint16_t)counting->box.station, counting->box.sequence,
		counter_count, &counting->counter);
	why = decode_payload(counting->box.header.payload, key, &decoder);
	if (why == NULL && decoder.count != counting->box.ballots)
		why = "the box holds another number of ballots than its note "
		      "says";
	return why;
}

static refusal send_vector(struct wire_end *end,
	const struct counting *counting, const struct tally *tally,
	unsigned opened)
{
	const struct count_vector message = {
		.station = (uint16_t)counting->box.station,
		.sequence = counting->box.sequence,
		.digest = counting->box.digest,
		.ballots = tally_ballots(tally),
		.opened = (uint16_t)opened,
	};
	const size_t size =
		tally_encoded_size(counting->counter.plan, &tally->contests);
	uint8_t *space = malloc(size);
	struct writer out = writer_of(space, size);
	refusal why = "there is no memory";
	if (space != NULL) {
		tally_encode(&out, tally);
		why = role_send_written(end, SAY(COUNT_VECTOR, &message), &out);
	}
	free(space);
	return why;
}

static refusal handle_key(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct counting *counting = state;
	struct count_key given;
	struct tally tally;
	unsigned opened;
	refusal why;
	if (counting->box.station < 0)
		return "a key before its box";
	/* No fault of the box, which must not be void for it. */
	if (!tally_init(&tally, counting->counter.plan,
		    counting->counter.plan->station[counting->box.station]
			    .contests))
		return "there is no memory";
	given = *HEARD(message, COUNT_KEY);
	wipe(HEARD(message, COUNT_KEY), sizeof(given));
	counter_begin(&counting->counter, &tally);
	opened = opened_by(counting, &given);
	why = tally_box(counting, &given, opened);
	wipe(&given, sizeof(given));
	why = why != NULL ? send_void(end, &counting->box, opened, why)
			  : send_vector(end, counting, &tally, opened);
	tally_free(&tally);
	return why != NULL ? why : "one box is all that it counts";
}

int role_count_with(const struct counter *counter)
{
	static const struct role_duty duties[] = {
		{ COUNT_BOX, handle_box },
		{ COUNT_KEY, handle_key },
	};
	struct counting counting = { .counter = *counter,
		.box = { .station = -1 } };
	struct wire_end end = role_end(ROLE_COUNT);
	return role_serve(
		&end, duties, sizeof(duties) / sizeof(duties[0]), &counting);
}

int role_count(void)
{
	const struct counter not_yet = { 0 };
	return role_count_with(&not_yet);
}
