/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The largest legal elections (docs/limits.md), counted by the true roles: each
 * box in a process of its own, opened with a key that is at hand in the place
 * of a TPM. All but the first take long: `make limits` runs them, with
 * SANDOQ_LIMITS in the environment, and its lines are those of the document.
 * This program executes itself as the roles.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "appliance/election/result.h"
#include "appliance/formats/crypto.h"
#include "appliance/machine/memfd.h"
#include "appliance/machine/roles.h"
#include "appliance/record/items.h"
#include "tests/limits/largest.h"
#include "tests/limits/memory.h"
#include "tests/support/confined.h"
#include "tests/support/patience.h"
#include "tests/support/told.h"

enum {
	PATIENCE = 6 * 3600,
	MEMORY_MOST = 128 << 10, /* KiB */
	PIECES_MOST = 256,
};

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* The number behind NAME in a line. */
static uint64_t named(const char *line, const char *name)
{
	const char *at = strstr(line, name);
	assert_non_null(at);
	return strtoull(at + strlen(name), NULL, 10);
}

/* Every candidate has the votes that the boxes were made of. */
static void compare_votes(const struct largest *largest, const char *text)
{
	static const char start[] = "\ncandidate: ";
	const char *line = text;
	for (size_t i = 0; i < largest->plan->candidates; i++) {
		line = strstr(line + 1, start);
		assert_non_null(line);
		assert_int_equal(named(line, " votes="), largest->votes[i]);
		assert_true(largest->votes[i] > 0);
	}
	assert_null(strstr(line + 1, start));
}

/* The stations' parts, as the tally role has given them. */
static int piece[PIECES_MOST];
static size_t pieces;

static bool keep_piece(void *context, int given, struct notice *why)
{
	(void)context;
	(void)why;
	assert_true(pieces < PIECES_MOST);
	piece[pieces] = fcntl(given, F_DUPFD_CLOEXEC, 0);
	return piece[pieces++] >= 0;
}

/* One at a time is in this process's memory. */
struct reading {
	size_t next;
	struct bytes mapped;
};

static refusal next_piece(void *context, struct bytes *out)
{
	struct reading *reading = context;
	memfd_unmap(&reading->mapped);
	if (reading->next < pieces)
		assert_null(memfd_map(
			piece[reading->next++], ITEMS_MOST, &reading->mapped));
	*out = reading->mapped;
	return NULL;
}

/* As whoever verifies it: every sum is made from the parts. */
static void read_result(const struct largest *largest, struct bytes head)
{
	static struct result result;
	struct reading reading = { 0 };
	const struct result_source source = { &reading, next_piece };
	size_t line;
	const refusal why =
		result_parse(&result, largest->plan, head, &source, &line);
	if (why != NULL)
		fail_msg("line %zu: %s", line, why);
	assert_int_equal(result.boxes, largest_boxes(largest));
	print_message("# %s: the result is %zu bytes of head and %zu pieces, "
		      "read again within %" PRIu64 " MB\n",
		largest->size->name, head.size, pieces, memory_own() >> 10);
	result_free(&result);
	memfd_unmap(&reading.mapped);
}

static void check_result(
	const struct largest *largest, const struct count_outcome *outcome)
{
	struct bytes head;
	assert_int_equal(outcome->counted, largest_boxes(largest));
	assert_int_equal(outcome->voided, 0);
	assert_null(memfd_map(outcome->result, ITEMS_MOST, &head));
	char *copy = strndup((const char *)head.data, head.size);
	compare_votes(largest, copy);
	free(copy);
	read_result(largest, head);
	memfd_unmap(&head);
}

static void tell(
	const struct largest *largest, const struct memory *memory, double took)
{
	print_message("# %s: %" PRIu64 " boxes in %.0f s, %.0f s of them to "
		      "make these; at most: tally %" PRIu64
		      " MB, starter and count %" PRIu64
		      " MB, the process with the boxes %" PRIu64 " MB\n",
		largest->size->name, largest_boxes(largest), took,
		largest->made_in, memory->role[ROLE_TALLY] >> 10,
		memory->role[ROLE_STARTER] >> 10, memory_own() >> 10);
}

static void count(const struct largest_size *size)
{
	struct largest largest;
	struct count_outcome outcome;
	struct notice why;
	largest_init(&largest, size, confined_setting());
	largest.source.piece = keep_piece;
	const struct memory_watch watch = memory_watch_begin();
	const double began = now();
	if (!count_boxes(&largest.task, &largest.source, &outcome, &why))
		fail_msg("%s: %s", size->name, notice_told(&why));
	const double took = now() - began;
	const struct memory memory = memory_watch_end(&watch);
	tell(&largest, &memory, took);
	check_result(&largest, &outcome);
	close(outcome.result);
	assert_in_range(memory_own(), 1, MEMORY_MOST);
	assert_in_range(memory.role[ROLE_TALLY], 1, MEMORY_MOST);
	assert_in_range(memory.role[ROLE_STARTER], 1, MEMORY_MOST);
	largest_free(&largest);
}

/* The first is counted by `make test`. */
static const struct largest_size sizes[] = {
	{ "2,600 stations x 1,500 candidates", 2600, 1, 1, 1500, 1, false },
	{ "65,535 stations x 60 candidates", 65535, 1, 1, 60, 1, false },
	{ "4,000 stations x 3,000 candidates", 4000, 1, 1, 3000, 1, false },
	{ "256 contests, two at each of 2,560 stations", 2560, 1, 256, 60, 2,
		false },
	{ "a station with 65,535 boxes", 1, 65535, 1, 60, 1, false },
	{ "200,000 boxes of 20,000 stations", 20000, 10, 1, 60, 1, false },
	{ "a box of 8 MiB", 1, 1, 1, 60, 1, true },
};

enum { SIZES = sizeof(sizes) / sizeof(sizes[0]) };

/* What a process of its own counts. */
static size_t chosen;

static void the_chosen_one_is_counted(void **state)
{
	(void)state;
	count(&sizes[chosen]);
}

/* A process for each, so that no election is in the memory of the next. */
static void count_apart(size_t number)
{
	char word[] = "count";
	char digits[16];
	char *const argv[] = { word, word, digits, NULL };
	int status = -1;
	snprintf(digits, sizeof(digits), "%zu", number);
	const pid_t pid = fork();
	if (pid == 0) {
		/* Whoever reads TAP expects one plan, which is the parent's. */
		setenv("CMOCKA_MESSAGE_OUTPUT", "STDOUT", 1);
		execv("/proc/self/exe", argv);
		_exit(127);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void a_large_election_is_counted(void **state)
{
	(void)state;
	count_apart(0);
}

/* Those whose names have this in them; "" is in all. */
static void the_largest_elections_are_counted(void **state)
{
	const char *wanted = getenv("SANDOQ_LIMITS");
	(void)state;
	if (wanted == NULL)
		skip();
	for (size_t i = 1; i < SIZES; i++)
		if (wanted != NULL && strstr(sizes[i].name, wanted) != NULL)
			count_apart(i);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_large_election_is_counted),
		cmocka_unit_test(the_largest_elections_are_counted),
	};
	const struct CMUnitTest one[] = {
		cmocka_unit_test(the_chosen_one_is_counted),
	};
	int status;
	if (roles_main(argc, argv, &status))
		_exit(status);
	crypto_start();
	patience(PATIENCE);
	if (argc == 3 && strcmp(argv[1], "count") == 0) {
		chosen = strtoul(argv[2], NULL, 10) % SIZES;
		return cmocka_run_group_tests_name("one", one, NULL, NULL);
	}
	return cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}
