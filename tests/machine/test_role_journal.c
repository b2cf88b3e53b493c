/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal role, in a child of its own without a sandbox, on a file in
 * place of the partition; the test is the supervisor, and the TPM's anchor.
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
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { FREE = 16, PAYLOAD = 9000, IMAGE_MOST = 1 << 18 };

/* A partition, the role that has it, and the anchor of its TPM. */
struct trial {
	int partition;
	pid_t role;
	struct wire_end end;
	struct journal_key key;
	struct wire_message answer;
};

/* Everything up to a frozen election; the last entry is anchored. */
static const enum entry_type election[] = { ENTRY_ENROLLED, ENTRY_LOCKED,
	ENTRY_SEALED, ENTRY_INTAKE, ENTRY_BOX, ENTRY_REFUSED, ENTRY_BOX,
	ENTRY_MEDIUM, ENTRY_OPEN };
enum { ENTRIES = sizeof(election) / sizeof(election[0]) };

static void role_start(struct trial *machine)
{
	int pair[2];
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	machine->role = fork();
	assert_true(machine->role >= 0);
	if (machine->role == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		const int socket = fcntl(pair[1], F_DUPFD, FREE);
		const int partition = fcntl(machine->partition, F_DUPFD, FREE);
		close(pair[0]);
		if (dup2(socket, SPAWN_SOCKET) != SPAWN_SOCKET ||
			dup2(partition, SPAWN_GRANTED) != SPAWN_GRANTED)
			_exit(2);
		closefrom(SPAWN_GRANTED + 1);
		_exit(role_journal());
	}
	close(pair[1]);
	machine->end = (struct wire_end){ fcntl(pair[0], F_DUPFD_CLOEXEC, FREE),
		ROLE_SUPERVISOR, ROLE_JOURNAL, 0 };
	close(pair[0]);
}

static void role_end_it(struct trial *machine)
{
	int status;
	close(machine->end.socket);
	assert_int_equal(waitpid(machine->role, &status, 0), machine->role);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
}

static void ask(struct trial *machine, struct wire_said said,
	const int *descriptor, size_t count)
{
	wire_close(&machine->answer);
	assert_null(wire_send(&machine->end, said, descriptor, count));
	assert_null(wire_receive(&machine->end, LONG_MS, &machine->answer));
}

static void expect_refused(struct trial *machine, const char *start)
{
	const char *line = notice_told(&machine->answer.body.REFUSED);
	assert_int_equal(machine->answer.type, REFUSED);
	if (strncmp(line, start, strlen(start)) != 0)
		fail_msg(
			"\"%s\" is not what was expected: \"%s\"", line, start);
}

static struct trial blank_machine(void)
{
	struct trial machine = { .answer.descriptor = { -1, -1, -1, -1 } };
	machine.partition = memfd_create("partition", MFD_ALLOW_SEALING);
	assert_true(machine.partition >= 0);
	memset(machine.key.mac_key.byte, 'k', SHA256_SIZE);
	role_start(&machine);
	ask(&machine, SAY(JOURNAL_SCAN, &nothing), NULL, 0);
	assert_int_equal(machine.answer.type, JOURNAL_SCANNED);
	assert_int_equal(HEARD(&machine.answer, JOURNAL_SCANNED)->blank, 1);
	ask(&machine, SAY(JOURNAL_BEGIN, &machine.key), NULL, 0);
	assert_int_equal(machine.answer.type, DONE);
	return machine;
}

static void machine_end(struct trial *machine)
{
	role_end_it(machine);
	wire_close(&machine->answer);
	close(machine->partition);
}

static void extend(struct trial *machine, const struct digest *chain)
{
	const struct bytes part[] = {
		bytes_of(machine->key.anchor.byte, SHA256_SIZE),
		bytes_of(chain->byte, SHA256_SIZE),
	};
	machine->key.anchor = sha256_parts(part, 2);
}

/* A payload of two items, told from others by its byte. */
static int payload_of(uint8_t byte)
{
	uint8_t content[PAYLOAD];
	uint8_t space[2 * PAYLOAD];
	struct writer out = writer_of(space, sizeof(space));
	memset(content, byte, sizeof(content));
	write_item(&out, ITEM_PUBLIC, "note", bytes_of(&byte, 1));
	write_item(
		&out, ITEM_PRIVATE, "age", bytes_of(content, sizeof(content)));
	const int list = memfd_written(&out);
	assert_true(list >= 0);
	return list;
}

static void ask_append(struct trial *machine, enum entry_type type,
	uint16_t sequence, uint8_t byte)
{
	struct journal_append what = { .type = (uint16_t)type,
		.station = type == ENTRY_BOX ? 3 : 0,
		.sequence = sequence };
	if (entry_row_of(type)->leaf)
		what.text = sha256(bytes_of(&byte, 1));
	const int list = payload_of(byte);
	ask(machine, SAY(JOURNAL_APPEND, &what), &list, 1);
	close(list);
}

/* Appends entry `n` and extends the anchor if it is to be. */
static void append(struct trial *machine, enum entry_type type, size_t n)
{
	const struct journal_folded *done =
		&machine->answer.body.JOURNAL_APPENDED;
	ask_append(
		machine, type, type == ENTRY_BOX ? (uint16_t)n : 0, (uint8_t)n);
	assert_int_equal(machine->answer.type, JOURNAL_APPENDED);
	assert_int_equal(done->entries, n + 1);
	assert_int_equal(done->anchor_due, entry_row_of(type)->anchored);
	if (done->anchor_due)
		extend(machine, &done->anchor_chain);
}

