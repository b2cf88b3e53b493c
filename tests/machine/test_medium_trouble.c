/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is wrong with a medium has words of its own, with what to do about it:
 * pulled out, too small, write-protected, broken, written already, spoiled.
 *
 * The role runs in a child on a memfd in the medium's place; the calls with
 * which it reads and writes are this file's (--wrap).
 */
#include "appliance/formats/ustar.h"
#include "appliance/machine/memfd.h"
#include "appliance/machine/roles.h"
#include "appliance/record/courier.h"
#include "appliance/record/items.h"
#include "appliance/record/members.h"
#include "tests/support/forked_role.h"
#include "tests/support/patience.h"
#include "tests/support/told.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	PATIENCE = 60,
	NEVER = -1,
	ARCHIVE_MOST = 8192,
};

/* What is wrong, in the role's own process alone. */
struct trouble {
	int write; /* this one fails, from 0 */
	int flush;
	int error;
	int pulled_at; /* before this read or write, whichever it is */
};
static struct trouble trouble = { NEVER, NEVER, 0, NEVER };
static int writes;
static int flushes;
static int calls;

ssize_t __real_pread(int file, void *out, size_t size, off_t at);
ssize_t __real_pwrite(int file, const void *from, size_t size, off_t at);
int __real_fsync(int file);
ssize_t __wrap_pread(int file, void *out, size_t size, off_t at);
ssize_t __wrap_pwrite(int file, const void *from, size_t size, off_t at);
int __wrap_fsync(int file);

static bool is_gone(void)
{
	return trouble.pulled_at != NEVER && calls++ >= trouble.pulled_at;
}

/* Linux: the disk that a descriptor is still of has 0 bytes from then on. */
ssize_t __wrap_pread(int file, void *out, size_t size, off_t at)
{
	if (!forked_in_role)
		return __real_pread(file, out, size, at);
	if (is_gone())
		return 0;
	errno = trouble.error;
	return trouble.error == EIO ? -1 : __real_pread(file, out, size, at);
}

ssize_t __wrap_pwrite(int file, const void *from, size_t size, off_t at)
{
	const bool gone = forked_in_role && is_gone();
	errno = gone ? ENOSPC : trouble.error;
	return gone || (forked_in_role && writes++ == trouble.write)
		       ? -1
		       : __real_pwrite(file, from, size, at);
}

int __wrap_fsync(int file)
{
	const bool gone = forked_in_role && is_gone();
	errno = gone ? EIO : trouble.error;
	return gone || (forked_in_role && flushes++ == trouble.flush)
		       ? -1
		       : __real_fsync(file);
}

/*
 * A role on a medium
 */

static struct forked_role start_on(
	int medium, enum role self, int (*role)(void), struct bytes content)
{
	assert_int_equal(__real_pwrite(medium, content.data, content.size, 0),
		content.size);
	return forked_start(self, role, medium);
}

static struct forked_role start(
	enum role self, int (*role)(void), struct bytes content)
{
	const int medium = memfd_create("medium", MFD_CLOEXEC);
	const struct forked_role out = start_on(medium, self, role, content);
	close(medium);
	return out;
}

/*
 * Outboxes that cannot be written
 */

static const char secret[] = "what stays in the machine";

static void put(struct writer *out, const char *name, struct bytes content)
{
	uint8_t block[USTAR_BLOCK_SIZE];
	assert_null(ustar_header_encode(name, content.size, block));
	write_bytes(out, bytes_of(block, sizeof(block)));
	write_bytes(out, content);
	memset(block, 0, sizeof(block));
	write_bytes(out, bytes_of(block, ustar_padding(content.size)));
}

/* With a label of this kind, and a member of this name, if any. */
static struct bytes archive_of(
	const char *kind, const char *member, uint8_t space[ARCHIVE_MOST])
{
	static const uint8_t end[2 * USTAR_BLOCK_SIZE];
	struct writer out = writer_of(space, ARCHIVE_MOST);
	uint8_t label_space[COURIER_LABEL_MOST];
	struct writer label = writer_of(label_space, sizeof(label_space));
	write_text(&label, COURIER_LABEL_START);
	write_text(&label, kind);
	write_text(&label, "\n");
	put(&out, COURIER_MEMBER, written(&label));
	if (member != NULL)
		put(&out, member, bytes_of_text("any"));
	write_bytes(&out, bytes_of(end, sizeof(end)));
	assert_false(out.broken);
	return written(&out);
}

