/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets are wiped by who is done with them: each is looked for behind the
 * call that has used it. No other process can look there today; what is not
 * there, nothing that goes wrong tomorrow can tell.
 */
#include "appliance/election/rules.h"
#include "appliance/election/tally.h"
#include "appliance/formats/crypto.h"
#include "appliance/machine/keys.h"
#include "appliance/machine/memfd.h"
#include "appliance/machine/peer.h"
#include "appliance/machine/roles.h"
#include "appliance/machine/spawn.h"
#include "appliance/record/items.h"
#include "tests/support/forked_role.h"
#include "tests/support/patience.h"
#include "tests/support/sealed_village.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <ucontext.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE = 60, BALLOTS = 50, PART = 32, STACK_SIZE = 1 << 20 };

/*
 * What is left of a secret behind a call: on the stack, which is one of its own
 * for the call, and in blocks of the heap when they are given back (--wrap).
 */

static _Alignas(64) uint8_t stack[STACK_SIZE];
static ucontext_t before;
static struct bytes wanted;
static bool given_back;

static bool holds(const void *data, size_t size)
{
	return memmem(data, size, wanted.data, wanted.size) != NULL;
}

void __real_free(void *block);
void __wrap_free(void *block);

void __wrap_free(void *block)
{
	if (block != NULL && wanted.size > 0)
		given_back |= holds(block, malloc_usable_size(block));
	__real_free(block);
}

/*
 * What is left when the next answer is awaited, before other calls have written
 * over it: to look would write over it, too.
 */
static uint8_t stack_then[STACK_SIZE];
static bool left_meanwhile;

enum answer __real_peer_next(
	struct peer *peer, struct wire_message *out, struct notice *why);
enum answer __wrap_peer_next(
	struct peer *peer, struct wire_message *out, struct notice *why);

enum answer __wrap_peer_next(
	struct peer *peer, struct wire_message *out, struct notice *why)
{
	memcpy(stack_then, stack, sizeof(stack));
	left_meanwhile |= wanted.size > 0 && holds(stack_then, sizeof(stack));
	return __real_peer_next(peer, out, why);
}

struct call {
	void (*body)(void *context);
	void *context;
};
static struct call call;

static void enter(void)
{
	call.body(call.context);
}

/*
 * `body` keeps what it knows of the secret elsewhere than in its own variables.
 * NULL, or where the secret was found.
 */
static const char *residue_of(
	void (*body)(void *context), void *context, struct bytes secret)
{
	ucontext_t inside;
	memset(stack, 0, sizeof(stack));
	getcontext(&inside);
	inside.uc_stack.ss_sp = stack;
	inside.uc_stack.ss_size = sizeof(stack);
	inside.uc_link = &before;
	call = (struct call){ body, context };
	makecontext(&inside, enter, 0);
	given_back = left_meanwhile = false;
	wanted = secret;
	swapcontext(&before, &inside);
	const bool left = left_meanwhile || holds(stack, sizeof(stack));
	wanted = (struct bytes){ 0 };
	return left ? "the stack" : given_back ? "the heap" : NULL;
}

/*
 * An election of one box
 */

static struct sealed_village sealed;

/* Of its one box, as whoever has the box key can learn it. */
static struct age_header header;
static struct age_file_key file_key;

static int make_election(void **state)
{
	static struct bytes items;
	struct bytes file;
	(void)state;
	sealed_village_init(&sealed, SANDBOX_DESK, 100, 1);
	sealed_village_add_ballots(&sealed, NORTH, 1, BALLOTS);
	assert_null(memfd_map(sealed.box[0], ITEMS_MOST, &items));
	assert_true(items_find(items, "age", &file));
	assert_null(age_header_parse(file, &header));
	assert_null(age_unwrap(&header.stanza[0], sealed.bk, &file_key));
	return 0;
}

static int drop_election(void **state)
{
	(void)state;
	sealed_village_free(&sealed);
	return 0;
}

static void expect_nothing(const char *left)
{
	if (left != NULL)
		fail_msg("it is on %s", left);
}

/* Or the compiler would see that nobody reads it. */
static void let_be_read(void *data)
{
	__asm__ volatile("" : : "r"(data) : "memory");
}

static void keep_on_stack(void *context)
{
	uint8_t here[PART];
	memcpy(here, context, sizeof(here));
	let_be_read(here);
}

static void give_back(void *context)
{
	void *block = malloc(PART);
	assert_non_null(block);
	memcpy(block, context, PART);
	let_be_read(block);
	free(block);
}

static void what_is_left_is_found(void **state)
{
	static uint8_t secret[PART] = "nothing that any code would have";
	(void)state;
	assert_string_equal(
		residue_of(keep_on_stack, secret, bytes_of(secret, PART)),
		"the stack");
	assert_string_equal(
		residue_of(give_back, secret, bytes_of(secret, PART)),
		"the heap");
}

static void verify_header(void *context)
{
	assert_null(age_header_verify(context, &file_key));
}

/* What all keys of an age file come from, beside its file key. */
static void of_an_age_header(void **state)
{
	const struct digest prk = hkdf_extract((struct bytes){ 0 },
		bytes_of(file_key.byte, AGE_FILE_KEY_SIZE));
	(void)state;
	expect_nothing(residue_of(
		verify_header, &header, bytes_of(prk.byte, SHA256_SIZE)));
}

static void use_tally(void *context)
{
	struct tally tally;
	assert_true(
		tally_init(&tally, &sealed.village.plan, contests_of(COUNCIL)));
	memcpy(tally.cell, context, PART);
	tally_free(&tally);
}

