/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/bench.h"

#include "appliance/desk/desk.h"
#include "appliance/formats/crypto.h"
#include "tests/desk/workplace.h"
#include "tests/support/election.h"
#include "tests/verify/paper.h"

#include <jansson.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* Above those of city_json(). */
enum { FIRST_SCALAR = 1000 };

static double of_clock(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct seconds own_time(void)
{
	return (struct seconds){ of_clock(CLOCK_MONOTONIC),
		of_clock(CLOCK_PROCESS_CPUTIME_ID) };
}

struct seconds since(struct seconds start)
{
	struct seconds now = own_time();
	return (struct seconds){ now.wall - start.wall,
		now.processor - start.processor };
}

double mega(double number)
{
	return number / 1e6;
}

static void be_on(int cores)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	for (int i = 0; i < cores; i++)
		CPU_SET((size_t)i, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static double of_timeval(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

double of_rusage(const struct rusage *used)
{
	return of_timeval(used->ru_utime) + of_timeval(used->ru_stime);
}

struct run_cost run_on(int cores, char *const argv[])
{
	struct rusage used;
	int status;
	struct seconds start = own_time();
	pid_t pid = fork();
	if (pid == 0) {
		be_on(cores);
		if (freopen("/dev/null", "w", stdout) != NULL)
			execvp(argv[0], argv);
		_exit(127);
	}
	assert_int_equal(wait4(pid, &status, 0, &used), pid);
	assert_int_equal(status, 0);
	return (struct run_cost){
		{ since(start).wall, of_rusage(&used) },
		used.ru_maxrss,
	};
}

/*
 * The election
 */

struct p256_private *bench_station_key(size_t station)
{
	uint8_t scalar[P256_SIZE] = { 0 };
	struct writer out = writer_of(scalar + P256_SIZE - 4, 4);
	struct p256_private *key;
	write_u32(&out, (uint32_t)(FIRST_SCALAR + station));
	assert_null(p256_from_scalar(scalar, &key));
	return key;
}

static json_t *station_json(
	json_t *like, size_t number, unsigned boxes, unsigned ballots_issued)
{
	char id[ID_MOST + 1], vkey[NOTE_VKEY_MOST + 1] = "";
	struct writer out = writer_of(vkey, NOTE_VKEY_MOST);
	struct note_key key;
	struct p256_private *private = bench_station_key(number);
	struct p256_public public = p256_public_of(private);
	json_t *station = json_deep_copy(like);
	p256_free(private);
	snprintf(id, sizeof(id), "station-%05zu", number);
	assert_null(note_key_of(id, &public, &key));
	write_note_key(&out, &key);
	json_object_set_new(station, "id", json_string(id));
	json_object_set_new(station, "key", json_string(vkey));
	json_object_set_new(station, "boxes", json_integer(boxes));
	json_object_set_new(
		station, "ballots_issued", json_integer(ballots_issued));
	return station;
}

static void write_station_key(void)
{
	uint8_t pem[P256_PEM_MOST];
	struct writer out = writer_of(pem, sizeof(pem));
	struct p256_private *key = bench_station_key(0);
	write_p256_pem(&out, key);
	p256_free(key);
	write_file("station.pem", written(&out));
}

void bench_election(size_t stations, unsigned boxes, unsigned ballots_issued)
{
	char *city = city_json();
	json_t *json = json_loads(city, 0, NULL);
	json_t *like = json_incref(
		json_array_get(json_object_get(json, "stations"), 0));
	json_t *array = json_array();
	for (size_t s = 0; s < stations; s++)
		json_array_append_new(
			array, station_json(like, s, boxes, ballots_issued));
	json_object_set_new(json, "stations", array);
	char *text = json_dumps(json, 0);
	write_election(bytes_of_text(text));
	json_decref(like);
	json_decref(json);
	free(text);
	free(city);
	write_station_key();
	write_key("escrow.pem", paper_scalar(BODIES, 0));
}

void bench_draft(struct arguments *arguments, struct draft *draft)
{
	static char words[][24] = { "-", "--definition", "definition.json",
		"--election-keys", "keys.note", "--box-key", "bk.pub", "--key",
		"station.pem", "--output", "-" };
	enum { WORDS = sizeof(words) / sizeof(words[0]) };
	static char *argv[WORDS];
	bool help;
	for (size_t i = 0; i < WORDS; i++)
		argv[i] = words[i];
	assert_int_equal(arguments_read(arguments, "box seal", box_seal_options,
				 WORDS, argv, &help),
		0);
	assert_int_equal(draft_begin(arguments, draft), 0);
}

/*
 * Boxes
 */

static void write_part(const char *name, const char *ending, struct bytes text)
{
	char path[64];
	snprintf(path, sizeof(path), "%s.%s", name, ending);
	FILE *file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(text.data, 1, text.size, file), text.size);
	assert_int_equal(fclose(file), 0);
}

uint64_t bench_seal(
	const struct draft *draft, const char *name, struct bytes payload)
{
	struct p256_public recipient[1 + RECIPIENTS_MOST];
	uint8_t note[STATEMENT_MOST];
	struct writer note_out = writer_of(note, sizeof(note));
	size_t count = sealing_keys_recipients(&draft->sealing.keys, recipient);
	size_t most = AGE_FILE_SIZE(count, payload.size);
	struct writer out = writer_of(malloc(most), most);
	write_age_file(&out, recipient, count, payload);
	assert_null(draft_sign(draft, payload, written(&out), &note_out));
	write_part(name, "age", written(&out));
	write_part(name, "note", written(&note_out));
	free(out.data);
	return out.size;
}

struct run_cost bench_recount(
	int cores, char *sandoq, char *const *name, size_t count)
{
	char *const start[] = { sandoq, "recount", "--definition",
		"definition.json", "--election-keys", "keys.note", "--box-key",
		"bk.pub", "--escrow", "escrow.pem" };
	enum { START = sizeof(start) / sizeof(start[0]) };
	char **argv = calloc(START + count + 1, sizeof(*argv));
	assert_non_null(argv);
	memcpy(argv, start, sizeof(start));
	memcpy(argv + START, name, count * sizeof(*name));
	struct run_cost cost = run_on(cores, argv);
	free(argv);
	return cost;
}
