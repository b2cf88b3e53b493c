/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/scenes.h"

/* --- how a scene is told --- */

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

static void tell_three(struct screen *screen, struct notice_part first,
	struct notice_part second, struct notice_part third)
{
	struct notice notice = notice_of(first);
	notice_add(&notice, second);
	notice_add(&notice, third);
	screen_take(screen, &notice);
}

/* --- what every courier boot says --- */

static void tell_boot(struct screen *screen, enum notice_id state)
{
	tell(screen, NOTICE_PART(COURIER_BOOT, .first = state));
	tell_three(screen, NOTICE_PART(AIRLOCK),
		notice_text(NOTICE_PCR_DIFFERS, "PCR 14"),
		notice_text(NOTICE_TPM_CODE, "TPM2_PolicyPCR, 0x1C4"));
}

static void tell_election(struct screen *screen)
{
	tell_two(screen,
		notice_named(NOTICE_ELECTION, "Councils of Sanandaj", "",
			"انتخابات شوراهای اسلامی شهر سنندج"),
		notice_text(NOTICE_ELECTION_ID, "sanandaj-1405"));
	tell(screen, notice_text(NOTICE_MACHINE, "000b-7f3a-91c2"));
}

static void tell_room(struct screen *screen)
{
	tell_two(screen, NOTICE_PART(ROOM, .first = 61, .second = 64),
		NOTICE_PART(ROOM_BOXES, .first = 900));
}

/* For an engineer, behind a medium. */
static void tell_detail(struct screen *screen, enum notice_id state)
{
	tell(screen, NOTICE_PART(READY, .first = state));
}

/* --- before there is an election --- */

static void tell_blank(struct screen *screen)
{
	tell_boot(screen, NOTICE_STATE_BLANK);
	tell(screen, NOTICE_PART(READY_BLANK));
}

static void tell_unlocked(struct screen *screen)
{
	tell(screen, NOTICE_PART(NOT_THE_LOCKED_IMAGE));
	tell_blank(screen);
}

static void tell_enrolled(struct screen *screen)
{
	tell_blank(screen);
	tell(screen, NOTICE_PART(MEDIUM, .first = NOTICE_KIND_ENROL));
	tell(screen, NOTICE_PART(ENROLLED));
	tell(screen, NOTICE_PART(DONE));
	tell(screen, NOTICE_PART(ROOM, .first = 63, .second = 64));
	tell_detail(screen, NOTICE_STATE_ENROLLED);
	tell(screen, NOTICE_PART(READY_ENROLLED));
}

/* --- boxes --- */

static void tell_none_delivered(struct screen *screen)
{
	tell_two(screen, NOTICE_PART(BOXES, .second = 12),
		notice_named(NOTICE_BOXES_MISSING,
			"station-01, station-02, station-03, station-04, "
			"station-05, station-06, station-07, station-08, "
			"station-09, station-10, and 2 more",
			"Bahonar School, Azadi School, Raparin Quarter, "
			"Friday Mosque, Governor's Office, and 7 more",
			"دبستان شهید باهنر، دبیرستان آزادی، گەڕەکی ڕاپەڕین، "
			"مسجد جامع، فرمانداری، و ۷ صندوق دیگر"));
}

static void tell_sealed(struct screen *screen)
{
	tell_boot(screen, NOTICE_STATE_SEALED);
	tell_room(screen);
	tell_election(screen);
	tell_none_delivered(screen);
	tell(screen, NOTICE_PART(READY_SEALED));
}

static void tell_checkpoint(struct screen *screen)
{
	tell(screen, notice_text(NOTICE_QR_CHECKPOINT,
			     "sandoq/checkpoint sanandaj-1405 13 "
			     "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
			     "0f1e2d3c4b5a69788796a5b4c3d2e1f0"));
}

static void tell_all_delivered(struct screen *screen)
{
	tell(screen, NOTICE_PART(BOXES, .first = 12, .second = 12));
}

static void tell_one_missing(struct screen *screen)
{
	tell_two(screen, NOTICE_PART(BOXES, .first = 11, .second = 12),
		notice_named(NOTICE_BOXES_MISSING, "station-03",
			"Raparin Quarter", "گەڕەکی ڕاپەڕین"));
}

/* What stands behind a stick, until it is removed. */
static void tell_delivery(struct screen *screen, uint64_t taken,
	void (*delivered)(struct screen *screen))
{
	tell_two(screen, NOTICE_PART(TAKEN, .first = taken),
		NOTICE_PART(LEAVES, .first = taken + 1));
	tell(screen, NOTICE_PART(DONE));
	tell_room(screen);
	tell_election(screen);
	delivered(screen);
	tell_checkpoint(screen);
	tell_detail(screen, NOTICE_STATE_INTAKE);
}

static void tell_boxes_stick(struct screen *screen)
{
	tell(screen, NOTICE_PART(MEDIUM, .first = NOTICE_KIND_BOXES));
}

