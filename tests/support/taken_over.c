/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/taken_over.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "appliance/election/box.h"
#include "appliance/election/tally.h"
#include "appliance/formats/crypto.h"
#include "appliance/machine/memfd.h"
#include "appliance/machine/role.h"
#include "appliance/machine/spawn.h"
#include "appliance/record/items.h"
#include "tests/support/election.h"
#include "tests/support/hostile.h"
#include "tests/support/told.h"

enum { FLOOD = 2000, SEARCHED_MOST = 1 << 20, TOO_MANY = 1000000 };

const char taken_over_mark[] = "station: south\n";
#define LATE "no answer in time"
const char taken_over_late[] = LATE;
#define FORBIDDEN "it made a system call that it may not make"
const char taken_over_forbidden[] = FORBIDDEN;

/* What the process holds, as far as it has come. */
static struct {
	struct wire_end end;
	int (*honest)(void);
	struct wire_message question;
	struct bytes items;
	struct plan *plan;
	struct box box;
	struct age_stanza stanza;
	bool seen[SECRETS];
} here;

/*
 * Looking for secrets
 */

static uint8_t inverted[SECRETS][SECRET_SIZE];

static bool is_at(const uint8_t *at, const uint8_t *secret)
{
	for (size_t i = 0; i < SECRET_SIZE; i++)
		if (at[i] + secret[i] != UINT8_MAX)
			return false;
	return true;
}

static void look_through(const void *start, size_t size)
{
	const uint8_t *at = start;
	for (size_t i = 0; i + SECRET_SIZE <= size; i++)
		for (size_t s = 0; s < SECRETS; s++)
			here.seen[s] |= is_at(at + i, inverted[s]);
}

/* What came, what it was granted, its data and its stack. */
static void look_everywhere(void)
{
	extern char __data_start[];
	extern char _end[];
	const uint8_t local = 0;
	struct bytes granted;
	look_through(__data_start, (size_t)(_end - __data_start));
	look_through(&local, (size_t)((const uint8_t *)environ - &local));
	for (int file = SPAWN_GRANTED; file < SPAWN_GRANTED + 2; file++)
		if (memfd_map(file, SEARCHED_MOST, &granted) == NULL)
			look_through(granted.data, granted.size);
}

static const char *told_secrets(void)
{
	static char text[64];
	look_everywhere();
	snprintf(text, sizeof(text), "seen: %d %d %d",
		here.seen[SECRET_OWN_KEY], here.seen[SECRET_OTHER_KEY],
		here.seen[SECRET_BOX_KEY]);
	return text;
}

/*
 * As far as it works as it should
 */

static void take_question(void)
{
	if (wire_receive(&here.end, -1, &here.question) != NULL)
		_exit(1);
	look_through(&here.question, sizeof(here.question));
}

static void say(struct wire_said said, int memfd)
{
	wire_send(&here.end, said, &memfd, memfd >= 0 ? 1 : 0);
}

static struct bytes mapped(int file)
{
	struct bytes out = { NULL, 0 };
	if (memfd_map(file, ITEMS_MOST, &out) != NULL)
		_exit(1);
	return out;
}

/* Which of its descriptors is the plan, its start tells. */
static void read_granted(void)
{
	for (int file = SPAWN_GRANTED; file < SPAWN_GRANTED + 2; file++) {
		const struct bytes content = mapped(file);
		if (plan_decode(content, &here.plan) != NULL)
			here.items = content;
	}
}

static void read_box(void)
{
	const struct count_box *asked = HEARD(&here.question, COUNT_BOX);
	struct box_terms terms = { .plan = here.plan };
	struct bytes note;
	struct bytes file;
	terms.bk_name = asked->bk;
	if (p256_from_point(bytes_of(asked->bk_point, P256_POINT_SIZE),
		    &terms.bk) != NULL ||
		!items_find(here.items, "note", &note) ||
		!items_find(here.items, "age", &file) ||
		box_check(&terms, note, file, &here.box) != NULL)
		_exit(1);
	here.stanza = here.box.header.stanza[0];
}