/* One member, the state, the end; the first that is refused, or nothing. */
static bool write_outbox(struct forked_role *on)
{
	static const struct publish_members_of made = { .type = 0 };
	static const struct publish_begin all = { 0, INT64_MAX };
	static const struct wire_text state = { "intake" };
	uint8_t space[64];
	struct writer items = writer_of(space, sizeof(space));
	write_item(&items, ITEM_PUBLIC, "challenge", bytes_of_text("any"));
	write_item(&items, ITEM_PRIVATE, "lock", bytes_of_text(secret));
	const int list = memfd_written(&items);
	const bool written =
		forked_ask(on, SAY(PUBLISH_BEGIN, &all), -1) == DONE &&
		forked_ask(on, SAY(PUBLISH_MEMBERS_OF, &made), list) == DONE &&
		forked_ask(on, SAY(PUBLISH_STATE, &state), -1) == DONE &&
		forked_ask(on, SAY(PUBLISH_END, &nothing), -1) == DONE;
	close(list);
	return written;
}

#define PULLED_OUT                                                             \
	"the outbox: it was pulled out before all was written: pack it anew, " \
	"insert it, and leave it until it is done"
#define TOO_SMALL "the outbox: it is too small: pack a larger one"
#define PROTECTED                                                              \
	"the outbox: it is write-protected: let it be written, or bring "      \
	"another"
#define BROKEN                                                                 \
	"the outbox: it cannot be written: it may be broken, bring another"

static void each_outbox_has_its_words(void **state)
{
	static const struct {
		struct trouble is;
		const char *said; /* NULL: it is written */
	} cases[] = {
		{ { NEVER, NEVER, 0, NEVER }, NULL },
		{ { 1, NEVER, ENOSPC, NEVER }, TOO_SMALL },
		{ { 0, NEVER, EPERM, NEVER }, PROTECTED },
		{ { 0, NEVER, EROFS, NEVER }, PROTECTED },
		{ { 3, NEVER, ENXIO, NEVER }, BROKEN },
		{ { NEVER, 0, ENXIO, NEVER }, BROKEN },
		{ { NEVER, 1, ENXIO, NEVER }, BROKEN },
		{ { NEVER, NEVER, 0, 0 }, PULLED_OUT },
		{ { NEVER, NEVER, 0, 1 }, PULLED_OUT },
		{ { NEVER, NEVER, 0, 6 }, PULLED_OUT },
		{ { NEVER, NEVER, 0, 9 }, PULLED_OUT },
	};
	uint8_t space[ARCHIVE_MOST];
	const struct bytes outbox = archive_of("outbox", NULL, space);
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		trouble = cases[i].is;
		struct forked_role on =
			start(ROLE_PUBLISH, role_publish, outbox);
		assert_int_equal(write_outbox(&on), cases[i].said == NULL);
		if (cases[i].said != NULL) {
			assert_int_equal(on.answer.type, REFUSED);
			assert_string_equal(
				notice_told(HEARD(&on.answer, REFUSED)),
				cases[i].said);
		}
		forked_stop(&on);
	}
}

struct outbox {
	bool written;
	uint8_t content[ARCHIVE_MOST];
	size_t size;
};

static struct outbox outbox_after(const struct trouble *is)
{
	struct outbox out;
	uint8_t space[ARCHIVE_MOST];
	const int medium = memfd_create("medium", MFD_CLOEXEC);
	trouble = *is;
	struct forked_role on = start_on(medium, ROLE_PUBLISH, role_publish,
		archive_of("outbox", NULL, space));
	out.written = write_outbox(&on);
	forked_stop(&on);
	const ssize_t size =
		__real_pread(medium, out.content, sizeof(out.content), 0);
	assert_true(size > 0 && size < ARCHIVE_MOST);
	out.size = (size_t)size;
	close(medium);
	return out;
}

#define SENT COURIER_LABEL_START "sent"

static bool holds(const struct outbox *outbox, const char *text)
{
	return memmem(outbox->content, outbox->size, text, strlen(text)) !=
	       NULL;
}

static void what_is_private_is_not_written(void **state)
{
	static const struct trouble none = { NEVER, NEVER, 0, NEVER };
	(void)state;
	const struct outbox outbox = outbox_after(&none);
	assert_true(outbox.written);
	assert_true(holds(&outbox, "challenge"));
	assert_true(holds(&outbox, SENT));
	assert_false(holds(&outbox, secret));
}

