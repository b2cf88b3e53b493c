/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole nation: how long the count of 60 million ballots in 40,000 boxes
 * takes, and how much memory, beside a tenth and a hundredth of it. Stations
 * have ten boxes each, with the generator's ballots. Boxes are made once, in
 * parallel, and kept: 2 GB in all.
 *
 *	nation FOLDER [BOXES ...]
 */
#include "appliance/election/csv.h"
#include "appliance/election/sample.h"
#include "appliance/formats/crypto.h"
#include "tests/bench/bench.h"
#include "tests/desk/workplace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	BOXES_OF_STATION = 10,
	/* To a station; 65 % of them vote: 1500 ballots in a box. */
	BALLOTS_ISSUED = 23080,
	SEED = 1,
	MAKERS = 2,
	NAME_SIZE = 12,
};

static void name_of(size_t box, char name[NAME_SIZE])
{
	snprintf(name, NAME_SIZE, "b%u", (unsigned)box % 1000000);
}

/* The station's ballots, dealt out to its boxes. */
static void sample(const struct plan *plan, uint16_t station,
	struct ballots_list list[BOXES_OF_STATION])
{
	static struct sampler sampler;
	char text[SAMPLE_LINE_MOST];
	struct writer line = writer_of(text, sizeof(text));
	struct csv_reader reader = csv_reader_of(plan);
	struct csv_ballot ballot;
	bool is_ballot;
	assert_null(csv_read(&reader, bytes_of_text("contest,choices"), &ballot,
		&is_ballot));
	sampler_begin(&sampler, plan, station, 0, SEED);
	for (size_t i = 0; sampler_next(&sampler, &line); i++) {
		assert_null(csv_read(&reader, bytes_of(text, line.size - 1),
			&ballot, &is_ballot));
		assert_null(ballots_list_add(&list[i % BOXES_OF_STATION],
			ballot.contest, ballot.codes, ballot.n));
		line.size = 0;
	}
}

static void make_box(struct draft *draft, struct ballots_list *list)
{
	const struct plan *plan = draft->sealing.keys.terms.plan;
	char name[NAME_SIZE];
	uint8_t *payload;
	size_t size;
	assert_null(ballots_list_encode(
		list, plan, draft->station, draft->sequence, &payload, &size));
	name_of(draft->station * (size_t)BOXES_OF_STATION + draft->sequence - 1,
		name);
	bench_seal(draft, name, bytes_of(payload, size));
	free(payload);
}

static void make_station(struct draft *draft, size_t station)
{
	struct ballots_list list[BOXES_OF_STATION] = { 0 };
	struct p256_private *own = draft->key;
	draft->station = (uint16_t)station;
	draft->key = bench_station_key(station);
	sample(draft->sealing.keys.terms.plan, draft->station, list);
	for (int b = 0; b < BOXES_OF_STATION; b++) {
		draft->sequence = (uint16_t)(b + 1);
		make_box(draft, &list[b]);
		ballots_list_free(&list[b]);
	}
	p256_free(draft->key);
	draft->key = own;
}

static void make_boxes(size_t stations)
{
	struct arguments arguments;
	static struct draft draft;
	bench_draft(&arguments, &draft);
	for (size_t maker = 0; maker < MAKERS; maker++) {
		if (fork() != 0)
			continue;
		for (size_t s = maker; s < stations; s += MAKERS)
			make_station(&draft, s);
		_exit(0);
	}
	for (size_t maker = 0; maker < MAKERS; maker++) {
		int status = -1;
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	draft_free(&draft);
	arguments_free(&arguments);
}

/* The folder is there when all of it is. */
static void make_nation(const char *place, size_t stations)
{
	char *making;
	if (access(place, F_OK) == 0)
		return;
	assert_true(asprintf(&making, "%s.making", place) > 0);
	assert_int_equal(
		shell("rm -rf '%s' && mkdir -p '%s'", making, making), 0);
	assert_int_equal(chdir(making), 0);
	memcpy(folder, ".", sizeof("."));
	bench_election(stations, BOXES_OF_STATION, BALLOTS_ISSUED);
	make_boxes(stations);
	assert_int_equal(rename(making, place), 0);
	free(making);
}

static uint64_t ballots_of(size_t stations)
{
	struct arguments arguments;
	static struct draft draft;
	static struct sampler sampler;
	uint64_t ballots = 0;
	bench_draft(&arguments, &draft);
	for (size_t s = 0; s < stations; s++) {
		sampler_begin(&sampler, draft.sealing.keys.terms.plan,
			(uint16_t)s, 0, SEED);
		ballots += sampler.left;
	}
	draft_free(&draft);
	arguments_free(&arguments);
	return ballots;
}

static uint64_t bytes_of_boxes(size_t boxes)
{
	uint64_t bytes = 0;
	for (size_t b = 0; b < boxes; b++) {
		char path[NAME_SIZE + 8];
		struct stat status;
		name_of(b, path);
		const size_t size = strlen(path);
		snprintf(path + size, sizeof(path) - size, ".age");
		assert_int_equal(stat(path, &status), 0);
		bytes += (uint64_t)status.st_size;
	}
	return bytes;
}

static struct run_cost count(int cores, char *sandoq, size_t boxes)
{
	/* One more than there are, so that none is no special case. */
	char(*text)[NAME_SIZE] = calloc(boxes + 1, NAME_SIZE);
	char **name = calloc(boxes + 1, sizeof(*name));
	for (size_t b = 0; b < boxes; b++) {
		name[b] = text[b];
		name_of(b, text[b]);
	}
	struct run_cost cost = bench_recount(cores, sandoq, name, boxes);
	free(text);
	free(name);
	return cost;
}

static void measure(const char *base, char *sandoq, size_t boxes)
{
	const size_t stations = boxes / BOXES_OF_STATION;
	char *place;
	assert_true(asprintf(&place, "%s/nation-%zu", base, boxes) > 0);
	make_nation(place, stations);
	assert_int_equal(chdir(place), 0);
	free(place);
	double ballots = (double)ballots_of(stations);
	double bytes = (double)bytes_of_boxes(boxes);
	struct run_cost cost = count(2, sandoq, boxes);
	printf("%zu boxes of %zu stations, %.2f million ballots, %.0f MB "
	       "sealed\n  recount, 2 cores: %.1f s wall, %.1f s processor, "
	       "%ld MB in the largest process; %.2f million ballots/s wall; "
	       "%.3f ms of processor time a box\n",
		boxes, stations, mega(ballots), mega(bytes), cost.took.wall,
		cost.took.processor, cost.memory / 1024,
		mega(ballots / cost.took.wall),
		cost.took.processor * 1e3 / (double)boxes);
}

int main(int argc, char **argv)
{
	static const char *const sizes[] = { "400", "4000", "40000" };
	const size_t given = argc > 2 ? (size_t)argc - 2 : 0;
	char *sandoq = realpath("build/native/sandoq", NULL);
	char *base = NULL;
	if (argc >= 2 && shell("mkdir -p '%s'", argv[1]) == 0)
		base = realpath(argv[1], NULL);
	if (sandoq == NULL || base == NULL) {
		fprintf(stderr, "usage: nation FOLDER [BOXES ...]\n");
		return 64;
	}
	crypto_start();
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < (given > 0 ? given : 3); i++)
		measure(base, sandoq,
			strtoul(given > 0 ? argv[i + 2] : sizes[i], NULL, 10));
	free(base);
	free(sandoq);
	return 0;
}