static struct trial machine_after(size_t entries)
{
	struct trial machine = blank_machine();
	for (size_t i = 0; i < entries; i++)
		append(&machine, election[i], i);
	return machine;
}

/* A new start on what the partition has now. */
static void restart(struct trial *machine)
{
	role_end_it(machine);
	role_start(machine);
	ask(machine, SAY(JOURNAL_UNLOCK, &machine->key), NULL, 0);
}

static void expect_unlocked(
	struct trial *machine, uint64_t entries, bool anchor_due)
{
	const struct journal_folded *is =
		&machine->answer.body.JOURNAL_UNLOCKED;
	assert_int_equal(machine->answer.type, JOURNAL_UNLOCKED);
	assert_int_equal(is->entries, entries);
	assert_int_equal(is->anchor_due, anchor_due);
}

static void expect_wrong_at(struct trial *machine, size_t entry)
{
	char start[64];
	snprintf(start, sizeof(start), "journal entry %zu: ", entry);
	expect_refused(machine, start);
}

/* --- what the partition has --- */

struct image {
	uint8_t byte[IMAGE_MOST];
	size_t size;
};

static struct image image_of(const struct trial *machine)
{
	struct image image;
	const ssize_t size =
		pread(machine->partition, image.byte, sizeof(image.byte), 0);
	assert_true(size > 0 && (size_t)size < sizeof(image.byte));
	image.size = (size_t)size;
	return image;
}

static void put_image(const struct trial *machine, const struct image *image)
{
	assert_int_equal(ftruncate(machine->partition, 0), 0);
	assert_int_equal(
		pwrite(machine->partition, image->byte, image->size, 0),
		image->size);
}

static uint64_t payload_size(void)
{
	return 2UL * ITEM_OVERHEAD + strlen("noteage") + 1 + PAYLOAD;
}

static size_t entry_size(void)
{
	return (size_t)journal_entry_size(payload_size());
}

static void flip(const struct trial *machine, size_t at)
{
	uint8_t byte;
	assert_int_equal(pread(machine->partition, &byte, 1, (off_t)at), 1);
	byte ^= 1;
	assert_int_equal(pwrite(machine->partition, &byte, 1, (off_t)at), 1);
}

/* --- tests --- */

static void test_entries_are_folded_again(void **state)
{
	struct trial machine = machine_after(ENTRIES);
	const struct journal_folded last = machine.answer.body.JOURNAL_APPENDED;
	const struct journal_folded *is = &machine.answer.body.JOURNAL_APPENDED;
	(void)state;
	assert_int_equal(image_of(&machine).size, ENTRIES * entry_size());
	restart(&machine);
	expect_unlocked(&machine, ENTRIES, false);
	assert_int_equal(is->state, STATE_OPEN);
	assert_int_equal(is->size, 4);
	assert_true(digest_equal(&is->root, &last.root));
	assert_int_equal(is->frozen_size, 4);
	assert_true(digest_equal(&is->frozen_root, &last.root));
	assert_int_equal(is->enrolled, 0);
	assert_int_equal(is->sealed, 2);
	assert_int_equal(is->opened, ENTRIES - 1);
	assert_int_equal(is->closed, UINT64_MAX);
	assert_int_equal(is->approved, UINT64_MAX);
	append(&machine, ENTRY_CLOSED, ENTRIES);
	restart(&machine);
	expect_unlocked(&machine, ENTRIES + 1, false);
	machine_end(&machine);
}

static void test_entries_are_handed_out(void **state)
{
	struct trial machine = machine_after(ENTRIES);
	static const uint64_t leaf[] = { [3] = 0, [4] = 1, [5] = 2, [6] = 3 };
	struct bytes list;
	struct bytes note;
	(void)state;
	for (uint64_t i = 0; i < ENTRIES; i++) {
		ask(&machine, SAY(JOURNAL_GET, &(struct journal_get){ i }),
			NULL, 0);
		assert_int_equal(machine.answer.type, JOURNAL_ENTRY);
		assert_int_equal(
			HEARD(&machine.answer, JOURNAL_ENTRY)->entry, i);
		assert_int_equal(HEARD(&machine.answer, JOURNAL_ENTRY)->type,
			election[i]);
		if (entry_row_of(election[i])->leaf)
			assert_int_equal(
				HEARD(&machine.answer, JOURNAL_ENTRY)->leaf,
				leaf[i]);
		assert_null(memfd_map(
			machine.answer.descriptor[0], ITEMS_MOST, &list));
		assert_true(items_find(list, "note", &note));
		assert_int_equal(note.data[0], i);
		memfd_unmap(&list);
	}
	ask(&machine, SAY(JOURNAL_GET, &(struct journal_get){ ENTRIES }), NULL,
		0);
	expect_refused(&machine, "a journal entry: there is no such entry");
	machine_end(&machine);
}

static void ask_piece(
	struct trial *machine, enum head head, uint64_t entries, uint64_t from)
{
	const struct journal_heads body = { .head = (uint16_t)head,
		.entries = entries,
		.from = from,
		.origin = { "m/e" } };
	ask(machine, SAY(JOURNAL_HEADS, &body), NULL, 0);
}

