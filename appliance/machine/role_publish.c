/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The publish role: one process for one outbox. It turns lists of public items
 * into a `sent` archive, in the one stretch of the medium that it is told, when
 * an outbox lies there. The first block is written last, so that a medium taken
 * out too early is no archive at all.
 */
#include "appliance/machine/roles.h"

#include "appliance/formats/disk.h"
#include "appliance/formats/ustar.h"
#include "appliance/machine/memfd.h"
#include "appliance/machine/role.h"
#include "appliance/machine/spawn.h"
#include "appliance/record/courier.h"
#include "appliance/record/items.h"
#include "appliance/record/members.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { OUTBOX = SPAWN_GRANTED };

struct outbox {
	struct stretch room; /* empty until it is known */
	uint64_t at;	     /* within it */
	uint64_t due;	     /* bytes of the open member that are to come */
	uint16_t head;	     /* that member's number */
};

static const char too_small[] = "it is too small: pack a larger one";

/* A disk that was taken out says that it has no room. */
static bool is_there(void)
{
	uint8_t first;
	return pread(OUTBOX, &first, sizeof(first), 0) == sizeof(first);
}

static refusal write_refusal(int error)
{
	if (!is_there())
		return "it was pulled out before all was written: pack it "
		       "anew, insert it, and leave it until it is done";
	switch (error) {
	case ENOSPC:
		return too_small;
	case EROFS:
	case EPERM:
		return "it is write-protected: let it be written, or bring "
		       "another";
	default:
		return "it cannot be written: it may be broken, bring another";
	}
}

static refusal write_medium(
	const struct outbox *outbox, uint64_t at, struct bytes content)
{
	if (at > outbox->room.size || content.size > outbox->room.size - at)
		return too_small;
	at += outbox->room.at;
	while (content.size > 0) {
		const ssize_t put =
			pwrite(OUTBOX, content.data, content.size, (off_t)at);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return write_refusal(put == 0 ? ENOSPC : errno);
		content.data += put;
		content.size -= (size_t)put;
		at += (uint64_t)put;
	}
	return NULL;
}

static refusal write_padding(
	const struct outbox *outbox, uint64_t at, size_t size)
{
	static const uint8_t zero[USTAR_BLOCK_SIZE];
	return write_medium(outbox, at, bytes_of(zero, size));
}

/* Header, content and padding at `*at`, which moves behind them. */
static refusal write_member(const struct outbox *outbox, uint64_t *at,
	const char *name, struct bytes content)
{
	uint8_t block[USTAR_BLOCK_SIZE];
	const uint64_t behind = *at + sizeof(block) + content.size;
	const size_t padding = ustar_padding(content.size);
	refusal why = ustar_header_encode(name, content.size, block);
	if (why == NULL)
		why = write_medium(outbox, *at, bytes_of(block, sizeof(block)));
	if (why == NULL)
		why = write_medium(outbox, *at + sizeof(block), content);
	if (why == NULL)
		why = write_padding(outbox, behind, padding);
	*at = behind + padding;
	return why;
}

static refusal write_items(struct outbox *outbox,
	const struct publish_members_of *of, struct bytes list)
{
	struct cursor rest = cursor_of(list);
	while (rest.rest.size > 0) {
		char name[MEMBER_NAME_SIZE];
		struct item item;
		refusal why = items_next(&rest, &item);
		if (why == NULL && item.visibility == ITEM_PUBLIC) {
			member_of_entry(of->type, of->number, item.name, name);
			why = write_member(
				outbox, &outbox->at, name, item.content);
		}
		if (why != NULL)
			return why;
	}
	return NULL;
}

static refusal answer(struct wire_end *end, refusal why)
{
	if (why != NULL)
		return role_refuse(end, "the outbox", why);
	return wire_send(end, SAY(DONE, &nothing), NULL, 0);
}

/* The label at the start of a stretch, and its member's header before it. */
static refusal read_marker(
	uint64_t at, struct bytes *label, uint8_t blocks[2 * USTAR_BLOCK_SIZE])
{
	const size_t size = 2 * (size_t)USTAR_BLOCK_SIZE;
	struct ustar_member member;
	refusal why;
	if (pread(OUTBOX, blocks, size, (off_t)at) != (ssize_t)size)
		return write_refusal(EIO);
	why = ustar_header_decode(blocks, &member);
	if (why == NULL && (strcmp(member.name, COURIER_MEMBER) != 0 ||
				   member.size > COURIER_LABEL_MOST))
		why = "there is no outbox where it was said to be";
	if (why == NULL)
		*label = bytes_of(
			blocks + USTAR_BLOCK_SIZE, (size_t)member.size);
	return why;
}

/*
 * Whoever named the stretch has read what strangers brought. So it is looked
 * at again: an outbox that lies in a file says how large it is.
 */