static struct count_stanza true_stanza(void)
{
	struct count_stanza stanza = {
		.station = (uint16_t)here.box.station,
		.sequence = here.box.sequence,
		.digest = here.box.digest,
		.text = here.box.text,
		.stanza = here.stanza,
	};
	return stanza;
}

static struct count_vector true_vector(void)
{
	return (struct count_vector){
		.station = (uint16_t)here.box.station,
		.sequence = here.box.sequence,
		.digest = here.box.digest,
	};
}

static void reach(enum role role, unsigned point)
{
	struct count_stanza stanza;
	if (point > 0)
		take_question();
	if (role != ROLE_COUNT || point == 0)
		return;
	read_box();
	if (point < 2)
		return;
	stanza = true_stanza();
	say(SAY(COUNT_STANZA, &stanza), -1);
	take_question();
}

/*
 * Vectors that it makes up
 */

/* All for one candidate, in each contest. */
static struct tally stuffed(uint64_t ballots)
{
	const struct contests contests =
		here.plan->station[here.box.station].contests;
	struct tally tally;
	if (!tally_init(&tally, here.plan, contests))
		_exit(1);
	for (size_t c = 0; c < here.plan->contests; c++) {
		uint64_t *row = tally_row(&tally, (uint16_t)c);
		row[ROW_CAST] = ballots;
		row[ROW_VALID] = ballots;
		row[ROW_VOTES] = ballots;
	}
	return tally;
}

static void send_vector(
	const struct count_vector *said, const struct tally *tally, size_t more)
{
	uint8_t space[4096] = { 0 };
	struct writer out = writer_of(space, sizeof(space));
	tally_encode(&out, tally);
	const int memfd = memfd_of(bytes_of(space, out.size + more));
	say(SAY(COUNT_VECTOR, said), memfd);
}

static uint64_t issued(void)
{
	return here.plan->station[here.box.station].ballots_issued;
}

static void stuff(uint64_t ballots)
{
	const struct tally tally = stuffed(ballots);
	struct count_vector vector = true_vector();
	vector.ballots = tally_ballots(&tally);
	send_vector(&vector, &tally, 0);
}

static void stuff_all(void)
{
	stuff(issued());
}

static void stuff_too_many(void)
{
	stuff(issued() + 1);
}

static void contradict_itself(void)
{
	struct tally tally = stuffed(2);
	struct count_vector vector = true_vector();
	tally_row(&tally, COUNCIL)[ROW_VALID]--;
	vector.ballots = tally_ballots(&tally);
	send_vector(&vector, &tally, 0);
}

static void say_another_number(void)
{
	const struct tally tally = stuffed(2);
	struct count_vector vector = true_vector();
	vector.ballots = tally_ballots(&tally) + 1;
	send_vector(&vector, &tally, 0);
}

static void send_a_longer_vector(void)
{
	const struct tally tally = stuffed(2);
	struct count_vector vector = true_vector();
	vector.ballots = tally_ballots(&tally);
	send_vector(&vector, &tally, 4);
}

static void send_its_box(void)
{
	const struct count_vector vector = true_vector();
	say(SAY(COUNT_VECTOR, &vector), SPAWN_GRANTED);
}

static void send_what_it_can_change(void)
{
	const struct count_vector vector = true_vector();
	say(SAY(COUNT_VECTOR, &vector), memfd_create("open", MFD_CLOEXEC));
}

static void flood_vectors(void)
{
	for (size_t i = 0; i < FLOOD; i++) {
		here.end.asked = COUNT_KEY;
		stuff(1);
	}
}

/*
 * Other boxes
 */

static void be_another_station(void)
{
	struct count_stanza stanza = true_stanza();
	stanza.station = NORTH;
	say(SAY(COUNT_STANZA, &stanza), -1);
	take_question();
}

static void be_another_box(void)
{
	struct count_stanza stanza = true_stanza();
	stanza.sequence++;
	say(SAY(COUNT_STANZA, &stanza), -1);
	take_question();
}

static void vote_for_another_station(void)
{
	const struct tally tally = stuffed(2);
	struct count_vector vector = true_vector();
	vector.station = NORTH;
	vector.ballots = tally_ballots(&tally);
	send_vector(&vector, &tally, 0);
}

