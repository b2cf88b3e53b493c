/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wire: each row of the table is held against what the header says of all
 * of them, first as bytes, then over sockets.
 */
#include "appliance/machine/wire.h"
#include "tests/support/patience.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	ROUNDS = 16,
	TYPES = 256,
	HIGHEST = 64,
	BUFFER = 1 << 15,
	TOO_MANY = WIRE_DESCRIPTORS_MOST + 1,
};

static uint64_t seed;

static uint8_t any_byte(void)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint8_t)(seed >> 56);
}

static void fill_line(uint8_t *line, size_t size)
{
	const size_t length = any_byte() % size;
	memset(line, 0, size);
	for (size_t i = 0; i < length; i++)
		line[i] = (uint8_t)(' ' + any_byte() % 95);
}

static void fill_blob(uint8_t *data, size_t most)
{
	const uint16_t size =
		(uint16_t)((any_byte() * 256U + any_byte()) % (most + 1));
	memset(data, 0, most);
	for (size_t i = 0; i < size; i++)
		data[i] = any_byte();
	memcpy(data - sizeof(size), &size, sizeof(size));
}

static refusal fill_member(
	void *context, const struct layout_member *member, uint8_t *at)
{
	(void)context;
	if (member->kind == LAYOUT_LINE)
		fill_line(at, member->size);
	else if (member->kind == LAYOUT_REST)
		fill_blob(at, member->size);
	else
		for (size_t i = 0; i < member->size; i++)
			at[i] = any_byte();
	return NULL;
}

static void fill(const struct wire_row *row, union wire_body *body)
{
	memset(body, 0, sizeof(*body));
	layout_walk(row->body(), body, fill_member, NULL);
}

static struct wire_said said_of(
	const struct wire_row *row, const union wire_body *body)
{
	return (struct wire_said){ row->type, body };
}

static struct bytes encoded(const struct wire_row *row,
	const union wire_body *body, uint8_t space[BUFFER])
{
	struct writer out = writer_of(space, BUFFER);
	wire_encode(&out, said_of(row, body));
	assert_false(out.broken);
	return written(&out);
}

static refusal decoded(struct bytes datagram)
{
	union wire_body body;
	enum wire_type type;
	memset(&body, 0, sizeof(body));
	return wire_decode(datagram, &type, &body);
}

static void test_table_is_consistent(void **state)
{
	(void)state;
	for (size_t i = 0; i < wire_table_size; i++) {
		const struct wire_row *row = &wire_table[i];
		assert_ptr_equal(wire_row_of(row->type), row);
		assert_in_range(row->type, 1, TYPES - 1);
		assert_true(row->from == ROLES ||
			    (row->from == ROLE_SUPERVISOR) !=
				    (row->to == ROLE_SUPERVISOR));
		assert_true(row->descriptors_least <= row->descriptors_most);
		assert_true(row->descriptors_most <= WIRE_DESCRIPTORS_MOST);
		for (size_t j = 0;
			j < WIRE_ANSWERS_MOST && row->answers[j] != 0; j++) {
			const struct wire_row *question =
				wire_row_of(row->answers[j]);
			assert_non_null(question);
			assert_int_equal(question->from, ROLE_SUPERVISOR);
			assert_int_equal(question->to, row->from);
		}
	}
}

struct lie {
	const uint8_t *start;
	size_t end;
	size_t last; /* size of the member before */
};

static refusal lies_behind(
	void *context, const struct layout_member *member, uint8_t *at)
{
	struct lie *lie = context;
	const size_t offset = (size_t)(at - lie->start);
	assert_true(offset >= lie->end);
	if (member->kind == LAYOUT_NUMBER)
		assert_true(member->size == 2 || member->size == 4 ||
			    member->size == 8);
	if (member->kind == LAYOUT_LINE)
		assert_int_equal(member->size, WIRE_TEXT_MOST);
	if (member->kind == LAYOUT_REST) {
		assert_int_equal(lie->last, 2);
		assert_int_equal(offset, lie->end);
	}
	lie->last = member->size;
	lie->end = offset + member->size;
	return NULL;
}

