/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Definitions of as many stations as are legal, with names of a usual length
 * and of the greatest that fits: what `election check` and `election sign` take
 * for one, and the define role, which is asked to seal it. `make limits` runs
 * this too, and its lines are those of docs/limits.md. This program executes
 * itself as the role.
 */
#include "appliance/machine/roles.h"
#include "tests/desk/play.h"
#include "tests/desk/workplace.h"
#include "tests/limits/memory.h"
#include "tests/support/confined.h"
#include "tests/support/patience.h"

#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	PATIENCE = 600,
	MEMORY_MOST = 128 << 10, /* KiB */
	FIRST_SCALAR = 1000,
	USUAL_SIZE = 20 << 20,
	STATION_MOST = 1024,
};

/*
 * The file: this process never has it in its memory, for a child that it makes
 * has as much memory as itself, until it executes something else.
 */

/* A name of as many bytes, of letters that have two and of such that have one.
 */
static void write_name(struct writer *out, size_t size)
{
	for (size_t i = 0; i < size / 2; i++)
		write_text(out, i % 8 == 7 ? " _" : "ش");
	if (size % 2 == 1)
		write_text(out, "1");
}

static void write_vkey(struct writer *out, const char *id, size_t s)
{
	uint8_t scalar[P256_SIZE] = { 0 };
	struct writer number = writer_of(scalar + P256_SIZE - 4, 4);
	struct p256_private *private;
	struct note_key key;
	write_u32(&number, (uint32_t)(FIRST_SCALAR + s));
	assert_null(p256_from_scalar(scalar, &private));
	const struct p256_public public = p256_public_of(private);
	p256_free(private);
	assert_null(note_key_of(id, &public, &key));
	write_note_key(out, &key);
}

static void write_station(struct writer *out, size_t s, size_t names)
{
	char id[ID_MOST + 1];
	snprintf(id, sizeof(id), "station-%05zu", s);
	write_text(out, "{\"id\":\"");
	write_text(out, id);
	write_text(out, "\",\"name\":{\"fa\":\"");
	write_name(out, names - names / 2);
	write_text(out, "\",\"en\":\"");
	write_name(out, names / 2);
	write_text(out, "\"},\"contests\":[\"council\"],\"key\":\"");
	write_vkey(out, id, s);
	write_text(out, "\",\"ballots_issued\":3000}");
	assert_false(out->broken);
}

/* Bytes of all names of a station, so that the whole has this size or less. */
static size_t names_of(size_t size, size_t head)
{
	char space[STATION_MOST];
	struct writer out = writer_of(space, sizeof(space));
	write_station(&out, 0, 0);
	return (size - head) / STATIONS_MOST - out.size - strlen(",");
}

/* The paper's definition, with these stations in the place of its own. */
static void write_definition(const struct paper *paper, size_t size)
{
	static const char stations[] = "\"stations\": [";
	const char *at = strstr(paper->json, stations);
	assert_non_null(at);
	const size_t head = (size_t)(at - paper->json) + strlen(stations);
	const size_t names = names_of(size, head + strlen("]}"));
	FILE *file = fopen("large.json", "we");
	assert_non_null(file);
	fwrite(paper->json, 1, head, file);
	for (size_t s = 0; s < STATIONS_MOST; s++) {
		char space[STATION_MOST];
		struct writer out = writer_of(space, sizeof(space));
		write_station(&out, s, names);
		if (s > 0)
			fputc(',', file);
		fwrite(space, 1, out.size, file);
	}
	fputs("]}", file);
	assert_int_equal(ferror(file), 0);
	assert_in_range(ftell(file), size - STATIONS_MOST, size);
	assert_int_equal(fclose(file), 0);
}

