/* SPDX-License-Identifier: Apache-2.0 */
/* Everything in this room that is both written and read. */
#include "tests/support/round_trip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "appliance/election/result.h"
#include "appliance/election/statement.h"
#include "tests/support/election.h"

enum { ROUNDS = 60, SHEETS_MOST = 30, MARKS = 4, ESCROW_SCALAR = 100 };

static struct village village;

static void name_of(
	struct sample_random *random, const char *stem, char out[ID_MOST + 1])
{
	snprintf(out, ID_MOST + 1, "%s-%llu", stem,
		(unsigned long long)sample_below(random, 1000000));
}

/*
 * Ballots: sheets in any order come back in the payload's
 */

struct sheet {
	uint16_t contest;
	uint16_t n;
	uint16_t codes[MARKS];
};

struct sheets {
	size_t count;
	struct sheet sheet[SHEETS_MOST];
};

static void make_sheets(
	struct sample_random *random, unsigned round, void *value)
{
	struct sheets *sheets = value;
	sheets->count = round % (SHEETS_MOST + 1);
	for (size_t i = 0; i < sheets->count; i++) {
		struct sheet *sheet = &sheets->sheet[i];
		sheet->contest = (uint16_t)sample_below(random, 2);
		sheet->n = (uint16_t)sample_below(random, MARKS + 1);
		for (size_t m = 0; m < sheet->n; m++)
			sheet->codes[m] = (uint16_t)sample_below(random, 4);
	}
}

static void encode_sheets(struct writer *out, const void *value)
{
	const struct sheets *sheets = value;
	struct ballots_list list;
	uint8_t *payload;
	size_t size;
	ballots_list_init(&list);
	for (size_t i = 0; i < sheets->count; i++)
		assert_null(ballots_list_add(&list, sheets->sheet[i].contest,
			sheets->sheet[i].codes, sheets->sheet[i].n));
	assert_null(ballots_list_encode(
		&list, &village.plan, SOUTH, 1, &payload, &size));
	write_bytes(out, bytes_of(payload, size));
	ballots_list_free(&list);
	free(payload);
}

/* Beyond what a value here holds, sheets are only numbered. */
static void take_one(struct sheets *sheets, const struct ballot *ballot)
{
	for (uint32_t i = 0; i < ballot->multiplicity; i++, sheets->count++) {
		if (sheets->count >= SHEETS_MOST || ballot->n > MARKS)
			continue;
		struct sheet *sheet = &sheets->sheet[sheets->count];
		struct cursor codes =
			cursor_of(bytes_of(ballot->choices, 2UL * ballot->n));
		sheet->contest = ballot->contest;
		sheet->n = ballot->n;
		for (size_t m = 0; m < ballot->n; m++)
			sheet->codes[m] = cursor_u16(&codes);
	}
}

static void take_sheets(void *value, const struct ballot *ballot, size_t count)
{
	for (size_t i = 0; i < count; i++)
		take_one(value, &ballot[i]);
}

static refusal decode_sheets(struct bytes in, void *value)
{
	struct sheets *sheets = value;
	struct ballots_decoder decoder;
	size_t step = in.size % 50 + 1;
	ballots_begin(&decoder, &village.plan, SOUTH, 1, take_sheets, value);
	for (size_t at = 0; at < in.size; at += step)
		ballots_feed(&decoder,
			bytes_of(in.data + at,
				in.size - at < step ? in.size - at : step));
	refusal refused = ballots_end(&decoder);
	if (refused == NULL && sheets->count > SHEETS_MOST)
		return "larger than any of this test";
	return refused;
}

static size_t times(const struct sheets *sheets, const struct sheet *sheet)
{
	size_t count = 0;
	for (size_t i = 0; i < sheets->count; i++)
		count += memcmp(&sheets->sheet[i], sheet, sizeof(*sheet)) == 0;
	return count;
}

static bool equal_sheets(const void *a, const void *b)
{
	const struct sheets *one = a;
	const struct sheets *other = b;
	bool equal = one->count == other->count;
	for (size_t i = 0; i < one->count; i++)
		equal = equal && times(one, &one->sheet[i]) ==
					 times(other, &one->sheet[i]);
	return equal;
}