/* A whole member, which the caller unmaps: here it has one piece. */
static struct bytes head_of(
	struct trial *machine, enum head head, uint64_t entries)
{
	struct bytes content;
	ask_piece(machine, head, entries, 0);
	assert_int_equal(machine->answer.type, JOURNAL_PIECE);
	assert_null(memfd_map(
		machine->answer.descriptor[0], WIRE_PIECE_MOST, &content));
	assert_int_equal(
		HEARD(&machine->answer, JOURNAL_PIECE)->size, content.size);
	assert_int_equal(
		HEARD(&machine->answer, JOURNAL_PIECE)->next, content.size);
	return content;
}

static void test_a_disk_may_change_its_mind(void **state)
{
	struct trial machine = machine_after(ENTRIES);
	(void)state;
	flip(&machine, entry_size() + JOURNAL_LEAD_SIZE);
	ask(&machine, SAY(JOURNAL_GET, &(struct journal_get){ 1 }), NULL, 0);
	expect_refused(&machine, "a journal entry: its payload was changed");
	flip(&machine, entry_size() + JOURNAL_LEAD_SIZE);
	flip(&machine, entry_size() + JOURNAL_HEADER_SIZE - 1);
	ask(&machine, SAY(JOURNAL_GET, &(struct journal_get){ 1 }), NULL, 0);
	expect_refused(&machine, "a journal entry: it is not what it was");
	ask_piece(&machine, HEAD_ENTRIES, ENTRIES, 0);
	expect_refused(&machine, "the journal: it is not what it was");
	ask_piece(&machine, HEAD_CHECKPOINT, ENTRIES, 0);
	expect_refused(&machine, "the journal: it is not what it was");
	machine_end(&machine);
}

static void test_heads_are_all_headers(void **state)
{
	struct trial machine = machine_after(ENTRIES);
	const struct image image = image_of(&machine);
	struct bytes head;
	(void)state;
	head = head_of(&machine, HEAD_CHECKPOINT, ENTRIES);
	assert_memory_equal(head.data, "m/e\n4\n", 6);
	memfd_unmap(&head);
	head = head_of(&machine, HEAD_ENTRIES, ENTRIES);
	assert_int_equal(head.size, ENTRIES * JOURNAL_HEADER_SIZE);
	for (size_t i = 0; i < ENTRIES; i++)
		assert_memory_equal(head.data + i * JOURNAL_HEADER_SIZE,
			image.byte + i * entry_size(), JOURNAL_HEADER_SIZE);
	memfd_unmap(&head);
	head = head_of(&machine, HEAD_LATER, ENTRIES);
	assert_int_equal(head.size, 0);
	head = head_of(&machine, HEAD_ITEMS, ENTRIES);
	struct cursor listings = cursor_of(head);
	for (size_t i = 0; i < ENTRIES; i++) {
		struct journal_header header;
		struct bytes listing;
		uint64_t size;
		assert_null(listing_take(&listings, &listing, &size));
		assert_null(journal_header_decode(
			image.byte + i * entry_size(), &header));
		const struct digest digest = sha256(listing);
		assert_true(digest_equal(&digest, &header.payload));
		assert_int_equal(size, header.size);
	}
	assert_int_equal(listings.rest.size, 0);
	memfd_unmap(&head);
	machine_end(&machine);
}

static void test_a_piece_begins_where_it_is_asked_for(void **state)
{
	struct trial machine = machine_after(ENTRIES);
	const struct image image = image_of(&machine);
	const uint64_t all = 1ULL * ENTRIES * JOURNAL_HEADER_SIZE;
	struct bytes rest;
	(void)state;
	ask_piece(&machine, HEAD_ENTRIES, ENTRIES, 2ULL * JOURNAL_HEADER_SIZE);
	assert_int_equal(machine.answer.type, JOURNAL_PIECE);
	assert_int_equal(HEARD(&machine.answer, JOURNAL_PIECE)->size, all);
	assert_int_equal(HEARD(&machine.answer, JOURNAL_PIECE)->next, all);
	assert_null(memfd_map(
		machine.answer.descriptor[0], WIRE_PIECE_MOST, &rest));
	assert_int_equal(rest.size, all - 2ULL * JOURNAL_HEADER_SIZE);
	assert_memory_equal(
		rest.data, image.byte + 2 * entry_size(), JOURNAL_HEADER_SIZE);
	memfd_unmap(&rest);
	for (enum head head = 0; head < HEADS; head++) {
		ask_piece(&machine, head, ENTRIES, UINT64_MAX);
		expect_refused(&machine, "the journal: it has no more pieces");
	}
	machine_end(&machine);
}

/* In the order in which it came; of an election before nothing. */
static void test_what_came_is_told(void **state)
{
	static const uint8_t wanted[][DELIVERY_RECORD_SIZE] = {
		{ 0, ENTRY_BOX, 0, 3, 0, 4 },
		{ 0, ENTRY_REFUSED, 0, 0, 0, 0 },
		{ 0, ENTRY_BOX, 0, 3, 0, 6 },
	};
	static const enum entry_type next[] = { ENTRY_CLOSED, ENTRY_APPROVED,
		ENTRY_RELEASED, ENTRY_SEALED };
	struct trial machine = machine_after(ENTRIES);
	struct bytes came;
	(void)state;
	ask(&machine, SAY(JOURNAL_DELIVERIES, &nothing), NULL, 0);
	assert_int_equal(machine.answer.type, JOURNAL_CAME);
	assert_null(memfd_map(
		machine.answer.descriptor[0], WIRE_PIECE_MOST, &came));
	assert_int_equal(came.size, sizeof(wanted));
	assert_memory_equal(came.data, wanted, sizeof(wanted));
	memfd_unmap(&came);
	for (size_t i = 0; i < 4; i++)
		append(&machine, next[i], ENTRIES + i);
	ask(&machine, SAY(JOURNAL_DELIVERIES, &nothing), NULL, 0);
	assert_null(memfd_map(
		machine.answer.descriptor[0], WIRE_PIECE_MOST, &came));
	assert_int_equal(came.size, 0);
	machine_end(&machine);
}

