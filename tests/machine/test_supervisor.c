/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The supervisor among roles that this program executes itself as. One of
 * them is hostile: the journal then says which message of which role it was.
 * Or media come, and the partition has no room for all that they bring. Or
 * boxes are counted, and the second count differs from the first.
 *
 * The journal and the console are the true ones, without a sandbox, on a file
 * and on the null device; the keys role knows no more than the TPM's anchor,
 * which is a file.
 */
#include "appliance/formats/crypto.h"
#include "appliance/machine/init.h"
#include "appliance/machine/memfd.h"
#include "appliance/machine/peer.h"
#include "appliance/machine/role.h"
#include "appliance/machine/roles.h"
#include "appliance/machine/screen.h"
#include "appliance/machine/session.h"
#include "appliance/machine/supervisor.h"
#include "appliance/record/items.h"
#include "appliance/record/journal.h"
#include "tests/support/hostile.h"
#include "tests/support/patience.h"
#include "tests/support/scalar.h"
#include "tests/support/told.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	PATIENCE = 120,
	LOCK_MOST = 1 << 14,
	ASIDE = 32, /* above what the supervisor starts with */
	BOXES = 3,  /* on the medium that has some */
	REVOKED = 7,
};

/* What the roles are told to do. */
struct told {
	/* Sent in the place of an answer; type 0: the role ends. */
	struct hostile attack;
	/* One medium with boxes, or of another kind, then an outbox. */
	bool media_come;
	enum courier_kind kind; /* 0: boxes */
	/* The first goes before the outbox comes; `stays_out`: none comes. */
	bool one_goes;
	bool stays_out;
	/* What the intake role says of it in the place of a box. */
	enum notice_id trouble;
	/* The outbox cannot be written; then it is told that it has gone. */
	bool outbox_breaks;
	bool card_goes;
	/* Before it can be written, boxes are plugged in in its place. */
	bool swapped;
	/* Boxes that have not come yet. */
	uint64_t boxes_missing;
	bool rehearsal;
	/*
	 * Kept for boxes, all of which are larger than they can be; if any,
	 * the last box is the first once more.
	 */
	uint64_t boxes_room;
	/* The counter of revocations, and up to where the software may run. */
	uint64_t revocation;
	uint64_t epoch;
	/* The TPM dies when it is asked for the phase. */
	bool tpm_dies;
	/* It refuses this anchor of the boot, from 1; 0: none. */
	unsigned refuses_anchor;
	/* The result of each count is another one. */
	bool counts_differ;
	/* The digest is that of another result than the tally role gives. */
	bool tally_lies;
	/* The result that is approved is no count's. */
	bool another_approved;
	/* That the TPM's phase counter is beyond the one that is asked for. */
	int phase_ahead;
	/* Where the disk takes no more, other than it says; 0: as it says. */
	rlim_t disk_most;
};
static const char told_file[] = "told";
/* The types of the entries of which members were published. */
static const char published_file[] = "published";
/* A byte for each count. */
static const char counted_file[] = "counted";
static const char serial_file[] = "serial";
/* What the screen's large line says, and its strips. */
static const char screen_file[] = "screen";
static char place[] = "/tmp/sandoq-supervisor.XXXXXX";
static const struct digest mac_key = { { 1 } };
static const struct tpm_name some_name = { { 0x00, 0x0b } };

void __real_screen_take(struct screen *, const struct notice *);
void __wrap_screen_take(struct screen *, const struct notice *);

