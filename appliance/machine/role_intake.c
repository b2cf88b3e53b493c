/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The intake role: one process for one medium, which it holds open for
 * reading and nothing else. It takes the courier archive apart, strictly, and
 * checks each box before anybody keeps it.
 */
#include "appliance/machine/roles.h"

#include "appliance/election/box.h"
#include "appliance/election/delivery.h"
#include "appliance/election/statement.h"
#include "appliance/formats/crypto.h"
#include "appliance/formats/ustar.h"
#include "appliance/machine/memfd.h"
#include "appliance/machine/role.h"
#include "appliance/machine/spawn.h"
#include "appliance/machine/terms.h"
#include "appliance/record/courier.h"
#include "appliance/record/items.h"
#include "appliance/record/members.h"
#include "appliance/record/room.h"
#include "appliance/record/stick.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	MEDIUM = SPAWN_GRANTED,
	/* Of one member: a definition or a box. */
	MEMBER_MOST = 32 << 20,
	/* Of all members of an archive without boxes. */
	BROUGHT_MOST = ITEMS_MOST,
};

/* What boxes are checked against. */
struct taking {
	struct plan *plan; /* NULL until boxes are taken */
	struct box_terms terms;
	struct election election;
	struct intake_end count;
};

struct medium {
	struct stick stick;
	uint64_t at; /* offset of the next header block in the archive */
	enum courier_kind kind;
	struct publish_begin room; /* of an outbox */
	struct wire_text nonce;
	struct digest definition; /* of the one that an outbox asks for */
	struct taking taking;
};

/* A member in memory from malloc. */
struct member_file {
	struct ustar_member member;
	uint8_t *data;
};

static const char the_medium[] = "the medium";

/* What a reason is about, where it does not say so itself. */
static refusal refuse(struct wire_end *end, const char *what, refusal why)
{
	const bool says = strncmp(why, the_medium, strlen(the_medium)) == 0;
	return role_refuse(end, says ? NULL : what, why);
}

/* A disk that was taken out has an end, and that is where it begins. */
static refusal end_of_medium(void)
{
	uint8_t first;
	return pread(MEDIUM, &first, sizeof(first), 0) == sizeof(first)
		       ? "the medium ends in the middle of its archive: pack "
			 "it anew, on a larger one"
		       : "the medium was pulled out: insert it again, and "
			 "leave "
			 "it until it is done";
}

static refusal read_disk(void *none, uint64_t offset, void *out, size_t size)
{
	uint8_t *to = out;
	(void)none;
	while (size > 0) {
		const ssize_t got = pread(MEDIUM, to, size, (off_t)offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0)
			return end_of_medium();
		if (got < 0)
			return "the medium cannot be read: it was pulled out, "
			       "or it is broken: insert it again, or another";
		to += got;
		offset += (uint64_t)got;
		size -= (size_t)got;
	}
	return NULL;
}

static refusal read_medium(
	struct medium *medium, uint64_t at, void *out, size_t size)
{
	return stick_read(&medium->stick, at, out, size);
}

static refusal padding_is_zero(
	struct medium *medium, uint64_t offset, size_t size)
{
	uint8_t padding[USTAR_BLOCK_SIZE];
	const refusal why = read_medium(medium, offset, padding, size);
	if (why != NULL)
		return why;
	for (size_t i = 0; i < size; i++)
		if (padding[i] != 0)
			return "the archive has bytes between its members";
	return NULL;
}

/* The next member; the caller frees file->data, also when refused. */
static refusal next_member(
	struct medium *medium, size_t most, struct member_file *file)
{
	uint8_t block[USTAR_BLOCK_SIZE];
	size_t size;
	refusal why = read_medium(medium, medium->at, block, sizeof(block));
	file->data = NULL;
	if (why == NULL)
		why = ustar_header_decode(block, &file->member);
	if (why != NULL || file->member.end)
		return why;
	if (file->member.size > most)
		return "a member of the archive is too large";
	size = (size_t)file->member.size;
	file->data = malloc(size + 1);
	if (file->data == NULL)
		return "there is no memory";
	why = read_medium(medium, medium->at + sizeof(block), file->data, size);
	if (why == NULL)
		why = padding_is_zero(medium, medium->at + sizeof(block) + size,
			ustar_padding(size));
	medium->at += sizeof(block) + size + ustar_padding(size);
	return why;
}

