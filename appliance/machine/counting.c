#include "appliance/machine/counting.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct pass {
	const struct count_task *task;
	const struct count_source *source;
	struct peer tally;
	struct count_outcome *outcome;
	struct wire_text *why;
};

static bool trouble(struct pass *pass, const char *why)
{
	wire_text_set(pass->why, why);
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

static bool add_void(
	struct pass *pass, uint64_t leaf, const struct intake_box *box)
{
	const struct tally_void body = { leaf, *box };
	struct wire_message message;
	const enum answer answer = peer_ask(
		&pass->tally, TALLY_VOID, &body, NULL, 0, &message, pass->why);
	pass->outcome->voided++;
	return must_be(pass, answer, &message, DONE);
}

static bool add_vector(struct pass *pass, uint64_t leaf,
	const struct count_stanza *stanza, struct wire_message *vector)
{
	const struct tally_add body = { leaf, vector->body.vector };
	struct wire_message message;
	enum answer answer;
	if (body.box.station != stanza->station ||
		body.box.sequence != stanza->sequence ||
		!digest_equal(&body.box.digest, &stanza->digest)) {
		wire_close(vector);
		return trouble(pass, "a count process spoke of another box");
	}
	answer = peer_ask(&pass->tally, TALLY_ADD, &body, vector->descriptor, 1,
		&message, pass->why);
	wire_close(vector);
	pass->outcome->counted++;
	return must_be(pass, answer, &message, DONE);
}

static bool void_stanza(struct pass *pass, uint64_t leaf,
	const struct count_stanza *stanza, const struct wire_text *why)
{
	const struct intake_box box = {
		.station = stanza->station,
		.sequence = stanza->sequence,
		.digest = stanza->digest,
		.why = *why,
	};
	return add_void(pass, leaf, &box);
}

/* The file key goes in, the box's tally or the reason against it comes out. */
static bool finish_box(struct pass *pass, struct peer *count, uint64_t leaf,
	const struct count_stanza *stanza)
{
	struct keys_file_key key;
	struct wire_message message;
	struct wire_text why;
	enum answer answer;
	const enum opened opened = pass->source->open(
		pass->source->context, &stanza->stanza, &key, &why);
	if (opened == STANZA_VOID)
		return void_stanza(pass, leaf, stanza, &why);
	if (opened == STANZA_TROUBLE) {
		*pass->why = why;
		return false;
	}
	answer = peer_ask(count, COUNT_KEY, &key, NULL, 0, &message, pass->why);
	wipe(&key, sizeof(key));
	if (answer == ANSWERED && message.type == COUNT_VOID)
		return void_stanza(
			pass, leaf, stanza, &message.body.intake_box.why);
	return must_be(pass, answer, &message, COUNT_VECTOR) &&
	       add_vector(pass, leaf, stanza, &message);
}

static bool count_box(struct pass *pass, struct peer *count, uint64_t leaf)
{
	struct wire_message message;
	struct count_stanza stanza;
	const enum answer answer = peer_ask(count, COUNT_BOX,
		&pass->task->terms, NULL, 0, &message, pass->why);
	if (answer == ANSWERED && message.type == COUNT_VOID)
		return add_void(pass, leaf, &message.body.intake_box);
	if (!must_be(pass, answer, &message, COUNT_STANZA))
		return false;
	stanza = message.body.stanza;
	return finish_box(pass, count, leaf, &stanza);
}

static bool take_box(struct pass *pass, uint64_t leaf, int box)
{
	const int granted[] = { box, pass->task->plan };
	struct peer count;
	bool counted;
	const refusal why =
		peer_start(&count, ROLE_COUNT, pass->task->setting, granted, 2);
	if (why != NULL)
		return trouble(pass, why);
	counted = count_box(pass, &count, leaf);
	peer_stop(&count);
	return counted;
}

static bool take_all(struct pass *pass)
{
	const struct count_source *source = pass->source;
	for (;;) {
		uint64_t leaf;
		int box = -1;
		bool counted;
		const enum next_box next =
			source->next(source->context, &leaf, &box, pass->why);
		if (next != BOX_IS_NEXT)
			return next == BOX_NONE_LEFT;
		counted = take_box(pass, leaf, box);
		close(box);
		if (!counted)
			return false;
		if (source->progress != NULL)
			source->progress(source->context,
				pass->outcome->counted + pass->outcome->voided);
	}
}

static bool close_tally(struct pass *pass)
{
	struct wire_message message;
	const enum answer answer = peer_ask(&pass->tally, TALLY_CLOSE,
		&pass->task->close, NULL, 0, &message, pass->why);
	if (!must_be(pass, answer, &message, TALLY_RESULT))
		return false;
	pass->outcome->digest = message.body.digest;
	pass->outcome->result = message.descriptor[0];
	return true;
}

bool count_boxes(const struct count_task *task,
	const struct count_source *source, struct count_outcome *outcome,
	struct wire_text *why)
{
	struct pass pass = {
		.task = task, .source = source, .outcome = outcome, .why = why
	};
	refusal refused;
	bool held;
	memset(outcome, 0, sizeof(*outcome));
	refused = peer_start(
		&pass.tally, ROLE_TALLY, task->setting, &task->plan, 1);
	if (refused != NULL)
		return trouble(&pass, refused);
	held = take_all(&pass) && close_tally(&pass);
	peer_stop(&pass.tally);
	return held;
}
