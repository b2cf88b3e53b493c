/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The intake role itself, in this process, on a medium that holds the input
 * or an archive that the input edits. Written again, the members that it took
 * are what the medium begins with.
 */
#include "appliance/election/statement.h"
#include "appliance/formats/ustar.h"
#include "appliance/machine/memfd.h"
#include "appliance/machine/roles.h"
#include "appliance/machine/spawn.h"
#include "appliance/machine/wire.h"
#include "appliance/record/courier.h"
#include "appliance/record/items.h"
#include "appliance/record/members.h"
#include "tests/fuzz/election.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	MEDIUM = SPAWN_GRANTED,
	MOST = 16384,
	KINDS = 4,
	NEXT = 3,
	STATION_SCALAR = 21,
	BK_SCALAR = 22,
	RECIPIENT_SCALAR = 20
};

static const enum courier_kind kinds[KINDS] = { COURIER_ELECTION, COURIER_BOXES,
	COURIER_APPROVALS, COURIER_OUTBOX };

static uint8_t archive_space[EDITED_MOST];
static uint8_t edit_buffer[EDITED_MOST];
static uint8_t note_space[4096];
static struct bytes keys_note;
static int plan_memfd = -1;

int LLVMFuzzerInitialize(int *argc, char ***argv);

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

/* Of an election whose names are all zeros, as in one_medium(). */
static struct bytes make_keys_note(const struct plan *plan)
{
	static const char text[] =
		"sandoq/election-keys/v1 live\nelection: e\ndefinition: " ZEROS
		"\nenrolment: " ZEROS "\nak: 000b" ZEROS "\nbk: 000b" ZEROS
		"\nrk: 000b" ZEROS "\nbk-policy: " ZEROS "\nrk-policy: " ZEROS
		"\nbk-creation: " ZEROS "\nrk-creation: " ZEROS "\nphase: 1\n";
	struct writer out = writer_of(note_space, sizeof(note_space));
	struct statement statement;
	small_note(
		&out, bytes_of_text(text), &plan->roster[AUTHORITY], AUTHORITY);
	property(!out.broken);
	property(!statement_open(
		STATEMENT_ELECTION_KEYS, written(&out), &statement));
	return written(&out);
}

/* Its numbers are the role's, before the fuzzer opens any. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static struct plan plan;
	uint8_t space[4096];
	struct writer out = writer_of(space, sizeof(space));
	(void)argc;
	(void)argv;
	property(dup2(0, SPAWN_SOCKET) == SPAWN_SOCKET);
	property(dup2(0, MEDIUM) == MEDIUM);
	plan = small_plan;
	for (enum body b = 0; b < BODIES; b++)
		small_roster(&plan.roster[b], b);
	plan.recipients = 1;
	plan.recipient[0] = (struct escrow){ "r", small_key(RECIPIENT_SCALAR) };
	small_station.key = small_key(STATION_SCALAR);
	plan_encode(&out, &plan);
	plan_memfd = memfd_written(&out);
	property(plan_memfd >= 0);
	keys_note = make_keys_note(&plan);
	return 0;
}

static void put_medium(struct bytes content)
{
	const int medium = memfd_create("medium", MFD_CLOEXEC);
	property(medium >= 0 && write(medium, content.data, content.size) ==
					(ssize_t)content.size);
	property(dup2(medium, MEDIUM) == MEDIUM);
	close(medium);
}

/* The medium begins with the one archive of the label and what was taken. */
static void are_the_members(struct bytes medium, int memfd)
{
	const size_t most = medium.size + (size_t)4 * USTAR_BLOCK_SIZE;
	uint8_t *space = malloc(most);
	struct writer out = writer_of(space, most);
	struct bytes rest = medium;
	struct ustar_member label;
	struct bytes content;
	struct bytes items;
	struct item item;
	property(space != NULL);
	property(!ustar_next(&rest, &label, &content));
	write_ustar_member(&out, label.name, content);
	property(memfd_map(memfd, ITEMS_MOST, &items) == NULL);
	struct cursor list = cursor_of(items);
	while (list.rest.size > 0) {
		char name[ITEM_NAME_MOST + 1] = { 0 };
		property(!items_next(&list, &item));
		memcpy(name, item.name.data, item.name.size);
		write_ustar_member(&out, name, item.content);
	}
	write_ustar_end(&out);
	property(!out.broken && out.size <= medium.size &&
		 memcmp(space, medium.data, out.size) == 0);
	memfd_unmap(&items);
	free(space);
}

