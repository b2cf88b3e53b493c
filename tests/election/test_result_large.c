/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results of large elections, every number above zero: head and pieces stay
 * below what an entry of the journal holds, and whoever writes them needs less
 * than 128 MiB, which a process of its own is held to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "appliance/election/result_form.h"

enum {
	ISSUED = 40000,
	MEMORY_MOST_KIB = 128 << 10,
	/* What an entry of the journal holds, less its item's name. */
	ENTRY_MOST = (16 << 20) - 256,
	PIECES_MOST = 64,
};

static struct plan plan;

static void make_plan(size_t stations, size_t candidates)
{
	plan = (struct plan){ .id = "large", .contests = 1 };
	plan.contest[0] = (struct contest){ .id = "council",
		.rule = RELATIVE_MAJORITY_1,
		.seats = 21,
		.alternates = 10,
		.max_choices = 21,
		.candidates = (uint16_t)candidates };
	plan.candidates = candidates;
	plan.candidate = calloc(candidates, sizeof(*plan.candidate));
	plan.stations = stations;
	plan.station = calloc(stations, sizeof(*plan.station));
	assert_non_null(plan.candidate);
	assert_non_null(plan.station);
	for (size_t i = 0; i < candidates; i++)
		plan.candidate[i].code = (uint16_t)(1 + i);
	for (size_t s = 0; s < stations; s++) {
		struct station *station = &plan.station[s];
		snprintf(station->id, sizeof(station->id),
			"station-of-the-city-%05u", (unsigned)s % 100000);
		station->contests = contests_of(0);
		station->ballots_issued = ISSUED;
		station->boxes = 1;
	}
}

static void drop_plan(void)
{
	free(plan.candidate);
	free(plan.station);
}

/* Of one box: five digits for each candidate. */
static void count_station(
	struct result *result, uint16_t s, struct tally *tally)
{
	const struct result_box box = {
		.entry = 1u + s, .station = s, .sequence = 1, .ballots = ISSUED
	};
	const uint64_t all = (uint64_t)ISSUED * 21;
	uint64_t *votes = tally->cell + ROW_VOTES;
	uint64_t left = all - all / 8;
	tally->cell[ROW_CAST] = tally->cell[ROW_VALID] = ISSUED;
	for (size_t i = 0; i < plan.candidates; i++) {
		const uint64_t wanted = 10000 + (s * 7ULL + i * 31ULL) % 20000;
		votes[i] = plan.candidates > 60 ? 100 + wanted % 100 : wanted;
		votes[i] = votes[i] < left ? votes[i] : left;
		left -= votes[i];
	}
	assert_null(result_add_box(result, &box, tally));
}

static void count(struct result *result)
{
	struct tally tally;
	assert_true(result_init(result, &plan));
	assert_true(tally_init(&tally, &plan, contests_of(0)));
	result->binding = (struct result_binding){ .ak = { { 0, 0x0b } },
		.bk = { { 0, 0x0b } },
		.rk = { { 0, 0x0b } },
		.checkpoint_size = plan.stations + 1 };
	for (size_t s = 0; s < plan.stations; s++)
		count_station(result, (uint16_t)s, &tally);
	tally_free(&tally);
}

/* Each is freed by the caller; one after the other where `piece` is NULL. */
static size_t write_pieces(const struct result *result, struct bytes *piece)
{
	const size_t most = result_piece_most(result);
	size_t pieces = 0;
	for (size_t station = 0; station < plan.stations; pieces++) {
		struct writer out = writer_of(malloc(most), most);
		assert_non_null(out.data);
		result_write_piece(&out, result, &station);
		assert_false(out.broken);
		assert_true(out.size <= ENTRY_MOST);
		assert_true(pieces < PIECES_MOST);
		if (piece != NULL)
			piece[pieces] = written(&out);
		else
			free(out.data);
	}
	return pieces;
}

static struct writer write_head(const struct result *result)
{
	const size_t most = result_head_most(result);
	struct writer out = writer_of(malloc(most), most);
	assert_non_null(out.data);
	assert_null(result_write_head(&out, result));
	assert_true(out.size <= ENTRY_MOST);
	return out;
}

/* What the tally role does; its memory is that of this process alone. */
static int write_all(void)
{
	struct rusage used;
	struct result result;
	count(&result);
	const struct writer head = write_head(&result);
	const size_t pieces = write_pieces(&result, NULL);
	free(head.data);
	result_free(&result);
	getrusage(RUSAGE_SELF, &used);
	print_message("%zu stations, %zu candidates: %zu pieces, %ld MiB\n",
		plan.stations, plan.candidates, pieces, used.ru_maxrss >> 10);
	return used.ru_maxrss <= MEMORY_MOST_KIB ? 0 : 1;
}