static void tell_done(struct screen *screen)
{
	tell_sealed(screen);
	tell_boxes_stick(screen);
	tell_delivery(screen, 12, tell_all_delivered);
}

static void tell_intake(struct screen *screen)
{
	tell_done(screen);
	tell(screen, NOTICE_PART(READY_INTAKE));
}

static void tell_missing(struct screen *screen)
{
	tell_sealed(screen);
	tell_boxes_stick(screen);
	tell_delivery(screen, 11, tell_one_missing);
	tell(screen, NOTICE_PART(READY_INTAKE_MISSING, .first = 1));
}

static void tell_reading(struct screen *screen)
{
	tell_missing(screen);
	tell_boxes_stick(screen);
	tell(screen, NOTICE_PART(TAKING, .first = 5));
}

static void tell_writing(struct screen *screen)
{
	tell_intake(screen);
	tell(screen, NOTICE_PART(MEDIUM_OUTBOX));
	tell(screen, NOTICE_PART(WRITING, .first = 9, .second = 31));
}

static void tell_another_stick(struct screen *screen)
{
	tell_done(screen);
	tell(screen, notice_text(NOTICE_ANOTHER_MEDIUM, "QEMU QEMU HARDDISK"));
}

static void tell_rehearsal(struct screen *screen)
{
	tell_intake(screen);
	tell(screen, NOTICE_PART(REHEARSAL));
}

/* --- the count --- */

static void tell_counting_boot(struct screen *screen, enum notice_id state)
{
	tell(screen, NOTICE_PART(COUNTING_BOOT, .first = state));
	tell(screen, NOTICE_PART(NO_MEDIUM));
	tell_election(screen);
}

static void tell_restarting(struct screen *screen)
{
	tell_intake(screen);
	tell(screen, NOTICE_PART(MEDIUM, .first = NOTICE_KIND_APPROVALS));
	tell(screen, NOTICE_PART(DONE));
	tell(screen,
		NOTICE_PART(RESTARTING_TO_COUNT, .first = NOTICE_STATE_OPEN));
}

static void tell_counting(struct screen *screen)
{
	tell_counting_boot(screen, NOTICE_STATE_OPEN);
	tell_all_delivered(screen);
	tell(screen,
		NOTICE_PART(COUNTING, .first = 9, .second = 12, .third = 1));
}

/* The boxes are counted; `code` is what a phone takes away. */
static void tell_finished(struct screen *screen, enum notice_id state,
	struct notice_part code, struct notice_part ready)
{
	tell_boot(screen, state);
	tell(screen, NOTICE_PART(ROOM, .first = 60, .second = 64));
	tell_election(screen);
	tell_all_delivered(screen);
	tell(screen, code);
	tell(screen, ready);
}

static void tell_closed(struct screen *screen)
{
	tell_finished(screen, NOTICE_STATE_CLOSED,
		notice_text(NOTICE_QR_CHALLENGE,
			"sandoq/challenge sanandaj-1405 "
			"f0e1d2c3b4a5968778695a4b3c2d1e0f"
			"f0e1d2c3b4a5968778695a4b3c2d1e0f"),
		NOTICE_PART(READY_CLOSED));
}

static void tell_approved(struct screen *screen)
{
	tell_counting_boot(screen, NOTICE_STATE_APPROVED);
	tell_all_delivered(screen);
	tell(screen, NOTICE_PART(COUNTED, .first = 1, .second = 12));
	tell(screen,
		NOTICE_PART(COUNTING, .first = 4, .second = 12, .third = 2));
}

static void tell_released(struct screen *screen)
{
	tell_finished(screen, NOTICE_STATE_RELEASED,
		notice_text(NOTICE_QR_RESULT,
			"sandoq/result sanandaj-1405 "
			"5a4b3c2d1e0ff0e1d2c3b4a596877869"
			"5a4b3c2d1e0ff0e1d2c3b4a596877869"),
		NOTICE_PART(READY_RELEASED));
}

static void tell_abandoned(struct screen *screen)
{
	tell_boot(screen, NOTICE_STATE_ABANDONED);
	tell(screen, NOTICE_PART(ROOM, .first = 60, .second = 64));
	tell_election(screen);
	tell_all_delivered(screen);
	tell(screen, NOTICE_PART(READY_ABANDONED));
}

/* --- faults --- */

static void tell_refusal(
	struct screen *screen, struct notice_part why, struct notice_part more)
{
	tell_three(screen, NOTICE_PART(REFUSED), why, more);
	tell_three(screen, NOTICE_PART(WAS_REFUSED), why, more);
	tell_detail(screen, NOTICE_STATE_INTAKE);
}

static void tell_garbage(struct screen *screen)
{
	tell_intake(screen);
	tell_refusal(screen, NOTICE_PART(NOT_A_COURIER),
		NOTICE_PART(STICK_UNREADABLE));
}