/*
 * Tallies
 */

static void make_tally(
	struct sample_random *random, unsigned round, void *value)
{
	struct tally *tally = value;
	(void)round;
	assert_true(tally_init(tally, &village.plan, contests_first(2)));
	for (size_t i = 0; i < tally->size; i++)
		tally->cell[i] = sample_below(random, 1ULL << 32);
}

static void encode_tally(struct writer *out, const void *value)
{
	tally_encode(out, value);
}

static void free_tally(void *value)
{
	tally_free(value);
}

static refusal decode_tally(struct bytes in, void *value)
{
	assert_true(tally_init(value, &village.plan, contests_first(2)));
	refusal refused = tally_decode(value, in);
	if (refused != NULL)
		tally_free(value);
	return refused;
}

static bool equal_tallies(const void *a, const void *b)
{
	const struct tally *one = a;
	const struct tally *other = b;
	return contests_equal(&one->contests, &other->contests) &&
	       one->size == other->size &&
	       memcmp(one->cell, other->cell, one->size * sizeof(*one->cell)) ==
		       0;
}

/*
 * Plans
 */

struct held_plan {
	struct village made;
	struct plan *plan; /* read; NULL: the one above */
};

static const struct plan *plan_of(const struct held_plan *held)
{
	return held->plan ? held->plan : &held->made.plan;
}

static void make_contest(struct sample_random *random, struct plan *plan)
{
	struct contest *contest = &plan->contest[COUNCIL];
	contest->seats = (uint16_t)(1 + sample_below(random, 4));
	contest->alternates = (uint16_t)sample_below(random, 3);
	contest->max_choices = (uint16_t)(1 + sample_below(random, 5));
	contest->tie_breaks = (uint8_t)sample_below(random, 3);
	for (size_t i = 0; i < contest->candidates; i++) {
		struct candidate *candidate = &plan->candidate[i];
		candidate->list = (uint16_t)sample_below(random, 3);
		candidate->withdrawn = sample_below(random, 4) == 0;
		for (size_t t = 0; t < contest->tie_breaks; t++)
			candidate->tie_break[t] =
				(uint32_t)sample_below(random, 1ULL << 32);
	}
}

static void make_plan(struct sample_random *random, unsigned round, void *value)
{
	struct held_plan *held = value;
	struct plan *plan = &held->made.plan;
	uint8_t scalar[P256_SIZE] = { 0 };
	struct p256_private *escrow;
	held->made = village;
	plan->candidate = held->made.candidate;
	plan->station = held->made.station;
	random_fill(random, plan->definition.byte, SHA256_SIZE);
	plan->rehearsal = round % 2 == 1;
	memset(plan->id, 0, sizeof(plan->id));
	name_of(random, "town", plan->id);
	make_contest(random, plan);
	for (size_t s = 0; s < plan->stations; s++) {
		struct station *station = &plan->station[s];
		station->ballots_issued =
			(uint32_t)(1 + sample_below(random, 1000000));
		station->boxes = (uint16_t)(1 + sample_below(random, 1000));
	}
	scalar[P256_SIZE - 1] = ESCROW_SCALAR;
	assert_null(p256_from_scalar(scalar, &escrow));
	plan->recipients = round % 3 == 0;
	if (plan->recipients > 0) {
		name_of(random, "escrow", plan->recipient[0].id);
		plan->recipient[0].key = p256_public_of(escrow);
	}
	p256_free(escrow);
}

static void encode_plan(struct writer *out, const void *value)
{
	plan_encode(out, plan_of(value));
}

static refusal decode_plan(struct bytes in, void *value)
{
	struct held_plan *held = value;
	return plan_decode(in, &held->plan);
}

static void free_plan(void *value)
{
	struct held_plan *held = value;
	plan_free(held->plan);
}

static bool equal_rosters(const struct roster *a, const struct roster *b)
{
	bool equal = quorum_equal(&a->quorum, &b->quorum);
	for (size_t m = 0; equal && m < a->quorum.of; m++)
		equal = strcmp(a->id[m], b->id[m]) == 0;
	return equal;
}