static void test_members_lie_side_by_side(void **state)
{
	(void)state;
	for (size_t i = 0; i < wire_table_size; i++) {
		const struct wire_row *row = &wire_table[i];
		union wire_body body;
		struct lie lie = { (const uint8_t *)&body, 0, 0 };
		layout_walk(row->body(), &body, lies_behind, &lie);
		assert_true(lie.end <= row->body()->struct_size);
		assert_true(lie.end <= sizeof(body));
	}
}

static void test_decoding_undoes_encoding(void **state)
{
	static uint8_t space[BUFFER];
	(void)state;
	for (size_t i = 0; i < wire_table_size * ROUNDS; i++) {
		const struct wire_row *row = &wire_table[i / ROUNDS];
		union wire_body body;
		union wire_body again;
		enum wire_type type = 0;
		memset(&again, 0, sizeof(again));
		fill(row, &body);
		assert_null(
			wire_decode(encoded(row, &body, space), &type, &again));
		assert_int_equal(type, row->type);
		assert_memory_equal(&again, &body, sizeof(body));
	}
}

static void test_numbers_are_big_endian(void **state)
{
	static uint8_t space[BUFFER];
	static const uint8_t expected[] = { 0, JOURNAL_ENTRY, 1, 2, 3, 4, 5, 6,
		7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,
		24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39,
		40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55,
		56, 57, 58, 59, 60, 61, 62 };
	struct journal_entry body = { .entry = 0x0102030405060708,
		.type = 0x090a,
		.leaf = 0x0b0c0d0e0f101112,
		.before = 0x131415161718191a,
		.station = 0x1b1c,
		.sequence = 0x1d1e };
	struct writer out = writer_of(space, sizeof(space));
	(void)state;
	for (size_t i = 0; i < SHA256_SIZE; i++)
		body.text.byte[i] = (uint8_t)(31 + i);
	wire_encode(&out, SAY(JOURNAL_ENTRY, &body));
	assert_int_equal(out.size, sizeof(expected));
	assert_memory_equal(space, expected, sizeof(expected));
}

static void test_a_type_has_one_length(void **state)
{
	static uint8_t space[BUFFER];
	(void)state;
	for (size_t i = 0; i < wire_table_size; i++) {
		const struct wire_row *row = &wire_table[i];
		union wire_body body;
		fill(row, &body);
		const struct bytes whole = encoded(row, &body, space);
		space[whole.size] = 0;
		assert_int_equal(whole.size, wire_size(row));
		assert_null(decoded(whole));
		assert_non_null(decoded(bytes_of(space, whole.size - 1)));
		assert_non_null(decoded(bytes_of(space, whole.size + 1)));
	}
}

static void test_unknown_types_are_refused(void **state)
{
	uint8_t datagram[2] = { 0 };
	(void)state;
	assert_non_null(decoded(bytes_of(datagram, 0)));
	assert_non_null(decoded(bytes_of(datagram, 1)));
	for (unsigned type = 0; type <= UINT16_MAX; type++) {
		datagram[0] = (uint8_t)(type >> 8);
		datagram[1] = (uint8_t)type;
		if (wire_row_of(type) == NULL)
			assert_string_equal(decoded(bytes_of(datagram, 2)),
				"a message of unknown type");
	}
}

/* For each member of one kind: the row's encoding, and its place in that. */
struct attempt {
	enum layout_kind kind;
	const struct wire_row *row;
	size_t at;
	void (*try)(struct bytes, uint8_t *, size_t);
};

static refusal try_member(
	void *context, const struct layout_member *member, uint8_t *at)
{
	static uint8_t space[BUFFER];
	static const union wire_body body;
	struct attempt *attempt = context;
	(void)at;
	if (member->kind == attempt->kind)
		attempt->try(encoded(attempt->row, &body, space),
			space + attempt->at, member->size);
	attempt->at += member->size;
	return NULL;
}

