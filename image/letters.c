/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes the table of letters (appliance/formats/letters.h) as C on standard
 * output: HarfBuzz shapes each letter of two packaged fonts between joiners,
 * so that it takes each of its forms. Runs while the programs are built; the
 * same font and library give the same bytes.
 */
#include "appliance/formats/letters.h"

#include <harfbuzz/hb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	EM = 1000,
	RANGES_MOST = 32, /* the last one is empty */
	ROWS_MOST = 2048,
	POINTS_MOST = 262144,
	ZWJ = 0x200d,
	ALEF = 0x627,
	LAM = 0x644,
	KURDISH_LAM = 0x6b5
};

static const char folder[] = "/usr/share/fonts/truetype/noto/";

/* A script, its fonts by weight, and what of them is taken. */
static const struct source {
	const char *file[LETTER_WEIGHTS];
	hb_script_t script;
	hb_direction_t direction;
	uint32_t range[RANGES_MOST][2];
} sources[] = {
	{ { "NotoSans-Regular.ttf", "NotoSans-Bold.ttf" }, HB_SCRIPT_LATIN,
		HB_DIRECTION_LTR,
		{ { 0x20, 0x7e }, { 0xa0, 0xa0 }, { 0xab, 0xab },
			{ 0xb0, 0xb0 }, { 0xb7, 0xb7 }, { 0xbb, 0xbb },
			{ 0xc0, 0xff }, { 0x11e, 0x11f }, { 0x130, 0x131 },
			{ 0x15e, 0x15f }, { 0x2013, 0x2014 },
			{ 0x2018, 0x2019 }, { 0x201c, 0x201e },
			{ 0x2022, 0x2022 }, { 0x2026, 0x2026 },
			{ 0x2039, 0x203a }, { 0xfffd, 0xfffd } } },
	{ { "NotoSansArabic-Regular.ttf", "NotoSansArabic-Bold.ttf" },
		HB_SCRIPT_ARABIC, HB_DIRECTION_RTL,
		/* Persian, Kurdish, Azeri, Arabic, Turkmen, Balochi. */
		{ { 0x60c, 0x60c }, { 0x61b, 0x61b }, { 0x61f, 0x61f },
			{ 0x621, 0x63a }, { 0x640, 0x652 }, { 0x654, 0x655 },
			{ 0x660, 0x66c }, { 0x670, 0x670 }, { 0x679, 0x679 },
			{ 0x67e, 0x67e }, { 0x686, 0x686 }, { 0x688, 0x688 },
			{ 0x691, 0x691 }, { 0x695, 0x695 }, { 0x698, 0x698 },
			{ 0x6a4, 0x6a4 }, { 0x6a9, 0x6a9 }, { 0x6ad, 0x6ad },
			{ 0x6af, 0x6af }, { 0x6b5, 0x6b5 }, { 0x6ba, 0x6ba },
			{ 0x6be, 0x6be }, { 0x6c0, 0x6c3 }, { 0x6c6, 0x6cc },
			{ 0x6ce, 0x6d0 }, { 0x6d2, 0x6d3 }, { 0x6d5, 0x6d5 },
			{ 0x6f0, 0x6f9 } } },
};

static struct letter row[ROWS_MOST];
static size_t rows;
static int16_t point[POINTS_MOST];
static size_t points;
static int lowest, highest, leftmost, rightmost;

_Noreturn static void give_up(const char *what)
{
	fprintf(stderr, "image/letters: %s\n", what);
	exit(65);
}

static void put(int value)
{
	if (points == POINTS_MOST || value < INT16_MIN || value > INT16_MAX)
		give_up("an outline does not fit");
	point[points++] = (int16_t)value;
}

static int rounded(float value)
{
	return (int)(value < 0 ? value - 0.5F : value + 0.5F);
}

static void put_point(float x, float y)
{
	const int column = rounded(x), line = rounded(y);
	put(column);
	put(line);
	if (column < leftmost)
		leftmost = column;
	if (column > rightmost)
		rightmost = column;
	if (line < lowest)
		lowest = line;
	if (line > highest)
		highest = line;
}

static void move_to(hb_draw_funcs_t *functions, void *data,
	hb_draw_state_t *state, float x, float y, void *user)
{
	(void)functions, (void)data, (void)state, (void)user;
	put(LETTER_MOVE);
	put_point(x, y);
}