static void test_the_lock_is_in_the_clear(void **state)
{
	struct trial machine = blank_machine();
	static const struct journal_append what = { .type = ENTRY_ENROLLED };
	static uint8_t space[1 << 13];
	static uint8_t encoded[1 << 12];
	struct writer lock = writer_of(encoded, sizeof(encoded));
	struct writer out = writer_of(space, sizeof(space));
	struct journal_lock made = {
		.boot = { .pcrs.mask = 0x6895, .epoch = 7 },
	};
	(void)state;
	memset(&made.ak, 'a', sizeof(made.ak));
	journal_lock_encode(&lock, &made);
	write_item(&out, ITEM_PRIVATE, "lock", written(&lock));
	const int list = memfd_written(&out);
	assert_true(list >= 0);
	ask(&machine, SAY(JOURNAL_APPEND, &what), &list, 1);
	close(list);
	assert_int_equal(machine.answer.type, JOURNAL_APPENDED);
	role_end_it(&machine);
	role_start(&machine);
	ask(&machine, SAY(JOURNAL_SCAN, &nothing), NULL, 0);
	assert_int_equal(HEARD(&machine.answer, JOURNAL_SCANNED)->blank, 0);
	assert_memory_equal(&HEARD(&machine.answer, JOURNAL_SCANNED)->lock,
		&made, sizeof(made));
	machine_end(&machine);
}

static void append_items(
	struct trial *machine, enum entry_type type, const struct writer *items)
{
	const struct journal_append what = { .type = (uint16_t)type };
	const int list = memfd_written(items);
	assert_true(list >= 0);
	ask(machine, SAY(JOURNAL_APPEND, &what), &list, 1);
	close(list);
	assert_int_equal(machine->answer.type, JOURNAL_APPENDED);
}

static void append_lock(struct trial *machine)
{
	static const struct journal_lock lock;
	static uint8_t space[1 << 13];
	static uint8_t encoded[1 << 12];
	struct writer to = writer_of(encoded, sizeof(encoded));
	struct writer out = writer_of(space, sizeof(space));
	journal_lock_encode(&to, &lock);
	write_item(&out, ITEM_PRIVATE, "lock", written(&to));
	append_items(machine, ENTRY_ENROLLED, &out);
	append_items(machine, ENTRY_LOCKED, &out);
}

static void append_software(struct trial *machine, uint64_t epoch)
{
	const struct boot_policy boot = { .epoch = epoch };
	uint8_t space[1024];
	uint8_t encoded[1024];
	struct writer to = writer_of(encoded, sizeof(encoded));
	struct writer out = writer_of(space, sizeof(space));
	journal_boot_encode(&to, &boot);
	write_item(&out, ITEM_PRIVATE, "boot-state", written(&to));
	append_items(machine, ENTRY_SOFTWARE, &out);
}

/* The last ones, found without the MAC key; the first ones go. */
static void test_later_software_is_in_the_clear(void **state)
{
	enum { MADE = WIRE_SOFTWARE_MOST + 2 };
	struct trial machine = blank_machine();
	const struct journal_scanned *scanned;
	(void)state;
	append_lock(&machine);
	for (uint64_t i = 1; i <= MADE; i++)
		append_software(&machine, i);
	ask(&machine, SAY(JOURNAL_SCAN, &nothing), NULL, 0);
	scanned = HEARD(&machine.answer, JOURNAL_SCANNED);
	assert_int_equal(scanned->software_count, WIRE_SOFTWARE_MOST);
	for (uint64_t i = 0; i < WIRE_SOFTWARE_MOST; i++) {
		const uint64_t epoch = MADE - WIRE_SOFTWARE_MOST + 1 + i;
		assert_int_equal(scanned->software[i].entry, epoch + 1);
		assert_int_equal(scanned->software[i].boot.epoch, epoch);
	}
	machine_end(&machine);
}

/* One that does not follow is not looked at, nor is any behind it. */
static void test_software_behind_a_gap_is_not_found(void **state)
{
	struct trial machine = blank_machine();
	uint64_t place;
	(void)state;
	append_lock(&machine);
	place = (uint64_t)lseek(machine.partition, 0, SEEK_END);
	append_software(&machine, 1);
	append_software(&machine, 2);
	assert_int_equal(pwrite(machine.partition, "S", 1, (off_t)place), 1);
	ask(&machine, SAY(JOURNAL_SCAN, &nothing), NULL, 0);
	assert_int_equal(HEARD(&machine.answer, JOURNAL_SCANNED)->blank, 0);
	assert_int_equal(
		HEARD(&machine.answer, JOURNAL_SCANNED)->software_count, 0);
	machine_end(&machine);
}