static void each_member(
	enum layout_kind kind, void (*try)(struct bytes, uint8_t *, size_t))
{
	for (size_t i = 0; i < wire_table_size; i++) {
		union wire_body body;
		struct attempt attempt = { kind, &wire_table[i], 2, try };
		layout_walk(wire_table[i].body(), &body, try_member, &attempt);
	}
}

static void try_line(struct bytes whole, uint8_t *line, size_t size)
{
	static const char *const unclean[] = { "\n", "a\x1b[2J", "\x7f", "\xc2",
		"\xc3\x28", "\xed\xa0\x80", "\xc2\x85" };
	for (size_t i = 0; i < sizeof(unclean) / sizeof(unclean[0]); i++) {
		memset(line, 0, size);
		memcpy(line, unclean[i], strlen(unclean[i]));
		assert_string_equal(
			decoded(whole), "a message whose text is not clean");
	}
	memset(line, 'a', size);
	assert_non_null(decoded(whole));
	line[size - 1] = 0;
	assert_null(decoded(whole));
	line[size - 3] = 0;
	assert_non_null(decoded(whole));
}

static void test_unclean_texts_are_refused(void **state)
{
	(void)state;
	each_member(LAYOUT_LINE, try_line);
}

static void try_blob(struct bytes whole, uint8_t *data, size_t size)
{
	memset(data, 0xff, size);
	data[-2] = (uint8_t)(size >> 8);
	data[-1] = (uint8_t)size;
	assert_null(decoded(whole));
	data[-1]++;
	assert_string_equal(
		decoded(whole), "a message whose blob is not sound");
	data[-2] = 0xff;
	assert_non_null(decoded(whole));
	data[-2] = 0;
	data[-1] = 1;
	assert_non_null(decoded(whole));
	memset(data + 1, 0, size - 1);
	assert_null(decoded(whole));
	data[size - 1] = 1;
	assert_non_null(decoded(whole));
}

static void test_unsound_blobs_are_refused(void **state)
{
	(void)state;
	each_member(LAYOUT_REST, try_blob);
}

/* --- over sockets --- */

static bool is_open(int number)
{
	return fcntl(number, F_GETFD) >= 0;
}

static size_t open_descriptors(void)
{
	size_t count = 0;
	for (int n = 0; n < HIGHEST; n++)
		count += is_open(n);
	return count;
}

/* Both ends of a row's talk, the question that it answers open. */
struct talk {
	struct wire_end sender;
	struct wire_end receiver;
};

static bool is_answer(const struct wire_row *row)
{
	return row->from == ROLES || row->answers[0] != 0;
}

static struct talk talk_of(const struct wire_row *row)
{
	struct talk talk;
	int pair[2];
	const enum role from = row->from == ROLES ? ROLE_KEYS : row->from;
	const enum wire_type asked =
		row->from == ROLES ? KEYS_LOCK : row->answers[0];
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	talk.sender = (struct wire_end){ pair[0], from, row->to, asked };
	talk.receiver = (struct wire_end){ pair[1], row->to, from, asked };
	return talk;
}

static void talk_end(struct talk *talk)
{
	close(talk->sender.socket);
	close(talk->receiver.socket);
}

/* What wire_send would never send. */
static void send_raw(int socket, struct bytes datagram, size_t descriptors)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int) * TOO_MANY)];
	} control = { 0 };
	int descriptor[TOO_MANY];
	struct iovec part = { (void *)datagram.data, datagram.size };
	struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1 };
	for (size_t i = 0; i < TOO_MANY; i++)
		descriptor[i] = socket;
	if (descriptors > 0) {
		header.msg_control = control.space;
		header.msg_controllen = CMSG_SPACE(sizeof(int) * descriptors);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(int) * descriptors);
		memcpy(CMSG_DATA(&control.header), descriptor,
			sizeof(int) * descriptors);
	}
	assert_int_equal(sendmsg(socket, &header, MSG_NOSIGNAL), datagram.size);
}