static refusal end_check(struct medium *medium)
{
	uint8_t block[USTAR_BLOCK_SIZE];
	struct ustar_member member;
	refusal why = read_medium(
		medium, medium->at + USTAR_BLOCK_SIZE, block, sizeof(block));
	if (why == NULL)
		why = ustar_header_decode(block, &member);
	if (why != NULL)
		return why;
	return member.end ? NULL : "the archive does not end as it should";
}

static struct bytes content_of(const struct member_file *file)
{
	return bytes_of(file->data, (size_t)file->member.size);
}

static refusal read_kind(struct medium *medium, struct bytes label)
{
	uint64_t size;
	const struct courier_row *row = courier_of_label(label, &size);
	if (row == NULL)
		return "its label names no kind of courier that this machine "
		       "knows: pack it anew";
	if (row->kind == COURIER_SENT)
		return "it is an outbox that was written already: take it to "
		       "the desk; to use it again, pack it anew as an outbox";
	medium->kind = row->kind;
	struct stretch room;
	const refusal why = stick_fits(&medium->stick, row, size, &room);
	medium->room = (struct publish_begin){ room.at, room.size };
	return why;
}

static refusal read_label(struct medium *medium)
{
	struct member_file file;
	refusal why = next_member(medium, COURIER_LABEL_MOST, &file);
	if (why == NULL && (file.member.end || strcmp(file.member.name,
						       COURIER_MEMBER) != 0))
		why = "the first member is not named " COURIER_MEMBER
		      ": pack it anew";
	if (why == NULL)
		why = read_kind(medium, content_of(&file));
	free(file.data);
	return why;
}

/* The definition is not read: whose election it is its digest says. */
static refusal read_wish(struct medium *medium, const struct member_file *file)
{
	static const struct digest none;
	if (strcmp(file->member.name, MEMBER_NONCE) == 0 &&
		medium->nonce.line[0] == '\0')
		return nonce_line(content_of(file), &medium->nonce);
	if (strcmp(file->member.name, MEMBER_DEFINITION) != 0 ||
		!digest_equal(&medium->definition, &none))
		return "an outbox is empty, or holds a nonce and the "
		       "definition of an earlier election; this one was "
		       "written in part, or packed otherwise: pack it anew";
	medium->definition = sha256(content_of(file));
	return NULL;
}

/* An outbox holds nothing more, or a nonce, or a definition, or both. */
static refusal read_outbox(struct medium *medium)
{
	refusal why = NULL;
	bool end = false;
	while (why == NULL && !end) {
		struct member_file file;
		why = next_member(medium, BROUGHT_MOST, &file);
		end = why == NULL && file.member.end;
		if (why == NULL && !end)
			why = read_wish(medium, &file);
		free(file.data);
	}
	return why;
}

static refusal handle_start(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct medium *medium = state;
	struct intake_kind answer = { 0 };
	refusal why = stick_open(read_disk, NULL, &medium->stick);
	(void)message;
	if (why == NULL)
		why = read_label(medium);
	if (why == NULL && medium->kind == COURIER_OUTBOX)
		why = read_outbox(medium);
	if (why != NULL)
		return refuse(end, "not a courier medium", why);
	answer.kind = (uint16_t)medium->kind;
	answer.room = medium->room;
	answer.nonce = medium->nonce;
	answer.definition = medium->definition;
	return wire_send(end, SAY(INTAKE_KIND, &answer), NULL, 0);
}

/* Every member behind the label becomes a public item of the same name. */
static refusal read_members(struct medium *medium, struct writer *items)
{
	for (;;) {
		struct member_file file;
		refusal why = next_member(medium, BROUGHT_MOST, &file);
		if (why == NULL && file.member.end) {
			free(file.data);
			return end_check(medium);
		}
		if (why == NULL)
			write_item(items, ITEM_PUBLIC, file.member.name,
				content_of(&file));
		free(file.data);
		if (why != NULL)
			return why;
		if (items->broken)
			return "the archive is too large";
	}
}

