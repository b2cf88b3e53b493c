/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/scenes.h"

#include <string.h>

static void tell(struct screen *screen, struct notice_part part)
{
	const struct notice notice = notice_of(part);
	screen_take(screen, &notice);
}

static void tell_two(struct screen *screen, struct notice_part first,
	struct notice_part second)
{
	struct notice notice = notice_of(first);
	notice_add(&notice, second);
	screen_take(screen, &notice);
}

static struct notice_part named(
	enum notice_id id, const char *english, const char *persian)
{
	struct notice_part part = notice_text(id, english);
	memcpy(part.persian, persian, strlen(persian));
	return part;
}

static const char digest[] =
	"0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0";

/* --- before there is an election --- */

static void tell_blank(struct screen *screen)
{
	tell(screen, NOTICE_PART(COURIER_BOOT, .first = NOTICE_STATE_BLANK));
	tell(screen, NOTICE_PART(READY_BLANK));
}

static void tell_enrolled(struct screen *screen)
{
	tell(screen, NOTICE_PART(COURIER_BOOT, .first = NOTICE_STATE_ENROLLED));
	tell(screen, notice_text(NOTICE_MACHINE, "000b-7f3a-91c2"));
	tell(screen, NOTICE_PART(ROOM, .first = 64, .second = 64));
	tell(screen, NOTICE_PART(ENROLLED));
	tell(screen, NOTICE_PART(READY_ENROLLED));
}

/* --- with one --- */

static void tell_election(struct screen *screen, enum notice_id state)
{
	tell(screen, NOTICE_PART(COURIER_BOOT, .first = state));
	tell_two(screen,
		named(NOTICE_ELECTION, "Councils of Sanandaj",
			"انتخابات شوراهای اسلامی شهر سنندج"),
		notice_text(NOTICE_ELECTION_ID, "sanandaj-1405"));
	tell(screen, notice_text(NOTICE_MACHINE, "000b-7f3a-91c2"));
	tell_two(screen, NOTICE_PART(ROOM, .first = 61, .second = 64),
		NOTICE_PART(ROOM_BOXES, .first = 900));
}

static void tell_sealed(struct screen *screen)
{
	tell_election(screen, NOTICE_STATE_SEALED);
	tell(screen, NOTICE_PART(BOXES, .second = 14));
	tell(screen, NOTICE_PART(READY_SEALED));
}

static void tell_delivered(struct screen *screen)
{
	struct notice boxes =
		notice_of(NOTICE_PART(BOXES, .first = 11, .second = 14));
	notice_add(&boxes, named(NOTICE_BOXES_MISSING, "station-12, station-13",
				   "گەڕەکی ڕاپەڕین، دبستان شهید باهنر"));
	notice_add(&boxes, NOTICE_PART(BOXES_REFUSED, .first = 1));
	screen_take(screen, &boxes);
	tell_two(screen, NOTICE_PART(BOX_REFUSED),
		named(NOTICE_TEXT, "station-03, box 1", "شعبهٔ ۳، صندوق ۱"));
	tell_two(screen, NOTICE_PART(TAKEN, .first = 11, .third = 1),
		NOTICE_PART(LEAVES, .first = 14));
}

static void tell_intake(struct screen *screen)
{
	tell_election(screen, NOTICE_STATE_INTAKE);
	tell_delivered(screen);
	tell(screen, notice_text(NOTICE_QR_CHECKPOINT, digest));
	tell(screen, NOTICE_PART(READY_INTAKE));
}

static void tell_reading(struct screen *screen)
{
	tell_election(screen, NOTICE_STATE_INTAKE);
	tell_delivered(screen);
	tell(screen, NOTICE_PART(MEDIUM, .first = NOTICE_KIND_BOXES));
	tell(screen, NOTICE_PART(TAKING, .first = 5));
}

static void tell_writing(struct screen *screen)
{
	tell_election(screen, NOTICE_STATE_INTAKE);
	tell_delivered(screen);
	tell(screen, NOTICE_PART(MEDIUM_OUTBOX));
	tell(screen, NOTICE_PART(WRITING, .first = 9, .second = 31));
}

static void tell_done(struct screen *screen)
{
	tell_election(screen, NOTICE_STATE_INTAKE);
	tell_delivered(screen);
	tell(screen, NOTICE_PART(DONE));
}

static void tell_refused(struct screen *screen)
{
	tell_election(screen, NOTICE_STATE_INTAKE);
	tell_delivered(screen);
	tell_two(screen, NOTICE_PART(REFUSED), NOTICE_PART(IT_IS_PROTECTED));
}

static void tell_counting(struct screen *screen)
{
	tell_election(screen, NOTICE_STATE_OPEN);
	tell(screen, NOTICE_PART(COUNTING_BOOT, .first = NOTICE_STATE_OPEN));
	tell(screen, NOTICE_PART(NO_MEDIUM));
	tell(screen, NOTICE_PART(COUNTING, .first = 12, .second = 14));
}

static void tell_closed(struct screen *screen)
{
	tell_election(screen, NOTICE_STATE_CLOSED);
	tell(screen, NOTICE_PART(BOXES_COUNTED, .first = 14, .second = 14));
	tell(screen, notice_text(NOTICE_QR_CHALLENGE, digest));
	tell(screen, NOTICE_PART(READY_CLOSED));
}

static void tell_released(struct screen *screen)
{
	tell_election(screen, NOTICE_STATE_RELEASED);
	tell(screen, NOTICE_PART(BOXES_COUNTED, .first = 14, .second = 14));
	tell(screen, notice_text(NOTICE_QR_RESULT, digest));
	tell(screen, NOTICE_PART(READY_RELEASED));
}

static void tell_abandoned(struct screen *screen)
{
	tell_election(screen, NOTICE_STATE_ABANDONED);
	tell(screen, NOTICE_PART(READY_ABANDONED));
}

/* --- when nothing goes on --- */

static void tell_failed(struct screen *screen)
{
	tell_election(screen, NOTICE_STATE_FAILED);
	tell_two(screen, NOTICE_PART(FAILED), NOTICE_PART(DISK_FAILS));
}

static void tell_no_disk(struct screen *screen)
{
	tell_two(screen, NOTICE_PART(FAILED_AND_STOPS), NOTICE_PART(NO_DISK));
}

static void tell_rehearsal(struct screen *screen)
{
	tell(screen, NOTICE_PART(REHEARSAL));
	tell_intake(screen);
}

static void tell_unlocked(struct screen *screen)
{
	tell(screen, NOTICE_PART(NOT_THE_LOCKED_IMAGE));
	tell_blank(screen);
}

const struct scene scenes[] = {
	{ "blank", tell_blank },
	{ "enrolled", tell_enrolled },
	{ "sealed", tell_sealed },
	{ "intake", tell_intake },
	{ "reading", tell_reading },
	{ "writing", tell_writing },
	{ "done", tell_done },
	{ "refused", tell_refused },
	{ "counting", tell_counting },
	{ "closed", tell_closed },
	{ "released", tell_released },
	{ "abandoned", tell_abandoned },
	{ "failed", tell_failed },
	{ "no-disk", tell_no_disk },
	{ "rehearsal", tell_rehearsal },
	{ "unlocked", tell_unlocked },
};
const size_t scene_count = sizeof(scenes) / sizeof(scenes[0]);

void scene_draw(
	const struct scene *scene, enum language first, struct canvas *canvas)
{
	struct area drawn[PANELS];
	struct screen screen = screen_begin();
	screen_set_language(&screen, first);
	scene->tell(&screen);
	screen_draw(&screen, canvas, drawn);
}
