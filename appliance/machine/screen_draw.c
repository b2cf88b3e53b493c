/* SPDX-License-Identifier: Apache-2.0 */
/* Draws the screen's panels (screen.h). */
#include "appliance/machine/screen.h"

/*
 * Lengths are in hundredths of an em, the height of an ordinary letter: the
 * picture is 27 em high and at least 36 em wide, whatever its size.
 */
enum {
	HIGH = 2700,
	WIDE = 3600,
	MARGIN = 100,
	GAP = 100, /* between columns */
	/* From one line to the next, and down to where letters stand. */
	LINE = 140,
	ASCENT = 104,
};

enum {
	PAPER = 0xffffff,
	INK = 0x14181d,
	FAINT = 0x4c5660,
	RULE = 0xc9d0d6,
	TRACK = 0xdde3e8,
	STRIP = 0xffcf33,
};

static const struct look {
	uint32_t strong; /* white letters are read on it */
	uint32_t tint;	 /* black ones on this */
	enum notice_id word;
	const int16_t *shape;
	const int16_t *inside; /* drawn on it in the band's colour */
} looks[];

/* --- where --- */

struct grid {
	int em;
	int margin;
	struct area panel[PANELS];
};

static int least(int a, int b)
{
	return a < b ? a : b;
}

static int most(int a, int b)
{
	return a > b ? a : b;
}

static struct grid grid_of(const struct canvas *canvas)
{
	/* From the top, hundredths of an em; a QR code stands beside facts. */
	static const int top[PANELS + 1] = {
		[PANEL_BAND] = 0,
		[PANEL_STRIPS] = 360,
		[PANEL_STATE] = 490,
		[PANEL_NEXT] = 1110,
		[PANEL_PROGRESS] = 1520,
		[PANEL_FACTS] = 1735,
		[PANEL_QR] = 1735,
		[PANEL_HISTORY] = 2350,
		[PANEL_DETAIL] = 2605,
		[PANELS] = HIGH,
	};
	const int em = most(1,
		least(canvas->height * 100 / HIGH, canvas->width * 100 / WIDE));
	struct grid out = { .em = em, .margin = MARGIN * em / 100 };
	for (int i = 0; i < PANELS; i++) {
		const int from = top[i] * em / 100;
		const int end = top[i == PANEL_QR	   ? PANEL_DETAIL
					: i == PANEL_FACTS ? PANEL_HISTORY
							   : i + 1] *
				em / 100;
		const int bottom = i == PANEL_DETAIL ? canvas->height : end;
		out.panel[i] = canvas_clip(canvas,
			(struct area){ 0, from, canvas->width, bottom - from });
	}
	return out;
}

/* --- letters --- */

struct brush {
	struct canvas *canvas;
	const struct screen *screen;
	const struct grid *grid;
};

/* How a text is set; sizes in hundredths of an em. */
struct setting {
	enum language language;
	enum letter_weight weight;
	int size;
	size_t lines;
	bool at_right;
	uint32_t colour;
	bool in_the_middle; /* of the area's height, not at its top */
};

/* Gives the height that it took. */
static int draw_placed(const struct brush *brush,
	const struct placed_text *text, const struct setting *setting,
	struct area area)
{
	const int size = setting->size * brush->grid->em / 100;
	const int height = (int)text->lines * size * LINE / 100;
	if (setting->in_the_middle)
		area.y += (area.height - height) / 2;
	for (size_t i = 0; i < text->lines; i++) {
		const int width = size * text->line[i].width / 1000;
		const int x = setting->at_right ? area.x + area.width - width
						: area.x;
		canvas_line(brush->canvas, text, i, x,
			area.y + (int)i * size * LINE / 100 +
				size * ASCENT / 100,
			size, setting->colour);
	}
	return height;
}

static bool place(const struct brush *brush, struct bytes text,
	const struct setting *setting, int width, struct placed_text *out)
{
	const int size = most(1, setting->size * brush->grid->em / 100);
	const struct screen_style style = { setting->weight,
		setting->language == ENGLISH, width * 1000 / size,
		setting->lines };
	screen_text(text, &style, out);
	return !out->cut;
}

static int draw_text(const struct brush *brush, struct bytes text,
	const struct setting *setting, struct area area)
{
	struct placed_text placed;
	place(brush, text, setting, area.width, &placed);
	return draw_placed(brush, &placed, setting, area);
}