static void of_a_tally(void **state)
{
	static uint64_t cells[PART / sizeof(uint64_t)] = { 271, 828, 182, 845 };
	(void)state;
	expect_nothing(residue_of(use_tally, cells, bytes_of(cells, PART)));
}

/*
 * The keys role, with a TPM that this file plays (--wrap)
 */

static uint8_t shared[P256_SIZE];

bool __wrap_tpm_box_secret(struct tpm *tpm, const struct sealed_key *bk,
	const struct election_terms *terms, const struct boot_policy *boot,
	const struct approvals *approvals, const uint8_t enc[P256_POINT_SIZE],
	uint8_t shared_x[P256_SIZE]);

bool __wrap_tpm_box_secret(struct tpm *tpm, const struct sealed_key *bk,
	const struct election_terms *terms, const struct boot_policy *boot,
	const struct approvals *approvals, const uint8_t enc[P256_POINT_SIZE],
	uint8_t shared_x[P256_SIZE])
{
	(void)tpm;
	(void)bk;
	(void)terms;
	(void)boot;
	(void)approvals;
	(void)enc;
	memcpy(shared_x, shared, P256_SIZE);
	return true;
}

struct asked {
	struct keys keys;
	struct wire_end end;
	struct wire_message message;
};

static void open_box(void *context)
{
	struct asked *asked = context;
	assert_null(keys_box(&asked->keys, &asked->end, &asked->message));
}

static void of_what_the_tpm_gave(void **state)
{
	static struct asked asked;
	static struct wire_message answer;
	const struct keys_box body = { header.stanza[0], 0 };
	int pair[2];
	(void)state;
	p256_ecdh(sealed.bk, &header.stanza[0].enc, shared);
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	asked.end = (struct wire_end){ pair[0], ROLE_KEYS, ROLE_SUPERVISOR, 0 };
	asked.keys.bk_public = p256_public_of(sealed.bk);
	struct wire_end own = { pair[1], ROLE_SUPERVISOR, ROLE_KEYS, 0 };
	for (unsigned i = 0; i < 2; i++) {
		assert_null(wire_send(&own, SAY(KEYS_BOX, &body), NULL, 0));
		assert_null(wire_receive(&asked.end, LONG_MS, &asked.message));
		expect_nothing(residue_of(open_box, &asked,
			i == 0 ? bytes_of(shared, P256_SIZE)
			       : bytes_of(file_key.byte, AGE_FILE_KEY_SIZE)));
		assert_null(wire_receive(&own, LONG_MS, &answer));
		assert_int_equal(answer.type, KEYS_OPENED);
		assert_memory_equal(HEARD(&answer, KEYS_OPENED)->key.byte,
			file_key.byte, AGE_FILE_KEY_SIZE);
	}
	close(pair[0]);
	close(pair[1]);
}

/*
 * The supervisor, which hands file keys on
 */

static struct count_outcome outcome;
static struct notice why;

static void count(void *context)
{
	assert_true(sealed_village_count(context, &outcome, &why));
}

static void of_a_count(void **state)
{
	(void)state;
	expect_nothing(residue_of(
		count, &sealed, bytes_of(file_key.byte, AGE_FILE_KEY_SIZE)));
	assert_int_equal(outcome.counted, 1);
	close(outcome.result);
}

/*
 * The count role, in a child
 */

extern char __bss_start[], _end[];

/* Of the plain text, and whether the child has it; both processes have them. */
static struct seen {
	uint8_t part[PART];
	bool left;
} * seen;

static int count_here(void)
{
	struct counter counter;
	if (dup2(SPAWN_GRANTED, SPAWN_GRANTED + 1) < 0 ||
		!counter_init(&counter, &sealed.village.plan))
		return 2;
	const int status = role_count_with(&counter);
	seen->left = memmem(__bss_start, (size_t)(_end - __bss_start),
			     seen->part, PART) != NULL;
	return status;
}

/* In the middle of its first chunk. */
static void learn_part(void)
{
	static uint8_t plain[AGE_CHUNK_SIZE];
	struct cursor in = cursor_of(header.payload);
	const struct bytes nonce = cursor_take(&in, AGE_NONCE_SIZE);
	struct age_stream stream = age_stream_of(&file_key, nonce.data);
	assert_null(age_chunk_open(&stream, in.rest, true, plain));
	memcpy(seen->part, plain + 200, PART);
	wipe(plain, sizeof(plain));
}

static void of_ballots(void **state)
{
	struct count_key key = { .has_station = 1, .station = file_key };
	(void)state;
	seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(seen, MAP_FAILED);
	learn_part();
	struct forked_role on =
		forked_start(ROLE_COUNT, count_here, sealed.box[0]);
	assert_int_equal(
		forked_ask(&on, SAY(COUNT_BOX, &sealed.task.terms), -1),
		COUNT_STANZA);
	assert_int_equal(
		forked_ask(&on, SAY(COUNT_KEY, &key), -1), COUNT_VECTOR);
	forked_stop(&on);
	assert_false(seen->left);
	munmap(seen, sizeof(*seen));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_left_is_found),
		cmocka_unit_test(of_an_age_header),
		cmocka_unit_test(of_a_tally),
		cmocka_unit_test(of_what_the_tpm_gave),
		cmocka_unit_test(of_a_count),
		cmocka_unit_test(of_ballots),
	};
	int status;
	if (roles_main(argc, argv, &status))
		_exit(status);
	crypto_start();
	patience(PATIENCE);
	return cmocka_run_group_tests_name(
		"residue", tests, make_election, drop_election);
}