static void line_to(hb_draw_funcs_t *functions, void *data,
	hb_draw_state_t *state, float x, float y, void *user)
{
	(void)functions, (void)data, (void)state, (void)user;
	put(LETTER_LINE);
	put_point(x, y);
}

static void curve_to(hb_draw_funcs_t *functions, void *data,
	hb_draw_state_t *state, float control_x, float control_y, float x,
	float y, void *user)
{
	(void)functions, (void)data, (void)state, (void)user;
	put(LETTER_CURVE);
	put_point(control_x, control_y);
	put_point(x, y);
}

static hb_draw_funcs_t *pen(void)
{
	static hb_draw_funcs_t *functions;
	if (functions != NULL)
		return functions;
	functions = hb_draw_funcs_create();
	hb_draw_funcs_set_move_to_func(functions, move_to, NULL, NULL);
	hb_draw_funcs_set_line_to_func(functions, line_to, NULL, NULL);
	hb_draw_funcs_set_quadratic_to_func(functions, curve_to, NULL, NULL);
	return functions;
}

/* Outlines that are there already are used again. */
static uint32_t outline_of(hb_font_t *font, hb_codepoint_t glyph)
{
	const size_t start = points;
	lowest = leftmost = INT16_MAX;
	highest = rightmost = INT16_MIN;
	hb_font_get_glyph_shape(font, glyph, pen(), NULL);
	put(LETTER_END);
	if (points == start + 1)
		lowest = leftmost = highest = rightmost = 0;
	for (size_t i = 0; i < rows; i++)
		if (memcmp(&point[row[i].outline], &point[start],
			    (points - start) * sizeof(*point)) == 0) {
			points = start;
			return row[i].outline;
		}
	return (uint32_t)start;
}

static bool is_mark(uint32_t code)
{
	return (code >= 0x64b && code <= 0x655) || code == 0x670;
}

static void add_row(hb_font_t *font, uint32_t code, uint32_t second,
	enum letter_form form, hb_codepoint_t glyph, int advance)
{
	if (rows == ROWS_MOST)
		give_up("there are more letters than were expected");
	struct letter made = { .code = code,
		.second = (uint16_t)second,
		.form = (uint8_t)form,
		.mark = is_mark(code),
		.glyph = (uint16_t)glyph };
	made.outline = outline_of(font, glyph);
	made.advance = (int16_t)(made.mark ? 0 : advance);
	made.left = (int16_t)leftmost;
	made.right = (int16_t)rightmost;
	made.bottom = (int16_t)lowest;
	made.top = (int16_t)highest;
	row[rows++] = made;
}

/*
 * What joins the letter to what is before it; else an alef, which joins none:
 * a letter in a word of its own may look otherwise.
 */
static void add_before(hb_buffer_t *buffer, const struct source *source,
	uint32_t code, enum letter_form form)
{
	if (form == LETTER_MIDDLE || form == LETTER_LAST)
		hb_buffer_add(buffer, ZWJ, 0);
	else if (source->script == HB_SCRIPT_ARABIC && !is_mark(code))
		hb_buffer_add(buffer, ALEF, 0);
}

/* The one glyph that the letter became; false if there is not one. */
static bool take_glyph(hb_buffer_t *buffer, hb_codepoint_t *glyph, int *advance)
{
	unsigned count = 0, found = 0;
	const hb_glyph_info_t *info = hb_buffer_get_glyph_infos(buffer, &count);
	const hb_glyph_position_t *position =
		hb_buffer_get_glyph_positions(buffer, &count);
	for (unsigned i = 0; i < count; i++)
		if (info[i].cluster == 1) {
			*glyph = info[i].codepoint;
			*advance = position[i].x_advance;
			found++;
		}
	return found == 1 && *glyph != 0;
}

/* Shapes a letter, or a lam and an alef, in one form. False if it has none. */
static bool shape(hb_font_t *font, const struct source *source, uint32_t code,
	uint32_t second, enum letter_form form, hb_codepoint_t *glyph,
	int *advance)
{
	hb_buffer_t *buffer = hb_buffer_create();
	add_before(buffer, source, code, form);
	hb_buffer_add(buffer, code, 1);
	if (second != 0)
		hb_buffer_add(buffer, second, 1);
	if (form == LETTER_MIDDLE || form == LETTER_FIRST)
		hb_buffer_add(buffer, ZWJ, 2);
	hb_buffer_set_content_type(buffer, HB_BUFFER_CONTENT_TYPE_UNICODE);
	hb_buffer_set_script(buffer, source->script);
	hb_buffer_set_direction(buffer, source->direction);
	hb_buffer_set_cluster_level(buffer, HB_BUFFER_CLUSTER_LEVEL_CHARACTERS);
	hb_buffer_set_flags(buffer, HB_BUFFER_FLAG_DO_NOT_INSERT_DOTTED_CIRCLE);
	hb_shape(font, buffer, NULL, 0);
	const bool one = take_glyph(buffer, glyph, advance);
	hb_buffer_destroy(buffer);
	return one;
}