/* Refused, and no descriptor stays behind. */
static void expect_refused(struct talk *talk, const struct wire_row *row,
	size_t descriptors, const char *why)
{
	static uint8_t space[BUFFER];
	static const union wire_body body;
	struct wire_message message;
	const size_t before = open_descriptors();
	send_raw(talk->sender.socket, encoded(row, &body, space), descriptors);
	assert_string_equal(
		wire_receive(&talk->receiver, LONG_MS, &message), why);
	for (size_t i = 0; i < WIRE_DESCRIPTORS_MOST; i++)
		assert_int_equal(message.descriptor[i], -1);
	assert_int_equal(open_descriptors(), before);
}

static void expect_passes(
	struct talk *talk, const struct wire_row *row, size_t descriptors)
{
	const int socket = talk->sender.socket;
	int descriptor[WIRE_DESCRIPTORS_MOST];
	const size_t before = open_descriptors();
	union wire_body body;
	struct wire_message message;
	for (size_t i = 0; i < WIRE_DESCRIPTORS_MOST; i++)
		descriptor[i] = socket;
	fill(row, &body);
	assert_null(wire_send(
		&talk->sender, said_of(row, &body), descriptor, descriptors));
	assert_null(wire_receive(&talk->receiver, LONG_MS, &message));
	assert_int_equal(message.type, row->type);
	assert_memory_equal(&message.body, &body, sizeof(body));
	for (size_t i = 0; i < WIRE_DESCRIPTORS_MOST; i++) {
		assert_int_equal(message.descriptor[i] >= 0, i < descriptors);
		if (i < descriptors)
			assert_int_equal(fcntl(message.descriptor[i], F_GETFD),
				FD_CLOEXEC);
	}
	wire_close(&message);
	assert_int_equal(open_descriptors(), before);
}

static void test_every_row_passes(void **state)
{
	(void)state;
	for (size_t i = 0; i < wire_table_size; i++) {
		const struct wire_row *row = &wire_table[i];
		for (size_t n = row->descriptors_least;
			n <= row->descriptors_most; n++) {
			struct talk talk = talk_of(row);
			expect_passes(&talk, row, n);
			talk_end(&talk);
		}
	}
}

static void test_questions_open_and_answers_close(void **state)
{
	(void)state;
	for (size_t i = 0; i < wire_table_size; i++) {
		const struct wire_row *row = &wire_table[i];
		struct talk talk = talk_of(row);
		const enum wire_type left =
			row->from == ROLE_SUPERVISOR ? row->type : 0;
		expect_passes(&talk, row, row->descriptors_least);
		assert_int_equal(talk.sender.asked, left);
		assert_int_equal(talk.receiver.asked, left);
		if (is_answer(row))
			expect_refused(&talk, row, row->descriptors_least,
				"a message that answers no open question");
		talk_end(&talk);
	}
}

static bool answers(const struct wire_row *row, enum wire_type asked)
{
	for (size_t i = 0; i < WIRE_ANSWERS_MOST; i++)
		if (asked != 0 && row->answers[i] == asked)
			return true;
	return row->from == ROLES && asked != 0;
}

static void test_answers_need_their_question(void **state)
{
	(void)state;
	for (size_t i = 0; i < wire_table_size; i++) {
		const struct wire_row *row = &wire_table[i];
		struct talk talk = talk_of(row);
		for (unsigned asked = 0; is_answer(row) && asked < TYPES;
			asked++) {
			talk.sender.asked = asked;
			talk.receiver.asked = asked;
			if (answers(row, asked)) {
				expect_passes(
					&talk, row, row->descriptors_least);
				continue;
			}
			expect_refused(&talk, row, row->descriptors_least,
				"a message that answers no open question");
			assert_int_equal(talk.receiver.asked, asked);
		}
		talk_end(&talk);
	}
}