/* KiB that sandoq took with these words, behind the first. */
static uint64_t command(char *const *words)
{
	struct rusage used;
	int status = -1;
	const pid_t pid = fork();
	if (pid == 0) {
		const int output = open("output", O_WRONLY | O_CREAT, 0600);
		dup2(output, STDOUT_FILENO);
		dup2(output, STDERR_FILENO);
		execv(program, words);
		_exit(127);
	}
	assert_true(pid > 0);
	assert_int_equal(wait4(pid, &status, 0, &used), pid);
	assert_int_equal(status, 0);
	return (uint64_t)used.ru_maxrss;
}

static uint64_t check(void)
{
	char *const words[] = { program, "election", "check", "large.json",
		NULL };
	return command(words);
}

static uint64_t sign(void)
{
	char *const words[] = { program, "election", "sign", "large.json",
		"--key", "authority-1.pem", "--yes", "--output", "large.note",
		NULL };
	unlink("large.note");
	return command(words);
}

/* The same in the machine, before it seals, and what it says. */
static uint64_t define(const struct stage *stage, enum wire_type wanted)
{
	struct file json;
	int list[2];
	const struct define_facts facts = scenario_facts(stage->paper);
	assert_int_equal(
		file_read("large.json", DEFINITION_SIZE_MOST, &json), 0);
	scenario_sealing(stage->paper, file_bytes(&json), list);
	file_free(&json);
	struct play play = play_start(stage, ROLE_DEFINE, NULL, 0);
	const bool well =
		play_ask(&play, SAY(DEFINE_SEAL, &facts), list, 2, wanted);
	const uint64_t used = memory_of(play.peer.process.pid);
	assert_true(play_ends(&play, well));
	close(list[0]);
	close(list[1]);
	return used;
}

static void measure(const struct stage *stage, size_t size)
{
	write_definition(stage->paper, size);
	const uint64_t checked = check();
	const uint64_t sealed = sign();
	const uint64_t defined = define(stage, DEFINE_ELECTION);
	print_message("# a definition of %zu bytes with %d stations: election "
		      "check %" PRIu64 " MB, election sign %" PRIu64
		      " MB, define role %" PRIu64 " MB\n",
		size, STATIONS_MOST, checked >> 10, sealed >> 10,
		defined >> 10);
	assert_in_range(checked, 1, MEMORY_MOST);
	assert_in_range(sealed, 1, MEMORY_MOST);
	assert_in_range(defined, 1, MEMORY_MOST);
}

static void names_of_a_usual_length_fit(void **state)
{
	measure(*state, USUAL_SIZE);
}

static void the_greatest_definition_fits(void **state)
{
	measure(*state, DEFINITION_SIZE_MOST);
}

/* Anybody can bring it: nobody's signature was looked at. */
static void one_of_many_short_values_is_refused_at_no_cost(void **state)
{
	FILE *file = fopen("large.json", "we");
	assert_non_null(file);
	fputs("{\"stations\":[1", file);
	for (size_t i = 0; i < DEFINITION_SIZE_MOST / 2 - 16; i++)
		fputs(",1", file);
	fputs("]}", file);
	assert_int_equal(fclose(file), 0);
	const uint64_t defined = define(*state, REFUSED);
	print_message("# of short values: define role %" PRIu64 " MB\n",
		defined >> 10);
	assert_in_range(defined, 1, MEMORY_MOST);
}

static int begin(void **state)
{
	static struct stage stage;
	struct paper *paper = paper_make();
	workplace_make();
	assert_int_equal(chdir(folder), 0);
	write_key("authority-1.pem", paper_scalar(AUTHORITY, 0));
	stage = (struct stage){ confined_setting(), paper, NULL };
	*state = &stage;
	return 0;
}

static int end(void **state)
{
	const struct stage *stage = *state;
	paper_free((struct paper *)stage->paper);
	assert_int_equal(chdir("/"), 0);
	workplace_drop();
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_a_usual_length_fit),
		cmocka_unit_test(the_greatest_definition_fits),
		cmocka_unit_test(
			one_of_many_short_values_is_refused_at_no_cost),
	};
	int status;
	if (roles_main(argc, argv, &status))
		_exit(status);
	crypto_start();
	patience(PATIENCE);
	return cmocka_run_group_tests(tests, begin, end);
}