static refusal handle_take(
	void *state, struct wire_end *end, struct wire_message *message)
{
	uint8_t *space = malloc(BROUGHT_MOST);
	struct writer items = writer_of(space, BROUGHT_MOST);
	refusal why = "there is no memory";
	(void)message;
	if (space != NULL)
		why = read_members(state, &items);
	if (why == NULL)
		why = items_check(written(&items));
	why = why != NULL ? refuse(end, the_medium, why)
			  : role_send_written(
				    end, SAY(INTAKE_MEMBERS, &nothing), &items);
	free(space);
	return why;
}

static refusal keys_note_check(
	const struct taking *taking, struct bytes note, struct intake_keys *out)
{
	const struct election *election = &taking->election;
	const struct statement_value says[] = {
		{ ELECTION_KEYS_DEFINITION,
			bytes_of(election->definition.byte, SHA256_SIZE), 0,
			"it is of another definition" },
		{ ELECTION_KEYS_AK, tpm_name_bytes(&election->ak), 0,
			"it names another AK" },
		{ ELECTION_KEYS_BK, tpm_name_bytes(&election->bk), 0,
			"it names another box key" },
		{ ELECTION_KEYS_RK, tpm_name_bytes(&election->rk), 0,
			"it names another result key" },
	};
	struct statement statement;
	refusal why = statement_open(STATEMENT_ELECTION_KEYS, note, &statement);
	if (why == NULL)
		why = statement_signed_by_quorum(
			&statement, &taking->plan->roster[AUTHORITY], NULL);
	if (why == NULL)
		why = statement_says(&statement.text, election->rehearsal != 0,
			says, sizeof(says) / sizeof(says[0]));
	if (why == NULL)
		out->text = sha256(statement.note.text);
	return why;
}

static refusal send_items(struct wire_end *end, struct wire_said said,
	const struct item *item, size_t count)
{
	size_t room = 0;
	uint8_t *space;
	struct writer out;
	refusal why;
	for (size_t i = 0; i < count; i++)
		room += ITEM_OVERHEAD + ITEM_NAME_MOST + item[i].content.size;
	space = malloc(room);
	if (space == NULL)
		return "there is no memory";
	out = writer_of(space, room);
	for (size_t i = 0; i < count; i++)
		write_item(&out, ITEM_PUBLIC, (const char *)item[i].name.data,
			item[i].content);
	why = role_send_written(end, said, &out);
	free(space);
	return why;
}

static refusal take_keys_note(struct medium *medium, struct wire_end *end)
{
	struct intake_keys told;
	struct member_file file;
	refusal why = next_member(medium, BOX_NOTE_MOST, &file);
	if (why == NULL &&
		(file.member.end ||
			strcmp(file.member.name, MEMBER_ELECTION_KEYS) != 0))
		why = MEMBER_ELECTION_KEYS " is missing";
	if (why == NULL)
		why = keys_note_check(
			&medium->taking, content_of(&file), &told);
	if (why == NULL) {
		const struct item item = {
			.name = bytes_of_text(MEMBER_ELECTION_KEYS),
			.content = content_of(&file),
		};
		why = send_items(end, SAY(INTAKE_KEYS, &told), &item, 1);
	}
	free(file.data);
	return why;
}

/* "boxes/NAME" of "boxes/NAME" + ending, or nothing. */
static struct bytes stem_of(const char *name, const char *ending)
{
	const size_t size = strlen(name);
	const size_t head = strlen(MEMBERS_BOXES);
	const size_t tail = strlen(ending);
	if (strncmp(name, MEMBERS_BOXES, head) != 0 || size <= head + tail ||
		strcmp(name + size - tail, ending) != 0)
		return bytes_of(NULL, 0);
	return bytes_of(name, size - tail);
}

static refusal pair_check(
	const struct member_file *note, const struct member_file *age)
{
	const struct bytes stem =
		stem_of(note->member.name, "." MEMBER_BOX_NOTE);
	if (stem.size == 0 || age->member.end ||
		!bytes_equal(
			stem, stem_of(age->member.name, "." MEMBER_BOX_FILE)))
		return "boxes do not come as NAME.note, then NAME.age";
	return NULL;
}

static void set_name(const struct plan *plan, struct intake_delivery *told)
{
	char name[DELIVERY_BOX_MOST] = { 0 };
	struct writer out = writer_of(name, sizeof(name) - 1);
	delivery_write_box(&out, plan, told->box.station, told->box.sequence);
	wire_text_set(&told->name, name);
}