/* Each names the one before it of its type. */
static void test_software_is_linked(void **state)
{
	struct trial machine = blank_machine();
	struct journal_get get = { .entry = 3 };
	(void)state;
	append_lock(&machine);
	append_software(&machine, 1);
	append_software(&machine, 2);
	ask(&machine, SAY(JOURNAL_GET, &get), NULL, 0);
	assert_int_equal(machine.answer.type, JOURNAL_ENTRY);
	assert_int_equal(HEARD(&machine.answer, JOURNAL_ENTRY)->before, 2);
	get.entry = 2;
	ask(&machine, SAY(JOURNAL_GET, &get), NULL, 0);
	assert_true(
		HEARD(&machine.answer, JOURNAL_ENTRY)->before == UINT64_MAX);
	machine_end(&machine);
}

/* Whatever was cut off: the first entry that is missing is named. */
static void test_a_cut_journal_is_refused(void **state)
{
	struct trial machine = machine_after(ENTRIES);
	struct image image = image_of(&machine);
	(void)state;
	for (size_t i = ENTRIES; i-- > 0;) {
		image.size = i * entry_size();
		put_image(&machine, &image);
		restart(&machine);
		expect_wrong_at(&machine, i);
	}
	machine_end(&machine);
}

static void test_zeroed_entries_are_refused(void **state)
{
	struct trial machine = machine_after(ENTRIES);
	const struct image image = image_of(&machine);
	(void)state;
	for (size_t i = 0; i < ENTRIES; i++) {
		struct image zeroed = image;
		memset(zeroed.byte + i * entry_size(), 0, entry_size());
		put_image(&machine, &zeroed);
		restart(&machine);
		expect_wrong_at(&machine, i);
	}
	machine_end(&machine);
}

static void test_one_bit_is_enough(void **state)
{
	struct trial machine = machine_after(ENTRIES);
	const size_t end = JOURNAL_LEAD_SIZE + (size_t)payload_size();
	const size_t places[] = { 0, 9, 11, 13, 15, 23, 31, 32, 95,
		JOURNAL_HEADER_SIZE, JOURNAL_LEAD_SIZE - 1, JOURNAL_LEAD_SIZE,
		end - 1, end, entry_size() - 1 };
	(void)state;
	for (size_t i = 0; i < ENTRIES; i++) {
		for (size_t j = 0; j < sizeof(places) / sizeof(places[0]);
			j++) {
			flip(&machine, i * entry_size() + places[j]);
			restart(&machine);
			expect_wrong_at(&machine, i);
			flip(&machine, i * entry_size() + places[j]);
		}
	}
	restart(&machine);
	expect_unlocked(&machine, ENTRIES, false);
	machine_end(&machine);
}

static void test_swapped_entries_are_refused(void **state)
{
	struct trial machine = machine_after(ENTRIES);
	struct image image = image_of(&machine);
	uint8_t *box = image.byte + 4 * entry_size();
	static uint8_t kept[4 * JOURNAL_BLOCK_SIZE];
	(void)state;
	assert_true(entry_size() <= sizeof(kept));
	memcpy(kept, box, entry_size());
	memcpy(box, box + 2 * entry_size(), entry_size());
	memcpy(box + 2 * entry_size(), kept, entry_size());
	put_image(&machine, &image);
	restart(&machine);
	expect_wrong_at(&machine, 4);
	machine_end(&machine);
}

static void test_an_earlier_copy_is_refused(void **state)
{
	struct trial machine = machine_after(ENTRIES);
	const struct image copy = image_of(&machine);
	(void)state;
	append(&machine, ENTRY_BOOT, ENTRIES);
	put_image(&machine, &copy);
	restart(&machine);
	expect_wrong_at(&machine, ENTRIES);
	machine_end(&machine);
}

static void test_other_keys_see_no_entry(void **state)
{
	struct trial machine = machine_after(ENTRIES);
	(void)state;
	machine.key.mac_key.byte[0] ^= 1;
	restart(&machine);
	expect_refused(&machine, "journal entry 0: its MAC is wrong: ");
	machine_end(&machine);
}

/* Power was cut between the write and the TPM's index. */
static void test_an_anchor_that_is_due_is_told(void **state)
{
	struct trial machine = machine_after(ENTRIES);
	(void)state;
	ask_append(&machine, ENTRY_CLOSED, 0, 'c');
	const struct digest chain =
		machine.answer.body.JOURNAL_UNLOCKED.anchor_chain;
	restart(&machine);
	expect_unlocked(&machine, ENTRIES + 1, true);
	assert_true(digest_equal(
		&machine.answer.body.JOURNAL_UNLOCKED.anchor_chain, &chain));
	extend(&machine, &chain);
	restart(&machine);
	expect_unlocked(&machine, ENTRIES + 1, false);
	machine_end(&machine);
}

/* A write of which only some blocks came to the disk. */
static void test_a_torn_end_is_written_over(void **state)
{
	struct trial machine = machine_after(ENTRIES);
	(void)state;
	ask_append(&machine, ENTRY_CLOSED, 0, 'c');
	const struct image whole = image_of(&machine);
	for (size_t blocks = 1; blocks * JOURNAL_BLOCK_SIZE < entry_size();
		blocks++) {
		struct image torn = whole;
		torn.size -= blocks * JOURNAL_BLOCK_SIZE;
		put_image(&machine, &torn);
		restart(&machine);
		expect_unlocked(&machine, ENTRIES, false);
	}
	append(&machine, ENTRY_CLOSED, ENTRIES);
	restart(&machine);
	expect_unlocked(&machine, ENTRIES + 1, false);
	machine_end(&machine);
}