static void tell_refused_box(struct screen *screen, const char *english)
{
	tell_three(screen, NOTICE_PART(BOX_REFUSED),
		notice_text(NOTICE_TEXT, english),
		notice_refusal("the box is of another election"));
}

static void tell_other_election(struct screen *screen)
{
	tell_intake(screen);
	tell_boxes_stick(screen);
	tell_refused_box(screen, "station-04, box 1");
	tell_refused_box(screen, "station-05, box 1");
	tell_two(screen, NOTICE_PART(TAKEN, .third = 2),
		NOTICE_PART(LEAVES, .first = 15));
	tell(screen, NOTICE_PART(DONE));
	tell(screen, NOTICE_PART(DONE_BUT_REFUSED, .first = 2));
	tell_two(screen, NOTICE_PART(BOXES, .first = 12, .second = 12),
		NOTICE_PART(BOXES_REFUSED, .first = 2));
	tell_detail(screen, NOTICE_STATE_INTAKE);
}

static void tell_pulled(struct screen *screen)
{
	tell_missing(screen);
	tell_boxes_stick(screen);
	tell(screen, NOTICE_PART(TAKING, .first = 1));
	tell_two(screen, NOTICE_PART(TAKEN), NOTICE_PART(LEAVES, .first = 12));
	tell_two(screen, NOTICE_PART(REFUSED_AND_GONE),
		NOTICE_PART(STICK_PULLED));
	tell_two(screen, NOTICE_PART(WAS_REFUSED), NOTICE_PART(STICK_PULLED));
	tell_detail(screen, NOTICE_STATE_INTAKE);
}

static void tell_small_outbox(struct screen *screen)
{
	tell_intake(screen);
	tell(screen, NOTICE_PART(MEDIUM_OUTBOX));
	tell(screen, NOTICE_PART(WRITING, .first = 9, .second = 31));
	tell_refusal(screen, notice_name("the outbox"),
		NOTICE_PART(OUTBOX_TOO_SMALL));
}

/* It is switched on again, and goes on where it was. */
static void tell_power_cut(struct screen *screen)
{
	tell_boot(screen, NOTICE_STATE_INTAKE);
	tell_room(screen);
	tell_election(screen);
	tell_one_missing(screen);
	tell_checkpoint(screen);
	tell(screen, NOTICE_PART(READY_INTAKE_MISSING, .first = 1));
}

static void tell_no_disk(struct screen *screen)
{
	tell_two(screen, NOTICE_PART(FAILED_AND_STOPS), NOTICE_PART(NO_DISK));
}

static void tell_no_tpm(struct screen *screen)
{
	tell_two(screen, NOTICE_PART(FAILED_AND_STOPS), NOTICE_PART(NO_TPM));
}

static void tell_dead_tpm(struct screen *screen)
{
	tell_intake(screen);
	tell_boxes_stick(screen);
	tell_two(screen, NOTICE_PART(FAILED), NOTICE_PART(TPM_IS_GONE));
}

static void tell_failed(struct screen *screen)
{
	tell_intake(screen);
	tell_boxes_stick(screen);
	tell_three(screen, NOTICE_PART(FAILED),
		notice_refusal("the journal takes no entry"),
		NOTICE_PART(DISK_FAILS));
	tell(screen, NOTICE_PART(WAITING));
}

const struct scene scenes[] = {
	{ "blank", tell_blank },
	{ "enrolled", tell_enrolled },
	{ "sealed", tell_sealed },
	{ "reading", tell_reading },
	{ "done", tell_done },
	{ "intake", tell_intake },
	{ "writing", tell_writing },
	{ "another-stick", tell_another_stick },
	{ "restarting", tell_restarting },
	{ "counting", tell_counting },
	{ "closed", tell_closed },
	{ "approved", tell_approved },
	{ "released", tell_released },
	{ "abandoned", tell_abandoned },
	{ "failed", tell_failed },
	{ "rehearsal", tell_rehearsal },
	{ "unlocked", tell_unlocked },
	{ "no-tpm", tell_no_tpm },
	{ "garbage", tell_garbage },
	{ "other-election", tell_other_election },
	{ "pulled", tell_pulled },
	{ "small-outbox", tell_small_outbox },
	{ "power-cut", tell_power_cut },
	{ "no-disk", tell_no_disk },
	{ "dead-tpm", tell_dead_tpm },
	{ "missing", tell_missing },
};
const size_t scene_count = sizeof(scenes) / sizeof(scenes[0]);

struct screen scene_screen(const struct scene *scene, enum language first)
{
	struct screen screen = screen_begin();
	screen_set_language(&screen, first);
	scene->tell(&screen);
	return screen;
}

void scene_draw(const struct scene *scene, enum language first, bool rehearsal,
	struct canvas *canvas)
{
	struct area drawn[PANELS];
	struct screen screen = scene_screen(scene, first);
	if (rehearsal)
		tell(&screen, NOTICE_PART(REHEARSAL));
	screen_draw(&screen, canvas, drawn);
}