/* Whatever came to the medium before: without its label it is no archive. */
static void a_label_is_written_behind_all_else(void **state)
{
	static const struct trouble flush = { NEVER, 0, ENXIO, NEVER };
	struct trouble write = { 0, NEVER, ENXIO, NEVER };
	(void)state;
	struct outbox outbox = outbox_after(&flush);
	assert_false(outbox.written);
	assert_true(holds(&outbox, "challenge"));
	assert_false(holds(&outbox, SENT));
	for (;; write.write++) {
		outbox = outbox_after(&write);
		if (holds(&outbox, SENT))
			break;
		assert_false(outbox.written);
	}
	/* The last write is the padding behind it. */
	assert_false(outbox.written);
	write.write++;
	outbox = outbox_after(&write);
	assert_true(outbox.written);
}

/*
 * Where an outbox may be written
 */

enum {
	FILE_AT = 4096,
	FILE_SIZE = 8192,
	BEHIND = 4096,
	STICK = FILE_AT + FILE_SIZE + BEHIND
};

/* Something, an outbox of that size in its middle, and something. */
static struct bytes stick_with(const char *label, uint8_t space[STICK])
{
	uint8_t archive[ARCHIVE_MOST];
	const struct bytes outbox = archive_of(label, NULL, archive);
	memset(space, 'x', STICK);
	memset(space + FILE_AT, 0, FILE_SIZE);
	memcpy(space + FILE_AT, outbox.data, outbox.size);
	return bytes_of(space, STICK);
}

static void an_outbox_is_where_it_says(void **state)
{
	static const struct {
		const char *label;
		struct publish_begin room;
		bool worked;
	} cases[] = {
		{ "outbox 8192", { FILE_AT, FILE_SIZE }, true },
		{ "outbox", { FILE_AT, FILE_SIZE }, false },
		{ "outbox 8192", { FILE_AT, FILE_SIZE + 1 }, false },
		{ "outbox 8192", { FILE_AT, INT64_MAX - FILE_AT }, false },
		{ "outbox 8192", { FILE_AT, UINT64_MAX }, false },
		{ "outbox 8192", { FILE_AT + 512, FILE_SIZE }, false },
		{ "outbox 8192", { 0, FILE_SIZE }, false },
		{ "outbox 8192", { UINT64_MAX - 511, 1024 }, false },
		{ "outbox 0", { FILE_AT, 0 }, false },
		{ "boxes", { FILE_AT, FILE_SIZE }, false },
		{ "sent", { FILE_AT, FILE_SIZE }, false },
	};
	(void)state;
	trouble = (struct trouble){ NEVER, NEVER, 0, NEVER };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t space[STICK];
		struct forked_role on = start(ROLE_PUBLISH, role_publish,
			stick_with(cases[i].label, space));
		const enum wire_type got =
			forked_ask(&on, SAY(PUBLISH_BEGIN, &cases[i].room), -1);
		if (got != (cases[i].worked ? DONE : REFUSED))
			fail_msg("case %zu: answered with %d", i, (int)got);
		/* No second time, and nothing without the first. */
		if (cases[i].worked)
			assert_int_equal(
				forked_ask(&on,
					SAY(PUBLISH_BEGIN, &cases[i].room), -1),
				REFUSED);
		else
			assert_int_equal(
				forked_ask(&on, SAY(PUBLISH_END, &nothing), -1),
				REFUSED);
		forked_stop(&on);
	}
}

/* Raw, too: whatever else lies there is not written over. */
static void nothing_but_an_outbox_is_written(void **state)
{
	static const char *const kinds[] = { "boxes", "sent", "election" };
	static const struct publish_begin all = { 0, INT64_MAX };
	uint8_t space[ARCHIVE_MOST];
	(void)state;
	trouble = (struct trouble){ NEVER, NEVER, 0, NEVER };
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct forked_role on = start(ROLE_PUBLISH, role_publish,
			archive_of(kinds[i], NULL, space));
		assert_int_equal(
			forked_ask(&on, SAY(PUBLISH_BEGIN, &all), -1), REFUSED);
		assert_string_equal(notice_told(HEARD(&on.answer, REFUSED)),
			"the outbox: there is no outbox where it was said to "
			"be");
		forked_stop(&on);
	}
}

