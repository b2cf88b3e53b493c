/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/desk/paper_files.h"

#include "appliance/formats/ustar.h"
#include "tests/desk/workplace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static size_t most(const struct archive *archive)
{
	size_t size = (size_t)4 * USTAR_BLOCK_SIZE;
	for (size_t i = 0; i < archive->count; i++)
		size += (size_t)2 * USTAR_BLOCK_SIZE +
			archive->member[i].content.size;
	return size;
}

void paper_write_trusted(const struct paper *paper)
{
	char *profile = boot_profile_encode(&paper->profile);
	write_file("definition.json", bytes_of_text(paper->json));
	write_file("authorities.pem", file_bytes(&paper->authorities));
	write_file("profile.json", bytes_of_text(profile));
	free(profile);
}

void paper_write_members(const struct paper *paper, const char *name,
	bool (*wanted)(const char *member))
{
	const size_t size = most(&paper->sent);
	uint8_t *space = malloc(size);
	assert_non_null(space);
	struct writer out = writer_of(space, size);
	write_ustar_member(
		&out, "courier", bytes_of_text("sandoq/courier/v1 sent\n"));
	for (size_t i = 0; i < paper->sent.count; i++)
		if (wanted(paper->sent.member[i].name))
			write_ustar_member(&out, paper->sent.member[i].name,
				paper->sent.member[i].content);
	write_ustar_end(&out);
	assert_false(out.broken);
	write_file(name, written(&out));
	free(space);
}

static bool any_member(const char *name)
{
	(void)name;
	return true;
}

void paper_write_sent_as(const struct paper *paper, const char *name)
{
	paper_write_members(paper, name, any_member);
}

void paper_write_sent(const struct paper *paper)
{
	paper_write_sent_as(paper, "sent.tar");
}

static void leave(const struct paper *paper)
{
	static unsigned left;
	char name[32];
	snprintf(name, sizeof(name), "refused-%04u.tar", ++left);
	paper_write_sent_as(paper, name);
}

void paper_leave_refused(const struct paper *paper, const char *workplace)
{
	workplace_share(workplace);
	paper_write_trusted(paper);
	paper_write_sent(paper);
	paper_refused = leave;
}

static void write_keys(void)
{
	static const char *const body[BODIES] = { "operator", "authority",
		"officer", "auditor" };
	for (enum body b = 0; b < BODIES; b++) {
		for (unsigned m = 0; m < 3; m++) {
			char name[32];
			snprintf(name, sizeof(name), "%s-%u.pem", body[b],
				m + 1);
			write_key(name, paper_scalar(b, m));
		}
	}
	write_key("escrow.pem", paper_scalar(BODIES, 0));
	write_key("station-01.pem", paper_scalar(BODIES, 1));
	write_key("stranger.pem", PAPER_OTHER_SCALAR);
}

void paper_write_desk(const struct paper *paper)
{
	static const char *const own[] = { "operators", "bk.pub", "result.note",
		"election-keys.note" };
	paper_write_trusted(paper);
	paper_write_sent(paper);
	write_keys();
	write_file("nonce", file_bytes(&paper->nonce));
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		write_file(own[i], paper_get(paper, own[i]));
}

void paper_write_closed(const struct paper *paper)
{
	struct paper *copy = paper_copy(paper);
	size_t entries = copy->entries;
	while (copy->entry[entries - 1].type != ENTRY_CLOSED)
		entries--;
	paper_end_after(copy, entries);
	paper_write_sent_as(copy, "closed.tar");
	paper_free(copy);
}

const struct paper_signing paper_signing[PAPER_SIGNINGS] = {
	{ "election sign definition.json ", "authority-1" },
	{ "election keys " CHAIN, "authority-2" },
	{ ENROLMENT, "operator-1" },
	{ "approve open " CHAIN "--nonce nonce --without 10 ", "officer-3" },
	{ "approve release " CHAIN "--profile profile.json --nonce nonce "
	  "--without 10 ",
		"auditor-2" },
	{ UNANSWERED_RULING "--annul 'station-02 why' ", "auditor-1" },
	{ ABANDON, "authority-1" },
	{ ABANDON, "auditor-2" },
};
