/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole bundle through the chain of checks: what a machine on paper
 * published, in which the input edits bytes of members; or the input as a
 * bundle. What is still accepted has the same result.
 */
#include "appliance/record/members.h"
#include "tests/fuzz/property.h"
#include "tests/verify/paper.h"

#include <string.h>

enum { EDITS_MOST = 8, EDIT = 5 };

static const enum verify_goal goals[] = { VERIFY_RELEASED, VERIFY_NOW,
	VERIFY_CLOSED, VERIFY_INTAKE, VERIFY_SEALED, VERIFY_ENROLMENT,
	VERIFY_IDENTITY, VERIFY_ABANDONED };

static struct paper *paper;

static void each_refusal_has_a_reason(const struct checks *checks)
{
	property(checks->count > 0 && checks->count <= CHECKS_MOST);
	for (size_t i = 0; i < checks->count; i++)
		property(checks->check[i].outcome != CHECK_REFUSED ||
			 checks->check[i].reason[0] != '\0');
}

static bool verified(enum verify_goal goal, const struct archive *sent)
{
	static struct chain chain;
	struct checks checks;
	struct evidence evidence = paper->evidence;
	evidence.sent = sent;
	const bool worked = verify(goal, &evidence, &chain, &checks);
	each_refusal_has_a_reason(&checks);
	verify_free(&chain);
	return worked;
}

/* A member becomes a copy that may be written to. */
static uint8_t *own(struct archive_member *member, bool *owned)
{
	if (!*owned) {
		uint8_t *copy = malloc(member->content.size + 1);
		property(copy != NULL);
		memcpy(copy, member->content.data, member->content.size);
		member->content.data = copy;
		*owned = true;
	}
	return (uint8_t *)member->content.data;
}

static void edit(struct archive *sent, bool *owned, struct cursor *in)
{
	const size_t number = cursor_u16(in) % sent->count;
	struct archive_member *member = &sent->member[number];
	const size_t place = cursor_u16(in);
	const uint8_t change = cursor_u8(in);
	if (member->content.size > 0)
		own(member, &owned[number])[place % member->content.size] ^=
			change;
}

static void the_result_is_the_same(const struct archive *sent)
{
	property(bytes_equal(archive_find(sent, MEMBER_RESULT),
		archive_find(&paper->sent, MEMBER_RESULT)));
}

static void one_edited(enum verify_goal goal, struct cursor *in)
{
	struct archive sent = { .count = paper->sent.count };
	bool *owned = calloc(sent.count, sizeof(*owned));
	sent.member = malloc(sent.count * sizeof(*sent.member));
	property(owned != NULL && sent.member != NULL);
	memcpy(sent.member, paper->sent.member,
		sent.count * sizeof(*sent.member));
	for (unsigned i = 0; i < EDITS_MOST && in->rest.size >= EDIT; i++)
		edit(&sent, owned, in);
	if (verified(goal, &sent) && goal == VERIFY_RELEASED)
		the_result_is_the_same(&sent);
	for (size_t i = 0; i < sent.count; i++)
		if (owned[i])
			free((void *)sent.member[i].content.data);
	free(sent.member);
	free(owned);
}

static void one_bundle(enum verify_goal goal, struct bytes in)
{
	struct archive sent;
	if (archive_parse(in, &sent) != NULL)
		return;
	property(!verified(goal, &sent) || goal != VERIFY_RELEASED);
	archive_free(&sent);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor in = cursor_of(bytes_of(data, size));
	if (paper == NULL) {
		paper = paper_make();
		property(archive_find(&paper->sent, MEMBER_RESULT).size > 0);
	}
	if (size < 1)
		return 0;
	const enum verify_goal goal =
		goals[cursor_u8(&in) % (sizeof(goals) / sizeof(goals[0]))];
	one_bundle(goal, in.rest);
	one_edited(goal, &in);
	return 0;
}