static bool equal_contests(const struct contest *a, const struct contest *b)
{
	return strcmp(a->id, b->id) == 0 && a->rule == b->rule &&
	       a->seats == b->seats && a->alternates == b->alternates &&
	       a->max_choices == b->max_choices &&
	       a->tie_breaks == b->tie_breaks &&
	       a->candidates == b->candidates && a->first == b->first;
}

static bool equal_candidates(
	const struct candidate *a, const struct candidate *b)
{
	bool equal = a->code == b->code && a->list == b->list &&
		     a->withdrawn == b->withdrawn;
	for (size_t t = 0; t < TIE_BREAKS_MOST; t++)
		equal = equal && a->tie_break[t] == b->tie_break[t];
	return equal;
}

static bool equal_stations(const struct station *a, const struct station *b)
{
	return strcmp(a->id, b->id) == 0 && p256_equal(&a->key, &b->key) &&
	       contests_equal(&a->contests, &b->contests) &&
	       a->ballots_issued == b->ballots_issued && a->boxes == b->boxes;
}

static bool equal_heads(const struct plan *a, const struct plan *b)
{
	bool equal = digest_equal(&a->definition, &b->definition) &&
		     a->rehearsal == b->rehearsal && strcmp(a->id, b->id) == 0;
	for (size_t i = 0; i < BODIES; i++)
		equal = equal && equal_rosters(&a->roster[i], &b->roster[i]);
	equal = equal && a->recipients == b->recipients;
	for (size_t i = 0; equal && i < a->recipients; i++)
		equal = strcmp(a->recipient[i].id, b->recipient[i].id) == 0 &&
			p256_equal(&a->recipient[i].key, &b->recipient[i].key);
	return equal;
}

static bool equal_plans(const void *one, const void *other)
{
	const struct plan *a = plan_of(one);
	const struct plan *b = plan_of(other);
	bool equal = equal_heads(a, b) && a->contests == b->contests &&
		     a->candidates == b->candidates &&
		     a->stations == b->stations;
	for (size_t i = 0; equal && i < a->contests; i++)
		equal = equal_contests(&a->contest[i], &b->contest[i]);
	for (size_t i = 0; equal && i < a->candidates; i++)
		equal = equal_candidates(&a->candidate[i], &b->candidate[i]);
	for (size_t i = 0; equal && i < a->stations; i++)
		equal = equal_stations(&a->station[i], &b->station[i]);
	return equal;
}

/*
 * Results: boxes of sheets, void boxes, annulments, lots
 */

static void add_box(struct sample_random *random, struct result *result,
	uint16_t station, uint16_t sequence)
{
	struct result_box box = { result->boxes + 1, station, sequence,
		{ { 0 } }, 0 };
	struct ballots_list list;
	struct tally tally;
	uint8_t *payload;
	size_t size;
	uint16_t codes[MARKS];
	ballots_list_init(&list);
	for (uint64_t n = sample_below(random, SHEETS_MOST); n > 0; n--) {
		for (size_t m = 0; m < MARKS; m++)
			codes[m] = (uint16_t)sample_below(random, 8);
		assert_null(ballots_list_add(&list,
			station == EAST ? MAYOR : COUNCIL, codes,
			sample_below(random, MARKS + 1)));
	}
	assert_null(ballots_list_encode(
		&list, &village.plan, station, sequence, &payload, &size));
	ballots_list_free(&list);
	count_box(&village.plan, station, sequence, bytes_of(payload, size),
		&tally);
	free(payload);
	random_fill(random, box.sealed.byte, SHA256_SIZE);
	box.ballots = tally_ballots(&tally);
	assert_null(result_add_box(result, &box, &tally));
	tally_free(&tally);
}

static void add_void(struct sample_random *random, struct result *result)
{
	struct result_void box = { .entry = 100 + result->voids,
		.station = (int)sample_below(random, 4) - 1 };
	random_fill(random, box.sealed.byte, SHA256_SIZE);
	random_text_in(random, box.reason, 1, RESULT_REASON_MOST);
	assert_null(result_add_void(result, &box));
}