/* In each form that looks otherwise than alone; a pair may have but one. */
static void add_letter(hb_font_t *font, const struct source *source,
	uint32_t code, uint32_t second)
{
	const int forms = source->script == HB_SCRIPT_ARABIC ? LETTER_FORMS : 1;
	hb_codepoint_t alone = 0, glyph = 0;
	int advance = 0;
	for (int form = LETTER_ALONE; form < forms; form++) {
		if (!shape(font, source, code, second, (enum letter_form)form,
			    &glyph, &advance))
			continue;
		if (form == LETTER_ALONE)
			alone = glyph;
		else if (glyph == alone)
			continue;
		add_row(font, code, second, (enum letter_form)form, glyph,
			advance);
	}
}

static void add_source(const struct source *source, int weight)
{
	static const uint32_t alef[] = { 0x622, 0x623, 0x625, 0x627, 0x649 };
	char path[256];
	snprintf(path, sizeof(path), "%s%s", folder, source->file[weight]);
	hb_blob_t *blob = hb_blob_create_from_file_or_fail(path);
	if (blob == NULL)
		give_up("a font is missing; image/setup installs it");
	hb_face_t *face = hb_face_create(blob, 0);
	hb_font_t *font = hb_font_create(face);
	hb_font_set_scale(font, EM, EM);
	for (size_t i = 0; source->range[i][0] != 0; i++)
		for (uint32_t code = source->range[i][0];
			code <= source->range[i][1]; code++)
			add_letter(font, source, code, 0);
	for (size_t i = 0; i < sizeof(alef) / sizeof(alef[0]); i++)
		if (source->script == HB_SCRIPT_ARABIC) {
			add_letter(font, source, LAM, alef[i]);
			add_letter(font, source, KURDISH_LAM, alef[i]);
		}
	hb_font_destroy(font);
	hb_face_destroy(face);
	hb_blob_destroy(blob);
}

static int by_code(const void *a, const void *b)
{
	const struct letter *one = a, *other = b;
	if (one->code != other->code)
		return one->code < other->code ? -1 : 1;
	if (one->second != other->second)
		return one->second < other->second ? -1 : 1;
	return one->form - other->form;
}

static void print_weight(int weight)
{
	qsort(row, rows, sizeof(*row), by_code);
	printf("static const int16_t outline_%d[] = {", weight);
	for (size_t i = 0; i < points; i++)
		printf("%s%d,", i % 16 == 0 ? "\n" : "", point[i]);
	printf("\n};\nstatic const struct letter letter_%d[] = {\n", weight);
	for (size_t i = 0; i < rows; i++)
		printf("{ 0x%x, 0x%x, %u, %u, %d, %d, %d, %d, %d, %u, %u },\n",
			row[i].code, row[i].second, row[i].form, row[i].mark,
			row[i].advance, row[i].left, row[i].right,
			row[i].bottom, row[i].top, row[i].glyph,
			row[i].outline);
	printf("};\n");
}

int main(void)
{
	printf("/* Written by image/letters.c. */\n"
	       "#include \"appliance/formats/letters.h\"\n");
	for (int weight = 0; weight < LETTER_WEIGHTS; weight++) {
		rows = points = 0;
		for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]);
			i++)
			add_source(&sources[i], weight);
		print_weight(weight);
	}
	printf("const struct letters letters_of[LETTER_WEIGHTS] = {\n");
	for (int weight = 0; weight < LETTER_WEIGHTS; weight++)
		printf("{ letter_%d, sizeof(letter_%d) / sizeof(letter_%d[0]), "
		       "outline_%d },\n",
			weight, weight, weight, weight);
	printf("};\n");
	return fflush(stdout) == 0 && ferror(stdout) == 0 ? 0 : 74;
}