/* Before its medium's end a box has no receipt: it may come again. */
static void test_boxes_may_be_lost_before_their_medium_ends(void **state)
{
	struct trial machine = machine_after(5);
	struct image image = image_of(&machine);
	(void)state;
	image.size -= entry_size();
	put_image(&machine, &image);
	restart(&machine);
	expect_unlocked(&machine, 4, false);
	append(&machine, ENTRY_BOX, 4);
	machine_end(&machine);
}

static void expect_known(struct trial *machine)
{
	ask_append(machine, ENTRY_BOX, 4, 4);
	assert_int_equal(machine->answer.type, JOURNAL_KNOWN);
	assert_int_equal(HEARD(&machine->answer, JOURNAL_KNOWN)->entry, 4);
	assert_int_equal(HEARD(&machine->answer, JOURNAL_KNOWN)->same, 1);
	ask_append(machine, ENTRY_BOX, 4, 'x');
	assert_int_equal(machine->answer.type, JOURNAL_KNOWN);
	assert_int_equal(HEARD(&machine->answer, JOURNAL_KNOWN)->entry, 4);
	assert_int_equal(HEARD(&machine->answer, JOURNAL_KNOWN)->same, 0);
}

static void test_boxes_come_once(void **state)
{
	struct trial machine = machine_after(7);
	(void)state;
	expect_known(&machine);
	assert_int_equal(image_of(&machine).size, 7 * entry_size());
	append(&machine, ENTRY_MEDIUM, 7);
	restart(&machine);
	expect_unlocked(&machine, 8, false);
	expect_known(&machine);
	machine_end(&machine);
}

/* With a limit of entries for its station, and what has to stay free. */
static void ask_refused(
	struct trial *machine, uint16_t station, uint8_t byte, uint32_t most)
{
	const struct journal_append what = { .type = ENTRY_REFUSED,
		.station = station,
		.sequence = 1,
		.text = sha256(bytes_of(&byte, 1)),
		.most = most };
	const int list = payload_of(byte);
	ask(machine, SAY(JOURNAL_APPEND, &what), &list, 1);
	close(list);
}

/* Of each station so many, and each once; those of other stations not less. */
static void test_refusals_of_a_station_are_limited(void **state)
{
	struct trial machine = machine_after(4);
	(void)state;
	for (int start = 0; start < 2; start++) {
		ask_refused(&machine, 3, 1, 2);
		assert_int_equal(machine.answer.type,
			start == 0 ? JOURNAL_APPENDED : JOURNAL_KNOWN);
		ask_refused(&machine, 3, 2, 2);
		assert_int_equal(machine.answer.type,
			start == 0 ? JOURNAL_APPENDED : JOURNAL_KNOWN);
		ask_refused(&machine, 3, 3, 2);
		assert_int_equal(machine.answer.type, JOURNAL_ENOUGH);
		ask_refused(&machine, 4, 3, 2);
		assert_int_equal(machine.answer.type,
			start == 0 ? JOURNAL_APPENDED : JOURNAL_KNOWN);
		if (start == 0)
			append(&machine, ENTRY_MEDIUM, 7);
		restart(&machine);
		expect_unlocked(&machine, 8, false);
	}
	ask_refused(&machine, 3, 3, 0);
	assert_int_equal(machine.answer.type, JOURNAL_APPENDED);
	machine_end(&machine);
}

static void ask_leaving(struct trial *machine, uint64_t leave)
{
	const struct journal_append what = {
		.type = ENTRY_BOX, .sequence = 1, .leave = leave
	};
	const int list = payload_of(1);
	ask(machine, SAY(JOURNAL_APPEND, &what), &list, 1);
	close(list);
}

/* A box leaves free what it has to; what need not may take the last byte. */
static void test_room_is_kept(void **state)
{
	struct trial machine = machine_after(4);
	const struct journal_folded *is = &machine.answer.body.JOURNAL_APPENDED;
	(void)state;
	assert_int_equal(
		ftruncate(machine.partition, (off_t)(6 * entry_size())), 0);
	restart(&machine);
	expect_unlocked(&machine, 4, false);
	assert_int_equal(is->partition, 6 * entry_size());
	assert_int_equal(is->free, 2 * entry_size());
	ask_leaving(&machine, entry_size() + 1);
	expect_refused(&machine,
		"the journal takes no entry: it has no room left for boxes");
	ask_leaving(&machine, UINT64_MAX);
	expect_refused(&machine,
		"the journal takes no entry: it has no room left for boxes");
	ask_leaving(&machine, entry_size());
	assert_int_equal(machine.answer.type, JOURNAL_APPENDED);
	assert_int_equal(is->free, entry_size());
	/* The same again takes none. */
	ask_leaving(&machine, UINT64_MAX);
	assert_int_equal(machine.answer.type, JOURNAL_KNOWN);
	append(&machine, ENTRY_MEDIUM, 5);
	assert_int_equal(is->free, 0);
	machine_end(&machine);
}