/* As many bytes as it says, and whatever lies around them stays. */
static void nothing_is_written_around_an_outbox(void **state)
{
	static const struct publish_begin room = { FILE_AT, FILE_SIZE };
	static const struct publish_members_of made = { .type = 0 };
	uint8_t space[STICK];
	uint8_t after[STICK];
	uint8_t items[2048];
	struct writer list = writer_of(items, sizeof(items));
	const struct bytes before = stick_with("outbox 8192", space);
	const int medium = memfd_create("medium", MFD_CLOEXEC);
	(void)state;
	trouble = (struct trouble){ NEVER, NEVER, 0, NEVER };
	assert_int_equal(pwrite(medium, before.data, STICK, 0), STICK);
	struct forked_role on =
		forked_start(ROLE_PUBLISH, role_publish, medium);
	memset(after, 'y', 1500);
	write_item(&list, ITEM_PUBLIC, "challenge", bytes_of(after, 1500));
	const int memfd = memfd_written(&list);
	assert_int_equal(forked_ask(&on, SAY(PUBLISH_BEGIN, &room), -1), DONE);
	for (int i = 0; i < 3; i++)
		assert_int_equal(
			forked_ask(&on, SAY(PUBLISH_MEMBERS_OF, &made), memfd),
			DONE);
	assert_int_equal(forked_ask(&on, SAY(PUBLISH_MEMBERS_OF, &made), memfd),
		REFUSED);
	assert_string_equal(notice_told(HEARD(&on.answer, REFUSED)), TOO_SMALL);
	forked_stop(&on);
	close(memfd);
	assert_int_equal(pread(medium, after, STICK, 0), STICK);
	assert_memory_equal(after, space, FILE_AT);
	assert_memory_not_equal(after + FILE_AT, space + FILE_AT, FILE_SIZE);
	assert_memory_equal(after + FILE_AT + FILE_SIZE,
		space + FILE_AT + FILE_SIZE, BEHIND);
	close(medium);
}

/*
 * Media that cannot be read
 */

#define NONE "not a courier medium: "
#define SPOILED                                                                \
	NONE "an outbox is empty, or holds a nonce and the definition of an "  \
	     "earlier election; this one was written in part, or packed "      \
	     "otherwise: pack it anew"

static void each_medium_has_its_words(void **state)
{
	static const struct trouble none = { NEVER, NEVER, 0, NEVER };
	static const struct trouble gone = { NEVER, NEVER, 0, 1 };
	static const struct trouble dead = { NEVER, NEVER, EIO, NEVER };
	static const struct {
		const char *kind;
		const char *member;
		size_t cut; /* bytes that are left; 0: all */
		const struct trouble *is;
		const char *said;
	} cases[] = {
		{ "outbox", NULL, 0, &none, NULL },
		{ "outbox", "definition.json", 0, &none, NULL },
		{ "outbox", "ek.crt", 0, &none, SPOILED },
		{ "outbox", "approval-1", 0, &none, SPOILED },
		{ "sent", "ek.crt", 0, &none,
			NONE "it is an outbox that was written already: take "
			     "it to the desk; to use it again, pack it anew as "
			     "an outbox" },
		{ "inbox", NULL, 0, &none,
			NONE "its label names no kind of courier that this "
			     "machine knows: pack it anew" },
		{ "outbox", "nonce", 3UL * USTAR_BLOCK_SIZE, &none,
			"the medium ends in the middle of its archive: "
			"pack it anew, on a larger one" },
		{ "outbox", NULL, 0, &gone,
			"the medium was pulled out: insert it again, and "
			"leave it until it is done" },
		{ "outbox", NULL, 0, &dead,
			"the medium cannot be read: it was pulled out, or "
			"it is broken: insert it again, or another" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t space[ARCHIVE_MOST];
		struct bytes content =
			archive_of(cases[i].kind, cases[i].member, space);
		if (cases[i].cut != 0)
			content.size = cases[i].cut;
		trouble = *cases[i].is;
		struct forked_role on =
			start(ROLE_INTAKE, role_intake, content);
		const enum wire_type got =
			forked_ask(&on, SAY(INTAKE_START, &nothing), -1);
		assert_int_equal(
			got, cases[i].said == NULL ? INTAKE_KIND : REFUSED);
		if (cases[i].said != NULL)
			assert_string_equal(
				notice_told(HEARD(&on.answer, REFUSED)),
				cases[i].said);
		forked_stop(&on);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_outbox_has_its_words),
		cmocka_unit_test(what_is_private_is_not_written),
		cmocka_unit_test(a_label_is_written_behind_all_else),
		cmocka_unit_test(an_outbox_is_where_it_says),
		cmocka_unit_test(nothing_but_an_outbox_is_written),
		cmocka_unit_test(nothing_is_written_around_an_outbox),
		cmocka_unit_test(each_medium_has_its_words),
	};
	patience(PATIENCE);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
