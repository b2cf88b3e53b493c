/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast boxes are sealed, checked, counted and verified, beside what bounds
 * it. Prints figures and asserts none. Wall time and processor time are told
 * apart: only the latter means anything on a machine that does other work too.
 *
 *	count [BALLOTS [SMALL_BOXES]]
 */
#include "appliance/election/sample.h"
#include "appliance/formats/crypto.h"
#include "appliance/verify/checks.h"
#include "tests/bench/bench.h"
#include "tests/desk/workplace.h"
#include "tests/verify/paper.h"

#include <openssl/evp.h>
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
	BALLOTS = 14000000,
	/* Close to the 8 MiB that a box holds. */
	BALLOTS_OF_LARGE = 350000,
	SMALL_BOXES = 1000,
	/* What the slower ways are given. */
	BOXES_IN_CSV = 2,
	BALLOTS_OF_SMALL = 100,
	CHOICES = 7,
	STATIONS = 12,
	BOXES_OF_STATION = 10000,
	BALLOTS_ISSUED = 1000000000,
	CHUNK = 65536,
	REPEATS = 500,
};

/* Seven names of all, no name twice. */
static void mark(struct sample_random *random, const struct plan *plan,
	uint16_t codes[CHOICES])
{
	const struct candidate *candidate = plan_candidates(plan, 0);
	size_t n = 0;
	while (n < CHOICES) {
		uint16_t code = candidate[sample_below(random,
						  plan->contest[0].candidates)]
					.code;
		bool again = false;
		for (size_t i = 0; i < n; i++)
			again |= codes[i] == code;
		codes[n] = code;
		n += !again;
	}
}

static void write_line(FILE *csv, const uint16_t codes[CHOICES])
{
	fputs("council,", csv);
	for (size_t i = 0; i < CHOICES; i++)
		fprintf(csv, i == 0 ? "%u" : " %u", codes[i]);
	fputc('\n', csv);
}

struct boxes {
	size_t count;
	size_t ballots;
	uint64_t bytes;	  /* sealed */
	uint64_t payload; /* plain */
	struct seconds sealing;
};

static void seal_box(struct draft *draft, const char *name,
	struct ballots_list *list, struct boxes *boxes)
{
	uint8_t *payload;
	size_t size;
	struct seconds start = own_time();
	assert_null(ballots_list_encode(list, draft->sealing.keys.terms.plan,
		draft->station, draft->sequence, &payload, &size));
	boxes->bytes += bench_seal(draft, name, bytes_of(payload, size));
	struct seconds took = since(start);
	boxes->sealing.wall += took.wall;
	boxes->sealing.processor += took.processor;
	boxes->payload += size;
	free(payload);
}

static struct boxes make_boxes(struct draft *draft, const char *stem,
	size_t count, size_t ballots, FILE *csv)
{
	struct sample_random random = sample_random_of(count);
	struct boxes boxes = { .count = count, .ballots = count * ballots };
	for (size_t b = 0; b < count; b++) {
		struct ballots_list list;
		uint16_t codes[CHOICES];
		char name[32];
		snprintf(name, sizeof(name), "%s-%zu", stem, b);
		draft->sequence = (uint16_t)(b + 1);
		ballots_list_init(&list);
		for (size_t i = 0; i < ballots; i++) {
			mark(&random, draft->sealing.keys.terms.plan, codes);
			assert_null(ballots_list_add(&list, 0, codes, CHOICES));
			if (csv != NULL && b < BOXES_IN_CSV)
				write_line(csv, codes);
		}
		seal_box(draft, name, &list, &boxes);
		ballots_list_free(&list);
	}
	return boxes;
}

static struct run_cost recount(
	int cores, char *sandoq, const char *stem, size_t count)
{
	char **name = calloc(count, sizeof(*name));
	for (size_t i = 0; i < count; i++)
		assert_true(asprintf(&name[i], "%s-%zu", stem, i) > 0);
	struct run_cost cost = bench_recount(cores, sandoq, name, count);
	for (size_t i = 0; i < count; i++)
		free(name[i]);
	free(name);
	return cost;
}

/*
 * What bounds it
 */

static struct bytes read_box(const char *stem, size_t box, const char *ending)
{
	char path[64];
	struct file file;
	snprintf(path, sizeof(path), "%s-%zu.%s", stem, box, ending);
	assert_int_equal(file_read(path, BOX_MOST, &file), 0);
	return file_bytes(&file);
}

/* Bytes a second of processor time, over every box as it lies in memory. */
static double rate(const char *stem, size_t count,
	void (*work)(EVP_CIPHER_CTX *, struct bytes))
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	double time = 0, size = 0;
	for (size_t i = 0; i < count; i++) {
		struct bytes box = read_box(stem, i, "age");
		struct seconds start = own_time();
		work(context, box);
		time += since(start).processor;
		size += (double)box.size;
		free((void *)box.data);
	}
	EVP_CIPHER_CTX_free(context);
	return size / time;
}