static refusal send_box(struct taking *taking, struct wire_end *end,
	struct bytes note, struct bytes age)
{
	const struct item item[] = {
		{ .name = bytes_of_text(MEMBER_BOX_NOTE), .content = note },
		{ .name = bytes_of_text(MEMBER_BOX_FILE), .content = age },
	};
	struct box box;
	struct intake_delivery told = { 0 };
	const refusal why = box_check(&taking->terms, note, age, &box);
	told.box.station =
		box.station < 0 ? JOURNAL_NO_STATION : (uint16_t)box.station;
	told.box.sequence = box.sequence;
	told.box.digest = box.digest;
	told.box.text = box.text;
	if (box.station >= 0) {
		told.due = taking->plan->station[box.station].boxes;
		told.room = room_of_box(taking->plan, (size_t)box.station);
	}
	set_name(taking->plan, &told);
	if (why != NULL) {
		taking->count.refused++;
		wire_text_set(&told.box.why, why);
		return wire_send(end, SAY(INTAKE_VOID, &told), NULL, 0);
	}
	taking->count.boxes++;
	return send_items(end, SAY(INTAKE_BOX, &told), item, 2);
}

static refusal send_end(struct medium *medium, struct wire_end *end)
{
	const refusal why = end_check(medium);
	return why != NULL
		       ? why
		       : wire_send(end, SAY(INTAKE_END, &medium->taking.count),
				 NULL, 0);
}

/* One note and one age file, or the archive's end. */
static refusal take_box(struct medium *medium, struct wire_end *end)
{
	struct member_file note;
	struct member_file age = { .data = NULL };
	refusal why = next_member(medium, BOX_NOTE_MOST, &note);
	if (why == NULL && note.member.end)
		return send_end(medium, end);
	if (why == NULL)
		why = next_member(medium, MEMBER_MOST, &age);
	if (why == NULL)
		why = pair_check(&note, &age);
	if (why == NULL)
		why = send_box(&medium->taking, end, content_of(&note),
			content_of(&age));
	free(note.data);
	free(age.data);
	return why;
}

static refusal prepare(struct taking *taking, int plan)
{
	struct bytes encoded;
	refusal why = memfd_map(plan, ITEMS_MOST, &encoded);
	if (why == NULL) {
		why = plan_decode(encoded, &taking->plan);
		memfd_unmap(&encoded);
	}
	if (why != NULL)
		return why;
	taking->terms.plan = taking->plan;
	taking->terms.bk_name = taking->election.bk;
	return p256_from_point(
		bytes_of(taking->election.bk_point, P256_POINT_SIZE),
		&taking->terms.bk);
}

static refusal handle_boxes(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct medium *medium = state;
	refusal why = medium->taking.plan == NULL
			      ? NULL
			      : "its boxes were asked for before";
	medium->taking.election = *HEARD(message, INTAKE_TAKE_BOXES);
	if (why == NULL)
		why = prepare(&medium->taking, message->descriptor[0]);
	if (why == NULL)
		why = take_keys_note(medium, end);
	return why != NULL ? refuse(end, the_medium, why) : NULL;
}

/*
 * One box for each question: what is on its way takes memory, and the kernel
 * lets a process have only so many descriptors on their way.
 */
static refusal handle_next(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct medium *medium = state;
	refusal why =
		medium->taking.plan != NULL ? NULL : "no boxes were asked for";
	(void)message;
	if (why == NULL)
		why = take_box(medium, end);
	return why != NULL ? refuse(end, the_medium, why) : NULL;
}

int role_intake(void)
{
	static const struct role_duty duties[] = {
		{ INTAKE_START, handle_start },
		{ INTAKE_TAKE, handle_take },
		{ INTAKE_TAKE_BOXES, handle_boxes },
		{ INTAKE_NEXT, handle_next },
	};
	struct medium medium = { 0 };
	struct wire_end end = role_end(ROLE_INTAKE);
	const int status = role_serve(
		&end, duties, sizeof(duties) / sizeof(duties[0]), &medium);
	plan_free(medium.taking.plan);
	return status;
}