void __wrap_screen_take(struct screen *screen, const struct notice *notice)
{
	static char line[NOTICE_LINE_MOST];
	struct writer out = writer_of(line, sizeof(line));
	const enum notice_place at = notice_row_of(notice->part[0].id)->place;
	__real_screen_take(screen, notice);
	if (at != PLACE_STATE && at != PLACE_STRIP)
		return;
	const int file = open(
		screen_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	write_notice(&out, notice, ENGLISH);
	write_u8(&out, '\n');
	if (write(file, line, out.size) != (ssize_t)out.size)
		_exit(2);
	close(file);
}

/* --- the roles --- */

static struct told read_told(void)
{
	struct told told = { 0 };
	const int file = open(told_file, O_RDONLY | O_CLOEXEC);
	if (file < 0 || read(file, &told, sizeof(told)) != sizeof(told))
		_exit(2);
	close(file);
	return told;
}

static refusal answer_or_attack(struct wire_end *end, struct wire_said said)
{
	const struct told told = read_told();
	if (told.attack.peer != end->self)
		return wire_send(end, said, NULL, 0);
	if (told.attack.type != 0)
		hostile_send(SPAWN_SOCKET, &told.attack);
	return "hostile";
}

static int list_of(const char *item)
{
	uint8_t space[64];
	struct writer out = writer_of(space, sizeof(space));
	write_item(&out, ITEM_PUBLIC, item, bytes_of_text("content"));
	return memfd_written(&out);
}

/* For a list of which nothing matters but that there is one. */
static int any_list(void)
{
	return list_of("any");
}

static refusal done(
	void *state, struct wire_end *end, struct wire_message *message)
{
	(void)state;
	(void)message;
	return wire_send(end, SAY(DONE, &nothing), NULL, 0);
}

static refusal start_keys(
	void *state, struct wire_end *end, struct wire_message *message)
{
	const struct told told = read_told();
	struct keys_started started = { .mac_key = mac_key,
		.ak = some_name,
		.owner_locked = 1,
		.revocation = told.revocation,
		.epoch = told.epoch };
	(void)state;
	(void)message;
	if (pread(SPAWN_GRANTED, &started.anchor, SHA256_SIZE, 0) !=
		SHA256_SIZE)
		return "no anchor";
	return wire_send(end, SAY(KEYS_STARTED, &started), NULL, 0);
}

/* In this file is what index J of the TPM would hold. */
static bool extend(int file, const struct digest *chain)
{
	struct digest part[2] = { { { 0 } }, *chain };
	struct digest sum;
	if (pread(file, &part[0], SHA256_SIZE, 0) != SHA256_SIZE)
		return false;
	sum = sha256(bytes_of(part, sizeof(part)));
	return pwrite(file, &sum, SHA256_SIZE, 0) == SHA256_SIZE;
}

static refusal extend_anchor(
	void *state, struct wire_end *end, struct wire_message *message)
{
	static unsigned anchors;
	const struct notice why = notice_saying("another anchor");
	(void)state;
	if (++anchors == read_told().refuses_anchor)
		return wire_send(end, SAY(REFUSED, &why), NULL, 0);
	if (!extend(SPAWN_GRANTED, &HEARD(message, KEYS_ANCHOR)->chain))
		return "no anchor";
	const struct keys_anchored answer = {
		HEARD(message, KEYS_ANCHOR)->chain
	};
	return wire_send(end, SAY(KEYS_ANCHORED, &answer), NULL, 0);
}

static refusal close_airlock(
	void *state, struct wire_end *end, struct wire_message *message)
{
	const struct notice how = notice_saying("as it should");
	(void)state;
	(void)message;
	return answer_or_attack(end, SAY(KEYS_AIRLOCKED, &how));
}

static refusal say_phase(
	void *state, struct wire_end *end, struct wire_message *message)
{
	const struct notice why = notice_saying("no TPM answers");
	const struct told told = read_told();
	struct keys_phase phase = *HEARD(message, KEYS_PHASE);
	(void)state;
	if (told.tpm_dies)
		return wire_send(end, SAY(UNABLE, &why), NULL, 0);
	phase.phase += (uint64_t)told.phase_ahead;
	return wire_send(end, SAY(KEYS_PHASED, &phase), NULL, 0);
}

static refusal attest(
	void *state, struct wire_end *end, struct wire_message *message)
{
	const int list =
		list_of(message->type == KEYS_QUOTE ? "quote" : "anchor");
	(void)state;
	return wire_send(end, SAY(KEYS_MEMBERS, &nothing), &list, 1);
}

/* A medium is a file with its kind. */
static refusal plug_in(struct wire_end *end, enum courier_kind kind)
{
	const uint16_t content = (uint16_t)kind;
	const int medium = memfd_of(bytes_of(&content, sizeof(content)));
	return wire_send(end, SAY(MEDIA_HERE, &nothing), &medium, 1);
}

static refusal bind_media(
	void *state, struct wire_end *end, struct wire_message *message)
{
	refusal why = answer_or_attack(end, SAY(DONE, &nothing));
	(void)state;
	(void)message;
	if (why != NULL)
		return why;
	const struct told told = read_told();
	if (!told.media_come)
		return "nothing comes";
	why = plug_in(end, told.kind == 0 ? COURIER_BOXES : told.kind);
	if (why == NULL && told.one_goes)
		why = wire_send(end, SAY(MEDIA_GONE, &nothing), NULL, 0);
	if (why == NULL && told.stays_out)
		return "nothing more comes";
	return why != NULL || told.kind == COURIER_OUTBOX
		       ? why
		       : plug_in(end, COURIER_OUTBOX);
}

/* The last medium: with its role the supervisor ends, once it is written. */
static refusal write_media(
	void *state, struct wire_end *end, struct wire_message *message)
{
	const int medium = memfd_create("outbox", MFD_CLOEXEC);
	(void)state;
	(void)message;
	if (read_told().swapped) {
		wire_send(end, SAY(MEDIA_GONE, &nothing), NULL, 0);
		plug_in(end, COURIER_BOXES);
	}
	wire_send(end, SAY(MEDIA_WRITABLE, &nothing), &medium, 1);
	if (read_told().card_goes)
		wire_send(end, SAY(MEDIA_GONE, &nothing), NULL, 0);
	return "nothing more comes";
}

static refusal say_kind(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct intake_kind kind = { 0 };
	(void)state;
	(void)message;
	if (pread(SPAWN_GRANTED, &kind.kind, sizeof(kind.kind), 0) !=
		sizeof(kind.kind))
		return "no medium";
	return wire_send(end, SAY(INTAKE_KIND, &kind), NULL, 0);
}

static refusal bring_members(
	void *state, struct wire_end *end, struct wire_message *message)
{
	const int list = any_list();
	const refusal why =
		wire_send(end, SAY(INTAKE_MEMBERS, &nothing), &list, 1);
	(void)state;
	(void)message;
	close(list);
	return why;
}

static refusal approve_a_revocation(
	void *state, struct wire_end *end, struct wire_message *message)
{
	static const struct keys_revoke revoke = { .from = REVOKED };
	(void)state;
	(void)message;
	return wire_send(end, SAY(DEFINE_REVOCATION, &revoke), NULL, 0);
}

static refusal bring_keys_note(
	void *state, struct wire_end *end, struct wire_message *message)
{
	static const struct intake_keys keys = { 0 };
	const int list = any_list();
	const refusal why = wire_send(end, SAY(INTAKE_KEYS, &keys), &list, 1);
	(void)state;
	(void)message;
	close(list);
	return why;
}

static refusal bring_box(
	void *state, struct wire_end *end, struct wire_message *message)
{
	static const struct intake_end last = { .boxes = BOXES };
	static uint16_t brought;
	const bool again =
		brought == (uint16_t)BOXES - 1 && read_told().boxes_room > 0;
	const struct intake_delivery box = {
		.box = { .sequence = again ? 0 : brought }
	};
	const struct notice trouble = notice_of(
		(struct notice_part){ .id = (uint16_t)read_told().trouble });
	if (trouble.part[0].id != NOTICE_NONE)
		return wire_send(end, SAY(REFUSED, &trouble), NULL, 0);
	const int list = any_list();
	const refusal why =
		brought++ < (uint16_t)BOXES
			? wire_send(end, SAY(INTAKE_BOX, &box), &list, 1)
			: wire_send(end, SAY(INTAKE_END, &last), NULL, 0);
	(void)state;
	(void)message;
	close(list);
	return why;
}

static refusal define_election_of_nothing(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct election election = {
		.id = { "village" },
		.machine = { "machine" },
		.rk = some_name,
		.rehearsal = read_told().rehearsal,
		.boxes_room = read_told().boxes_room,
	};
	const struct p256_public rk = scalar_public(1);
	const int list[] = { any_list(), any_list() };
	(void)state;
	(void)message;
	p256_to_point(&rk, election.rk_point);
	return wire_send(end, SAY(DEFINE_ELECTION, &election), list, 2);
}

static refusal tell_of_nothing(
	void *state, struct wire_end *end, struct wire_message *message)
{
	const struct notice line = notice_of(NOTICE_PART(BOXES,
		.first = BOXES - read_told().boxes_missing, .second = BOXES));
	(void)state;
	(void)message;
	return wire_send(end, SAY(DEFINE_DELIVERED, &line), NULL, 0);
}

static refusal approve_the_opening(
	void *state, struct wire_end *end, struct wire_message *message)
{
	static const struct define_approvals approvals = {
		.nonce = { { "auditor-1 nonce" } }
	};
	(void)state;
	(void)message;
	return wire_send(end, SAY(DEFINE_APPROVALS, &approvals), NULL, 0);
}

/* The number of this count, from 1. */
static uint8_t note_count(void)
{
	static const uint8_t one;
	const int file = open(
		counted_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (write(file, &one, sizeof(one)) != sizeof(one))
		_exit(2);
	const off_t size = lseek(file, 0, SEEK_END);
	close(file);
	return (uint8_t)size;
}

static refusal give_result(
	void *state, struct wire_end *end, struct wire_message *message)
{
	const uint8_t number = note_count();
	const struct told told = read_told();
	const char *content =
		told.counts_differ && number % 2 != 0 ? "b\n" : "a\n";
	const struct bytes text = bytes_of_text(content);
	struct tally_result result = { .digest = sha256(text) };
	const int memfd = memfd_of(text);
	(void)state;
	(void)message;
	result.digest.byte[0] ^= told.tally_lies;
	return wire_send(end, SAY(TALLY_RESULT, &result), &memfd, 1);
}

static refusal approve_the_release(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct define_approvals approvals = { .given = {
						      .release = 1,
						      .result = sha256(
							      bytes_of_text(
								      "a\n")),
					      } };
	(void)state;
	(void)message;
	approvals.given.result.byte[0] ^= read_told().another_approved;
	return wire_send(end, SAY(DEFINE_APPROVALS, &approvals), NULL, 0);
}

static refusal sign_result(
	void *state, struct wire_end *end, struct wire_message *message)
{
	static const struct keys_signed signed_by_rk = {
		.signature = { .r = { 1 }, .s = { 1 } }
	};
	(void)state;
	(void)message;
	return wire_send(end, SAY(KEYS_SIGNED, &signed_by_rk), NULL, 0);
}

static refusal unbind_media(
	void *state, struct wire_end *end, struct wire_message *message)
{
	(void)state;
	(void)message;
	return answer_or_attack(end, SAY(DONE, &nothing));
}

static refusal note_published(
	void *state, struct wire_end *end, struct wire_message *message)
{
	const uint16_t type = HEARD(message, PUBLISH_MEMBERS_OF)->type;
	const int file = open(published_file,
		O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	(void)state;
	if (write(file, &type, sizeof(type)) != sizeof(type))
		return "no file";
	close(file);
	return wire_send(end, SAY(DONE, &nothing), NULL, 0);
}

static refusal end_outbox(
	void *state, struct wire_end *end, struct wire_message *message)
{
	(void)state;
	(void)message;
	return read_told().outbox_breaks
		       ? role_refuse(end, "the outbox",
				 "it cannot be written: it may be broken, "
				 "bring another")
		       : wire_send(end, SAY(DONE, &nothing), NULL, 0);
}

static int serve(enum role self)
{
	static const struct role_duty duties[] = {
		{ KEYS_START, start_keys },
		{ KEYS_ANCHOR, extend_anchor },
		{ KEYS_AIRLOCK, close_airlock },
		{ KEYS_ELECTION, done },
		{ KEYS_PHASE, say_phase },
		{ KEYS_APPROVALS, done },
		{ KEYS_REVOKE, done },
		{ KEYS_QUOTE, attest },
		{ KEYS_SIGN, sign_result },
		{ KEYS_CERTIFY, attest },
		{ MEDIA_BIND, bind_media },
		{ MEDIA_WRITE, write_media },
		{ MEDIA_NONE, unbind_media },
		{ INTAKE_START, say_kind },
		{ INTAKE_TAKE, bring_members },
		{ INTAKE_TAKE_BOXES, bring_keys_note },
		{ INTAKE_NEXT, bring_box },
		{ DEFINE_LOAD, define_election_of_nothing },
		{ DEFINE_DELIVERY, tell_of_nothing },
		{ DEFINE_REVOKE, approve_a_revocation },
		{ DEFINE_OPEN, approve_the_opening },
		{ DEFINE_RELEASE, approve_the_release },
		{ TALLY_CLOSE, give_result },
		{ TALLY_NEXT, done },
		{ PUBLISH_BEGIN, done },
		{ PUBLISH_MEMBERS_OF, note_published },
		{ PUBLISH_PIECE, done },
		{ PUBLISH_STATE, done },
		{ PUBLISH_END, end_outbox },
	};
	struct wire_end end = role_end(self);
	return role_serve(
		&end, duties, sizeof(duties) / sizeof(duties[0]), NULL);
}

static int be_journal(void)
{
	const rlim_t most =
		access(told_file, F_OK) == 0 ? read_told().disk_most : 0;
	signal(SIGXFSZ, SIG_IGN);
	if (most > 0 &&
		setrlimit(RLIMIT_FSIZE, &(struct rlimit){ most, most }) != 0)
		return 2;
	return role_journal();
}

static int be_role(const char *name)
{
	if (strcmp(name, "journal") == 0)
		return be_journal();
	if (strcmp(name, "console") == 0)
		return role_console();
	for (enum role role = ROLE_KEYS; role < ROLES; role++)
		if (strcmp(name, role_name(role)) == 0)
			return serve(role);
	return 2;
}

/* --- a machine --- */

struct trial {
	int partition;
	int anchor;
};

static int new_file(void)
{
	const int file =
		memfd_create("device", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	assert_true(file >= 0);
	return file;
}

static struct peer journal_of(const struct trial *machine)
{
	struct peer journal;
	assert_null(peer_start(
		&journal, ROLE_JOURNAL, SANDBOX_DESK, &machine->partition, 1));
	return journal;
}

static struct wire_message ask(struct peer *peer, struct wire_said said,
	const int *list, size_t count, enum wire_type wanted)
{
	struct wire_message answer;
	struct notice why;
	assert_int_equal(
		peer_ask(peer, said, list, count, &answer, &why), ANSWERED);
	assert_int_equal(answer.type, wanted);
	return answer;
}

static int enrolled_list(void)
{
	static const struct journal_lock lock;
	uint8_t encoded[LOCK_MOST];
	uint8_t space[2 * LOCK_MOST];
	struct writer encoded_out = writer_of(encoded, sizeof(encoded));
	struct writer out = writer_of(space, sizeof(space));
	journal_lock_encode(&encoded_out, &lock);
	write_item(&out, ITEM_PRIVATE, "lock", written(&encoded_out));
	const int list = memfd_written(&out);
	assert_true(list >= 0);
	return list;
}

/* An entry of a type that is anchored; closes the list. */
static void append(const struct trial *machine, struct peer *journal,
	enum entry_type type, int list)
{
	const struct journal_append what = { .type = (uint16_t)type };
	const struct wire_message answer = ask(journal,
		SAY(JOURNAL_APPEND, &what), &list, 1, JOURNAL_APPENDED);
	assert_true(HEARD(&answer, JOURNAL_APPENDED)->anchor_due);
	assert_true(extend(machine->anchor,
		&HEARD(&answer, JOURNAL_APPENDED)->anchor_chain));
	close(list);
}

static struct trial machine_after(const enum entry_type *more, size_t count)
{
	static const struct journal_key key = { .mac_key = { { 1 } } };
	static const struct digest zero;
	const struct trial machine = { new_file(), new_file() };
	struct peer journal = journal_of(&machine);
	assert_int_equal(
		write(machine.anchor, &zero, sizeof(zero)), sizeof(zero));
	ask(&journal, SAY(JOURNAL_BEGIN, &key), NULL, 0, DONE);
	append(&machine, &journal, ENTRY_ENROLLED, enrolled_list());
	append(&machine, &journal, ENTRY_LOCKED, any_list());
	for (size_t i = 0; i < count; i++)
		append(&machine, &journal, more[i], any_list());
	peer_stop(&journal);
	return machine;
}

static void machine_end(const struct trial *machine)
{
	close(machine->partition);
	close(machine->anchor);
}

_Noreturn static void become_supervisor(const struct trial *machine)
{
	const int null = open("/dev/null", O_RDWR);
	const int log = memfd_of(bytes_of_text("an event log"));
	const int serial =
		open(serial_file, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	const int held[] = { null, serial, machine->partition, machine->anchor,
		log };
	enum { COUNT = sizeof(held) / sizeof(held[0]) };
	int aside[COUNT];
	for (int i = 0; i < COUNT; i++)
		aside[i] = fcntl(held[i], F_DUPFD, ASIDE);
	for (int i = 0; i < COUNT; i++)
		if (dup2(aside[i], INIT_CONSOLE + i) < 0)
			_exit(2);
	_exit(supervisor_main(SANDBOX_DESK));
}

static int supervisor_end(const struct trial *machine, const struct told *told)
{
	int status = -1;
	const int file =
		open(told_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_int_equal(write(file, told, sizeof(*told)), sizeof(*told));
	close(file);
	const pid_t child = fork();
	unlink(screen_file);
	if (child == 0)
		become_supervisor(machine);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void run_supervisor(const struct trial *machine, const struct told *told)
{
	assert_int_equal(supervisor_end(machine, told), INIT_STOPPED);
}

/* After the enrolment, its lock and the boot, and under the TPM's anchor. */
static void expect_recorded(const struct trial *machine, const char *line)
{
	enum { BEFORE = 3 };
	static const struct journal_get last = { BEFORE };
	struct journal_key key = { .mac_key = mac_key };
	struct peer journal = journal_of(machine);
	struct bytes list;
	struct bytes said;
	assert_int_equal(pread(machine->anchor, &key.anchor, SHA256_SIZE, 0),
		SHA256_SIZE);
	assert_int_equal(ask(&journal, SAY(JOURNAL_UNLOCK, &key), NULL, 0,
				 JOURNAL_UNLOCKED)
				 .body.JOURNAL_UNLOCKED.entries,
		BEFORE + 1);
	struct wire_message entry =
		ask(&journal, SAY(JOURNAL_GET, &last), NULL, 0, JOURNAL_ENTRY);
	assert_int_equal(HEARD(&entry, JOURNAL_ENTRY)->type, ENTRY_FAILED);
	assert_null(memfd_map(entry.descriptor[0], ITEMS_MOST, &list));
	assert_true(items_find(list, "failed", &said));
	if (said.size < strlen(line) ||
		memcmp(said.data, line, strlen(line)) != 0)
		fail_msg("\"%.*s\", not \"%s\"", (int)said.size,
			(const char *)said.data, line);
	memfd_unmap(&list);
	wire_close(&entry);
	peer_stop(&journal);
}

static void expect(const struct hostile *told, const char *line)
{
	const struct trial machine = machine_after(NULL, 0);
	run_supervisor(&machine, &(struct told){ .attack = *told });
	expect_recorded(&machine, line);
	machine_end(&machine);
}

/* As its row has it, but sent by this role. */
static struct hostile sent_by(enum role role, enum wire_type type)
{
	const struct wire_row *row = wire_row_of(type);
	return (struct hostile){ .self = ROLE_SUPERVISOR,
		.peer = role,
		.type = type,
		.length = wire_size(row),
		.descriptors = row->descriptors_least };
}

static void test_the_journal_names_the_message(void **state)
{
	struct hostile told = sent_by(ROLE_MEDIA, COUNT_VOID);
	(void)state;
	expect(&told,
		"the media role: COUNT_VOID: a message from the wrong sender");
	told = sent_by(ROLE_MEDIA, MEDIA_WRITABLE);
	expect(&told, "the media role: MEDIA_WRITABLE: a message that answers "
		      "no open question");
	told.length++;
	expect(&told, "the media role: MEDIA_WRITABLE: a message of the wrong "
		      "length");
	told = sent_by(ROLE_MEDIA, DONE);
	told.descriptors++;
	expect(&told, "the media role: DONE: a message with an unexpected "
		      "descriptor");
	told = sent_by(ROLE_KEYS, KEYS_OPENED);
	expect(&told, "the keys role: KEYS_OPENED: a message that answers "
		      "no open question");
}

static void test_the_journal_names_who_ended(void **state)
{
	(void)state;
	expect(&(struct hostile){ .peer = ROLE_KEYS },
		"the keys role: the peer has gone: it gave up");
	expect(&(struct hostile){ .peer = ROLE_MEDIA },
		"the media role: the peer has gone: it gave up");
}

/* Blocks from the journal's end; more than that its disk has as well. */
static off_t make_room(const struct trial *machine, size_t blocks)
{
	const off_t end = lseek(machine->partition, 0, SEEK_END) +
			  (off_t)blocks * JOURNAL_BLOCK_SIZE;
	assert_int_equal(ftruncate(machine->partition, end), 0);
	return end;
}

static size_t published_of(enum entry_type type)
{
	const int file = open(published_file, O_RDONLY | O_CLOEXEC);
	size_t count = 0;
	uint16_t is;
	assert_true(file >= 0);
	while (read(file, &is, sizeof(is)) == sizeof(is))
		count += is == type;
	close(file);
	unlink(published_file);
	return count;
}

/*
 * The last entry of a medium is refused: what the checkpoint counts is
 * published nevertheless.
 */
static void test_boxes_are_published_without_their_mediums_end(void **state)
{
	static const enum entry_type more[] = { ENTRY_SEALED, ENTRY_INTAKE };
	const struct trial machine = machine_after(more, 2);
	(void)state;
	const off_t most = make_room(&machine, 1 + BOXES);
	make_room(&machine, 16);
	run_supervisor(&machine, &(struct told){ .media_come = true,
					 .disk_most = (rlim_t)most });
	assert_int_equal(published_of(ENTRY_BOX), BOXES);
	machine_end(&machine);
}

static const char *content_of(const char *path)
{
	static char space[1 << 14];
	const int file = open(path, O_RDONLY | O_CLOEXEC);
	const ssize_t size = read(file, space, sizeof(space) - 1);
	assert_true(size > 0);
	close(file);
	space[size] = '\0';
	return space;
}

/* What it has from a line that begins with this to its end. */
static void expect_lines_of(
	const char *path, const char *from, const char *wanted)
{
	const char *space = content_of(path);
	const char *found = strstr(space, from);
	assert_non_null(found);
	if (strcmp(found, wanted) != 0)
		fail_msg("%s", space);
}

static void expect_lines(const char *from, const char *wanted)
{
	expect_lines_of(serial_file, from, wanted);
}

/* Said once: nothing that needs it is begun, and no medium asked for. */
static void test_a_dead_tpm_ends_the_boot(void **state)
{
	static const enum entry_type more[] = { ENTRY_SEALED, ENTRY_INTAKE };
	const struct trial machine = machine_after(more, 2);
	(void)state;
	run_supervisor(&machine, &(struct told){ .tpm_dies = true });
	expect_lines("sandoq: ", "sandoq: failed: no TPM answers\n");
	machine_end(&machine);
}

/* Nothing is taken in behind an entry that the TPM has not anchored. */
static void test_a_refused_anchor_ends_the_boot(void **state)
{
	static const enum entry_type more[] = { ENTRY_SEALED, ENTRY_INTAKE };
	const struct trial machine = machine_after(more, 2);
	(void)state;
	make_room(&machine, 16);
	run_supervisor(&machine,
		&(struct told){ .media_come = true, .refuses_anchor = 2 });
	expect_lines("sandoq: medium: boxes",
		"sandoq: medium: boxes\nsandoq: failed: another anchor\n");
	machine_end(&machine);
}

/* Open, or approved: what it does then is to count. */
static struct trial machine_that_counts(enum machine_state state)
{
	static const enum entry_type more[] = { ENTRY_SEALED, ENTRY_INTAKE,
		ENTRY_OPEN, ENTRY_CLOSED, ENTRY_APPROVED };
	const struct trial machine =
		machine_after(more, state == STATE_OPEN ? 3 : 5);
	make_room(&machine, 16);
	return machine;
}

#define COUNT_1 "sandoq: count 1 of 2: 0 boxes counted, 0 void\n"
#define COUNT_2 "sandoq: count 2 of 2: 0 boxes counted, 0 void\n"
#define DELIVERED "sandoq: 3 of 3 boxes were delivered\n"

/* Of a machine that has failed, when no medium comes. */
#define FAILED_BOOT                                                            \
	"sandoq: courier boot: state failed\n"                                 \
	"sandoq: airlock: PCR 14 is extended; the TPM refuses the box key "    \
	"and the result key in this boot: as it should\n"                      \
	"sandoq: waiting: state failed: insert an outbox, and give it to an "  \
	"operator: it tells why\n"                                             \
	"sandoq: failed: the media role: the peer has gone: it gave up\n"

static void expect_count(enum machine_state state, const struct told *told,
	int end, const char *wanted)
{
	const struct trial machine = machine_that_counts(state);
	assert_int_equal(supervisor_end(&machine, told), end);
	expect_lines("sandoq: count ", wanted);
	unlink(counted_file);
	machine_end(&machine);
}

static void test_boxes_are_counted_twice(void **state)
{
	static const struct told told = { .media_come = false };
	(void)state;
	expect_count(STATE_OPEN, &told, INIT_REBOOT,
		COUNT_1 COUNT_2 DELIVERED
		"sandoq: closed: restarting into a courier boot to give the "
		"evidence out\n");
	expect_count(STATE_APPROVED, &told, INIT_REBOOT,
		COUNT_1 COUNT_2 DELIVERED
		"sandoq: released: the TPM signed the result; restarting into "
		"a courier boot to give it out\n");
}

static void test_counts_that_differ_are_no_result(void **state)
{
	static const struct told told = { .counts_differ = true };
	(void)state;
	expect_count(STATE_OPEN, &told, INIT_STOPPED,
		COUNT_1 COUNT_2
		"sandoq: failed: the two counts do not agree\n" FAILED_BOOT);
}

static void test_no_other_result_is_signed_than_was_approved(void **state)
{
	static const struct told told = { .another_approved = true };
	(void)state;
	expect_count(STATE_APPROVED, &told, INIT_STOPPED,
		COUNT_1 COUNT_2 DELIVERED
		"sandoq: failed: the count is not the one that the auditors "
		"approved\n" FAILED_BOOT);
}

/* Of a boot in which nothing was counted. */
static void expect_no_count(const struct told *told, const char *wanted)
{
	const struct trial machine = machine_that_counts(STATE_OPEN);
	run_supervisor(&machine, told);
	expect_lines("sandoq: ", wanted);
	unlink(counted_file);
	machine_end(&machine);
}

static void test_a_result_is_the_one_that_was_told(void **state)
{
	static const struct told told = { .tally_lies = true };
	(void)state;
	expect_no_count(&told,
		"sandoq: counting boot: state open\n"
		"sandoq: no medium is bound, whatever is plugged in\n" DELIVERED
		"sandoq: failed: the tally role gave another result than it "
		"said\n" FAILED_BOOT);
}

/* Whose role does not answer may have bound one. */
static void test_nothing_is_counted_before_media_are_unbound(void **state)
{
	static const struct told told = { .attack.peer = ROLE_MEDIA };
	(void)state;
	expect_no_count(&told,
		"sandoq: counting boot: state open\n"
		"sandoq: failed: the media role: the peer has gone: it gave "
		"up\n");
}

static void test_the_phase_is_the_journal_s(void **state)
{
	static const char wanted[] =
		"sandoq: failed: the TPM's phase counter is not where the "
		"journal is\n" FAILED_BOOT;
	static const struct told ahead = { .phase_ahead = 1 };
	static const struct told behind = { .phase_ahead = -1 };
	(void)state;
	expect_no_count(&ahead, wanted);
	expect_no_count(&behind, wanted);
}

#define WAITS                                                                  \
	"sandoq: journal: 0 of 0 MiB are free\n"                               \
	"sandoq: ready: state enrolled: insert a medium\n"

#define OUTBOX                                                                 \
	"sandoq: medium: outbox\n"                                             \
	"sandoq: done: remove the medium\n" WAITS                              \
	"sandoq: failed: the media role: the peer has gone: it gave up\n"

/* Nobody has sealed an election: there is none whose boxes these are. */
static void test_a_medium_is_for_a_state(void **state)
{
	const struct trial machine = machine_after(NULL, 0);
	(void)state;
	make_room(&machine, 16);
	run_supervisor(&machine, &(struct told){ .media_come = true });
	expect_lines("sandoq: medium: boxes",
		"sandoq: medium: boxes\n"
		"sandoq: refused: a medium of kind boxes is not for a machine "
		"in state enrolled: bring what this state waits for\n"
		"sandoq: remove the medium\n" WAITS "sandoq: medium: outbox\n"
		"sandoq: done: remove the medium\n" WAITS
		"sandoq: failed: the media role: the peer has gone: it gave "
		"up\n");
	unlink(published_file);
	machine_end(&machine);
}

static void expect_revocation(
	uint64_t revocation, uint64_t epoch, const char *wanted)
{
	const struct trial machine = machine_after(NULL, 0);
	const struct told told = { .media_come = true,
		.kind = COURIER_REVOCATION,
		.revocation = revocation,
		.epoch = epoch };
	make_room(&machine, 16);
	run_supervisor(&machine, &told);
	expect_lines("sandoq: medium: revocation", wanted);
	unlink(published_file);
	machine_end(&machine);
}

#define REFUSED_REVOCATION(why)                                                \
	"sandoq: medium: revocation\n"                                         \
	"sandoq: refused: " why "\n"                                           \
	"sandoq: remove the medium\n" WAITS OUTBOX

/* A machine without any software that may run would be lost. */
static void test_the_software_that_runs_outlives_a_revocation(void **state)
{
	(void)state;
	expect_revocation(REVOKED, REVOKED + 1,
		"sandoq: medium: revocation\n"
		"sandoq: revoked: the revocation counter is 8; software "
		"approved up to 7 never runs here again\n"
		"sandoq: done: remove the medium\n" WAITS OUTBOX);
	expect_revocation(REVOKED, REVOKED,
		REFUSED_REVOCATION("the revocation would end the software that "
				   "runs: have other software approved and "
				   "installed first"));
	expect_revocation(REVOKED - 1, REVOKED + 1,
		REFUSED_REVOCATION("the revocation is for another value of the "
				   "counter"));
}

/* Of the boot, the boxes and their medium's end the last box has no room. */
static void test_boxes_leave_room_for_their_mediums_end(void **state)
{
	static const enum entry_type more[] = { ENTRY_SEALED, ENTRY_INTAKE };
	const struct trial machine = machine_after(more, 2);
	struct journal_key key = { .mac_key = mac_key };
	(void)state;
	/* Enrolled, its lock, the two, the boot, the boxes, their end. */
	enum { ANCHORED = 2 + 2 + 1 + BOXES - 1 + 1 };
	make_room(&machine, 1 + BOXES);
	run_supervisor(&machine, &(struct told){ .media_come = true });
	assert_int_equal(published_of(ENTRY_BOX), BOXES - 1);
	struct peer journal = journal_of(&machine);
	assert_int_equal(pread(machine.anchor, &key.anchor, SHA256_SIZE, 0),
		SHA256_SIZE);
	const struct wire_message answer = ask(
		&journal, SAY(JOURNAL_UNLOCK, &key), NULL, 0, JOURNAL_UNLOCKED);
	assert_int_equal(HEARD(&answer, JOURNAL_UNLOCKED)->free, 0);
	assert_int_equal(HEARD(&answer, JOURNAL_UNLOCKED)->anchored, ANCHORED);
	peer_stop(&journal);
	machine_end(&machine);
}

#define MEDIA_END                                                              \
	"sandoq: failed: the media role: the peer has gone: it gave up\n"

#define WAITS_FOR_MORE                                                         \
	"sandoq: journal: 0 of 0 MiB are free\n" DELIVERED                     \
	"sandoq: ready: state intake: insert a medium\n"

/*
 * There is room for one that is larger than it can be, and not for two. The
 * first needs none when it comes again.
 */
static void test_a_large_box_that_is_there_needs_no_room(void **state)
{
	static const enum entry_type more[] = { ENTRY_SEALED, ENTRY_INTAKE };
	const struct trial machine = machine_after(more, 2);
	const struct told told = { .media_come = true,
		.boxes_room = 2UL * JOURNAL_BLOCK_SIZE };
	(void)state;
	/* For the boot, the box, the medium's end, and what is kept. */
	make_room(&machine, 1 + 1 + 1 + 2);
	run_supervisor(&machine, &told);
	expect_lines("sandoq: medium: boxes",
		"sandoq: medium: boxes\n"
		"sandoq: box refused: : it is larger than its ballots can be, "
		"and would take other boxes' room: move the journal to a "
		"larger partition and bring it again\n"
		"sandoq: : already in the journal, nothing is taken twice\n"
		"sandoq: 1 boxes taken, 1 known, 1 refused; the journal holds "
		"3 leaves; bring an outbox for the receipt\n"
		"sandoq: done: remove the medium\n"
		"sandoq: boxes of this stick that were not taken: "
		"1\n" WAITS_FOR_MORE "sandoq: medium: outbox\n"
		"sandoq: done: remove the medium\n" WAITS_FOR_MORE
		"sandoq: failed: the media role: the peer has gone: it gave "
		"up\n");
	assert_int_equal(published_of(ENTRY_BOX), 1);
	machine_end(&machine);
}

/* What is wrong with the disk is no fault of the box, however large. */
static void test_a_disk_that_fails_is_no_large_box(void **state)
{
	static const enum entry_type more[] = { ENTRY_SEALED, ENTRY_INTAKE };
	const struct trial machine = machine_after(more, 2);
	struct told told = { .media_come = true,
		.stays_out = true,
		.boxes_room = JOURNAL_BLOCK_SIZE };
	(void)state;
	/* For the boot alone. */
	told.disk_most = (rlim_t)make_room(&machine, 1);
	make_room(&machine, 16);
	run_supervisor(&machine, &told);
	expect_lines("sandoq: medium: boxes",
		"sandoq: medium: boxes\n"
		"sandoq: 0 boxes taken, 0 known, 0 refused; the journal holds "
		"1 leaves; bring an outbox for the receipt\n"
		"sandoq: refused: the journal takes no entry: the machine's "
		"disk cannot write: switch off and on; if it stays so, copy "
		"the disk to another\n"
		"sandoq: remove the medium\n" WAITS_FOR_MORE MEDIA_END);
	machine_end(&machine);
}

/* What the screen's large line says, from this on. */
static void expect_screen(
	const struct told *told, const char *from, const char *wanted)
{
	static const enum entry_type more[] = { ENTRY_SEALED, ENTRY_INTAKE };
	const struct trial machine = machine_after(more, 2);
	make_room(&machine, 16);
	run_supervisor(&machine, told);
	expect_lines_of(screen_file, from, wanted);
	machine_end(&machine);
}

#define SCREEN_END                                                             \
	"The machine has stopped: the media role: the peer has gone: it gave " \
	"up\n"

/* Nobody has read yet why, when the stick that was pulled out is gone. */
static void test_a_refusal_stays_when_its_stick_is_gone(void **state)
{
	struct told told = { .media_come = true,
		.one_goes = true,
		.stays_out = true,
		.trouble = NOTICE_STICK_PULLED };
	(void)state;
	expect_screen(&told, "Reading the stick",
		"Reading the stick: boxes\n"
		"Refused: the medium was pulled out: insert it again, and "
		"leave it until it is done\n" SCREEN_END);
	told.trouble = NOTICE_STICK_ENDS;
	expect_screen(&told, "Reading the stick",
		"Reading the stick: boxes\n"
		"Refused: the medium ends in the middle of its archive: pack "
		"it "
		"anew, on a larger one\n"
		"Ready for the boxes\n" SCREEN_END);
}

/*
 * The reader of a card stays, and the publish role cannot tell that the card
 * has gone. The media role can, and that it has ended is another thing.
 */
static void test_a_card_that_goes_is_not_called_broken(void **state)
{
	struct told told = { .media_come = true,
		.kind = COURIER_OUTBOX,
		.outbox_breaks = true,
		.card_goes = true };
	(void)state;
	expect_screen(&told, "Writing",
		"Writing the outbox\n"
		"Refused: the outbox: it was pulled out before all was "
		"written: pack it anew, insert it, and leave it until it is "
		"done\n" SCREEN_END);
	told.card_goes = false;
	expect_screen(&told, "Writing", "Writing the outbox\n" SCREEN_END);
	unlink(published_file);
}

/* What can be written then was not read, and is not lost on anybody, either. */
static void test_a_stick_in_the_place_of_the_outbox_is_read(void **state)
{
	const struct told told = {
		.media_come = true, .kind = COURIER_OUTBOX, .swapped = true
	};
	(void)state;
	expect_screen(&told, "Writing",
		"Writing the outbox\n"
		"Ready for the boxes\n"
		"Refused: the outbox was pulled out: insert it again, and "
		"leave it until it is done\n"
		"Reading the stick: boxes\n"
		"Done\n" SCREEN_END);
}

/* As long as a box is missing; also once a stick is out. */
static void test_what_is_missing_is_said_while_it_can_come(void **state)
{
	struct told told = { .boxes_missing = 2 };
	(void)state;
	expect_screen(&told, "Ready",
		"Ready for the boxes; not all have come\n" SCREEN_END);
	told = (struct told){ .media_come = true,
		.one_goes = true,
		.stays_out = true,
		.boxes_missing = 1 };
	expect_screen(&told, "Done",
		"Done\n"
		"Ready for the boxes; not all have come\n" SCREEN_END);
	told = (struct told){ .boxes_missing = 0 };
	expect_screen(&told, "Ready", "Ready for the boxes\n" SCREEN_END);
}

/* Once for the boot, before anything that is asked of people. */
static void test_a_rehearsal_is_said_to_be_one(void **state)
{
	static const struct told told = { .rehearsal = true };
	(void)state;
	expect_screen(&told, "REHEARSAL",
		"REHEARSAL: no real election\n"
		"Ready for the boxes\n" SCREEN_END);
}

#define HAS_FAILED                                                             \
	"The machine has failed: the TPM's phase counter is not where the "    \
	"journal is\n"

/* Behind a stick that was of no use to it. */
static void test_a_failed_machine_says_why_again(void **state)
{
	static const struct told told = { .phase_ahead = 1,
		.media_come = true,
		.one_goes = true,
		.stays_out = true };
	(void)state;
	expect_screen(&told, HAS_FAILED,
		HAS_FAILED
		"Reading the stick: boxes\n"
		"Refused: a medium of kind boxes is not for a machine in state "
		"failed: bring what this state waits for\n" HAS_FAILED
			SCREEN_END);
}

/* What it says is an index of tables in the supervisor. */
static void test_a_state_beyond_the_table_ends_the_boot(void **state)
{
	static const uint16_t states[] = { STATE_ABANDONED + 1, STATE_FAILED,
		STATE_FAILED + 1, UINT16_MAX };
	(void)state;
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		const struct journal_folded folded = { .state = states[i] };
		struct session session = { .state = STATE_SEALED };
		assert_false(session_folded(&session, &folded));
		assert_true(session.broken);
		assert_int_equal(session.state, STATE_SEALED);
		assert_string_equal(notice_told(&session.why),
			"the journal role's answers do not follow from each "
			"other");
	}
}

static int prepare(void **state)
{
	(void)state;
	return mkdtemp(place) != NULL && chdir(place) == 0 ? 0 : -1;
}

static int clear(void **state)
{
	(void)state;
	return unlink(told_file) == 0 && unlink(serial_file) == 0 &&
			       unlink(screen_file) == 0 && rmdir(place) == 0
		       ? 0
		       : -1;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_journal_names_the_message),
		cmocka_unit_test(test_the_journal_names_who_ended),
		cmocka_unit_test(
			test_boxes_are_published_without_their_mediums_end),
		cmocka_unit_test(test_a_dead_tpm_ends_the_boot),
		cmocka_unit_test(test_a_refused_anchor_ends_the_boot),
		cmocka_unit_test(test_boxes_are_counted_twice),
		cmocka_unit_test(test_counts_that_differ_are_no_result),
		cmocka_unit_test(
			test_no_other_result_is_signed_than_was_approved),
		cmocka_unit_test(test_a_result_is_the_one_that_was_told),
		cmocka_unit_test(
			test_nothing_is_counted_before_media_are_unbound),
		cmocka_unit_test(test_the_phase_is_the_journal_s),
		cmocka_unit_test(test_a_medium_is_for_a_state),
		cmocka_unit_test(
			test_the_software_that_runs_outlives_a_revocation),
		cmocka_unit_test(test_boxes_leave_room_for_their_mediums_end),
		cmocka_unit_test(test_a_large_box_that_is_there_needs_no_room),
		cmocka_unit_test(test_a_disk_that_fails_is_no_large_box),
		cmocka_unit_test(test_a_refusal_stays_when_its_stick_is_gone),
		cmocka_unit_test(test_a_card_that_goes_is_not_called_broken),
		cmocka_unit_test(
			test_a_stick_in_the_place_of_the_outbox_is_read),
		cmocka_unit_test(
			test_what_is_missing_is_said_while_it_can_come),
		cmocka_unit_test(test_a_rehearsal_is_said_to_be_one),
		cmocka_unit_test(test_a_failed_machine_says_why_again),
		cmocka_unit_test(test_a_state_beyond_the_table_ends_the_boot),
	};
	if (argc == 3 && strcmp(argv[0], "sandoqd") == 0)
		return be_role(argv[1]);
	patience(PATIENCE);
	return cmocka_run_group_tests(tests, prepare, clear);
}