typedef void notice_writer(
	struct writer *, const struct notice *, enum language);

static int draw_notice(const struct brush *brush, notice_writer *write,
	const struct notice *notice, const struct setting *setting,
	struct area area)
{
	uint8_t space[NOTICE_LINE_MOST];
	struct writer out = writer_of(space, sizeof(space));
	write(&out, notice, setting->language);
	return draw_text(brush, written(&out), setting, area);
}

/* --- panels --- */

static enum language other(enum language language)
{
	return language == PERSIAN ? ENGLISH : PERSIAN;
}

static struct area inner(const struct brush *brush, enum screen_panel panel)
{
	struct area out = brush->grid->panel[panel];
	out.x += brush->grid->margin;
	out.width -= 2 * brush->grid->margin;
	return out;
}

static struct bytes word(enum notice_id id, enum language language)
{
	return bytes_of_text(notice_row_of(id)->says[language]);
}

static const struct look *look_of(const struct screen *screen)
{
	return &looks[screen->mood];
}

/* The shape stands where the first language begins. */
static void draw_band(const struct brush *brush)
{
	const struct look *look = look_of(brush->screen);
	const enum language first = brush->screen->first;
	const bool right = first == PERSIAN;
	const struct area all = brush->grid->panel[PANEL_BAND];
	struct area text = inner(brush, PANEL_BAND);
	const int em = brush->grid->em;
	const int centre =
		right ? text.x + text.width - 3 * em / 2 : text.x + 3 * em / 2;
	const int middle = all.y + all.height / 2;
	const struct setting large = { first, LETTER_BOLD, 200, 1, right, PAPER,
		false };
	const struct setting small = { other(first), LETTER_BOLD, 130, 1,
		!right, PAPER, false };
	canvas_fill(brush->canvas, all, look->strong);
	canvas_shape(brush->canvas, look->shape, centre, middle, 3 * em, 2 * em,
		PAPER);
	canvas_shape(brush->canvas, look->inside, centre, middle, 3 * em,
		2 * em, look->strong);
	text.width -= 4 * em;
	text.x += right ? 0 : 4 * em;
	text.y = middle - 2 * em * (ASCENT - 34) / 100;
	draw_text(brush, word(look->word, first), &large, text);
	text.y = middle - 13 * em * (ASCENT - 34) / 1000;
	draw_text(brush, word(look->word, other(first)), &small, text);
}

struct fit {
	int size;
	size_t lines;
};

/* In the first of three sizes in which all of it has room. */
static int draw_fitted(const struct brush *brush, notice_writer *write,
	const struct notice *notice, struct setting setting,
	const struct fit fit[3], struct area area)
{
	uint8_t space[NOTICE_LINE_MOST];
	struct writer out = writer_of(space, sizeof(space));
	struct placed_text placed;
	write(&out, notice, setting.language);
	for (int i = 0; i < 3; i++) {
		setting.size = fit[i].size;
		setting.lines = fit[i].lines;
		if (place(brush, written(&out), &setting, area.width, &placed))
			break;
	}
	return draw_placed(brush, &placed, &setting, area);
}

/* One strip has the whole height, each of two its half. */
static void draw_strips(const struct brush *brush)
{
	static const struct fit fit[] = { { 82, 1 }, { 62, 1 }, { 44, 2 } };
	static const struct fit half[] = { { 44, 1 }, { 40, 1 }, { 36, 1 } };
	const struct notice *strip = brush->screen->strip;
	const struct area all = brush->grid->panel[PANEL_STRIPS];
	const int margin = brush->grid->margin;
	const bool two = strip[1].part[0].id != NOTICE_NONE;
	const struct setting persian = { PERSIAN, LETTER_BOLD, 0, 0, true, INK,
		true };
	const struct setting english = { ENGLISH, LETTER_BOLD, 0, 0, false, INK,
		true };
	struct area area = { margin, all.y, all.width / 2 - margin * 3 / 2,
		two ? all.height / 2 : all.height };
	if (strip[0].part[0].id == NOTICE_NONE)
		return;
	canvas_fill(brush->canvas, all, STRIP);
	for (int i = 0; i < (two ? 2 : 1); i++) {
		area.y = all.y + all.height * i / 2;
		area.x = margin;
		draw_fitted(brush, write_notice, &strip[i], english,
			two ? half : fit, area);
		area.x = all.width / 2 + margin / 2;
		draw_fitted(brush, write_notice, &strip[i], persian,
			two ? half : fit, area);
	}
}