/* Whoever shares the best rank that lots decide goes first by number. */
static void draw_lot(struct result *result, uint16_t contest)
{
	struct standing standings[CANDIDATES_MOST];
	struct lot lot = { .contest = contest };
	uint16_t rank = 0;
	struct tally total;
	assert_true(tally_init(&total, &village.plan, contests_first(2)));
	result_total(result, &total);
	assert_null(result_standings(result, &total, contest, standings));
	for (uint16_t i = 0; i < village.plan.contest[contest].candidates; i++)
		if (standings[i].outcome == LOT &&
			(rank == 0 || standings[i].rank == rank)) {
			rank = standings[i].rank;
			lot.drawn[lot.count++] = i;
		}
	if (lot.count > 0)
		assert_null(result_add_lot(result, &lot));
	tally_free(&total);
}

static void make_name(struct sample_random *random, struct tpm_name *out)
{
	random_fill(random, out->byte, TPM_NAME_SIZE);
	memcpy(out->byte, (const uint8_t[]){ 0, 0x0b }, 2);
}

static void make_result(
	struct sample_random *random, unsigned round, void *value)
{
	struct result *result = value;
	struct result_binding *binding = &result->binding;
	assert_true(result_init(result, &village.plan));
	make_name(random, &binding->ak);
	make_name(random, &binding->bk);
	make_name(random, &binding->rk);
	random_fill(random, binding->checkpoint_root.byte, SHA256_SIZE);
	binding->checkpoint_size = 1000;
	binding->phase = sample_next(random);
	binding->revocation = sample_next(random);
	for (unsigned s = 0; s < VILLAGE_STATIONS; s++)
		if (sample_below(random, 4) > 0)
			add_box(random, result, (uint16_t)s, 1);
	for (unsigned n = round % 3; n > 0; n--)
		add_void(random, result);
	if (round % 5 == 0) {
		struct result_annulment annulment = { .station = EAST };
		random_text_in(random, annulment.reason, 1, 40);
		assert_null(result_annul(result, &annulment));
	}
	if (round % 2 == 0)
		draw_lot(result, COUNCIL);
	if (round % 4 == 0)
		draw_lot(result, MAYOR);
}

static void encode_result(struct writer *out, const void *value)
{
	assert_null(result_write(out, value));
}

static void free_result(void *value)
{
	result_free(value);
}

static refusal decode_result(struct bytes in, void *value)
{
	size_t line;
	refusal refused = result_parse_whole(value, &village.plan, in, &line);
	if (refused != NULL)
		result_free(value);
	return refused;
}

/* They are read station by station, and were entered as it came. */
static bool has_void(const struct result *in, const struct result_void *box)
{
	for (size_t i = 0; i < in->voids; i++)
		if (in->voided[i].entry == box->entry)
			return in->voided[i].station == box->station &&
			       digest_equal(
				       &in->voided[i].sealed, &box->sealed) &&
			       strcmp(in->voided[i].reason, box->reason) == 0;
	return false;
}

static bool equal_boxes(const struct result *a, const struct result *b)
{
	bool equal = a->boxes == b->boxes && a->voids == b->voids;
	for (size_t i = 0; equal && i < a->boxes; i++)
		equal = a->box[i].entry == b->box[i].entry &&
			a->box[i].station == b->box[i].station &&
			a->box[i].sequence == b->box[i].sequence &&
			digest_equal(&a->box[i].sealed, &b->box[i].sealed) &&
			a->box[i].ballots == b->box[i].ballots;
	for (size_t i = 0; equal && i < a->voids; i++)
		equal = has_void(b, &a->voided[i]);
	return equal;
}

static bool equal_rulings(const struct result *a, const struct result *b)
{
	bool equal = a->annulments == b->annulments && a->lots == b->lots;
	for (size_t i = 0; equal && i < a->annulments; i++)
		equal = a->annulment[i].station == b->annulment[i].station &&
			strcmp(a->annulment[i].reason,
				b->annulment[i].reason) == 0;
	for (size_t i = 0; equal && i < a->lots; i++)
		equal = memcmp(&a->lot[i], &b->lot[i], sizeof(*a->lot)) == 0;
	return equal;
}

