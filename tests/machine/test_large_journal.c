/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As many boxes as a nation may have: the journal role takes them, starts on
 * them again and gives their headers and listings out piece by piece, within
 * the memory that any role of the machine may have.
 */
#include "appliance/formats/crypto.h"
#include "appliance/machine/memfd.h"
#include "appliance/machine/roles.h"
#include "appliance/machine/spawn.h"
#include "appliance/record/items.h"
#include "appliance/record/journal.h"
#include "appliance/record/members.h"
#include "tests/support/patience.h"
#include "tests/support/told.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	FREE = 16,
	BOXES = 200000,
	STATIONS = 50000,
	BEFORE = 4, /* entries, before the boxes */
	MEMORY_MOST = 128 << 20,
	PATIENCE = 600,
};

/* The TPM's anchor after what was appended. */
static struct journal_key key = { .mac_key = { { 1 } } };
static int partition;
static pid_t role;
static struct wire_end end;
static struct wire_message answer;

static void start_role(void)
{
	int pair[2];
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	role = fork();
	assert_true(role >= 0);
	if (role == 0) {
		const struct rlimit most = { MEMORY_MOST, MEMORY_MOST };
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		const int socket = fcntl(pair[1], F_DUPFD, FREE);
		const int disk = fcntl(partition, F_DUPFD, FREE);
		close(pair[0]);
		if (dup2(socket, SPAWN_SOCKET) < 0 ||
			dup2(disk, SPAWN_GRANTED) < 0 ||
			setrlimit(RLIMIT_AS, &most) != 0)
			_exit(2);
		closefrom(SPAWN_GRANTED + 1);
		_exit(role_journal());
	}
	close(pair[1]);
	end = (struct wire_end){ pair[0], ROLE_SUPERVISOR, ROLE_JOURNAL, 0 };
}

static void end_role(void)
{
	int status;
	close(end.socket);
	assert_int_equal(waitpid(role, &status, 0), role);
	assert_true(WIFEXITED(status));
}

static void ask(struct wire_said said, const int *list, enum wire_type wanted)
{
	wire_close(&answer);
	assert_null(wire_send(&end, said, list, list != NULL ? 1 : 0));
	assert_null(wire_receive(&end, PATIENCE * 1000, &answer));
	if (answer.type != wanted)
		fail_msg("%s", answer.type == REFUSED
				       ? notice_told(HEARD(&answer, REFUSED))
				       : wire_row_of(answer.type)->name);
}

static void append(const struct journal_append *what, int list)
{
	ask(SAY(JOURNAL_APPEND, what), &list, JOURNAL_APPENDED);
	const struct journal_folded *done = HEARD(&answer, JOURNAL_APPENDED);
	if (done->anchor_due == 0)
		return;
	const struct bytes part[] = {
		bytes_of(key.anchor.byte, SHA256_SIZE),
		bytes_of(done->anchor_chain.byte, SHA256_SIZE),
	};
	key.anchor = sha256_parts(part, 2);
}

static int box_list(void)
{
	uint8_t space[512];
	struct writer out = writer_of(space, sizeof(space));
	write_item(&out, ITEM_PUBLIC, "note", bytes_of_text("a note"));
	write_item(&out, ITEM_PUBLIC, "age", bytes_of_text("a box"));
	const int list = memfd_written(&out);
	assert_true(list >= 0);
	return list;
}

static void append_all(void)
{
	static const enum entry_type before[BEFORE] = { ENTRY_ENROLLED,
		ENTRY_LOCKED, ENTRY_SEALED, ENTRY_INTAKE };
	const int list = box_list();
	for (size_t i = 0; i < BEFORE; i++)
		append(&(struct journal_append){ .type = (uint16_t)before[i] },
			list);
	for (uint32_t i = 0; i < BOXES; i++)
		append(&(struct journal_append){ .type = ENTRY_BOX,
			       .station = (uint16_t)(i % STATIONS),
			       .sequence = (uint16_t)(i / STATIONS + 1),
			       .leave = JOURNAL_BLOCK_SIZE },
			list);
	append(&(struct journal_append){ .type = ENTRY_MEDIUM }, list);
	close(list);
}

/* All pieces of a member, each looked at once. Gives the digest of its bytes.
 */
static uint64_t take_all(enum head head, struct journal_fold *fold)
{
	struct journal_heads asked = { .head = (uint16_t)head,
		.entries = BEFORE + BOXES + 1,
		.origin = { "m/e" } };
	uint64_t size;
	do {
		struct bytes piece;
		ask(SAY(JOURNAL_HEADS, &asked), NULL, JOURNAL_PIECE);
		size = HEARD(&answer, JOURNAL_PIECE)->size;
		assert_null(memfd_map(
			answer.descriptor[0], WIRE_PIECE_MOST, &piece));
		assert_int_equal(HEARD(&answer, JOURNAL_PIECE)->next,
			asked.from + piece.size);
		asked.from += piece.size;
		for (size_t i = 0; fold != NULL && i < piece.size;
			i += JOURNAL_HEADER_SIZE)
			assert_null(journal_fold_next(fold, piece.data + i));
		memfd_unmap(&piece);
	} while (asked.from < size);
	assert_int_equal(asked.from, size);
	return size;
}

static void test_a_nations_boxes(void **state)
{
	struct journal_fold fold;
	(void)state;
	partition = memfd_create("partition", MFD_CLOEXEC);
	assert_int_equal(
		ftruncate(partition, (off_t)(BOXES + 16) * JOURNAL_BLOCK_SIZE),
		0);
	start_role();
	ask(SAY(JOURNAL_BEGIN, &key), NULL, DONE);
	append_all();
	end_role();
	start_role();
	ask(SAY(JOURNAL_UNLOCK, &key), NULL, JOURNAL_UNLOCKED);
	const struct journal_folded told = *HEARD(&answer, JOURNAL_UNLOCKED);
	assert_int_equal(told.entries, BEFORE + BOXES + 1);
	assert_int_equal(told.size, 1 + BOXES);
	journal_fold_start(&fold);
	assert_true(take_all(HEAD_ENTRIES, &fold) > 4ULL * WIRE_PIECE_MOST);
	assert_true(digest_equal(&fold.anchor, &told.anchor));
	assert_true(take_all(HEAD_ITEMS, NULL) > 4ULL * WIRE_PIECE_MOST);
	take_all(HEAD_CHECKPOINT, NULL);
	ask(SAY(JOURNAL_DELIVERIES, &nothing), NULL, JOURNAL_CAME);
	struct bytes came;
	assert_null(memfd_map(answer.descriptor[0], ITEMS_MOST, &came));
	assert_int_equal(came.size, BOXES * DELIVERY_RECORD_SIZE);
	memfd_unmap(&came);
	wire_close(&answer);
	end_role();
	close(partition);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_nations_boxes),
	};
	patience(PATIENCE);
	crypto_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