static void test_senders_are_the_table_s(void **state)
{
	(void)state;
	for (size_t i = 0; i < wire_table_size; i++) {
		const struct wire_row *row = &wire_table[i];
		struct talk talk = talk_of(row);
		for (unsigned ends = 0; ends < ROLES * ROLES; ends++) {
			const enum role from = ends / ROLES;
			const enum role to = ends % ROLES;
			if (row->to == to &&
				(row->from == ROLES || row->from == from))
				continue;
			talk.receiver.self = to;
			talk.receiver.peer = from;
			expect_refused(&talk, row, row->descriptors_least,
				"a message from the wrong sender");
		}
		talk_end(&talk);
	}
}

static void test_descriptors_are_the_table_s(void **state)
{
	(void)state;
	for (size_t i = 0; i < wire_table_size; i++) {
		const struct wire_row *row = &wire_table[i];
		struct talk talk = talk_of(row);
		for (size_t n = 0; n < row->descriptors_least; n++)
			expect_refused(&talk, row, n,
				"a message without its descriptor");
		for (size_t n = row->descriptors_most + 1U;
			n <= WIRE_DESCRIPTORS_MOST; n++)
			expect_refused(&talk, row, n,
				"a message with an unexpected descriptor");
		expect_refused(&talk, row, TOO_MANY,
			"a message with too many descriptors");
		talk_end(&talk);
	}
}

static void test_sending_is_held_to_the_table(void **state)
{
	const struct wire_row *row = wire_row_of(JOURNAL_ENTRY);
	struct talk talk = talk_of(row);
	const struct journal_entry body = { 0 };
	const int descriptor[] = { 0, 0 };
	(void)state;
	assert_non_null(
		wire_send(&talk.sender, SAY(JOURNAL_ENTRY, &body), NULL, 0));
	assert_non_null(wire_send(
		&talk.sender, SAY(JOURNAL_ENTRY, &body), descriptor, 2));
	assert_non_null(
		wire_send(&talk.sender, SAY(JOURNAL_SCAN, &nothing), NULL, 0));
	assert_non_null(
		wire_send(&talk.sender, SAY(KEYS_LOCK, &nothing), NULL, 0));
	talk.sender.asked = JOURNAL_SCAN;
	assert_non_null(wire_send(
		&talk.sender, SAY(JOURNAL_ENTRY, &body), descriptor, 1));
	talk_end(&talk);
}

static void test_oversized_datagrams_are_refused(void **state)
{
	static uint8_t datagram[BUFFER] = { 0, DONE };
	const struct wire_row *row = wire_row_of(DONE);
	struct talk talk = talk_of(row);
	struct wire_message message;
	(void)state;
	send_raw(talk.sender.socket, bytes_of(datagram, sizeof(datagram)), 0);
	assert_string_equal(wire_receive(&talk.receiver, LONG_MS, &message),
		"a message of the wrong length");
	talk_end(&talk);
}

static void test_waiting_is_bounded(void **state)
{
	struct talk talk = talk_of(wire_row_of(DONE));
	struct wire_message message;
	(void)state;
	assert_string_equal(
		wire_receive(&talk.receiver, 1, &message), "no answer in time");
	close(talk.sender.socket);
	assert_string_equal(wire_receive(&talk.receiver, LONG_MS, &message),
		"the peer has gone");
	assert_string_equal(
		wire_send(&(struct wire_end){ talk.receiver.socket, ROLE_KEYS,
				  ROLE_SUPERVISOR, KEYS_LOCK },
			SAY(DONE, &nothing), NULL, 0),
		"the peer has gone");
	close(talk.receiver.socket);
}

/* --- its parts --- */