static void name_another_file(void)
{
	const struct tally tally = stuffed(2);
	struct count_vector vector = true_vector();
	vector.digest.byte[0] ^= 1;
	vector.ballots = tally_ballots(&tally);
	send_vector(&vector, &tally, 0);
}

static void void_another_station(void)
{
	struct count_void box = { .box = { .station = NORTH, .sequence = 1 } };
	wire_text_set(&box.box.why, "made up");
	say(SAY(COUNT_VOID, &box), -1);
}

static void void_itself_after_the_key(void)
{
	struct count_void box = { .box = { .station = NORTH, .sequence = 1 },
		.opened = OPENED_BY_STATION };
	wire_text_set(&box.box.why, told_secrets());
	say(SAY(COUNT_VOID, &box), -1);
}

static void ask_for_another_key(void)
{
	struct count_stanza stanza = true_stanza();
	memset(&stanza.stanza.enc, 4, sizeof(stanza.stanza.enc));
	say(SAY(COUNT_STANZA, &stanza), -1);
	take_question();
}

static void flood_stanzas(void)
{
	const struct count_stanza stanza = true_stanza();
	for (size_t i = 0; i < FLOOD; i++) {
		here.end.asked = COUNT_BOX;
		say(SAY(COUNT_STANZA, &stanza), -1);
	}
}

/* They are sealed: it cannot, and goes on as it should. */
static void write_to_what_it_was_granted(void)
{
	for (int file = SPAWN_GRANTED; file < SPAWN_GRANTED + 2; file++)
		if (write(file, "x", 1) >= 0)
			_exit(1);
	_exit(here.honest());
}

static void share_what_it_was_granted(void)
{
	syscall(SYS_mmap, NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED,
		SPAWN_GRANTED, 0);
}

/*
 * The tally role
 */

static struct bytes made_up(void)
{
	return bytes_of_text("sandoq/result/v2 live\nelection: made up\n");
}

/* Nothing of what it was told is in it. */
static void answer_until_the_end(void)
{
	while (here.question.type != TALLY_CLOSE) {
		say(SAY(DONE, &nothing), -1);
		take_question();
	}
}

static void make_up_a_result(void)
{
	const struct tally_result said = { .digest = sha256(made_up()) };
	answer_until_the_end();
	say(SAY(TALLY_RESULT, &said), memfd_of(made_up()));
	/* No station's part belongs to it. */
	take_question();
	say(SAY(DONE, &nothing), -1);
}

static void give_what_is_no_piece(void)
{
	answer_until_the_end();
	say(SAY(TALLY_PIECE, &nothing), memfd_of(made_up()));
}

static void give_another_result(void)
{
	const struct tally_result said = { .digest = sha256(bytes_of_text(
						   "the true one")) };
	answer_until_the_end();
	say(SAY(TALLY_RESULT, &said), memfd_of(made_up()));
}

static void give_what_it_can_change(void)
{
	const struct tally_result said = { .digest =
						   sha256(bytes_of_text("")) };
	answer_until_the_end();
	say(SAY(TALLY_RESULT, &said), memfd_create("open", MFD_CLOEXEC));
}

static void tell_what_it_has_seen(void)
{
	answer_until_the_end();
	const struct notice notice = notice_saying(told_secrets());
	say(SAY(REFUSED, &notice), -1);
}

/* The row that sends operators to the firmware's menu. */
static void send_people_to_the_menu(void)
{
	answer_until_the_end();
	const struct notice notice =
		notice_of(NOTICE_PART(ENROLMENT_UNFINISHED));
	say(SAY(REFUSED, &notice), -1);
}

/*
 * What any role can try
 */

static void leave(void)
{
	_exit(0);
}

static void crash(void)
{
	__builtin_trap();
}

static void stall(void)
{
	for (;;)
		poll(NULL, 0, -1);
}