static void draw_state(const struct brush *brush)
{
	const enum language first = brush->screen->first;
	static const struct fit fit[] = { { 210, 1 }, { 160, 2 }, { 120, 3 } };
	const struct notice *state = &brush->screen->state;
	struct area area = inner(brush, PANEL_STATE);
	const int end = area.y + area.height;
	const struct setting large = { first, LETTER_BOLD, 0, 0,
		first == PERSIAN, INK, false };
	struct setting small = { other(first), LETTER_REGULAR, 88, 1,
		first == PERSIAN, FAINT, false };
	area.y += draw_fitted(brush, write_notice, state, large, fit, area);
	if (end - area.y > 2 * 88 * brush->grid->em / 100 * LINE / 100)
		small.lines = 2;
	draw_notice(brush, write_notice, state, &small, area);
}

static bool has_next(const struct notice *notice)
{
	uint8_t space[NOTICE_LINE_MOST];
	struct writer out = writer_of(space, sizeof(space));
	write_notice_next(&out, notice, ENGLISH);
	return out.size > 0;
}

/* A column each, the first language's wider; Persian stands at the right. */
static struct area column(
	struct area area, enum language language, enum language first, int gap)
{
	const int wide = (area.width - gap) * 3 / 5;
	const int width = language == first ? wide : area.width - gap - wide;
	if (language == PERSIAN)
		area.x += area.width - width;
	area.width = width;
	return area;
}

static void draw_next(const struct brush *brush)
{
	const struct notice *state = &brush->screen->state;
	const enum language first = brush->screen->first;
	const struct look *look = look_of(brush->screen);
	struct area box = inner(brush, PANEL_NEXT);
	const int em = brush->grid->em;
	const struct area bar = { first == PERSIAN ? box.x + box.width - em / 4
						   : box.x,
		box.y, em / 4, box.height };
	static const struct fit fit[] = { { 120, 2 }, { 105, 2 }, { 80, 3 } };
	static const struct fit less[] = { { 88, 2 }, { 74, 3 }, { 60, 4 } };
	const struct setting large = { first, LETTER_BOLD, 0, 0,
		first == PERSIAN, INK, false };
	const struct setting small = { other(first), LETTER_REGULAR, 0, 0,
		first != PERSIAN, INK, false };
	if (!has_next(state))
		return;
	canvas_fill(brush->canvas, box, look->tint);
	canvas_fill(brush->canvas, bar, look->strong);
	box = (struct area){ box.x + em * 3 / 4, box.y + em / 5,
		box.width - em * 3 / 2, box.height };
	draw_fitted(brush, write_notice_next, state, large, fit,
		column(box, first, first, em));
	draw_fitted(brush, write_notice_next, state, small, less,
		column(box, other(first), first, em));
}

/* The bar fills from where the first language begins. */
static void draw_progress(const struct brush *brush)
{
	const struct notice *progress = &brush->screen->progress;
	const struct notice_part *part = &progress->part[0];
	const bool right = brush->screen->first == PERSIAN;
	struct area area = inner(brush, PANEL_PROGRESS);
	const int em = brush->grid->em;
	const struct setting persian = { PERSIAN, LETTER_BOLD, 80, 1, true, INK,
		false };
	const struct setting english = { ENGLISH, LETTER_REGULAR, 74, 1, false,
		INK, false };
	struct area track = { area.x, area.y + em * 14 / 10, area.width,
		em / 2 };
	if (part->id == NOTICE_NONE)
		return;
	area.y += em / 5;
	draw_notice(brush, write_notice, progress, &persian,
		column(area, PERSIAN, PERSIAN, em));
	draw_notice(brush, write_notice, progress, &english,
		column(area, ENGLISH, PERSIAN, em));
	/* Of some things nobody knows how many will come. */
	if (part->second == 0)
		return;
	canvas_fill(brush->canvas, track, TRACK);
	const int done = part->first >= part->second
				 ? track.width
				 : (int)((double)part->first /
					   (double)part->second * track.width);
	track.x += right ? track.width - done : 0;
	track.width = done;
	canvas_fill(brush->canvas, track, look_of(brush->screen)->strong);
}

