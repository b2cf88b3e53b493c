/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal role on a disk that tears, loses, forgets and refuses: what
 * follows a power cut is the journal as it was or with one entry more, or it
 * is refused where an anchored entry was harmed; never anything else.
 *
 * The role runs in a child on a file in the partition's place; the calls with
 * which it reads and writes are this file's (--wrap). Its numbers are of a
 * seeded generator: a run is the same each time. ROUNDS asks for more cases.
 */
#include "appliance/formats/crypto.h"
#include "appliance/machine/memfd.h"
#include "appliance/machine/roles.h"
#include "appliance/machine/spawn.h"
#include "appliance/record/items.h"
#include "appliance/record/journal.h"
#include "tests/support/patience.h"
#include "tests/support/told.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	FREE = 16, /* descriptors below are the role's */
	DISK_SIZE = 1 << 18,
	LOGICAL = 512, /* bytes of a sector that is written whole or not */
	PHYSICAL = 4096,
	ROUNDS = 4,
};

/*
 * One fault of the disk, shared with the role
 */

static struct disk_fault {
	off_t dead; /* the first byte of a sector that cannot be read, or -1 */
	off_t dead_size;
	int dead_reads; /* as often; -1: until it is written */
	int write;	/* this one fails, from 0; -1: none */
	int write_error;
	size_t write_takes; /* bytes that it takes before it fails */
	int flush;	    /* this one fails */
	int writes;
	int flushes;
} * fault;

static bool in_role;

static void mend(void)
{
	*fault = (struct disk_fault){ .dead = -1, .write = -1, .flush = -1 };
}

ssize_t __real_pread(int file, void *out, size_t size, off_t at);
ssize_t __real_pwrite(int file, const void *from, size_t size, off_t at);
int __real_fdatasync(int file);
ssize_t __wrap_pread(int file, void *out, size_t size, off_t at);
ssize_t __wrap_pwrite(int file, const void *from, size_t size, off_t at);
int __wrap_fdatasync(int file);

static bool touches_dead(size_t size, off_t at)
{
	return fault->dead >= 0 && at < fault->dead + fault->dead_size &&
	       at + (off_t)size > fault->dead;
}

ssize_t __wrap_pread(int file, void *out, size_t size, off_t at)
{
	if (!in_role || !touches_dead(size, at) || fault->dead_reads == 0)
		return __real_pread(file, out, size, at);
	if (fault->dead_reads > 0)
		fault->dead_reads--;
	errno = EIO;
	return -1;
}

/* A disk gives another sector in the place of one that is written again. */
ssize_t __wrap_pwrite(int file, const void *from, size_t size, off_t at)
{
	if (!in_role)
		return __real_pwrite(file, from, size, at);
	if (touches_dead(size, at))
		fault->dead = -1;
	if (at + (off_t)size > DISK_SIZE) {
		errno = ENOSPC;
		return -1;
	}
	if (fault->writes++ != fault->write)
		return __real_pwrite(file, from, size, at);
	if (fault->write_takes > 0 && fault->write_takes < size) {
		size = fault->write_takes;
		fault->write_takes = 0;
		fault->write++;
		return __real_pwrite(file, from, size, at);
	}
	errno = fault->write_error;
	return -1;
}

int __wrap_fdatasync(int file)
{
	if (!in_role || fault->flushes++ != fault->flush)
		return __real_fdatasync(file);
	errno = EIO;
	return -1;
}

/*
 * A machine: its disk, the role that has it, the anchor of its TPM
 */

struct trial {
	int partition;
	pid_t role;
	struct wire_end end;
	struct journal_key key;
	struct wire_message answer;
};

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
		in_role = true;
		_exit(role_journal());
	}
	close(pair[1]);
	machine->end = (struct wire_end){ fcntl(pair[0], F_DUPFD_CLOEXEC, FREE),
		ROLE_SUPERVISOR, ROLE_JOURNAL, 0 };
	close(pair[0]);
}

static void role_stop(struct trial *machine)
{
	int status;
	close(machine->end.socket);
	assert_int_equal(waitpid(machine->role, &status, 0), machine->role);
	assert_true(WIFEXITED(status));
}

static void ask(struct trial *machine, struct wire_said said,
	const int *descriptor, size_t count)
{
	wire_close(&machine->answer);
	assert_null(wire_send(&machine->end, said, descriptor, count));
	assert_null(wire_receive(&machine->end, LONG_MS, &machine->answer));
}