static refusal begin(struct outbox *outbox, const struct publish_begin *room)
{
	uint8_t blocks[2 * USTAR_BLOCK_SIZE];
	struct bytes label;
	const struct courier_row *row;
	uint64_t size;
	refusal why = read_marker(room->at, &label, blocks);
	if (why != NULL)
		return why;
	row = courier_of_label(label, &size);
	if (row == NULL || row->kind != COURIER_OUTBOX ||
		(room->at != 0 && size == 0) ||
		(size != 0 && size != room->size) || outbox->room.size != 0 ||
		room->size > INT64_MAX - room->at)
		return "there is no outbox where it was said to be";
	outbox->room = (struct stretch){ room->at, room->size };
	return NULL;
}

static refusal handle_begin(
	void *state, struct wire_end *end, struct wire_message *message)
{
	return answer(end, begin(state, HEARD(message, PUBLISH_BEGIN)));
}

static refusal handle_members(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct bytes list;
	refusal why = memfd_map(message->descriptor[0], ITEMS_MOST, &list);
	if (why == NULL) {
		why = write_items(
			state, HEARD(message, PUBLISH_MEMBERS_OF), list);
		memfd_unmap(&list);
	}
	return answer(end, why);
}

static refusal begin_piece(
	struct outbox *outbox, const struct publish_piece *piece)
{
	uint8_t block[USTAR_BLOCK_SIZE];
	refusal why = "there is no such member";
	if (piece->head < HEADS)
		why = ustar_header_encode(
			head_members[piece->head], piece->size, block);
	if (why == NULL)
		why = write_medium(
			outbox, outbox->at, bytes_of(block, sizeof(block)));
	outbox->at += sizeof(block);
	outbox->due = piece->size;
	outbox->head = piece->head;
	return why;
}

/* The first of a member begins it, and the last one ends it. */
static refusal write_piece(struct outbox *outbox,
	const struct publish_piece *piece, struct bytes content)
{
	refusal why = NULL;
	if (outbox->due == 0)
		why = begin_piece(outbox, piece);
	if (why == NULL &&
		(content.size > outbox->due || piece->head != outbox->head))
		why = "a member has other bytes than it was to have";
	if (why == NULL)
		why = write_medium(outbox, outbox->at, content);
	if (why != NULL)
		return why;
	outbox->at += content.size;
	outbox->due -= content.size;
	if (outbox->due > 0)
		return NULL;
	why = write_padding(outbox, outbox->at, ustar_padding(piece->size));
	outbox->at += ustar_padding(piece->size);
	return why;
}

static refusal handle_piece(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct bytes piece;
	refusal why =
		memfd_map(message->descriptor[0], WIRE_PIECE_MOST, &piece);
	if (why == NULL) {
		why = write_piece(state, HEARD(message, PUBLISH_PIECE), piece);
		memfd_unmap(&piece);
	}
	return answer(end, why);
}

static refusal handle_state(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct outbox *outbox = state;
	char line[WIRE_TEXT_MOST + 1];
	snprintf(line, sizeof(line), "%s\n",
		HEARD(message, PUBLISH_STATE)->line);
	return answer(
		end, write_member(outbox, &outbox->at, MEMBERS_NOW MEMBER_STATE,
			     bytes_of_text(line)));
}

static refusal handle_end(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct outbox *outbox = state;
	uint8_t space[COURIER_LABEL_MOST];
	struct writer label = writer_of(space, sizeof(space));
	uint64_t start = 0;
	refusal why = outbox->due > 0 ? "a member is not whole"
				      : write_padding(outbox, outbox->at,
						USTAR_BLOCK_SIZE);
	(void)message;
	write_courier_label(&label, COURIER_SENT, 0);
	if (why == NULL)
		why = write_padding(outbox, outbox->at + USTAR_BLOCK_SIZE,
			USTAR_BLOCK_SIZE);
	if (why == NULL && fsync(OUTBOX) != 0)
		why = write_refusal(errno);
	if (why == NULL)
		why = write_member(
			outbox, &start, COURIER_MEMBER, written(&label));
	if (why == NULL && fsync(OUTBOX) != 0)
		why = write_refusal(errno);
	return answer(end, why);
}

int role_publish(void)
{
	static const struct role_duty duties[] = {
		{ PUBLISH_BEGIN, handle_begin },
		{ PUBLISH_MEMBERS_OF, handle_members },
		{ PUBLISH_PIECE, handle_piece },
		{ PUBLISH_STATE, handle_state },
		{ PUBLISH_END, handle_end },
	};
	struct outbox outbox = { .at = 2ULL * USTAR_BLOCK_SIZE };
	struct wire_end end = role_end(ROLE_PUBLISH);
	return role_serve(
		&end, duties, sizeof(duties) / sizeof(duties[0]), &outbox);
}