/* A QR code stands where the second language's column begins. */
static struct area beside_qr(const struct brush *brush, struct area area)
{
	const struct area qr = brush->grid->panel[PANEL_QR];
	if (brush->screen->qr.part[0].id == NOTICE_NONE)
		return area;
	area.width -= qr.height;
	area.x += brush->screen->first == PERSIAN ? qr.height : 0;
	return area;
}

/* One notice in both columns, a little smaller before it is cut; its height. */
static int draw_row(const struct brush *brush, const struct notice *notice,
	struct area area, int size, size_t lines)
{
	const enum language first = brush->screen->first;
	const int gap = GAP * brush->grid->em / 100;
	int high = 0;
	for (int language = 0; language < LANGUAGES; language++) {
		const bool large = (enum language)language == first;
		const int own = large ? size : size * 7 / 8;
		const struct fit fit[] = { { own, lines },
			{ own * 92 / 100, lines }, { own * 84 / 100, lines } };
		const struct setting setting = { (enum language)language,
			LETTER_REGULAR, 0, 0, language == PERSIAN,
			large ? INK : FAINT, false };
		high = most(high,
			draw_fitted(brush, write_notice, notice, setting, fit,
				column(area, (enum language)language, first,
					gap)));
	}
	return high;
}

static void draw_facts(const struct brush *brush)
{
	struct area area = beside_qr(brush, inner(brush, PANEL_FACTS));
	const int end = area.y + area.height;
	for (int i = 0; i < SCREEN_FACTS; i++) {
		const struct notice *fact = &brush->screen->fact[i];
		if (fact->part[0].id != NOTICE_NONE && area.y < end)
			area.y +=
				draw_row(brush, fact, area, 72, i == 0 ? 2 : 1);
	}
}

static void draw_history(const struct brush *brush)
{
	struct area area = beside_qr(brush, inner(brush, PANEL_HISTORY));
	const int em = brush->grid->em;
	if (brush->screen->history[0].part[0].id == NOTICE_NONE)
		return;
	canvas_fill(brush->canvas,
		(struct area){ area.x, area.y, area.width, most(1, em / 20) },
		RULE);
	area.y += em / 8;
	for (int i = 0; i < SCREEN_HISTORY; i++)
		area.y += draw_row(
			brush, &brush->screen->history[i], area, 62, 1);
}

/* As many lines as are as high as that. */
static struct fit fit_into(int height, int size, int em)
{
	const int line = most(1, size * em / 100 * LINE / 100);
	return (struct fit){ size,
		(size_t)most(1, least(height / line, SCREEN_LINES_MOST)) };
}

/* The code, and below it what it says. */
static void draw_qr(const struct brush *brush)
{
	const struct notice *notice = &brush->screen->qr;
	struct area area = inner(brush, PANEL_QR);
	const bool left = brush->screen->first == PERSIAN;
	const int em = brush->grid->em;
	const int room = area.height - 5 * em / 2;
	const struct setting caption = { brush->screen->first, LETTER_REGULAR,
		0, 0, left, INK, false };
	struct qr qr;
	if (notice->part[0].id == NOTICE_NONE ||
		!qr_encode(bytes_of_text(notice->part[0].text), &qr))
		return;
	const int modules = qr.size + 2 * QR_QUIET;
	/* A telephone sees no single pixels: then there is less caption. */
	const int module = room / modules >= 2 ? room / modules
					       : most(1, area.height / modules);
	const int side = module * modules;
	const int wide = most(side, area.height - GAP * em / 100);
	canvas_qr(brush->canvas, &qr,
		left ? area.x : area.x + area.width - side, area.y, module);
	area = (struct area){ left ? area.x : area.x + area.width - wide,
		area.y + side, wide, area.height - side };
	const struct fit fit[] = { fit_into(area.height, 58, em),
		fit_into(area.height, 50, em), fit_into(area.height, 42, em) };
	draw_fitted(brush, write_notice, notice, caption, fit, area);
}

static void draw_detail(const struct brush *brush)
{
	const struct setting setting = { ENGLISH, LETTER_REGULAR, 60, 1, false,
		FAINT, false };
	draw_notice(brush, write_notice, &brush->screen->detail, &setting,
		inner(brush, PANEL_DETAIL));
}