static struct trial machine_with(
	const uint8_t *image, const struct digest *anchor)
{
	struct trial machine = { .answer.descriptor = { -1, -1, -1, -1 } };
	machine.partition = memfd_create("partition", 0);
	assert_true(machine.partition >= 0);
	assert_int_equal(__real_pwrite(machine.partition, image, DISK_SIZE, 0),
		DISK_SIZE);
	memset(machine.key.mac_key.byte, 'k', SHA256_SIZE);
	machine.key.anchor = *anchor;
	role_start(&machine);
	return machine;
}

static void machine_end(struct trial *machine)
{
	role_stop(machine);
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

/*
 * An election, entry by entry: small ones and ones of several sectors
 */

struct step {
	enum entry_type type;
	uint16_t sequence;
	size_t size;
};

static const struct step election[] = {
	{ ENTRY_ENROLLED, 0, 3000 },
	{ ENTRY_LOCKED, 0, 10 },
	{ ENTRY_BOOT, 0, 20 },
	{ ENTRY_SEALED, 0, 5000 },
	{ ENTRY_INTAKE, 0, 700 },
	{ ENTRY_BOX, 1, 300 },
	{ ENTRY_BOX, 2, 9000 },
	{ ENTRY_REFUSED, 0, 60 },
	{ ENTRY_BOX, 3, 1200 },
	{ ENTRY_MEDIUM, 0, 40 },
	{ ENTRY_BOOT, 0, 20 },
	{ ENTRY_BOX, 4, 20000 },
	{ ENTRY_BOX, 5, 350 },
	{ ENTRY_BOX, 6, 4096 },
	{ ENTRY_MEDIUM, 0, 40 },
	{ ENTRY_OPEN, 0, 2000 },
	{ ENTRY_BOOT, 0, 20 },
	{ ENTRY_CLOSED, 0, 6000 },
	{ ENTRY_BOOT, 0, 20 },
	{ ENTRY_APPROVED, 0, 2500 },
	{ ENTRY_BOOT, 0, 20 },
	{ ENTRY_RELEASED, 0, 4000 },
	{ ENTRY_FAILED, 0, 50 },
};

enum { STEPS = sizeof(election) / sizeof(election[0]) };

/* What the disk and the TPM hold after the first n entries. */
static struct after {
	uint8_t image[DISK_SIZE];
	struct digest anchor;
	size_t end;
	size_t anchored; /* entries up to and with the last anchored one */
} after[STEPS + 1];

static struct digest last_root;
static uint64_t last_size;

static int payload_of(const struct step *step)
{
	static uint8_t content[1 << 15];
	static uint8_t space[1 << 16];
	struct writer out = writer_of(space, sizeof(space));
	for (size_t i = 0; i < step->size; i++)
		content[i] = (uint8_t)((size_t)step->type * 31 +
				       step->sequence * 7UL + i * 13);
	write_item(&out, ITEM_PUBLIC, "note", bytes_of(content, step->size));
	return memfd_written(&out);
}

/* The answer's type; the TPM is extended when it is to be. */
static enum wire_type append(struct trial *machine, const struct step *step)
{
	const struct journal_append what = {
		.type = (uint16_t)step->type,
		.station = step->type == ENTRY_BOX ? 3 : 0,
		.sequence = step->sequence,
	};
	const int list = payload_of(step);
	assert_true(list >= 0);
	ask(machine, SAY(JOURNAL_APPEND, &what), &list, 1);
	close(list);
	if (machine->answer.type == JOURNAL_APPENDED &&
		HEARD(&machine->answer, JOURNAL_APPENDED)->anchor_due)
		extend(machine, &HEARD(&machine->answer, JOURNAL_APPENDED)
					 ->anchor_chain);
	return machine->answer.type;
}

static void keep(const struct trial *machine, size_t n)
{
	assert_int_equal(
		__real_pread(machine->partition, after[n].image, DISK_SIZE, 0),
		DISK_SIZE);
	after[n].anchor = machine->key.anchor;
}

static int hold_the_election(void **state)
{
	struct trial machine = machine_with(after[0].image, &after[0].anchor);
	(void)state;
	ask(&machine, SAY(JOURNAL_BEGIN, &machine.key), NULL, 0);
	for (size_t i = 0; i < STEPS; i++) {
		assert_int_equal(
			append(&machine, &election[i]), JOURNAL_APPENDED);
		keep(&machine, i + 1);
		after[i + 1].end =
			after[i].end + (size_t)journal_entry_size(
					       election[i].size +
					       ITEM_OVERHEAD + strlen("note"));
		after[i + 1].anchored = entry_row_of(election[i].type)->anchored
						? i + 1
						: after[i].anchored;
	}
	last_root = HEARD(&machine.answer, JOURNAL_APPENDED)->root;
	last_size = HEARD(&machine.answer, JOURNAL_APPENDED)->size;
	machine_end(&machine);
	return 0;
}

/*
 * What comes out of a start
 */

enum outcome {
	WHOLE,	 /* every entry that was written, or one more */
	SHORTER, /* entries behind the last anchored one are gone */
	FAILED,
};

static const char *const outcome_names[] = { "whole", "shorter", "failed" };

/* A start's boot entry; what was read must then be appended to. */
static void boot(struct trial *machine, size_t entries)
{
	static const struct step start = { ENTRY_BOOT, 0, 22 };
	if (HEARD(&machine->answer, JOURNAL_UNLOCKED)->anchor_due)
		extend(machine, &HEARD(&machine->answer, JOURNAL_UNLOCKED)
					 ->anchor_chain);
	if (entries > 1) /* before that the enrolment is finished first */
		assert_int_equal(append(machine, &start), JOURNAL_APPENDED);
}

/* Boxes that are there are known; then the election goes to its end. */
static void go_on(struct trial *machine, size_t entries, bool takes_boxes)
{
	for (size_t i = 0; takes_boxes && i < entries; i++)
		if (election[i].type == ENTRY_BOX)
			assert_int_equal(
				append(machine, &election[i]), JOURNAL_KNOWN);
	for (size_t i = entries; i < STEPS; i++)
		assert_int_equal(
			append(machine, &election[i]), JOURNAL_APPENDED);
	if (entries == STEPS)
		return;
	assert_int_equal(
		HEARD(&machine->answer, JOURNAL_APPENDED)->size, last_size);
	assert_true(digest_equal(
		&HEARD(&machine->answer, JOURNAL_APPENDED)->root, &last_root));
}

/*
 * A start on this disk, where the supervisor was told of `told` entries; the
 * first `anchored` of them must be there, and at most one was on its way.
 */
static enum outcome start_on(const uint8_t *image, const struct digest *anchor,
	size_t told, size_t anchored)
{
	struct trial machine = machine_with(image, anchor);
	ask(&machine, SAY(JOURNAL_UNLOCK, &machine.key), NULL, 0);
	if (machine.answer.type == REFUSED) {
		machine_end(&machine);
		return FAILED;
	}
	assert_int_equal(machine.answer.type, JOURNAL_UNLOCKED);
	const struct journal_folded is =
		*HEARD(&machine.answer, JOURNAL_UNLOCKED);
	const size_t entries = (size_t)is.entries;
	assert_in_range(entries, anchored, told + 1);
	boot(&machine, entries);
	go_on(&machine, entries, is.state == STATE_INTAKE);
	role_stop(&machine);
	role_start(&machine);
	ask(&machine, SAY(JOURNAL_UNLOCK, &machine.key), NULL, 0);
	assert_int_equal(machine.answer.type, JOURNAL_UNLOCKED);
	machine_end(&machine);
	return entries < told ? SHORTER : WHOLE;
}

static size_t rounds(void)
{
	const char *asked = getenv("ROUNDS");
	return asked == NULL ? ROUNDS : strtoul(asked, NULL, 10);
}

static uint64_t chance(uint64_t below)
{
	static uint64_t state = 88172645463325252ULL;
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % below;
}

static size_t counted[FAILED + 1];

static int count_anew(void **state)
{
	(void)state;
	memset(counted, 0, sizeof(counted));
	mend();
	return 0;
}

static int tell_counts(void **state)
{
	(void)state;
	for (size_t i = 0; i <= FAILED; i++)
		print_message("#   %s: %zu\n", outcome_names[i], counted[i]);
	mend();
	return 0;
}

/* While entry n is written; those before it were told. */
static enum outcome cut_in(const uint8_t *image, size_t n)
{
	const enum outcome is =
		start_on(image, &after[n].anchor, n, after[n].anchored);
	counted[is]++;
	return is;
}

/* After entry n was written and anchored. */
static enum outcome cut_after(const uint8_t *image, size_t n)
{
	const enum outcome is = start_on(
		image, &after[n + 1].anchor, n + 1, after[n + 1].anchored);
	counted[is]++;
	return is;
}

static uint8_t disk[DISK_SIZE];

static void put_sectors(size_t n, size_t from, size_t size)
{
	memcpy(disk + from, after[n + 1].image + from, size);
}

/*
 * The write in flight
 */

static void test_any_sectors_of_a_write_may_be_there(void **state)
{
	(void)state;
	for (size_t n = 0; n < STEPS; n++)
		for (size_t round = 0; round < rounds(); round++) {
			memcpy(disk, after[n].image, DISK_SIZE);
			for (size_t at = after[n].end; at < after[n + 1].end;
				at += LOGICAL)
				if (chance(2) == 0)
					put_sectors(n, at, LOGICAL);
			assert_int_equal(cut_in(disk, n), WHOLE);
		}
}

static void test_any_first_bytes_of_a_write_may_be_there(void **state)
{
	(void)state;
	for (size_t n = 0; n < STEPS; n++)
		for (size_t round = 0; round < rounds(); round++) {
			const size_t size = after[n + 1].end - after[n].end;
			memcpy(disk, after[n].image, DISK_SIZE);
			put_sectors(n, after[n].end, chance(size + 1));
			assert_int_equal(cut_in(disk, n), WHOLE);
		}
}

static void test_the_anchor_may_be_missing(void **state)
{
	(void)state;
	for (size_t n = 0; n < STEPS; n++) {
		assert_int_equal(cut_in(after[n + 1].image, n), WHOLE);
		assert_int_equal(cut_after(after[n + 1].image, n), WHOLE);
	}
}

/* Power that goes in a write can leave its physical sectors without sense. */
static void test_a_physical_sector_of_a_write_may_be_destroyed(void **state)
{
	(void)state;
	for (size_t n = 0; n < STEPS; n++)
		for (size_t at = after[n].end / PHYSICAL * PHYSICAL;
			at < after[n + 1].end; at += PHYSICAL)
			for (size_t way = 0; way < 4; way++) {
				memcpy(disk, after[n + way % 2].image,
					DISK_SIZE);
				for (size_t i = 0; i < PHYSICAL; i++)
					disk[at + i] =
						way < 2 ? (uint8_t)chance(256)
							: 0;
				assert_int_equal(cut_in(disk, n), WHOLE);
			}
}

static void test_a_physical_sector_of_a_write_may_be_unreadable(void **state)
{
	(void)state;
	for (size_t n = 0; n < STEPS; n++)
		for (size_t at = after[n].end / PHYSICAL * PHYSICAL;
			at < after[n + 1].end; at += PHYSICAL) {
			fault->dead = (off_t)at;
			fault->dead_size = PHYSICAL;
			fault->dead_reads = -1;
			assert_int_equal(cut_in(after[n].image, n), WHOLE);
			mend();
		}
}

/*
 * What lies there
 */

/* One read that fails must neither end the journal nor lose what follows. */
static void test_a_read_may_fail_once(void **state)
{
	(void)state;
	for (size_t n = 0; n < STEPS; n++)
		for (size_t round = 0; round < rounds(); round++) {
			const size_t sectors = after[n + 1].end / LOGICAL;
			fault->dead = (off_t)(chance(sectors) * LOGICAL);
			fault->dead_size = LOGICAL;
			fault->dead_reads = 1;
			assert_int_equal(
				cut_after(after[n + 1].image, n), WHOLE);
			fault->dead_reads = 1;
			assert_int_equal(cut_in(after[n + 1].image, n), WHOLE);
			mend();
		}
}

/* Where it was anchored it is refused, and behind that it ends the journal. */
static enum outcome at_worst(size_t harmed_at, size_t n)
{
	return harmed_at < after[after[n + 1].anchored].end ? FAILED : SHORTER;
}

static void test_a_flipped_bit_is_found(void **state)
{
	(void)state;
	for (size_t n = 0; n < STEPS; n++)
		for (size_t round = 0; round < rounds(); round++) {
			const size_t at = chance(after[n + 1].end);
			memcpy(disk, after[n + 1].image, DISK_SIZE);
			disk[at] ^= (uint8_t)(1U << chance(8));
			assert_int_equal(cut_after(disk, n), at_worst(at, n));
		}
}

static void test_a_dead_sector_is_found(void **state)
{
	(void)state;
	for (size_t n = 0; n < STEPS; n++)
		for (size_t round = 0; round < rounds(); round++) {
			const size_t sectors = after[n + 1].end / LOGICAL;
			const size_t at = chance(sectors) * LOGICAL;
			fault->dead = (off_t)at;
			fault->dead_size = LOGICAL;
			fault->dead_reads = -1;
			assert_int_equal(cut_after(after[n + 1].image, n),
				at_worst(at, n));
			mend();
		}
}

/* A machine that has no entry 0 is told why, before any key is there. */
static bool is_unreadable(const uint8_t *image, int reads)
{
	struct trial machine = machine_with(image, &after[0].anchor);
	fault->dead = 0;
	fault->dead_size = LOGICAL;
	fault->dead_reads = reads;
	ask(&machine, SAY(JOURNAL_SCAN, &nothing), NULL, 0);
	assert_int_equal(machine.answer.type, JOURNAL_SCANNED);
	const bool unreadable =
		HEARD(&machine.answer, JOURNAL_SCANNED)->unreadable != 0;
	mend();
	machine_end(&machine);
	return unreadable;
}

static void test_a_first_sector_is_dead_empty_or_late(void **state)
{
	(void)state;
	assert_true(is_unreadable(after[STEPS].image, -1));
	assert_false(is_unreadable(after[STEPS].image, 1));
	assert_false(is_unreadable(after[0].image, 0));
}

static void test_exchanged_sectors_are_found(void **state)
{
	(void)state;
	for (size_t n = 0; n < STEPS; n++)
		for (size_t round = 0; round < rounds(); round++) {
			const size_t sectors = after[n + 1].end / LOGICAL;
			const size_t a = chance(sectors) * LOGICAL;
			const size_t b = chance(sectors) * LOGICAL;
			const uint8_t *image = after[n + 1].image;
			memcpy(disk, image, DISK_SIZE);
			memcpy(disk + a, image + b, LOGICAL);
			memcpy(disk + b, image + a, LOGICAL);
			assert_int_equal(cut_after(disk, n),
				memcmp(disk, image, DISK_SIZE) == 0
					? WHOLE
					: at_worst(a < b ? a : b, n));
		}
}

static void test_an_earlier_copy_is_found(void **state)
{
	(void)state;
	for (size_t n = 1; n < STEPS; n++)
		for (size_t earlier = 0; earlier <= n; earlier++)
			assert_int_equal(cut_after(after[earlier].image, n),
				earlier < after[n + 1].anchored ? FAILED
								: SHORTER);
}

/* A disk that says "written" of what it then loses: seen, or not anchored. */
static void test_a_flush_that_lied_is_found(void **state)
{
	(void)state;
	for (size_t n = 0; n < STEPS; n++)
		for (size_t round = 0; round < rounds(); round++) {
			const size_t first = n - chance(n < 3 ? n + 1 : 4);
			size_t lost = SIZE_MAX;
			memcpy(disk, after[n + 1].image, DISK_SIZE);
			for (size_t at = after[first].end;
				at < after[n + 1].end; at += LOGICAL) {
				if (chance(4) != 0)
					continue;
				memcpy(disk + at, after[first].image + at,
					LOGICAL);
				if (lost == SIZE_MAX &&
					memcmp(disk + at,
						after[n + 1].image + at,
						LOGICAL) != 0)
					lost = at;
			}
			assert_int_equal(cut_after(disk, n),
				lost == SIZE_MAX ? WHOLE : at_worst(lost, n));
		}
}

/*
 * Writes that fail while the machine goes on
 */

#define CANNOT_WRITE                                                           \
	"the machine's disk cannot write: switch off and on; if it stays so, " \
	"copy the disk to another"
#define IS_FULL                                                                \
	"the journal's partition is full: move the journal to a larger one"
#define IS_PROTECTED                                                           \
	"the machine's disk is write-protected: let it be written, then "      \
	"switch off and on"

static const struct {
	int error;
	bool partly;
	bool flush; /* it is the flush that fails */
	const char *said;
} refusals[] = {
	{ EIO, false, false, CANNOT_WRITE },
	{ ENOSPC, false, false, IS_FULL },
	{ EPERM, false, false, IS_PROTECTED },
	{ EIO, true, false, CANNOT_WRITE },
	{ ENOSPC, true, false, IS_FULL },
	{ 0, false, true, CANNOT_WRITE },
};

static void refuse_once(
	struct trial *machine, size_t n, size_t way, const char *said)
{
	char line[WIRE_TEXT_MOST];
	snprintf(line, sizeof(line), "the journal takes no entry: %s", said);
	if (refusals[way].flush)
		fault->flush = fault->flushes;
	else
		fault->write = fault->writes;
	fault->write_error = refusals[way].error;
	fault->write_takes = refusals[way].partly ? 700 : 0;
	assert_int_equal(append(machine, &election[n]), REFUSED);
	assert_string_equal(
		notice_told(HEARD(&machine->answer, REFUSED)), line);
	fault->write = -1;
	fault->flush = -1;
}

/* The power goes at once, or after `more` entries. */
static void test_a_refused_write_leaves_no_gap(void **state)
{
	const size_t ways = sizeof(refusals) / sizeof(refusals[0]);
	(void)state;
	for (size_t n = 1; n < STEPS; n++)
		for (size_t way = 0; way < ways; way++) {
			const size_t more = chance(3);
			struct trial machine =
				machine_with(after[n].image, &after[n].anchor);
			size_t told = n;
			ask(&machine, SAY(JOURNAL_UNLOCK, &machine.key), NULL,
				0);
			refuse_once(&machine, n, way, refusals[way].said);
			for (; told < n + more && told < STEPS; told++)
				assert_int_equal(
					append(&machine, &election[told]),
					JOURNAL_APPENDED);
			assert_int_equal(__real_pread(machine.partition, disk,
						 DISK_SIZE, 0),
				DISK_SIZE);
			const struct digest anchor = machine.key.anchor;
			machine_end(&machine);
			mend();
			counted[start_on(
				disk, &anchor, told, after[told].anchored)]++;
			assert_int_equal(counted[SHORTER] + counted[FAILED], 0);
		}
}

static void test_the_end_of_the_disk_is_told(void **state)
{
	static const struct step large = { ENTRY_FAILED, 0, 1 << 15 };
	struct trial machine =
		machine_with(after[STEPS].image, &after[STEPS].anchor);
	(void)state;
	ask(&machine, SAY(JOURNAL_UNLOCK, &machine.key), NULL, 0);
	while (append(&machine, &large) == JOURNAL_APPENDED)
		;
	assert_int_equal(machine.answer.type, REFUSED);
	assert_string_equal(notice_told(HEARD(&machine.answer, REFUSED)),
		"the journal takes no entry: " IS_FULL);
	machine_end(&machine);
}

#define ON_A_DISK(test)                                                        \
	cmocka_unit_test_setup_teardown(test, count_anew, tell_counts)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_DISK(test_any_sectors_of_a_write_may_be_there),
		ON_A_DISK(test_any_first_bytes_of_a_write_may_be_there),
		ON_A_DISK(test_the_anchor_may_be_missing),
		ON_A_DISK(test_a_physical_sector_of_a_write_may_be_destroyed),
		ON_A_DISK(test_a_physical_sector_of_a_write_may_be_unreadable),
		ON_A_DISK(test_a_read_may_fail_once),
		ON_A_DISK(test_a_flipped_bit_is_found),
		ON_A_DISK(test_a_dead_sector_is_found),
		cmocka_unit_test(test_a_first_sector_is_dead_empty_or_late),
		ON_A_DISK(test_exchanged_sectors_are_found),
		ON_A_DISK(test_an_earlier_copy_is_found),
		ON_A_DISK(test_a_flush_that_lied_is_found),
		ON_A_DISK(test_a_refused_write_leaves_no_gap),
		ON_A_DISK(test_the_end_of_the_disk_is_told),
	};
	crypto_start();
	fault = mmap(NULL, sizeof(*fault), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fault == MAP_FAILED)
		return 1;
	mend();
	return cmocka_run_group_tests(tests, hold_the_election, NULL);
}