static bool equal_bindings(
	const struct result_binding *a, const struct result_binding *b)
{
	return tpm_name_equal(&a->ak, &b->ak) &&
	       tpm_name_equal(&a->bk, &b->bk) &&
	       tpm_name_equal(&a->rk, &b->rk) &&
	       a->checkpoint_size == b->checkpoint_size &&
	       digest_equal(&a->checkpoint_root, &b->checkpoint_root) &&
	       a->phase == b->phase && a->revocation == b->revocation;
}

static bool equal_numbers(
	const struct result *a, const struct result *b, size_t station)
{
	struct tally one, other;
	assert_true(result_tally(a, station, &one));
	assert_true(result_tally(b, station, &other));
	const bool equal = equal_tallies(&one, &other);
	tally_free(&one);
	tally_free(&other);
	return equal;
}

static bool equal_results(const void *a, const void *b)
{
	const struct result *one = a;
	const struct result *other = b;
	bool equal = equal_bindings(&one->binding, &other->binding);
	for (size_t s = 0; s < VILLAGE_STATIONS; s++)
		equal = equal && equal_numbers(one, other, s);
	return equal && equal_boxes(one, other) && equal_rulings(one, other);
}

/*
 * Statements of every kind
 */

enum { LINES_MOST = 3, LINE_MOST = 260 };

struct line {
	size_t size;
	uint8_t data[LINE_MOST];
};

struct told {
	enum statement_kind kind;
	bool rehearsal;
	struct {
		size_t count;
		uint64_t number;
		struct line line[LINES_MOST];
	} field[TEXT_FIELDS_MOST];
};

static void make_member(
	struct sample_random *random, size_t i, struct writer *out)
{
	struct p256_public key = village.plan.roster[0].quorum.member[i].key;
	struct note_key who;
	char name[ID_MOST + 1];
	name_of(random, "operator", name);
	assert_null(note_key_of(name, &key, &who));
	write_text(out, i == 0 ? "supervisory " : "executive ");
	write_note_key(out, &who);
}

static void make_date(struct sample_random *random, struct writer *out)
{
	char text[16];
	const uint64_t any = sample_next(random);
	snprintf(text, sizeof(text), "%04u-%02u-%02u",
		1970 + (unsigned)(any % 400), 1 + (unsigned)(any >> 20) % 12,
		1 + (unsigned)(any >> 40) % 28);
	write_text(out, text);
}

static void make_nonce(struct sample_random *random, struct writer *out)
{
	char name[ID_MOST + 1];
	struct statement_nonce nonce;
	name_of(random, "auditor", name);
	nonce.auditor = bytes_of_text(name);
	random_fill(random, nonce.nonce.byte, SHA256_SIZE);
	write_statement_nonce(out, &nonce);
}

static void make_pcr(struct sample_random *random, size_t i, struct writer *out)
{
	struct statement_pcr pcr = { .index = (uint32_t)(3 * i) };
	random_fill(random, pcr.value.byte, SHA256_SIZE);
	write_statement_pcr(out, &pcr);
}

/* The lines that are made of parts; false for any other. */
static bool make_compound(struct sample_random *random,
	enum statement_kind kind, size_t field, size_t i, struct writer *out)
{
	const char *meaning = statement_meaning(kind);
	const char *name = statement_form[kind].field[field].name;
	if ((kind == STATEMENT_OPERATORS && field == OPERATORS_OPERATOR) ||
		(kind == STATEMENT_AUTHORITY && field == AUTHORITY_MEMBER))
		make_member(random, i, out);
	else if (kind == STATEMENT_ENROLMENT && field == ENROLMENT_DATE)
		make_date(random, out);
	else if ((kind == STATEMENT_CHALLENGE && field == CHALLENGE_NONCE) ||
		 (kind == STATEMENT_OPEN && field == OPEN_NONCE))
		make_nonce(random, out);
	else if (kind == STATEMENT_BOOT_APPROVAL && field == BOOT_PCR)
		make_pcr(random, i, out);
	else if (meaning != NULL && strcmp(name, "meaning") == 0)
		write_text(out, meaning);
	else
		return false;
	return true;
}