/* A type that only the keys role sends, under the right length. */
static void speak_as_another(void)
{
	const struct hostile words = {
		.type = here.end.self == ROLE_KEYS ? COUNT_STANZA : KEYS_OPENED,
		.length = wire_size(
			wire_row_of(here.end.self == ROLE_KEYS ? COUNT_STANZA
							       : KEYS_OPENED))
	};
	hostile_send(SPAWN_SOCKET, &words);
	leave();
}

/* It stays until it is asked: the supervisor shall have the words to judge. */
static void speak_as_another_first(void)
{
	const struct hostile words = { .type = KEYS_OPENED,
		.length = wire_size(wire_row_of(KEYS_OPENED)) };
	hostile_send(SPAWN_SOCKET, &words);
	take_question();
	leave();
}

static void babble(void)
{
	const struct hostile words = { .type = REFUSED, .length = 7 };
	hostile_send(SPAWN_SOCKET, &words);
	leave();
}

static void refuse_for_ever(void)
{
	const struct notice notice = notice_saying("no");
	const enum wire_type asked = here.question.type;
	for (size_t i = 0; i < FLOOD; i++) {
		here.end.asked = asked;
		say(SAY(REFUSED, &notice), -1);
	}
}

static void open_a_file(void)
{
	syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY);
}

static void open_a_file_by_its_old_name(void)
{
	syscall(SYS_open, "/proc/self/mem", O_RDONLY);
}

static void make_a_socket(void)
{
	syscall(SYS_socket, 2, 1, 0);
}

static void fork_a_child(void)
{
	syscall(SYS_fork);
}

static void execute(void)
{
	syscall(SYS_execve, "/bin/sh", NULL, NULL);
}

static void ask_to_be_traced(void)
{
	syscall(SYS_ptrace, 0, 0, 0, 0);
}

static void read_another(void)
{
	syscall(SYS_process_vm_readv, 1, NULL, 0, NULL, 0, 0);
}

static void signal_another(void)
{
	syscall(SYS_kill, 1, 0);
}

