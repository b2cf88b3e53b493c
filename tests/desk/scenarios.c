/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/desk/play.h"
#include "tests/support/scalar.h"

#include "appliance/formats/crypto.h"
#include "appliance/formats/ustar.h"
#include "appliance/machine/define.h"
#include "appliance/machine/memfd.h"
#include "appliance/record/items.h"
#include "appliance/record/journal.h"
#include "tests/support/election.h"

#include <fcntl.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	LIST_MOST = 1 << 16,
	/* So many that their list moves to another place. */
	MANY = 5000,
	STATIONS = 2500,
	START = 4, /* entries before the first box */
};

static int sealed(struct bytes content)
{
	const int memfd = memfd_of(content);
	assert_true(memfd >= 0);
	return memfd;
}

static int empty_memfd(void)
{
	const int memfd =
		memfd_create("device", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	assert_true(memfd >= 0);
	return memfd;
}

/* Members of the paper as public items, a NULL behind the last. */
static int list_of(const struct paper *paper, const char *const *name)
{
	static uint8_t space[LIST_MOST];
	struct writer out = writer_of(space, sizeof(space));
	for (; *name != NULL; name++)
		write_item(&out, ITEM_PUBLIC, *name, paper_get(paper, *name));
	assert_false(out.broken);
	return sealed(written(&out));
}

/* A station that no other has, as a definition names it. */
static json_t *station_json(size_t number)
{
	const uint8_t scalar[P256_SIZE] = { [P256_SIZE - 3] = 1,
		[P256_SIZE - 2] = (uint8_t)(number >> 8),
		[P256_SIZE - 1] = (uint8_t)number };
	char id[ID_MOST + 1];
	char text[256];
	struct writer out = writer_of(text, sizeof(text));
	struct p256_private *key;
	struct note_key who;
	assert_null(p256_from_scalar(scalar, &key));
	const struct p256_public public = p256_public_of(key);
	snprintf(id, sizeof(id), "further-%zu", number);
	assert_null(note_key_of(id, &public, &who));
	write_note_key(&out, &who);
	p256_free(key);
	return json_pack("{s:s, s:{s:s, s:s}, s:[s], s:s%, s:i}", "id", id,
		"name", "fa", id, "en", id, "contests", "council", "key", text,
		out.size, "ballots_issued", 1);
}

/* The paper's definition, with as many stations as a large city has. */
static const char *large_json(const struct paper *paper)
{
	static char *made;
	if (made != NULL)
		return made;
	json_t *json = json_loads(paper->json, 0, NULL);
	json_t *stations = json_object_get(json, "stations");
	while (json_array_size(stations) < STATIONS)
		assert_int_equal(
			json_array_append_new(stations,
				station_json(json_array_size(stations))),
			0);
	made = json_dumps(json, JSON_INDENT(2));
	assert_non_null(made);
	json_decref(json);
	return made;
}

static void large_definition(
	const struct paper *paper, struct definition *definition)
{
	char error[DEFINITION_ERROR_MOST];
	if (!definition_parse(
		    definition, bytes_of_text(large_json(paper)), error))
		fail_msg("%s", error);
}

/* Of the large city, under the digest of the paper's definition. */
static int plan_of(const struct paper *paper)
{
	struct definition definition;
	large_definition(paper, &definition);
	struct plan *plan = &definition.plan;
	plan->definition = paper->definition.plan.definition;
	const size_t size = plan_size_most(plan);
	uint8_t *space = malloc(size);
	struct writer out = writer_of(space, size);
	assert_non_null(space);
	plan_encode(&out, plan);
	const int memfd = sealed(written(&out));
	free(space);
	definition_free(&definition);
	return memfd;
}

/* --- journal --- */

static bool append(struct play *play, const struct journal_append *what,
	int list, struct journal_key *key)
{
	const struct journal_folded *done = &play->answer.body.JOURNAL_APPENDED;
	if (!play_ask(play, SAY(JOURNAL_APPEND, what), &list, 1,
		    JOURNAL_APPENDED))
		return false;
	if (done->anchor_due) {
		const struct bytes part[] = {
			bytes_of(key->anchor.byte, SHA256_SIZE),
			bytes_of(done->anchor_chain.byte, SHA256_SIZE),
		};
		key->anchor = sha256_parts(part, 2);
	}
	return true;
}

static bool append_many(struct play *play, int list, struct journal_key *key)
{
	static const enum entry_type type[START] = { ENTRY_ENROLLED,
		ENTRY_LOCKED, ENTRY_SEALED, ENTRY_INTAKE };
	bool well = true;
	for (uint16_t i = 0; well && i < START; i++) {
		const struct journal_append what = {
			.type = (uint16_t)type[i]
		};
		well = append(play, &what, list, key);
	}
	for (uint16_t i = 0; well && i < MANY; i++) {
		const struct journal_append what = { .type = ENTRY_BOX,
			.sequence = i };
		well = append(play, &what, list, key);
	}
	return well;
}

static bool write_journal(
	struct play *play, const struct paper *paper, struct journal_key *key)
{
	static const char *const items[] = { "operators", NULL };
	const int list = list_of(paper, items);
	const bool well =
		play_ask(play, SAY(JOURNAL_SCAN, &nothing), NULL, 0,
			JOURNAL_SCANNED) &&
		play_ask(play, SAY(JOURNAL_BEGIN, key), NULL, 0, DONE) &&
		append_many(play, list, key);
	close(list);
	return well;
}

static bool read_journal(struct play *play, const struct journal_key *key)
{
	const struct journal_get first = { 0 };
	const struct journal_get none = { START + MANY };
	const struct journal_heads heads = { .head = HEAD_ENTRIES,
		.entries = START + MANY,
		.origin = { "machine/election" } };
	const struct journal_heads checkpoint = { .head = HEAD_CHECKPOINT,
		.entries = START + MANY,
		.origin = { "machine/election" } };
	return play_ask(play, SAY(JOURNAL_UNLOCK, key), NULL, 0,
		       JOURNAL_UNLOCKED) &&
	       play_ask(play, SAY(JOURNAL_GET, &first), NULL, 0,
		       JOURNAL_ENTRY) &&
	       play_ask(play, SAY(JOURNAL_GET, &none), NULL, 0, REFUSED) &&
	       play_ask(play, SAY(JOURNAL_HEADS, &heads), NULL, 0,
		       JOURNAL_PIECE) &&
	       play_ask(play, SAY(JOURNAL_HEADS, &checkpoint), NULL, 0,
		       JOURNAL_PIECE) &&
	       play_ask(play, SAY(JOURNAL_DELIVERIES, &nothing), NULL, 0,
		       JOURNAL_CAME);
}

/* A first start, and a second one on what the first has written. */
static bool journal(const struct stage *stage)
{
	const int partition = empty_memfd();
	struct journal_key key = { .mac_key = { { 1 } } };
	struct play play = play_start(stage, ROLE_JOURNAL, &partition, 1);
	bool well = play_ends(&play, write_journal(&play, stage->paper, &key));
	if (well) {
		play = play_start(stage, ROLE_JOURNAL, &partition, 1);
		well = play_ends(&play, read_journal(&play, &key));
	}
	close(partition);
	return well;
}

/* --- keys --- */

static bool keys(const struct stage *stage)
{
	struct swtpm *twin = swtpm_copy(stage->swtpm);
	const int tpm = swtpm_start_records(twin);
	const struct journal_scanned blank = { .blank = 1 };
	const struct keys_quote quote = { { { 1 } } };
	const struct keys_certify certify = { { { 1 } }, 0 };
	struct play play = play_start(stage, ROLE_KEYS, &tpm, 1);
	const bool well = play_ends(
		&play, play_ask(&play, SAY(KEYS_START, &blank), NULL, 0,
			       KEYS_STARTED) &&
			       play_ask(&play, SAY(KEYS_IDENTITY, &nothing),
				       NULL, 0, KEYS_MEMBERS) &&
			       play_ask(&play, SAY(KEYS_QUOTE, &quote), NULL, 0,
				       KEYS_MEMBERS) &&
			       /* There is no anchor yet. */
			       play_ask(&play, SAY(KEYS_CERTIFY, &certify),
				       NULL, 0, REFUSED));
	swtpm_free(twin);
	return well;
}

/* --- console --- */

/* What the role writes to; `screen` is where it is seen. */
static int terminal(int *screen)
{
	struct termios raw;
	*screen = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(*screen >= 0);
	assert_int_equal(unlockpt(*screen), 0);
	const int tty = open(ptsname(*screen), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(tty >= 0);
	assert_int_equal(tcgetattr(tty, &raw), 0);
	cfmakeraw(&raw);
	assert_int_equal(tcsetattr(tty, TCSANOW, &raw), 0);
	return tty;
}

/* Once nobody has it open any more: reading does not wait then. */
static bool showed(int screen, const char *line)
{
	char text[WIRE_TEXT_MOST] = "";
	const ssize_t got = read(screen, text, sizeof(text) - 1);
	close(screen);
	return got > 0 && strcmp(text, line) == 0;
}

/* The test has to say that this is one: appliance/machine/screen_device.c asks.
 */
static int framebuffer(void)
{
	const int memfd = empty_memfd();
	assert_int_equal(
		ftruncate(memfd, (off_t)SCENARIO_WIDTH * SCENARIO_HEIGHT * 4),
		0);
	return memfd;
}

/* The band has a colour, whatever is said. */
static bool drew(int screen)
{
	const uint8_t white[] = { 0xff, 0xff, 0xff, 0 };
	uint8_t pixel[4];
	return pread(screen, pixel, sizeof(pixel), 0) == sizeof(pixel) &&
	       memcmp(pixel, white, sizeof(pixel)) != 0 &&
	       (pixel[0] | pixel[1] | pixel[2]) != 0;
}

/* A text that runs both ways many times takes memory to be put into order. */
static struct notice many_turns(void)
{
	struct notice notice = notice_of(NOTICE_PART(MACHINE));
	char *text = notice.part[0].text;
	for (size_t i = 0; i + 4 < NOTICE_TEXT_MOST; i += 4)
		memcpy(text + i, "a ب", sizeof("a ب"));
	notice_add(&notice, notice.part[0]);
	notice.part[1].id = NOTICE_TEXT;
	return notice;
}

static bool console(const struct stage *stage)
{
	static const char shown[] = "sandoq: done: remove the medium\n";
	const struct notice notice = notice_of(NOTICE_PART(DONE));
	const struct notice turning = many_turns();
	int serial;
	const int granted[] = { framebuffer(), terminal(&serial) };
	struct play play = play_start(stage, ROLE_CONSOLE, granted, 2);
	bool well = play_ends(&play,
		play_ask(&play, SAY(CONSOLE_NOTICE, &turning), NULL, 0, DONE) &&
			play_ask(&play, SAY(CONSOLE_NOTICE, &notice), NULL, 0,
				DONE) &&
			play_ask(&play, SAY(CONSOLE_DRAWN, &nothing), NULL, 0,
				DONE));
	well = drew(granted[0]) && well;
	close(granted[0]);
	close(granted[1]);
	return showed(serial, shown) && well;
}

/* --- intake --- */

static int archive_of(
	const struct paper *paper, const char *label, const char *const *name)
{
	const size_t most = 8 << 20;
	uint8_t *space = malloc(most);
	struct writer out = writer_of(space, most);
	assert_non_null(space);
	write_ustar_member(&out, "courier", bytes_of_text(label));
	for (; *name != NULL; name++)
		write_ustar_member(&out, *name, paper_get(paper, *name));
	write_ustar_end(&out);
	assert_false(out.broken);
	const int memfd = sealed(written(&out));
	free(space);
	return memfd;
}

struct election scenario_election(const struct paper *paper)
{
	const struct chain *chain = &paper->chain;
	struct election out = {
		.definition = paper->definition.plan.definition,
		.phase = PAPER_PHASE,
	};
	out.ak = chain->machine.ak;
	out.bk = chain->bk.name;
	out.rk = chain->rk.name;
	p256_to_point(&chain->bk.key, out.bk_point);
	p256_to_point(&chain->rk.key, out.rk_point);
	wire_text_set(&out.id, paper->definition.plan.id);
	return out;
}

static bool next_is(struct play *play, enum wire_type wanted)
{
	return play_ask(play, SAY(INTAKE_NEXT, &nothing), NULL, 0, wanted);
}

static bool take_boxes(struct play *play, const struct paper *paper)
{
	const struct election election = scenario_election(paper);
	const int plan = plan_of(paper);
	const bool well = play_ask(play, SAY(INTAKE_START, &nothing), NULL, 0,
				  INTAKE_KIND) &&
			  play_ask(play, SAY(INTAKE_TAKE_BOXES, &election),
				  &plan, 1, INTAKE_KEYS) &&
			  next_is(play, INTAKE_BOX) &&
			  next_is(play, INTAKE_BOX) &&
			  next_is(play, INTAKE_END);
	close(plan);
	return well;
}

static bool intake(const struct stage *stage)
{
	static const char *const boxes[] = { "election-keys.note",
		"boxes/0001.note", "boxes/0001.age", "boxes/0002.note",
		"boxes/0002.age", NULL };
	static const char *const brought[] = { "definition.json",
		"definition.note", NULL };
	int medium =
		archive_of(stage->paper, "sandoq/courier/v1 boxes\n", boxes);
	struct play play = play_start(stage, ROLE_INTAKE, &medium, 1);
	bool well = play_ends(&play, take_boxes(&play, stage->paper));
	close(medium);
	medium = archive_of(
		stage->paper, "sandoq/courier/v1 election\n", brought);
	play = play_start(stage, ROLE_INTAKE, &medium, 1);
	well = play_ends(&play,
		       play_ask(&play, SAY(INTAKE_START, &nothing), NULL, 0,
			       INTAKE_KIND) &&
			       play_ask(&play, SAY(INTAKE_TAKE, &nothing), NULL,
				       0, INTAKE_MEMBERS)) &&
	       well;
	close(medium);
	return well;
}

/* --- define --- */

struct define_facts scenario_facts(const struct paper *paper)
{
	struct define_facts out = { .phase = PAPER_PHASE };
	out.ak = paper->chain.machine.ak;
	out.srk = paper->chain.srk;
	return out;
}

/* What the journal keeps of the enrolment. */
static int enrolled_list(const struct paper *paper)
{
	static const char *const name[] = { "operators", "authority",
		"approval-1", "approval-2" };
	static uint8_t space[LIST_MOST];
	struct writer out = writer_of(space, sizeof(space));
	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		write_item(
			&out, ITEM_PUBLIC, name[i], paper_get(paper, name[i]));
	assert_false(out.broken);
	return sealed(written(&out));
}

static void write_definition_note(
	struct writer *out, const struct plan *plan, struct bytes json)
{
	const struct digest digest = sha256(json);
	uint8_t space[STATEMENT_MOST];
	struct writer text_out = writer_of(space, sizeof(space));
	struct text_writer text = text_begin(
		&statement_form[STATEMENT_DEFINITION], false, &text_out);
	text_put(&text, DEFINITION_ELECTION, bytes_of_text(plan->id));
	text_put(&text, DEFINITION_DIGEST, bytes_of(digest.byte, SHA256_SIZE));
	assert_null(text_end(&text));
	write_note_text(out, written(&text_out));
	paper_add_signatures(out, written(&text_out), &plan->roster[AUTHORITY],
		AUTHORITY, QUORUM);
}

/* The election's medium. */
static int election_list(const struct paper *paper, struct bytes json)
{
	const size_t most = json.size + LIST_MOST;
	uint8_t *space = malloc(most);
	uint8_t note[STATEMENT_MOST];
	struct writer out = writer_of(space, most);
	struct writer note_out = writer_of(note, sizeof(note));
	assert_non_null(space);
	write_definition_note(&note_out, &paper->definition.plan, json);
	write_item(&out, ITEM_PUBLIC, "definition.json", json);
	write_item(&out, ITEM_PUBLIC, "definition.note", written(&note_out));
	write_item(&out, ITEM_PUBLIC, "enrolment.note",
		paper_get(paper, "enrolment.note"));
	assert_false(out.broken);
	const int list = sealed(written(&out));
	free(space);
	return list;
}

void scenario_sealing(const struct paper *paper, struct bytes json, int list[2])
{
	list[0] = election_list(paper, json);
	list[1] = enrolled_list(paper);
}

static bool define(const struct stage *stage)
{
	static const uint8_t box[DELIVERY_RECORD_SIZE] = { 0, ENTRY_BOX, 0, 1,
		0, 1 };
	const struct define_facts facts = scenario_facts(stage->paper);
	int list[2];
	scenario_sealing(
		stage->paper, bytes_of_text(large_json(stage->paper)), list);
	const int other[] = { list[1], list[0] };
	const int come[] = { plan_of(stage->paper),
		names_memfd(&stage->paper->definition),
		sealed(bytes_of(box, sizeof(box))) };
	struct play play = play_start(stage, ROLE_DEFINE, NULL, 0);
	bool well = play_ends(&play, play_ask(&play, SAY(DEFINE_SEAL, &facts),
					     list, 2, DEFINE_ELECTION));
	play = play_start(stage, ROLE_DEFINE, NULL, 0);
	well = play_ends(&play, play_ask(&play, SAY(DEFINE_SEAL, &facts), other,
					2, REFUSED)) &&
	       well;
	play = play_start(stage, ROLE_DEFINE, NULL, 0);
	well = play_ends(&play, play_ask(&play, SAY(DEFINE_DELIVERY, &nothing),
					come, 3, DEFINE_DELIVERED)) &&
	       well;
	play = play_start(stage, ROLE_DEFINE, NULL, 0);
	well = play_ends(&play, play_ask(&play, SAY(DEFINE_DIGEST, &nothing),
					&list[1], 1, REFUSED)) &&
	       well;
	for (size_t i = 0; i < 2; i++)
		close(list[i]);
	for (size_t i = 0; i < 3; i++)
		close(come[i]);
	return well;
}

/* --- count --- */

static int box_of(const struct paper *paper, bool whole)
{
	const struct bytes note = paper_get(paper, "boxes/0001.note");
	struct bytes file = paper_get(paper, "boxes/0001.age");
	uint8_t *space = malloc(file.size + LIST_MOST);
	struct writer out = writer_of(space, file.size + LIST_MOST);
	assert_non_null(space);
	file.size -= whole ? 0 : 1;
	write_item(&out, ITEM_PUBLIC, "note", note);
	write_item(&out, ITEM_PUBLIC, "age", file);
	const int memfd = sealed(written(&out));
	free(space);
	return memfd;
}

static struct count_box terms_of(const struct paper *paper)
{
	const struct chain *chain = &paper->chain;
	struct count_box out = {
		.definition = paper->definition.plan.definition,
	};
	out.bk = chain->bk.name;
	p256_to_point(&chain->bk.key, out.bk_point);
	p256_to_point(&chain->bk.key, out.key_point);
	out.recipients.count = (uint16_t)paper->definition.plan.recipients;
	out.recipients.key[0] = paper->definition.plan.recipient[0].key;
	wire_text_set(&out.id, paper->definition.plan.id);
	return out;
}

static struct age_file_key opened(const struct age_stanza *stanza)
{
	struct p256_private *bk = scalar_key(PAPER_BK_SCALAR);
	struct age_file_key out;
	assert_null(age_unwrap(stanza, bk, &out));
	p256_free(bk);
	return out;
}

static bool counts(struct play *play, const struct stage *stage, bool whole)
{
	const struct count_box terms = terms_of(stage->paper);
	const bool well = play_ask(play, SAY(COUNT_BOX, &terms), NULL, 0,
		whole ? COUNT_STANZA : COUNT_VOID);
	if (!well || !whole)
		return well;
	const struct count_key key = { .has_station = 1,
		.station =
			opened(&HEARD(&play->answer, COUNT_STANZA)->stanza) };
	return play_ask(play, SAY(COUNT_KEY, &key), NULL, 0, COUNT_VECTOR);
}

static bool count_one(const struct stage *stage, int plan, bool whole)
{
	const int granted[] = { plan, box_of(stage->paper, whole) };
	struct play play = play_start(stage, ROLE_COUNT, granted, 2);
	const bool well = counts(&play, stage, whole);
	close(granted[1]);
	return play_ends(&play, well);
}

/* --- starter --- */

/* What it forks has a box of its own, and ends by itself. */
static bool fork_one(
	const struct stage *stage, struct play *starter, bool whole)
{
	const int box = box_of(stage->paper, whole);
	struct play forked = { .answer.descriptor = { -1, -1, -1, -1 } };
	const bool well =
		peer_ask_count(
			&starter->peer, box, &forked.peer, &starter->why) &&
		peer_started(&starter->peer, &forked.peer, &starter->why);
	close(box);
	return well && play_ends(&forked, counts(&forked, stage, whole));
}

static bool start(const struct stage *stage)
{
	const int plan = plan_of(stage->paper);
	struct play play = play_start(stage, ROLE_STARTER, &plan, 1);
	const bool well =
		fork_one(stage, &play, true) && fork_one(stage, &play, false);
	close(plan);
	return play_ends(&play, well);
}

static bool count(const struct stage *stage)
{
	const int plan = plan_of(stage->paper);
	const bool well =
		count_one(stage, plan, true) && count_one(stage, plan, false);
	close(plan);
	return well;
}

/* --- tally --- */

static bool add_box(struct play *play, const struct plan *plan)
{
	struct tally_add add = { .entry = 1, .box.sequence = 1 };
	const struct tally_add none = { .entry = 1, .box.sequence = 0 };
	const struct bytes payload = sampled_box(plan, 0, 1);
	struct tally tally;
	count_box(plan, 0, 1, payload, &tally);
	add.box.ballots = tally_ballots(&tally);
	const size_t size = tally_encoded_size(plan, &tally.contests);
	uint8_t *space = malloc(size);
	struct writer out = writer_of(space, size);
	assert_non_null(space);
	tally_encode(&out, &tally);
	const int vector = sealed(written(&out));
	const bool well =
		play_ask(play, SAY(TALLY_ADD, &add), &vector, 1, DONE) &&
		play_ask(play, SAY(TALLY_ADD, &none), &vector, 1, REFUSED);
	close(vector);
	free(space);
	tally_free(&tally);
	free((void *)payload.data);
	return well;
}

static bool tally_all(struct play *play, const struct paper *paper)
{
	const struct plan *plan = &paper->definition.plan;
	const struct chain *chain = &paper->chain;
	struct tally_close last = { .size = 2 + MANY };
	struct tally_void box = { .box.station = JOURNAL_NO_STATION };
	bool well = add_box(play, plan);
	last.ak = chain->machine.ak;
	last.bk = chain->bk.name;
	last.rk = chain->rk.name;
	wire_text_set(&box.box.why, "nobody signed for it");
	for (unsigned i = 0; well && i < MANY; i++) {
		box.entry = 2 + i;
		well = play_ask(play, SAY(TALLY_VOID, &box), NULL, 0, DONE);
	}
	return well &&
	       play_ask(play, SAY(TALLY_CLOSE, &last), NULL, 0, TALLY_RESULT) &&
	       play_ask(play, SAY(TALLY_NEXT, &nothing), NULL, 0, TALLY_PIECE);
}

static bool tally(const struct stage *stage)
{
	const int plan = plan_of(stage->paper);
	struct play play = play_start(stage, ROLE_TALLY, &plan, 1);
	const bool well = play_ends(&play, tally_all(&play, stage->paper));
	close(plan);
	return well;
}

/* --- publish --- */

static bool holds(int outbox, const char *name)
{
	static uint8_t space[LIST_MOST];
	const ssize_t size = pread(outbox, space, sizeof(space), 0);
	struct archive sent;
	if (size < 0 ||
		archive_parse(bytes_of(space, (size_t)size), &sent) != NULL)
		return false;
	const bool worked = archive_find(&sent, name).size > 0;
	archive_free(&sent);
	return worked;
}

/* Raw, and for all that a machine has. */
static int empty_outbox(void)
{
	const int outbox = empty_memfd();
	uint8_t blocks[2 * USTAR_BLOCK_SIZE] = { 0 };
	struct writer label =
		writer_of(blocks + USTAR_BLOCK_SIZE, USTAR_BLOCK_SIZE);
	write_courier_label(&label, COURIER_OUTBOX, 0);
	return ustar_header_encode(COURIER_MEMBER, label.size, blocks) ==
				       NULL &&
			       pwrite(outbox, blocks, sizeof(blocks), 0) ==
				       sizeof(blocks)
		       ? outbox
		       : -1;
}

static const struct publish_begin anywhere = { 0, INT64_MAX };

/* It has its label, and never gets another member. */
static bool refuses_a_full_one(const struct stage *stage, int list)
{
	static const struct publish_members_of made = { 12, ENTRY_FAILED };
	const int outbox = empty_outbox();
	struct play play;
	bool well = fcntl(outbox, F_ADD_SEALS, F_SEAL_GROW) == 0;
	play = play_start(stage, ROLE_PUBLISH, &outbox, 1);
	well = play_ends(&play,
		       play_ask(&play, SAY(PUBLISH_BEGIN, &anywhere), NULL, 0,
			       DONE) &&
			       play_ask(&play, SAY(PUBLISH_MEMBERS_OF, &made),
				       &list, 1, REFUSED)) &&
	       well;
	close(outbox);
	return well;
}

static bool publish(const struct stage *stage)
{
	static const char *const items[] = { "operators", NULL };
	const struct publish_members_of made = { 12, ENTRY_FAILED };
	const struct wire_text state = { "intake" };
	const int list = list_of(stage->paper, items);
	const int outbox = empty_outbox();
	const struct publish_piece piece = { HEAD_ENTRIES,
		(uint64_t)lseek(list, 0, SEEK_END) };
	struct play play = play_start(stage, ROLE_PUBLISH, &outbox, 1);
	const bool well =
		play_ends(&play,
			play_ask(&play, SAY(PUBLISH_BEGIN, &anywhere), NULL, 0,
				DONE) &&
				play_ask(&play, SAY(PUBLISH_MEMBERS_OF, &made),
					&list, 1, DONE) &&
				play_ask(&play, SAY(PUBLISH_PIECE, &piece),
					&list, 1, DONE) &&
				play_ask(&play, SAY(PUBLISH_STATE, &state),
					NULL, 0, DONE) &&
				play_ask(&play, SAY(PUBLISH_END, &nothing),
					NULL, 0, DONE)) &&
		holds(outbox, "failed/0012") && holds(outbox, "entries") &&
		holds(outbox, "now/state") && refuses_a_full_one(stage, list);
	close(outbox);
	close(list);
	return well;
}

scenario *scenario_of(const struct stage *stage, enum role role)
{
	static scenario *const all[ROLES] = {
		[ROLE_JOURNAL] = journal,
		[ROLE_KEYS] = keys,
		[ROLE_MEDIA] = scenario_media,
		[ROLE_CONSOLE] = console,
		[ROLE_INTAKE] = intake,
		[ROLE_DEFINE] = define,
		[ROLE_COUNT] = count,
		[ROLE_TALLY] = tally,
		[ROLE_PUBLISH] = publish,
		[ROLE_STARTER] = start,
	};
	if (role == ROLE_MEDIA && !scenario_media_is_possible(stage))
		return NULL;
	return all[role];
}