static void make_line(
	struct sample_random *random, struct told *told, size_t field, size_t i)
{
	const struct text_field *form =
		&statement_form[told->kind].field[field];
	struct line *line = &told->field[field].line[i];
	struct writer out = writer_of(line->data, LINE_MOST);
	size_t most = form->most < 40 ? form->most : 40;
	if (make_compound(random, told->kind, field, i, &out))
		line->size = written(&out).size;
	else if (form->type == TEXT_LINE || form->type == TEXT_WORD)
		line->size = random_text_in(random, line->data, 1, most).size;
	else {
		line->size = form->most;
		random_fill(random, line->data, line->size);
		if (form->type == TEXT_NAME)
			memcpy(line->data, (const uint8_t[]){ 0, 0x0b }, 2);
	}
	assert_in_range(line->size, 1, LINE_MOST);
}

static size_t lines_of(const struct told *told, size_t field, unsigned round)
{
	const struct text_form *form = &statement_form[told->kind];
	if (form->field[field].repeat == TEXT_ONCE ||
		told->kind == STATEMENT_OPEN)
		return 1;
	if (told->kind == STATEMENT_OPERATORS ||
		told->kind == STATEMENT_AUTHORITY)
		return LINES_MOST;
	return told->kind == STATEMENT_BOX ||
			       told->kind == STATEMENT_BOOT_APPROVAL
		       ? 1 + round / STATEMENT_KINDS % LINES_MOST
		       : round / STATEMENT_KINDS % (LINES_MOST + 1);
}

/* Numbers that hang on another line. */
static void correct_numbers(struct told *told)
{
	if (told->kind == STATEMENT_OPERATORS) {
		told->field[OPERATORS_NEED].number = 2;
		told->field[OPERATORS_EACH].number = 1;
	}
	if (told->kind == STATEMENT_AUTHORITY) {
		told->field[AUTHORITY_NEED].number = 2;
		told->field[AUTHORITY_EACH].number = 1;
	}
	if (told->kind == STATEMENT_REVOCATION)
		told->field[REVOCATION_TO].number =
			++told->field[REVOCATION_FROM].number + 1;
}

static void make_statement(
	struct sample_random *random, unsigned round, void *value)
{
	struct told *told = value;
	const struct text_form *form;
	told->kind = (enum statement_kind)(round % STATEMENT_KINDS);
	form = &statement_form[told->kind];
	told->rehearsal = round / STATEMENT_KINDS % 2 == 1 &&
			  told->kind != STATEMENT_OPERATORS &&
			  told->kind != STATEMENT_AUTHORITY &&
			  told->kind != STATEMENT_BOOT_APPROVAL &&
			  told->kind != STATEMENT_ENROLMENT &&
			  told->kind != STATEMENT_REVOCATION;
	for (size_t f = 0; f < form->field_count; f++) {
		told->field[f].count = lines_of(told, f, round);
		if (form->field[f].type == TEXT_NUMBER)
			told->field[f].number =
				sample_next(random) >> round % 32 >> 1;
		else
			for (size_t i = 0; i < told->field[f].count; i++)
				make_line(random, told, f, i);
	}
	correct_numbers(told);
}

static void encode_statement(struct writer *out, const void *value)
{
	const struct told *told = value;
	const struct text_form *form = &statement_form[told->kind];
	struct text_writer text = text_begin(form, told->rehearsal, out);
	for (size_t f = 0; f < form->field_count; f++)
		for (size_t i = 0; i < told->field[f].count; i++) {
			const struct line *line = &told->field[f].line[i];
			const struct statement_value put = {
				.field = f,
				.value = bytes_of(line->data, line->size),
				.number = told->field[f].number,
			};
			statement_put(&text, &put);
		}
	assert_null(text_end(&text));
}

