/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/verify/paper.h"
#include "tests/support/scalar.h"

#include "appliance/formats/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct bytes copied(struct bytes content)
{
	const struct bytes none = bytes_of_text("");
	const struct bytes from = content.size > 0 ? content : none;
	struct file copy = { calloc(1, from.size + 1), from.size };
	if (copy.data == NULL)
		abort();
	memcpy(copy.data, from.data, from.size);
	return file_bytes(&copy);
}

static void drop(struct archive *sent, size_t at)
{
	free((void *)sent->member[at].content.data);
	sent->count--;
	memmove(&sent->member[at], &sent->member[at + 1],
		(sent->count - at) * sizeof(sent->member[0]));
}

static void insert(
	struct archive *sent, size_t at, const char *name, struct bytes content)
{
	sent->member = reallocarray(
		sent->member, sent->count + 1, sizeof(sent->member[0]));
	assert_non_null(sent->member);
	memmove(&sent->member[at + 1], &sent->member[at],
		(sent->count - at) * sizeof(sent->member[0]));
	sent->count++;
	snprintf(sent->member[at].name, sizeof(sent->member[at].name), "%s",
		name);
	sent->member[at].content = content;
}

void paper_put(struct paper *paper, const char *name, struct bytes content)
{
	struct archive *sent = &paper->sent;
	struct bytes copy = copied(content);
	size_t at = 0;
	while (at < sent->count && strcmp(sent->member[at].name, name) < 0)
		at++;
	if (at < sent->count && strcmp(sent->member[at].name, name) == 0)
		drop(sent, at);
	if (content.size > 0)
		insert(sent, at, name, copy);
	else
		free((void *)copy.data);
}

struct bytes paper_get(const struct paper *paper, const char *name)
{
	struct bytes content = archive_find(&paper->sent, name);
	assert_true(content.size > 0);
	return content;
}

void paper_flip(struct paper *paper, const char *name, long place)
{
	struct bytes content = copied(paper_get(paper, name));
	size_t at = place < 0 ? content.size - (size_t)-place : (size_t)place;
	assert_true(at < content.size);
	((uint8_t *)content.data)[at] ^= 1;
	paper_put(paper, name, content);
	free((void *)content.data);
}

void paper_flip_behind(struct paper *paper, const char *name, const char *text)
{
	const struct bytes content = paper_get(paper, name);
	const uint8_t *place =
		memmem(content.data, content.size, text, strlen(text));
	assert_non_null(place);
	paper_flip(paper, name, place - content.data + (long)strlen(text));
}

static struct file copied_file(const struct file *from)
{
	struct bytes copy = copied(file_bytes(from));
	return (struct file){ (uint8_t *)copy.data, copy.size };
}

static void *same(const void *array, size_t count, size_t size)
{
	void *copy = reallocarray(NULL, count, size);
	assert_non_null(copy);
	return memcpy(copy, array, count * size);
}

struct paper *paper_copy(const struct paper *from)
{
	struct paper *paper = calloc(1, sizeof(*paper));
	char error[DEFINITION_ERROR_MOST];
	assert_non_null(paper);
	for (size_t i = 0; i < from->sent.count; i++)
		insert(&paper->sent, i, from->sent.member[i].name,
			copied(from->sent.member[i].content));
	paper->how = from->how;
	paper->json = strdup(from->json);
	assert_true(definition_parse(
		&paper->definition, bytes_of_text(paper->json), error));
	paper->authorities = copied_file(&from->authorities);
	paper->nonce = copied_file(&from->nonce);
	paper->profile = from->profile;
	paper->entries = from->entries;
	paper->fold = from->fold;
	paper->entry = same(from->entry, from->entries, sizeof(*from->entry));
	paper->refusal_leaf = from->refusal_leaf;
	paper->boxes = from->boxes;
	paper->box = same(from->box, from->boxes, sizeof(*from->box));
	paper->evidence = (struct evidence){
		.sent = &paper->sent,
		.definition = &paper->definition,
		.definition_file = bytes_of_text(paper->json),
		.authorities = file_bytes(&paper->authorities),
		.nonce = file_bytes(&paper->nonce),
		.profile = &paper->profile,
		.now = from->evidence.now,
	};
	paper_accepts(paper, VERIFY_RELEASED);
	return paper;
}

void paper_sign_again(
	struct paper *paper, const char *name, enum body body, unsigned members)
{
	struct bytes whole = copied(paper_get(paper, name));
	struct note note;
	assert_null(note_parse(whole, &note));
	paper_put_signed(paper, name, note.text, body, members);
	free((void *)whole.data);
}

void paper_free(struct paper *paper)
{
	if (paper == NULL)
		return;
	while (paper->sent.count > 0)
		drop(&paper->sent, paper->sent.count - 1);
	free(paper->sent.member);
	verify_free(&paper->chain);
	definition_free(&paper->definition);
	free(paper->json);
	free(paper->entry);
	free(paper->box);
	file_free(&paper->authorities);
	file_free(&paper->nonce);
	free(paper);
}

void paper_accepts(struct paper *paper, enum verify_goal goal)
{
	verify_free(&paper->chain);
	bool accepted =
		verify(goal, &paper->evidence, &paper->chain, &paper->checks);
	for (size_t i = 0; i < paper->checks.count; i++)
		if (paper->checks.check[i].outcome == CHECK_REFUSED)
			fail_msg("%s: %s", paper->checks.check[i].name,
				paper->checks.check[i].reason);
	assert_true(accepted);
}

void (*paper_refused)(const struct paper *);

void paper_refuses(struct paper *paper, enum verify_goal goal, const char *name,
	const char *reason)
{
	verify_free(&paper->chain);
	assert_false(
		verify(goal, &paper->evidence, &paper->chain, &paper->checks));
	const struct check *check = paper->checks.check;
	while (check->outcome != CHECK_REFUSED)
		check++;
	assert_string_equal(check->name, name);
	if (strstr(check->reason, reason) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", reason, check->reason);
	if (paper_refused != NULL)
		paper_refused(paper);
}

unsigned paper_scalar(enum body body, unsigned member)
{
	return 1 + 3 * (unsigned)body + member;
}

static void sign(struct writer *out, struct bytes text, const char *name,
	unsigned scalar)
{
	struct p256_private *key = scalar_key(scalar);
	struct p256_public public = p256_public_of(key);
	struct digest digest = sha256(text);
	struct p256_signature signature = p256_sign(key, &digest);
	struct note_key who;
	assert_null(note_key_of(name, &public, &who));
	write_note_signature(out, &who, &signature);
	p256_free(key);
}

void paper_sign(struct writer *out, struct bytes text, const char *name,
	unsigned scalar)
{
	write_note_text(out, text);
	sign(out, text, name, scalar);
	assert_false(out->broken);
}

void paper_add_signatures(struct writer *out, struct bytes text,
	const struct roster *roster, enum body body, unsigned members)
{
	for (unsigned m = 0; m < roster->quorum.of; m++)
		if ((members >> m & 1) != 0)
			sign(out, text, roster->id[m], paper_scalar(body, m));
	assert_false(out->broken);
}

void paper_put_signed(struct paper *paper, const char *name, struct bytes text,
	enum body body, unsigned members)
{
	uint8_t note[STATEMENT_MOST];
	struct writer out = writer_of(note, sizeof(note));
	const struct roster *roster = &paper->definition.plan.roster[body];
	write_note_text(&out, text);
	paper_add_signatures(&out, text, roster, body, members);
	paper_put(paper, name, written(&out));
}