static void hear_one(struct wire_end *end, struct bytes medium, bool started)
{
	struct wire_message answer;
	if (wire_receive(end, 0, &answer) != NULL)
		return;
	if (started && answer.type == INTAKE_MEMBERS)
		are_the_members(medium, answer.descriptor[0]);
	wire_close(&answer);
}

static bool hear_start(struct wire_end *end)
{
	struct wire_message answer;
	const refusal why = wire_receive(end, 0, &answer);
	/* All of an outbox is read at the start. */
	const bool started = why == NULL && answer.type == INTAKE_KIND &&
			     answer.body.INTAKE_KIND.kind != COURIER_OUTBOX;
	property(why == NULL);
	wire_close(&answer);
	return started;
}

/* A box for each, or why there is none. */
static void ask_next(
	const struct wire_end *end, struct wire_end next[NEXT], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		next[i] = *end;
		property(!wire_send(
			&next[i], SAY(INTAKE_NEXT, &nothing), NULL, 0));
	}
}

/*
 * All questions wait for the role, which answers until nobody asks any more;
 * each end knows of one question only.
 */
static void ask(struct bytes medium, struct wire_said said, const int *memfd,
	size_t count)
{
	struct wire_end next[NEXT];
	const size_t nexts = count > 0 ? NEXT : 0;
	int pair[2];
	property(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) ==
		 0);
	struct wire_end first = {
		.socket = pair[0], .self = ROLE_SUPERVISOR, .peer = ROLE_INTAKE
	};
	struct wire_end second = first;
	property(dup2(pair[1], SPAWN_SOCKET) == SPAWN_SOCKET);
	close(pair[1]);
	property(!wire_send(&first, SAY(INTAKE_START, &nothing), NULL, 0));
	const struct wire_end unasked = second;
	property(!wire_send(&second, said, memfd, count));
	ask_next(&unasked, next, nexts);
	shutdown(pair[0], SHUT_WR);
	role_intake();
	property(dup2(MEDIUM, SPAWN_SOCKET) == SPAWN_SOCKET);
	const bool started = hear_start(&first);
	hear_one(&second, medium, started);
	for (size_t i = 0; i < nexts; i++)
		hear_one(&next[i], medium, false);
	close(pair[0]);
}

static void one_medium(struct bytes medium)
{
	const struct p256_public bk = small_key(BK_SCALAR);
	struct election election = { .ak = { { 0, 0x0b } },
		.bk = { { 0, 0x0b } },
		.rk = { { 0, 0x0b } } };
	p256_to_point(&bk, election.bk_point);
	put_medium(medium);
	ask(medium, SAY(INTAKE_TAKE, &nothing), NULL, 0);
	ask(medium, SAY(INTAKE_TAKE_BOXES, &election), &plan_memfd, 1);
}

static struct bytes valid_archive(enum courier_kind kind)
{
	struct writer out = writer_of(archive_space, sizeof(archive_space));
	char label[COURIER_LABEL_MOST];
	struct writer text = writer_of(label, sizeof(label));
	write_courier_label(&text, kind, 0);
	write_ustar_member(&out, COURIER_MEMBER, written(&text));
	if (kind == COURIER_OUTBOX)
		write_ustar_member(&out, MEMBER_DEFINITION, bytes_of_text("{"));
	if (kind == COURIER_BOXES) {
		write_ustar_member(&out, MEMBER_ELECTION_KEYS, keys_note);
		write_ustar_member(&out, "boxes/1.note", bytes_of_text("n"));
		write_ustar_member(&out, "boxes/1.age", bytes_of_text("a"));
	}
	write_ustar_end(&out);
	property(!out.broken);
	return written(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bytes in = bytes_of(data, size);
	if (size > MOST)
		return 0;
	one_medium(in);
	for (size_t i = 0; i < KINDS && size < 1024; i++)
		one_medium(edited(valid_archive(kinds[i]), in, edit_buffer));
	return 0;
}