static refusal take_lines(
	const struct text *text, size_t field, struct told *told)
{
	struct text_values lines = text_values(text, field);
	enum text_type type = text->form->field[field].type;
	while (text_next(&lines)) {
		size_t i = told->field[field].count++;
		if (i == LINES_MOST)
			return "larger than any of this test";
		struct line *line = &told->field[field].line[i];
		struct writer out = writer_of(line->data, LINE_MOST);
		if (type == TEXT_NUMBER)
			told->field[field].number = text_value_number(&lines);
		else if (type == TEXT_LINE || type == TEXT_WORD)
			write_bytes(&out, lines.value);
		else
			text_value_bytes(&lines, &out);
		line->size = out.size;
	}
	return NULL;
}

static refusal decode_statement(struct bytes in, void *value)
{
	struct told *told = value;
	struct text text;
	refusal refused = "of no kind";
	for (enum statement_kind kind = 0; kind < STATEMENT_KINDS; kind++) {
		if (!text_is_kind(&statement_form[kind], in))
			continue;
		told->kind = kind;
		refused = statement_decode(kind, in, &text);
	}
	if (refused != NULL)
		return refused;
	told->rehearsal = text.rehearsal;
	for (size_t f = 0; refused == NULL && f < text.form->field_count; f++)
		refused = take_lines(&text, f, told);
	return refused;
}

/*
 * Compound lines by themselves
 */

static void make_pcr_value(
	struct sample_random *random, unsigned round, void *value)
{
	struct statement_pcr *pcr = value;
	pcr->index = round % STATEMENT_PCRS_MOST;
	random_fill(random, pcr->value.byte, SHA256_SIZE);
}

static void encode_pcr(struct writer *out, const void *value)
{
	write_statement_pcr(out, value);
}

static refusal decode_pcr(struct bytes in, void *value)
{
	return statement_pcr_decode(in, value);
}

struct auditor_nonce {
	struct statement_nonce nonce;
	char name[ID_MOST + 1];
};

static void make_nonce_value(
	struct sample_random *random, unsigned round, void *value)
{
	struct auditor_nonce *held = value;
	(void)round;
	name_of(random, "auditor", held->name);
	held->nonce.auditor = bytes_of_text(held->name);
	random_fill(random, held->nonce.nonce.byte, SHA256_SIZE);
}

static void encode_nonce(struct writer *out, const void *value)
{
	const struct auditor_nonce *held = value;
	write_statement_nonce(out, &held->nonce);
}

static refusal decode_nonce(struct bytes in, void *value)
{
	struct auditor_nonce *held = value;
	return statement_nonce_decode(in, &held->nonce);
}

static bool equal_nonces(const void *a, const void *b)
{
	const struct auditor_nonce *one = a;
	const struct auditor_nonce *other = b;
	return bytes_equal(one->nonce.auditor, other->nonce.auditor) &&
	       digest_equal(&one->nonce.nonce, &other->nonce.nonce);
}

static const struct round_trip trips[] = {
	{ "ballots", sizeof(struct sheets), WHOLE, make_sheets, encode_sheets,
		decode_sheets, equal_sheets, NULL },
	{ "tally", sizeof(struct tally), WHOLE, make_tally, encode_tally,
		decode_tally, equal_tallies, free_tally },
	{ "plan", sizeof(struct held_plan), WHOLE, make_plan, encode_plan,
		decode_plan, equal_plans, free_plan },
	{ "result", sizeof(struct result), WHOLE, make_result, encode_result,
		decode_result, equal_results, free_result },
	{ "statement", sizeof(struct told), WHOLE, make_statement,
		encode_statement, decode_statement, NULL, NULL },
	{ "PCR line", sizeof(struct statement_pcr), WHOLE, make_pcr_value,
		encode_pcr, decode_pcr, NULL, NULL },
	{ "nonce line", sizeof(struct auditor_nonce), WHOLE, make_nonce_value,
		encode_nonce, decode_nonce, equal_nonces, NULL },
};

static void everything_comes_back(void **state)
{
	(void)state;
	village_init(&village);
	round_trip(trips, sizeof(trips) / sizeof(trips[0]), ROUNDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_comes_back),
	};
	return cmocka_run_group_tests_name("round trip", tests, NULL, NULL);
}