static void fits(size_t stations, size_t candidates)
{
	int status;
	make_plan(stations, candidates);
	const pid_t child = fork();
	if (child == 0)
		_exit(write_all());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	drop_plan();
}

static void results_of_large_elections_fit(void **state)
{
	(void)state;
	fits(STATIONS_MOST, 60);
	fits(4000, 3000);
}

/* Each is gone when the next one is asked for. */
struct given {
	const struct bytes *piece;
	size_t pieces;
	struct bytes copy;
};

static refusal give(void *context, struct bytes *out)
{
	struct given *given = context;
	free((void *)given->copy.data);
	given->copy = bytes_of(NULL, 0);
	if (given->pieces > 0) {
		const struct bytes piece = *given->piece++;
		uint8_t *copy = malloc(piece.size);
		assert_non_null(copy);
		memcpy(copy, piece.data, piece.size);
		given->copy = bytes_of(copy, piece.size);
		given->pieces--;
	}
	*out = given->copy;
	return NULL;
}

static refusal read_again(
	struct bytes head, const struct bytes *piece, size_t pieces)
{
	struct given given = { piece, pieces, { NULL, 0 } };
	const struct result_source source = { &given, give };
	struct result again;
	size_t line;
	const refusal why = result_parse(&again, &plan, head, &source, &line);
	result_free(&again);
	free((void *)given.copy.data);
	return why;
}

static refusal give_nothing(void *context, struct bytes *out)
{
	*out = bytes_of(NULL, 0);
	return context;
}

static void a_piece_that_is_not_to_be_had_is_told(void **state)
{
	static char why[] = "the piece is gone";
	const struct result_source source = { why, give_nothing };
	struct result again;
	struct result result;
	size_t line;
	(void)state;
	make_plan(2, 60);
	count(&result);
	const struct writer head = write_head(&result);
	assert_string_equal(
		result_parse(&again, &plan, written(&head), &source, &line),
		why);
	result_free(&again);
	result_free(&result);
	free(head.data);
	drop_plan();
}

/* More than one entry of the journal could hold. */
static void all_of_it_is_read_again(void **state)
{
	struct result result;
	struct bytes piece[PIECES_MOST] = { { NULL, 0 } };
	size_t size = 0;
	(void)state;
	make_plan(2600, 1500);
	count(&result);
	const struct writer head = write_head(&result);
	const size_t pieces = write_pieces(&result, piece);
	for (size_t i = 0; i < pieces; i++)
		size += piece[i].size;
	assert_true(size > 16 << 20);
	assert_null(read_again(written(&head), piece, pieces));
	/* One piece less, one more, one changed vote. */
	assert_non_null(read_again(written(&head), piece, pieces - 1));
	piece[pieces] = piece[pieces - 1];
	assert_string_equal(read_again(written(&head), piece, pieces + 1),
		"there is more than one part of each station");
	uint8_t *const second = (uint8_t *)piece[1].data;
	if (second != NULL)
		second[piece[1].size - 2] ^= 1;
	assert_non_null(read_again(written(&head), piece, pieces));
	for (size_t i = 0; i < pieces; i++)
		free((void *)piece[i].data);
	free(head.data);
	result_free(&result);
	drop_plan();
}

/* Each station's leaf, at either side of every boundary of the tree. */
static void each_part_is_proved_by_itself(void **state)
{
	struct result result;
	struct digest root;
	(void)state;
	make_plan(7, 60);
	count(&result);
	assert_null(result_root(&result, &root));
	for (size_t s = 0; s < plan.stations; s++) {
		uint8_t space[4096];
		struct writer part = writer_of(space, sizeof(space));
		struct merkle_proof proof;
		assert_null(result_prove(&result, s, &proof));
		result_write_part(&part, &result, s);
		const struct digest leaf = merkle_leaf(written(&part));
		for (size_t at = 0; at < plan.stations; at++)
			assert_int_equal(merkle_verify(&proof, &leaf, at,
						 plan.stations, &root) == NULL,
				at == s);
		space[part.size - 2] ^= 1;
		const struct digest other = merkle_leaf(written(&part));
		assert_non_null(
			merkle_verify(&proof, &other, s, plan.stations, &root));
	}
	result_free(&result);
	drop_plan();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(results_of_large_elections_fit),
		cmocka_unit_test(all_of_it_is_read_again),
		cmocka_unit_test(a_piece_that_is_not_to_be_had_is_told),
		cmocka_unit_test(each_part_is_proved_by_itself),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