static void decrypt(EVP_CIPHER_CTX *context, struct bytes box)
{
	static const uint8_t key[AEAD_KEY_SIZE], nonce[AEAD_NONCE_SIZE];
	static uint8_t plain[CHUNK];
	int size;
	for (size_t at = 0; at < box.size; at += CHUNK) {
		size_t left = box.size - at < CHUNK ? box.size - at : CHUNK;
		EVP_DecryptInit_ex(
			context, EVP_chacha20_poly1305(), NULL, key, nonce);
		EVP_DecryptUpdate(
			context, plain, &size, box.data + at, (int)left);
	}
}

static void hash(EVP_CIPHER_CTX *context, struct bytes box)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned size;
	(void)context;
	EVP_Digest(box.data, box.size, digest, &size, EVP_sha256(), NULL);
}

/* What is done to a box at intake, and once more before it is counted. */
static double check_boxes(
	const struct draft *draft, const char *stem, const struct boxes *boxes)
{
	double took = 0;
	for (size_t i = 0; i < boxes->count; i++) {
		struct box box;
		struct bytes note = read_box(stem, i, "note");
		struct bytes file = read_box(stem, i, "age");
		struct seconds start = own_time();
		assert_null(box_check(
			&draft->sealing.keys.terms, note, file, &box));
		took += since(start).processor;
		free((void *)note.data);
		free((void *)file.data);
	}
	return took;
}

/* Milliseconds of processor time for one of many. */
static double each(struct seconds start, size_t count)
{
	return since(start).processor * 1e3 / (double)count;
}

static double of_verifying(const struct draft *draft)
{
	const struct digest digest = { 0 };
	const struct p256_public public = p256_public_of(draft->key);
	const struct p256_signature signature = p256_sign(draft->key, &digest);
	struct seconds start = own_time();
	for (size_t i = 0; i < REPEATS; i++)
		assert_true(p256_verify(&public, &digest, &signature));
	return each(start, REPEATS);
}

static double of_unwrapping(const struct draft *draft)
{
	const struct age_file_key key = { { 1 } };
	const struct p256_public public = p256_public_of(draft->key);
	struct age_file_key out;
	struct age_stanza stanza;
	age_wrap(&key, &public, &stanza);
	struct seconds start = own_time();
	for (size_t i = 0; i < REPEATS; i++)
		assert_null(age_unwrap(&stanza, draft->key, &out));
	return each(start, REPEATS);
}

/* A process of this size that does nothing, from its start to its end. */
static double of_forking(void)
{
	struct rusage before, after;
	assert_int_equal(getrusage(RUSAGE_CHILDREN, &before), 0);
	struct seconds start = own_time();
	for (size_t i = 0; i < REPEATS; i++) {
		pid_t pid = fork();
		if (pid == 0)
			_exit(0);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	}
	assert_int_equal(getrusage(RUSAGE_CHILDREN, &after), 0);
	return each(start, REPEATS) +
	       (of_rusage(&after) - of_rusage(&before)) * 1e3 / REPEATS;
}

/*
 * Figures
 */

static void print_sealing(const struct boxes *boxes)
{
	printf("  seal: %.3f ms a box, %.2f million ballots/s, %.3f GB/s\n",
		boxes->sealing.processor * 1e3 / (double)boxes->count,
		mega((double)boxes->ballots / boxes->sealing.processor),
		(double)boxes->bytes / boxes->sealing.processor / 1e9);
}

/* OpenSSL's rates, bytes a second of processor time. */
struct bounds {
	double chacha;
	double sha;
};

static void print_count(int cores, const struct boxes *boxes,
	struct run_cost counted, const struct bounds *bounds)
{
	double ballots = (double)boxes->ballots;
	double payload = (double)boxes->payload;
	const struct {
		const char *name;
		double rate;
	} clock[] = {
		{ "wall", 1 / counted.took.wall },
		{ "processor", 1 / counted.took.processor },
	};
	printf("  recount, %d core%s: %.2f s wall, %.2f s processor, %ld MB\n",
		cores, cores > 1 ? "s" : "", counted.took.wall,
		counted.took.processor, counted.memory / 1024);
	for (size_t i = 0; i < 2; i++)
		printf("    a second of %s: %.2f million ballots, %.3f GB, "
		       "%.2f of ChaCha20-Poly1305, %.2f of SHA-256\n",
			clock[i].name, mega(ballots * clock[i].rate),
			payload * clock[i].rate / 1e9,
			payload * clock[i].rate / bounds->chacha,
			payload * clock[i].rate / bounds->sha);
}