/* The same entries on a larger partition are the same journal. */
static void test_a_journal_moves_to_a_larger_partition(void **state)
{
	struct trial machine = machine_after(7);
	const int larger = memfd_create("partition", MFD_ALLOW_SEALING);
	const struct image image = image_of(&machine);
	(void)state;
	assert_int_equal(pwrite(larger, image.byte, image.size, 0), image.size);
	/* Whatever lay there before. */
	assert_int_equal(
		pwrite(larger, image.byte, entry_size(), (off_t)image.size),
		entry_size());
	assert_int_equal(ftruncate(larger, 1 << 20), 0);
	close(machine.partition);
	machine.partition = larger;
	restart(&machine);
	expect_unlocked(&machine, 7, false);
	assert_int_equal(
		machine.answer.body.JOURNAL_UNLOCKED.partition, 1 << 20);
	append(&machine, ENTRY_MEDIUM, 7);
	restart(&machine);
	expect_unlocked(&machine, 8, false);
	/* One that ends too early has lost something. */
	assert_int_equal(
		ftruncate(machine.partition, (off_t)(3 * entry_size())), 0);
	restart(&machine);
	expect_wrong_at(&machine, 3);
	machine_end(&machine);
}

static void seal(struct trial *machine, const char *definition)
{
	static const struct journal_append what = { .type = ENTRY_SEALED };
	uint8_t space[128];
	struct writer out = writer_of(space, sizeof(space));
	write_item(&out, ITEM_PUBLIC, MEMBER_DEFINITION,
		bytes_of_text(definition));
	const int list = memfd_written(&out);
	assert_true(list >= 0);
	ask(machine, SAY(JOURNAL_APPEND, &what), &list, 1);
	close(list);
}

static void expect_sealed(struct trial *machine, uint64_t entries)
{
	static const enum entry_type rest[] = { ENTRY_INTAKE, ENTRY_OPEN,
		ENTRY_CLOSED, ENTRY_APPROVED, ENTRY_RELEASED };
	assert_int_equal(machine->answer.type, JOURNAL_APPENDED);
	for (size_t i = 0; i < sizeof(rest) / sizeof(rest[0]); i++)
		append(machine, rest[i], entries + i);
}

static void find(struct trial *machine, const char *definition)
{
	const struct journal_find body = { sha256(bytes_of_text(definition)) };
	ask(machine, SAY(JOURNAL_FIND, &body), NULL, 0);
}

static void expect_found(struct trial *machine, const char *definition,
	uint64_t sealed, uint64_t entries)
{
	const struct journal_folded *is = &machine->answer.body.JOURNAL_FOUND;
	find(machine, definition);
	assert_int_equal(machine->answer.type, JOURNAL_FOUND);
	assert_int_equal(is->sealed, sealed);
	assert_int_equal(is->entries, entries);
	assert_int_equal(is->state, STATE_RELEASED);
	assert_int_equal(is->size, 1);
	ask_piece(machine, HEAD_LATER, entries, 0);
	assert_int_equal(machine->answer.type, JOURNAL_PIECE);
}

/* As it was when the next one was about to be sealed. */
static void test_earlier_elections_are_found(void **state)
{
	struct trial machine = machine_after(2);
	(void)state;
	find(&machine, "one");
	expect_refused(&machine, "an earlier election: no election with this");
	seal(&machine, "one");
	expect_sealed(&machine, 3);
	seal(&machine, "two");
	expect_sealed(&machine, 9);
	expect_found(&machine, "one", 2, 8);
	expect_found(&machine, "two", 8, 14);
	find(&machine, "three");
	expect_refused(&machine, "an earlier election: no election with this");
	ask_piece(&machine, HEAD_ENTRIES, 15, 0);
	expect_refused(&machine, "the journal: there are not so many entries");
	machine_end(&machine);
}

/* A station's first box of this one is not that of the one before. */
static void test_boxes_are_of_their_election(void **state)
{
	enum { SEQUENCE = 1, BYTE = 99 };
	static const enum entry_type rest[] = { ENTRY_OPEN, ENTRY_CLOSED,
		ENTRY_APPROVED, ENTRY_RELEASED };
	struct trial machine = machine_after(2);
	(void)state;
	seal(&machine, "one");
	append(&machine, ENTRY_INTAKE, 3);
	ask_append(&machine, ENTRY_BOX, SEQUENCE, BYTE);
	assert_int_equal(machine.answer.type, JOURNAL_APPENDED);
	for (size_t i = 0; i < sizeof(rest) / sizeof(rest[0]); i++)
		append(&machine, rest[i], 5 + i);
	seal(&machine, "two");
	append(&machine, ENTRY_INTAKE, 10);
	ask_append(&machine, ENTRY_BOX, SEQUENCE, BYTE);
	assert_int_equal(machine.answer.type, JOURNAL_APPENDED);
	machine_end(&machine);
}

/* Old media are public; the same election anew would bury its result. */
static void test_a_definition_is_sealed_once(void **state)
{
	struct trial machine = machine_after(2);
	(void)state;
	seal(&machine, "one");
	expect_sealed(&machine, 3);
	seal(&machine, "one");
	expect_refused(&machine, "the journal takes no entry: this definition "
				 "was sealed before");
	seal(&machine, "two");
	expect_sealed(&machine, 9);
	seal(&machine, "one");
	expect_refused(&machine, "the journal takes no entry: this definition "
				 "was sealed before");
	seal(&machine, "three");
	expect_sealed(&machine, 15);
	machine_end(&machine);
}

static void expect_no_entry(struct trial *machine,
	const struct journal_append *what, struct bytes payload,
	const char *why)
{
	const struct image before = image_of(machine);
	const int list = memfd_of(payload);
	assert_true(list >= 0);
	ask(machine, SAY(JOURNAL_APPEND, what), &list, 1);
	close(list);
	expect_refused(machine, why);
	assert_int_equal(image_of(machine).size, before.size);
}