static void test_locks_keep(void **state)
{
	const struct wire_row *row = wire_row_of(JOURNAL_SCANNED);
	static uint8_t space[BUFFER];
	struct writer out = writer_of(space, sizeof(space));
	union wire_body body;
	struct journal_lock again;
	(void)state;
	fill(row, &body);
	memset(&again, 0, sizeof(again));
	journal_lock_encode(&out, &body.JOURNAL_SCANNED.lock);
	assert_null(journal_lock_decode(written(&out), &again));
	assert_memory_equal(&again, &body.JOURNAL_SCANNED.lock, sizeof(again));
	assert_non_null(
		journal_lock_decode(bytes_of(space, out.size - 1), &again));
	assert_non_null(
		journal_lock_decode(bytes_of(space, out.size + 1), &again));
	assert_non_null(journal_lock_decode(bytes_of(space, 0), &again));
}

static void test_boot_policies_keep(void **state)
{
	const struct wire_row *row = wire_row_of(KEYS_APPROVE);
	static uint8_t space[BUFFER];
	struct writer out = writer_of(space, sizeof(space));
	union wire_body body;
	struct boot_policy again;
	(void)state;
	fill(row, &body);
	memset(&again, 0, sizeof(again));
	journal_boot_encode(&out, &body.KEYS_APPROVE.boot);
	assert_null(journal_boot_decode(written(&out), &again));
	assert_memory_equal(&again, &body.KEYS_APPROVE.boot, sizeof(again));
	assert_non_null(
		journal_boot_decode(bytes_of(space, out.size - 1), &again));
	assert_non_null(
		journal_boot_decode(bytes_of(space, out.size + 1), &again));
}

static void test_texts_are_cut_to_their_size(void **state)
{
	struct wire_text text;
	char line[2 * WIRE_TEXT_MOST];
	(void)state;
	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\0';
	wire_text_set(&text, line);
	assert_int_equal(strlen(text.line), WIRE_TEXT_MOST - 1);
	wire_text_set(&text, "short");
	assert_string_equal(text.line, "short");
	for (size_t i = strlen("short"); i < sizeof(text.line); i++)
		assert_int_equal(text.line[i], 0);
}

static void test_blobs_hold_what_fits(void **state)
{
	static const uint8_t content[BLOB_MOST + 1] = { 1, 2, 3 };
	struct blob blob;
	(void)state;
	for (size_t size = 0; size <= BLOB_MOST; size++) {
		assert_true(blob_set(&blob, bytes_of(content, size)));
		assert_true(bytes_equal(
			blob_bytes(&blob), bytes_of(content, size)));
	}
	assert_false(blob_set(&blob, bytes_of(content, sizeof(content))));
	assert_int_equal(blob_bytes(&blob).size, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table_is_consistent),
		cmocka_unit_test(test_members_lie_side_by_side),
		cmocka_unit_test(test_decoding_undoes_encoding),
		cmocka_unit_test(test_numbers_are_big_endian),
		cmocka_unit_test(test_a_type_has_one_length),
		cmocka_unit_test(test_unknown_types_are_refused),
		cmocka_unit_test(test_unclean_texts_are_refused),
		cmocka_unit_test(test_unsound_blobs_are_refused),
		cmocka_unit_test(test_every_row_passes),
		cmocka_unit_test(test_questions_open_and_answers_close),
		cmocka_unit_test(test_answers_need_their_question),
		cmocka_unit_test(test_senders_are_the_table_s),
		cmocka_unit_test(test_descriptors_are_the_table_s),
		cmocka_unit_test(test_sending_is_held_to_the_table),
		cmocka_unit_test(test_oversized_datagrams_are_refused),
		cmocka_unit_test(test_waiting_is_bounded),
		cmocka_unit_test(test_locks_keep),
		cmocka_unit_test(test_boot_policies_keep),
		cmocka_unit_test(test_texts_are_cut_to_their_size),
		cmocka_unit_test(test_blobs_hold_what_fits),
	};
	patience(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