static void run_its_own_code(void)
{
	syscall(SYS_mmap, NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void load_a_kernel_module(void)
{
	syscall(SYS_init_module, NULL, 0, "");
}

static void make_a_ring(void)
{
	syscall(SYS_io_uring_setup, 1, NULL);
}

/*
 * Memory that is no process's own, in files that nobody maps: as many as it can
 * have, and as long. It leaves as soon as it has more than it should.
 */
static void fill_memory(void)
{
	enum { MOST = (WIRE_DESCRIPTORS_MOST + 1) * ITEMS_MOST };
	static const uint8_t block[1 << 16];
	size_t files = 0;
	int last = memfd_create("sandoq", MFD_CLOEXEC);
	for (int next = last; next >= 0; files++) {
		last = next;
		next = memfd_create("sandoq", MFD_CLOEXEC);
	}
	for (size_t size = 0; size * files <= MOST; size += sizeof(block))
		if (write(last, block, sizeof(block)) <= 0)
			leave();
	leave();
}

/*
 * Tables
 */

#define NOT_ITS_PLACE "the box is not the one that has its place in the journal"
#define NOT_ITS_SIZE "the tally does not have the size of its contests"
#define OTHER_BOX "a count process spoke of another box"

const struct attack attacks[] = {
	/* Nothing but its own vector, and no more ballots than were issued */
	{ "stuffs its box", ROLE_COUNT, 2, stuff_all, OWN_VECTOR, NULL },
	{ "floods with vectors", ROLE_COUNT, 2, flood_vectors, OWN_VECTOR,
		NULL },
	{ "stuffs its box beyond the ballots issued", ROLE_COUNT, 2,
		stuff_too_many, OWN_VOID,
		"there are more ballots than the station was issued" },
	{ "sends a row that does not add up", ROLE_COUNT, 2, contradict_itself,
		OWN_VOID,
		"valid and void ballots do not add up to those cast" },
	{ "says another number of ballots", ROLE_COUNT, 2, say_another_number,
		OWN_VOID,
		"the tally does not have the box's number of ballots" },
	{ "sends a longer vector", ROLE_COUNT, 2, send_a_longer_vector,
		OWN_VOID, NOT_ITS_SIZE },
	{ "sends its box as a vector", ROLE_COUNT, 2, send_its_box, OWN_VOID,
		NOT_ITS_SIZE },
	{ "sends a vector that it can change", ROLE_COUNT, 2,
		send_what_it_can_change, NO_RESULT, "not sealed" },
	/* No other box */
	{ "takes another station's place", ROLE_COUNT, 1, be_another_station,
		OWN_VOID, NOT_ITS_PLACE },
	{ "takes another box's place", ROLE_COUNT, 1, be_another_box, OWN_VOID,
		NOT_ITS_PLACE },
	{ "votes for another station", ROLE_COUNT, 2, vote_for_another_station,
		NO_RESULT, OTHER_BOX },
	{ "names another file", ROLE_COUNT, 2, name_another_file, NO_RESULT,
		OTHER_BOX },
	{ "voids another station's box", ROLE_COUNT, 1, void_another_station,
		OWN_VOID, "made up" },
	{ "writes to what it was granted", ROLE_COUNT, 0,
		write_to_what_it_was_granted, SAME_RESULT, NULL },
	{ "shares what it was granted", ROLE_COUNT, 0,
		share_what_it_was_granted, NO_RESULT, FORBIDDEN },
	/* No key but its own file's */
	{ "asks for another key", ROLE_COUNT, 1, ask_for_another_key, OWN_VOID,
		"the key does not open it" },
	{ "tells what it has seen", ROLE_COUNT, 2, void_itself_after_the_key,
		OWN_VOID, "seen: 1 0 0" },
	{ "tells all that it has seen", ROLE_TALLY, 1, tell_what_it_has_seen,
		NO_RESULT, "seen: 0 0 0" },
	{ "sends people to the firmware's menu", ROLE_TALLY, 1,
		send_people_to_the_menu, NO_RESULT,
		"a notice that is not this role's to say" },
	/* Of the wire, no more than its turn */
	{ "floods with stanzas", ROLE_COUNT, 1, flood_stanzas, NO_RESULT,
		"answers no open question" },
	{ "speaks as the keys role at once", ROLE_COUNT, 0,
		speak_as_another_first, NO_RESULT, "wrong sender" },
	{ "speaks as the keys role after its key", ROLE_COUNT, 2,
		speak_as_another, NO_RESULT, "wrong sender" },
	{ "ends at once", ROLE_COUNT, 0, leave, NO_RESULT, "count" },
	{ "ends when asked", ROLE_COUNT, 1, leave, NO_RESULT, "count" },
	{ "ends with its key", ROLE_COUNT, 2, leave, NO_RESULT, "count" },
	{ "crashes when asked", ROLE_COUNT, 1, crash, NO_RESULT, "count" },
	{ "crashes with its key", ROLE_COUNT, 2, crash, NO_RESULT, "count" },
	{ "stalls at once", ROLE_COUNT, 0, stall, NO_RESULT, LATE },
	{ "stalls with its key", ROLE_COUNT, 2, stall, NO_RESULT, LATE },
	{ "opens a file with its key", ROLE_COUNT, 2, open_a_file, NO_RESULT,
		FORBIDDEN },
	{ "makes a socket with its key", ROLE_COUNT, 2, make_a_socket,
		NO_RESULT, FORBIDDEN },
	/* A tally process is believed by nobody: everybody can count again */
	{ "makes up a result", ROLE_TALLY, 1, make_up_a_result, OTHER_RESULT,
		NULL },
	{ "gives a piece in the place of a result", ROLE_TALLY, 1,
		give_what_is_no_piece, NO_RESULT, "" },
	{ "gives another result than it says", ROLE_TALLY, 1,
		give_another_result, NO_RESULT, "another result" },
	{ "gives a result that it can change", ROLE_TALLY, 1,
		give_what_it_can_change, NO_RESULT, "not sealed" },
	{ "refuses for ever", ROLE_TALLY, 1, refuse_for_ever, NO_RESULT, "no" },
	{ "speaks as the keys role", ROLE_TALLY, 1, speak_as_another, NO_RESULT,
		"wrong sender" },
	{ "ends when asked", ROLE_TALLY, 1, leave, NO_RESULT, "tally" },
	{ "stalls when asked", ROLE_TALLY, 1, stall, NO_RESULT, LATE },
};
const size_t attack_count = sizeof(attacks) / sizeof(attacks[0]);

const struct misdeed misdeeds[] = {
	{ "ends", leave, "", 0 },
	{ "crashes", crash, "", 0 },
	{ "stalls", stall, LATE, 0 },
	{ "babbles", babble, "a message of the wrong length", 0 },
	{ "speaks as another", speak_as_another, "wrong sender", 0 },
	{ "refuses for ever", refuse_for_ever, NULL, 0 },
	{ "opens a file", open_a_file, FORBIDDEN, 0 },
	{ "opens its memory", open_a_file_by_its_old_name, FORBIDDEN, 0 },
	{ "makes a socket", make_a_socket, FORBIDDEN, 0 },
	{ "forks", fork_a_child, FORBIDDEN, 0 },
	{ "executes", execute, FORBIDDEN, 0 },
	{ "asks to be traced", ask_to_be_traced, FORBIDDEN, 0 },
	{ "reads another", read_another, FORBIDDEN, 0 },
	{ "signals another", signal_another, FORBIDDEN, 0 },
	{ "runs its own code", run_its_own_code, FORBIDDEN, 0 },
	{ "loads a kernel module", load_a_kernel_module, FORBIDDEN, 0 },
	{ "makes a ring", make_a_ring, FORBIDDEN, 0 },
	{ "fills memory", fill_memory, "it wrote more than it may",
		SYS_memfd_create },
};
const size_t misdeed_count = sizeof(misdeeds) / sizeof(misdeeds[0]);

/*
 * Which of them it is
 */

static char words[2][32 + 2 * SECRETS * SECRET_SIZE];
static char *environment[3];

char *const *attack_environment(
	size_t attack, const uint8_t secret[SECRETS][SECRET_SIZE])
{
	uint8_t inverse[SECRETS * SECRET_SIZE];
	struct writer out = writer_of(words[1], sizeof(words[1]) - 1);
	for (size_t i = 0; i < sizeof(inverse); i++)
		inverse[i] = (uint8_t)~secret[i / SECRET_SIZE][i % SECRET_SIZE];
	snprintf(words[0], sizeof(words[0]), "ATTACK=%zu", attack);
	memset(words[1], 0, sizeof(words[1]));
	write_text(&out, "SECRETS=");
	write_hex(&out, bytes_of(inverse, sizeof(inverse)));
	environment[0] = words[0];
	environment[1] = words[1];
	return environment;
}

char *const *misdeed_environment(size_t misdeed)
{
	snprintf(words[0], sizeof(words[0]), "MISDEED=%zu", misdeed);
	environment[0] = words[0];
	environment[1] = NULL;
	return environment;
}

static size_t told(const char *name, size_t otherwise)
{
	const char *text = getenv(name);
	return text != NULL ? strtoul(text, NULL, 10) : otherwise;
}

static bool is_marked(struct bytes content)
{
	return content.size > 0 &&
	       memmem(content.data, content.size, taken_over_mark,
		       strlen(taken_over_mark)) != NULL;
}

static void attack(const struct attack *one)
{
	const char *secrets = getenv("SECRETS");
	if (secrets != NULL)
		hex_decode(bytes_of_text(secrets), inverted, sizeof(inverted));
	reach(one->role, one->point);
	one->act();
	stall();
}

int taken_over(enum role role, int (*honest)(void))
{
	const size_t number = told("ATTACK", attack_count);
	const size_t misdeed = told("MISDEED", misdeed_count);
	here.end = role_end(role);
	here.honest = honest;
	if (misdeed < misdeed_count) {
		take_question();
		misdeeds[misdeed].act();
		stall();
	}
	if (number >= attack_count || attacks[number].role != role)
		return honest();
	if (role == ROLE_COUNT)
		read_granted();
	if (role != ROLE_COUNT || is_marked(here.items))
		attack(&attacks[number]);
	return honest();
}