static void test_unfit_entries_are_not_written(void **state)
{
	struct trial machine = machine_after(4);
	static const struct journal_append unknown = { .type = 99 };
	static const struct journal_append closed = { .type = ENTRY_CLOSED };
	static const struct journal_append box = { .type = ENTRY_BOX };
	static const struct journal_append named = { .type = ENTRY_MEDIUM,
		.station = 1 };
	(void)state;
	expect_no_entry(&machine, &unknown, bytes_of(NULL, 0),
		"the journal takes no entry: its type is unknown");
	expect_no_entry(&machine, &closed, bytes_of(NULL, 0),
		"the journal takes no entry: such an entry may not stand here");
	expect_no_entry(&machine, &named, bytes_of(NULL, 0),
		"the journal takes no entry: it names a box and is none");
	expect_no_entry(&machine, &box, bytes_of_text("no items"),
		"the journal takes no entry: ");
	append(&machine, ENTRY_BOX, 4);
	machine_end(&machine);
}

static void test_two_lists_are_one_payload(void **state)
{
	struct trial machine = machine_after(2);
	static const struct journal_append boot = { .type = ENTRY_BOOT };
	static const struct journal_append sealed = { .type = ENTRY_SEALED };
	uint8_t space[64];
	struct writer out = writer_of(space, sizeof(space));
	(void)state;
	write_item(&out, ITEM_PUBLIC, "boot", bytes_of_text("x"));
	const int lists[] = { payload_of(1), memfd_written(&out) };
	const int same[] = { lists[0], lists[0] };
	ask(&machine, SAY(JOURNAL_APPEND, &boot), lists, 2);
	assert_int_equal(machine.answer.type, JOURNAL_APPENDED);
	ask(&machine, SAY(JOURNAL_APPEND, &sealed), same, 2);
	expect_refused(
		&machine, "the journal takes no entry: an item is there twice");
	close(lists[0]);
	close(lists[1]);
	machine_end(&machine);
}

/* What the partition did not take leaves no gap. A sealed file is EPERM. */
static void test_a_protected_partition_takes_no_entry(void **state)
{
	struct trial machine = machine_after(4);
	(void)state;
	assert_int_equal(fcntl(machine.partition, F_ADD_SEALS, F_SEAL_GROW), 0);
	ask_append(&machine, ENTRY_BOX, 4, 4);
	expect_refused(&machine, "the journal takes no entry: "
				 "the machine's disk is write-protected");
	ask_append(&machine, ENTRY_BOX, 4, 4);
	expect_refused(&machine, "the journal takes no entry: "
				 "the machine's disk is write-protected");
	restart(&machine);
	expect_unlocked(&machine, 4, false);
	machine_end(&machine);
}

static void test_unsealed_memfds_are_refused(void **state)
{
	struct trial machine = machine_after(4);
	static const struct journal_append what = { .type = ENTRY_BOX };
	const int open_memfd = memfd_create("test", MFD_ALLOW_SEALING);
	(void)state;
	ask(&machine, SAY(JOURNAL_APPEND, &what), &open_memfd, 1);
	close(open_memfd);
	expect_refused(
		&machine, "the journal takes no entry: a memfd is not sealed");
	append(&machine, ENTRY_BOX, 4);
	machine_end(&machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries_are_folded_again),
		cmocka_unit_test(test_entries_are_handed_out),
		cmocka_unit_test(test_a_disk_may_change_its_mind),
		cmocka_unit_test(test_heads_are_all_headers),
		cmocka_unit_test(test_a_piece_begins_where_it_is_asked_for),
		cmocka_unit_test(test_what_came_is_told),
		cmocka_unit_test(test_the_lock_is_in_the_clear),
		cmocka_unit_test(test_later_software_is_in_the_clear),
		cmocka_unit_test(test_software_behind_a_gap_is_not_found),
		cmocka_unit_test(test_software_is_linked),
		cmocka_unit_test(test_a_cut_journal_is_refused),
		cmocka_unit_test(test_zeroed_entries_are_refused),
		cmocka_unit_test(test_one_bit_is_enough),
		cmocka_unit_test(test_swapped_entries_are_refused),
		cmocka_unit_test(test_an_earlier_copy_is_refused),
		cmocka_unit_test(test_other_keys_see_no_entry),
		cmocka_unit_test(test_an_anchor_that_is_due_is_told),
		cmocka_unit_test(test_a_torn_end_is_written_over),
		cmocka_unit_test(
			test_boxes_may_be_lost_before_their_medium_ends),
		cmocka_unit_test(test_boxes_come_once),
		cmocka_unit_test(test_refusals_of_a_station_are_limited),
		cmocka_unit_test(test_room_is_kept),
		cmocka_unit_test(test_a_journal_moves_to_a_larger_partition),
		cmocka_unit_test(test_boxes_are_of_their_election),
		cmocka_unit_test(test_a_definition_is_sealed_once),
		cmocka_unit_test(test_earlier_elections_are_found),
		cmocka_unit_test(test_unfit_entries_are_not_written),
		cmocka_unit_test(test_two_lists_are_one_payload),
		cmocka_unit_test(test_a_protected_partition_takes_no_entry),
		cmocka_unit_test(test_unsealed_memfds_are_refused),
	};
	patience(120);
	crypto_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