static void print_counts(const struct draft *draft, char *sandoq,
	const char *stem, const struct boxes *boxes)
{
	double bytes = (double)boxes->bytes;
	double checking = check_boxes(draft, stem, boxes);
	const struct bounds bounds = { rate(stem, boxes->count, decrypt),
		rate(stem, boxes->count, hash) };
	printf("  intake's check: %.3f ms a box, %.2f GB/s, %.2f of SHA-256\n"
	       "  OpenSSL: ChaCha20-Poly1305 %.2f GB/s, SHA-256 %.2f GB/s\n",
		checking * 1e3 / (double)boxes->count, bytes / checking / 1e9,
		bytes / checking / bounds.sha, bounds.chacha / 1e9,
		bounds.sha / 1e9);
	for (int cores = 1; cores <= 2; cores++)
		print_count(cores, boxes,
			recount(cores, sandoq, stem, boxes->count), &bounds);
}

/* What is left of a box when its bytes are few. */
static void print_parts(
	const struct draft *draft, char *sandoq, const struct boxes *boxes)
{
	struct run_cost one = recount(1, sandoq, "small", 1);
	struct run_cost all = recount(1, sandoq, "small", boxes->count);
	double box = (all.took.processor - one.took.processor) * 1e3 /
		     (double)(boxes->count - 1);
	printf("  a box: %.3f ms of processor time; of it signature %.3f, key "
	       "%.3f, a process that does nothing %.3f\n",
		box, of_verifying(draft), of_unwrapping(draft), of_forking());
}

/* `bundle verify` of all that a machine sends, boxes with a few ballots. */
static void print_verifying(void)
{
	struct paper *paper = paper_make();
	struct seconds start = own_time();
	for (size_t i = 0; i < REPEATS; i++)
		paper_accepts(paper, VERIFY_RELEASED);
	double bundle = each(start, REPEATS);
	start = own_time();
	for (size_t i = 0; i < REPEATS; i++)
		assert_null(verify_boxes(&paper->chain));
	printf("verify: %.2f ms a bundle with %d boxes; of it %.3f ms a box\n",
		bundle, PAPER_BOXES, each(start, REPEATS) / PAPER_BOXES);
	paper_free(paper);
}

static void print_other_ways(const char *script)
{
	char way[][8] = { "plain", "sqlite" };
	for (size_t i = 0; i < 2; i++) {
		char python[] = "python3", csv[] = "large.csv";
		char *path = strdup(script);
		char *const argv[] = { python, path, way[i], csv, NULL };
		struct run_cost other = run_on(1, argv);
		printf("  %s: %.2f s wall, %.2f s processor, %ld MB; %.2f "
		       "million ballots/s of processor time\n",
			i == 0 ? "plain Python" : "SQLite from Python",
			other.took.wall, other.took.processor,
			other.memory / 1024,
			mega(BOXES_IN_CSV * (double)BALLOTS_OF_LARGE /
				other.took.processor));
		free(path);
	}
}

static size_t number(int argc, char **argv, int at, size_t otherwise)
{
	return argc > at ? strtoul(argv[at], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
	const size_t large = number(argc, argv, 1, BALLOTS) / BALLOTS_OF_LARGE;
	size_t small = number(argc, argv, 2, SMALL_BOXES);
	char *script = realpath("tests/bench/count.py", NULL);
	char *sandoq = realpath("build/native/sandoq", NULL);
	struct arguments arguments;
	static struct draft draft;
	assert_true(script != NULL && sandoq != NULL);
	crypto_start();
	setvbuf(stdout, NULL, _IOLBF, 0);
	workplace_make();
	bench_election(STATIONS, BOXES_OF_STATION, BALLOTS_ISSUED);
	assert_int_equal(chdir(folder), 0);
	bench_draft(&arguments, &draft);

	FILE *csv = fopen("large.csv", "we");
	assert_non_null(csv);
	fputs("contest,choices\n", csv);
	struct boxes boxes =
		make_boxes(&draft, "large", large, BALLOTS_OF_LARGE, csv);
	fclose(csv);
	printf("%zu boxes of %d ballots, %.1f MB each\n", boxes.count,
		BALLOTS_OF_LARGE, mega((double)boxes.bytes / (double)large));
	print_sealing(&boxes);
	print_counts(&draft, sandoq, "large", &boxes);
	print_other_ways(script);

	boxes = make_boxes(&draft, "small", small, BALLOTS_OF_SMALL, NULL);
	printf("%zu boxes of %d ballots\n", boxes.count, BALLOTS_OF_SMALL);
	print_sealing(&boxes);
	print_counts(&draft, sandoq, "small", &boxes);
	print_parts(&draft, sandoq, &boxes);
	print_verifying();
	draft_free(&draft);
	arguments_free(&arguments);
	free(script);
	free(sandoq);
	workplace_drop();
	return 0;
}
