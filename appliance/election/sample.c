/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/election/sample.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "appliance/election/sample_city.h"

enum {
	FIRST_CODE = 101,
	NAMES_MOST = 40,
	/* Of a thousand ballots. */
	BLANK = 30,
	UNREADABLE = 3,
	UNKNOWN = 10,
	REPEATED = 15,
	EXTRA = 20,
	FULL = 350
};

/*
 * Randomness
 */

static uint64_t splitmix64(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

struct sample_random sample_random_of(uint64_t seed)
{
	struct sample_random random;
	for (size_t i = 0; i < 4; i++)
		random.state[i] = splitmix64(&seed);
	return random;
}

static uint64_t rotate(uint64_t x, unsigned by)
{
	return x << by | x >> (64 - by);
}

uint64_t sample_next(struct sample_random *random)
{
	uint64_t *s = random->state;
	uint64_t next = rotate(s[1] * 5, 7) * 9;
	uint64_t shifted = s[1] << 17;
	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= shifted;
	s[3] = rotate(s[3], 45);
	return next;
}

uint64_t sample_below(struct sample_random *random, uint64_t below)
{
	uint64_t uneven = -below % below;
	uint64_t next;
	do
		next = sample_next(random);
	while (next < uneven);
	return next % below;
}

/*
 * The definition
 */

void sample_station_id(size_t station, char out[ID_MOST + 1])
{
	snprintf(out, ID_MOST + 1, "station-%02zu", station + 1);
}

static json_t *name_json(struct name name)
{
	return json_pack("{s:s, s:s}", "fa", name.fa, "en", name.en);
}

static json_t *digest_json(const struct digest *digest)
{
	char text[2 * SHA256_SIZE];
	struct writer w = writer_of(text, sizeof(text));
	write_hex(&w, bytes_of(digest->byte, SHA256_SIZE));
	return json_stringn(text, sizeof(text));
}

static json_t *members_json(const struct sample_member *member, size_t count)
{
	static const char *const board[BOARDS] = { "executive", "supervisory" };
	json_t *array = json_array();
	for (size_t m = 0; m < count; m++)
		json_array_append_new(
			array, json_pack("{s:s, s:s, s:s}", "id", member[m].id,
				       "board", board[member[m].board], "key",
				       member[m].vkey));
	return array;
}

static json_t *candidate_json(size_t i)
{
	const struct name *given = &sample_given_name[i % SAMPLE_GIVEN_NAMES];
	const struct name *family =
		&sample_family_name[7 * i % SAMPLE_FAMILY_NAMES];
	char fa[64];
	char en[64];
	snprintf(fa, sizeof(fa), "%s %s", given->fa, family->fa);
	snprintf(en, sizeof(en), "%s %s", given->en, family->en);
	/* Veterans first, then by degree. */
	return json_pack("{s:i, s:o, s:[i, i]}", "code", (int)(FIRST_CODE + i),
		"name", name_json((struct name){ fa, en }), "tie_break",
		i % 7 == 3 ? 0 : 1, (int)(i * i % 5));
}

static json_t *contest_json(void)
{
	json_t *candidates = json_array();
	for (size_t i = 0; i < SAMPLE_CANDIDATES; i++)
		json_array_append_new(candidates, candidate_json(i));
	return json_pack("{s:s, s:o, s:s, s:i, s:i, s:i, s:o}", "id", "council",
		"title", name_json(sample_contest_title), "rule",
		"relative-majority/1", "seats", SAMPLE_SEATS, "alternates",
		SAMPLE_ALTERNATES, "max_choices", SAMPLE_SEATS, "candidates",
		candidates);
}

static json_t *stations_json(const struct sample_definition *sample)
{
	json_t *array = json_array();
	char id[ID_MOST + 1];
	for (size_t s = 0; s < SAMPLE_STATIONS; s++) {
		sample_station_id(s, id);
		json_array_append_new(array,
			json_pack("{s:s, s:o, s:[s], s:s, s:i}", "id", id,
				"name", name_json(sample_station_name[s]),
				"contests", "council", "key",
				sample->station_vkey[s], "ballots_issued",
				(int)(2000 + s * 337 % 1200)));
	}
	return array;
}

static void put_bodies(json_t *root, const struct sample_definition *sample)
{
	static const char *const list[BODIES] = { "operators", "authority",
		"officers", "auditors" };
	static const char *const quorum[BODIES] = { "boot", "definition",
		"open", "release" };
	json_t *quorums = json_object();
	for (size_t b = 0; b < BODIES; b++) {
		size_t members = sample->quorum[b].members;
		json_object_set_new(root, list[b],
			members_json(sample->quorum[b].member, members));
		json_object_set_new(quorums, quorum[b],
			json_pack("{s:i, s:i, s:i}", "need",
				(int)sample->quorum[b].need, "of", (int)members,
				"each", (int)sample->quorum[b].each));
	}
	json_object_set_new(root, "quorum", quorums);
}

static void put_recipients(json_t *root, const struct sample_definition *sample)
{
	json_t *array = json_array();
	for (size_t r = 0; r < sample->recipients; r++)
		json_array_append_new(array,
			json_pack("{s:s, s:s}", "id", sample->recipient[r].id,
				"key", sample->recipient[r].key));
	json_object_set_new(root, "recipients", array);
}

char *sample_definition_json(const struct sample_definition *sample)
{
	json_t *ek_cas = json_array();
	json_t *root;
	char *text;
	char *lines = NULL;
	for (size_t i = 0; i < sample->ek_cas; i++)
		json_array_append_new(ek_cas, digest_json(&sample->ek_ca[i]));
	root = json_pack("{s:s, s:s, s:o, s:b, s:o, s:o, s:b}", "format",
		"sandoq/definition/v1", "id", sample->id, "title",
		name_json(sample_election_title), "rehearsal",
		sample->rehearsal, "image", digest_json(&sample->image),
		"ek_cas", ek_cas, "software_tpm", sample->software_tpm);
	put_bodies(root, sample);
	put_recipients(root, sample);
	json_object_set_new(root, "contests", json_pack("[o]", contest_json()));
	json_object_set_new(root, "stations", stations_json(sample));
	text = json_dumps(root, JSON_INDENT(2));
	json_decref(root);
	if (text != NULL && asprintf(&lines, "%s\n", text) < 0)
		lines = NULL;
	free(text);
	return lines;
}

/*
 * Ballots
 */

/*
 * The most popular candidate draws 1/2, the next 1/3, 1/4 ... of a share;
 * who is popular is the whole city's, how much differs by the station.
 */
static void spread_popularity(struct sampler *sampler, uint64_t seed)
{
	const struct contest *contest =
		&sampler->plan->contest[sampler->contest];
	struct sample_random city = sample_random_of(seed);
	uint16_t rank[CANDIDATES_MOST] = { 0 };
	uint64_t sum = 0;
	for (size_t i = 0; i < contest->candidates; i++) {
		size_t j = (size_t)sample_below(&city, i + 1);
		rank[i] = rank[j];
		rank[j] = (uint16_t)i;
	}
	for (size_t i = 0; i < contest->candidates; i++) {
		uint64_t local = 60 + sample_below(&sampler->random, 81);
		sum += 1 + 1000000 * local / (100 * (uint64_t)(rank[i] + 2));
		sampler->popularity[i] = sum;
	}
}

void sampler_begin(struct sampler *sampler, const struct plan *plan,
	uint16_t station, uint16_t contest, uint64_t seed)
{
	uint64_t issued = plan->station[station].ballots_issued;
	uint64_t mixed = seed;
	mixed = splitmix64(&mixed) + station;
	mixed = splitmix64(&mixed) + contest;
	sampler->random = sample_random_of(mixed);
	sampler->plan = plan;
	sampler->contest = contest;
	sampler->left =
		issued * (550 + sample_below(&sampler->random, 201)) / 1000;
	spread_popularity(sampler, seed + contest);
}

static size_t draw_candidate(struct sampler *sampler, size_t count)
{
	uint64_t at =
		sample_below(&sampler->random, sampler->popularity[count - 1]);
	size_t low = 0;
	size_t high = count - 1;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (sampler->popularity[middle] > at)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static bool is_among(const uint16_t *code, size_t n, uint16_t wanted)
{
	for (size_t i = 0; i < n; i++)
		if (code[i] == wanted)
			return true;
	return false;
}

/* `n` different candidates, in the order drawn. */
static void draw_names(struct sampler *sampler, uint16_t *code, size_t n)
{
	size_t count = sampler->plan->contest[sampler->contest].candidates;
	const struct candidate *who =
		plan_candidates(sampler->plan, sampler->contest);
	for (size_t i = 0; i < n; i++) {
		size_t drawn = draw_candidate(sampler, count);
		while (is_among(code, i, who[drawn].code))
			drawn = (drawn + 1) % count;
		code[i] = who[drawn].code;
	}
}

static uint16_t draw_unknown(struct sampler *sampler)
{
	const struct contest *contest =
		&sampler->plan->contest[sampler->contest];
	const struct candidate *who =
		plan_candidates(sampler->plan, sampler->contest);
	uint16_t code;
	bool known;
	do {
		code = (uint16_t)sample_below(&sampler->random, 1000);
		known = false;
		for (size_t i = 0; i < contest->candidates && !known; i++)
			known = who[i].code == code;
	} while (known && contest->candidates < 1000);
	return code;
}

static bool happens(struct sampler *sampler, uint64_t of_a_thousand)
{
	return sample_below(&sampler->random, 1000) < of_a_thousand;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t mark_ballot(struct sampler *sampler, uint16_t *code)
{
	const struct contest *contest =
		&sampler->plan->contest[sampler->contest];
	size_t allowed = least(least(contest->max_choices, contest->candidates),
		NAMES_MOST - 8);
	size_t n = allowed;
	if (happens(sampler, BLANK))
		return 0;
	if (happens(sampler, UNREADABLE)) {
		code[0] = draw_unknown(sampler);
		return 1;
	}
	if (!happens(sampler, FULL))
		n = 1 + (size_t)sample_below(&sampler->random, allowed);
	if (happens(sampler, EXTRA))
		n = least(
			allowed + 1 + (size_t)sample_below(&sampler->random, 4),
			contest->candidates);
	draw_names(sampler, code, n);
	if (happens(sampler, REPEATED)) {
		code[n] = code[sample_below(&sampler->random, n)];
		n++;
	}
	if (happens(sampler, UNKNOWN)) {
		code[n] = code[0];
		code[0] = draw_unknown(sampler);
		n++;
	}
	return n;
}

bool sampler_next(struct sampler *sampler, struct writer *line)
{
	uint16_t code[NAMES_MOST];
	size_t n;
	if (sampler->left == 0)
		return false;
	sampler->left--;
	n = mark_ballot(sampler, code);
	write_text(line, sampler->plan->contest[sampler->contest].id);
	for (size_t i = 0; i < n; i++) {
		write_u8(line, i == 0 ? ',' : ' ');
		write_decimal(line, code[i]);
	}
	write_text(line, n == 0 ? ",\n" : "\n");
	return true;
}