size_t screen_draw(
	struct screen *screen, struct canvas *canvas, struct area drawn[PANELS])
{
	typedef void drawer(const struct brush *);
	static drawer *const draw[PANELS] = {
		[PANEL_BAND] = draw_band,
		[PANEL_STRIPS] = draw_strips,
		[PANEL_STATE] = draw_state,
		[PANEL_NEXT] = draw_next,
		[PANEL_PROGRESS] = draw_progress,
		[PANEL_FACTS] = draw_facts,
		[PANEL_QR] = draw_qr,
		[PANEL_HISTORY] = draw_history,
		[PANEL_DETAIL] = draw_detail,
	};
	const struct grid grid = grid_of(canvas);
	const struct brush brush = { canvas, screen, &grid };
	size_t count = 0;
	/* The facts and what stands beside them are one. */
	const unsigned together =
		1U << PANEL_FACTS | 1U << PANEL_QR | 1U << PANEL_HISTORY;
	if ((screen->changed & together) != 0)
		screen->changed |= together;
	for (int i = 0; i < PANELS; i++)
		if ((screen->changed >> i & 1) != 0) {
			drawn[count++] = grid.panel[i];
			canvas_fill(canvas, grid.panel[i], PAPER);
		}
	for (int i = 0; i < PANELS; i++)
		if ((screen->changed >> i & 1) != 0)
			draw[i](&brush);
	screen->changed = 0;
	return count;
}

/* --- looks --- */

#define MOVE LETTER_MOVE,
#define LINE_TO LETTER_LINE,
#define CURVE LETTER_CURVE,

/* Eight curves come within a thousandth of a circle. */
static const int16_t disc[] = { MOVE 460, 0, CURVE 460, 191, 325, 325,
	CURVE 191, 460, 0, 460, CURVE - 191, 460, -325, 325, CURVE - 460, 191,
	-460, 0, CURVE - 460, -191, -325, -325, CURVE - 191, -460, 0, -460,
	CURVE 191, -460, 325, -325, CURVE 460, -191, 460, 0, LETTER_END };
static const int16_t tick[] = { MOVE - 240, 20, LINE_TO - 170, 90, LINE_TO - 70,
	-10, LINE_TO 170, 230, LINE_TO 240, 160, LINE_TO - 70, -150,
	LETTER_END };
static const int16_t hourglass[] = { MOVE - 330, 460, LINE_TO 330, 460,
	LINE_TO 330, 360, LINE_TO 70, 0, LINE_TO 330, -360, LINE_TO 330, -460,
	LINE_TO - 330, -460, LINE_TO - 330, -360, LINE_TO - 70, 0,
	LINE_TO - 330, 360, LETTER_END };
static const int16_t sand[] = { MOVE - 190, 340, LINE_TO 190, 340, LINE_TO 130,
	250, LINE_TO - 130, 250, LINE_TO - 190, 340, MOVE - 170, -340,
	LINE_TO 170, -340, LINE_TO 0, -130, LETTER_END };
static const int16_t triangle[] = { MOVE 0, 470, LINE_TO 500, -420,
	LINE_TO - 500, -420, LETTER_END };
static const int16_t mark[] = { MOVE - 60, 220, LINE_TO 60, 220, LINE_TO 40,
	-130, LINE_TO - 40, -130, LINE_TO - 60, 220, MOVE - 55, -200,
	LINE_TO 55, -200, LINE_TO 55, -310, LINE_TO - 55, -310, LETTER_END };
static const int16_t cross[] = { MOVE - 420, 300, LINE_TO - 300, 420, LINE_TO 0,
	120, LINE_TO 300, 420, LINE_TO 420, 300, LINE_TO 120, 0, LINE_TO 420,
	-300, LINE_TO 300, -420, LINE_TO 0, -120, LINE_TO - 300, -420,
	LINE_TO - 420, -300, LINE_TO - 120, 0, LETTER_END };
static const int16_t nothing_inside[] = { LETTER_END };

static const struct look looks[] = {
	[MOOD_NONE] = { 0x37424c, 0xeef1f4, NOTICE_MOOD_WORKING, hourglass,
		sand },
	[MOOD_WORKING] = { 0x0b4f8a, 0xe6f0f9, NOTICE_MOOD_WORKING, hourglass,
		sand },
	[MOOD_READY] = { 0x0b6b3a, 0xe5f4eb, NOTICE_MOOD_READY, disc, tick },
	[MOOD_REFUSED] = { 0x8f4a00, 0xfdf0dd, NOTICE_MOOD_REFUSED, triangle,
		mark },
	[MOOD_FAILED] = { 0xa31621, 0xfbe7e8, NOTICE_MOOD_FAILED, cross,
		nothing_inside },
};
