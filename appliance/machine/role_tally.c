/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tally role: one process for one pass. It adds the boxes' tallies, allots
 * the seats and writes the canonical result: its head, and then as many pieces
 * of the stations' parts as it is asked for.
 */
#include "appliance/machine/roles.h"

#include "appliance/election/result.h"
#include "appliance/formats/crypto.h"
#include "appliance/machine/memfd.h"
#include "appliance/machine/role.h"
#include "appliance/machine/spawn.h"
#include "appliance/record/items.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLAN = SPAWN_GRANTED };

struct tallying {
	struct bytes encoded_plan;
	struct plan *plan;
	struct result result;
	size_t station; /* whose part comes next */
};

static refusal start(struct tallying *tallying)
{
	refusal why = memfd_map(PLAN, ITEMS_MOST, &tallying->encoded_plan);
	if (why == NULL)
		why = plan_decode(tallying->encoded_plan, &tallying->plan);
	if (why == NULL && !result_init(&tallying->result, tallying->plan))
		why = "there is no memory";
	return why;
}

static refusal add_void(struct tallying *tallying, const struct tally_add *told,
	const char *reason)
{
	struct result_void entry = {
		.entry = told->entry,
		.station = told->box.station,
		.sealed = told->box.digest,
	};
	snprintf(entry.reason, sizeof(entry.reason), "%s", reason);
	return result_add_void(&tallying->result, &entry);
}

/*
 * Whatever a count process said of a box, that box alone is void for it: no
 * station ends the count.
 */
static refusal add(struct tallying *tallying, const struct tally_add *told,
	struct bytes vector)
{
	const struct result_box box = {
		.entry = told->entry,
		.station = told->box.station,
		.sequence = told->box.sequence,
		.sealed = told->box.digest,
		.ballots = told->box.ballots,
	};
	struct tally tally;
	refusal unfit;
	refusal why = result_check_box(&tallying->result, &box);
	if (why != NULL)
		return why;
	if (!tally_init(&tally, tallying->plan,
		    tallying->plan->station[box.station].contests))
		return "there is no memory";
	unfit = tally_decode(&tally, vector);
	if (unfit == NULL)
		unfit = result_judge_box(&tallying->result, &box, &tally);
	why = unfit != NULL ? add_void(tallying, told, unfit)
			    : result_add_box(&tallying->result, &box, &tally);
	tally_free(&tally);
	return why;
}

static refusal handle_add(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct tallying *tallying = state;
	struct bytes vector;
	refusal why = memfd_map(message->descriptor[0], ITEMS_MOST, &vector);
	if (why == NULL) {
		why = add(tallying, HEARD(message, TALLY_ADD), vector);
		memfd_unmap(&vector);
	}
	if (why != NULL)
		return role_refuse(end, "a box's tally", why);
	return wire_send(end, SAY(DONE, &nothing), NULL, 0);
}

static refusal handle_void(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct tallying *tallying = state;
	const struct tally_void *told = HEARD(message, TALLY_VOID);
	struct result_void entry = {
		.entry = told->entry,
		.station = told->box.station < tallying->plan->stations
				   ? told->box.station
				   : -1,
		.sealed = told->box.digest,
	};
	refusal why;
	memcpy(entry.reason, told->box.why.line, RESULT_REASON_MOST);
	why = result_add_void(&tallying->result, &entry);
	if (why != NULL)
		return role_refuse(end, "a void box", why);
	return wire_send(end, SAY(DONE, &nothing), NULL, 0);
}

static void bind(struct result_binding *binding, const struct tally_close *told)
{
	binding->ak = told->ak;
	binding->bk = told->bk;
	binding->rk = told->rk;
	binding->checkpoint_size = told->size;
	binding->checkpoint_root = told->root;
	binding->phase = told->phase;
	binding->revocation = told->revocation;
}

static refusal handle_close(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct tallying *tallying = state;
	size_t most;
	uint8_t *space;
	struct writer out;
	struct tally_result answer;
	refusal why;
	bind(&tallying->result.binding, HEARD(message, TALLY_CLOSE));
	most = result_head_most(&tallying->result);
	space = malloc(most);
	if (space == NULL)
		return "there is no memory";
	out = writer_of(space, most);
	why = result_write_head(&out, &tallying->result);
	answer = (struct tally_result){
		.digest = sha256(written(&out)),
		.counted = tallying->result.boxes,
		.voided = tallying->result.voids,
	};
	why = why != NULL ? role_refuse(end, "the result", why)
			  : role_send_written(
				    end, SAY(TALLY_RESULT, &answer), &out);
	free(space);
	return why;
}

static refusal handle_next(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct tallying *tallying = state;
	const size_t most = result_piece_most(&tallying->result);
	uint8_t *space;
	struct writer out;
	refusal why;
	(void)message;
	if (tallying->station == tallying->plan->stations)
		return wire_send(end, SAY(DONE, &nothing), NULL, 0);
	space = malloc(most);
	if (space == NULL)
		return "there is no memory";
	out = writer_of(space, most);
	result_write_piece(&out, &tallying->result, &tallying->station);
	why = role_send_written(end, SAY(TALLY_PIECE, &nothing), &out);
	free(space);
	return why;
}

int role_tally(void)
{
	static const struct role_duty duties[] = {
		{ TALLY_ADD, handle_add },
		{ TALLY_VOID, handle_void },
		{ TALLY_CLOSE, handle_close },
		{ TALLY_NEXT, handle_next },
	};
	struct tallying tallying = { 0 };
	struct wire_end end = role_end(ROLE_TALLY);
	if (start(&tallying) != NULL)
		return 1;
	return role_serve(
		&end, duties, sizeof(duties) / sizeof(duties[0]), &tallying);
}
