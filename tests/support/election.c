/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/election.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "appliance/election/csv.h"
#include "appliance/election/rules.h"
#include "appliance/election/sample.h"
#include "appliance/formats/age.h"
#include "appliance/formats/note.h"
#include "tests/support/scalar.h"

static void write_vkey(struct writer *w, const char *name, unsigned scalar)
{
	struct p256_public public = scalar_public(scalar);
	struct note_key key;
	assert_null(note_key_of(name, &public, &key));
	write_note_key(w, &key);
	write_u8(w, '\0');
	assert_false(w->broken);
}

/* Texts that live as long as the buffer they are written into. */
struct texts {
	char text[8192];
	struct writer writer;
	unsigned scalar;
};

static const char *next_text(struct texts *texts)
{
	return texts->text + texts->writer.size;
}

static const char *add_vkey(struct texts *texts, const char *name)
{
	const char *text = next_text(texts);
	write_vkey(&texts->writer, name, ++texts->scalar);
	return text;
}

static const char *add_recipient(struct texts *texts)
{
	const char *text = next_text(texts);
	struct p256_public key = scalar_public(++texts->scalar);
	write_age_recipient(&texts->writer, &key);
	write_u8(&texts->writer, '\0');
	return text;
}

char *city_json(void)
{
	static const char *const id[BODIES][3] = {
		{ "operator-1", "operator-2", "operator-3" },
		{ "authority-1", "authority-2", "authority-3" },
		{ "officer-1", "officer-2", "officer-3" },
		{ "auditor-1", "auditor-2", "auditor-3" },
	};
	struct sample_member member[BODIES][3];
	struct digest ek_ca = { { 1 } };
	struct sample_definition sample = { .id = "sabzdasht-1405",
		.software_tpm = true,
		.image = { { 2 } },
		.ek_cas = 1,
		.ek_ca = &ek_ca,
		.recipients = 1 };
	struct texts texts = { 0 };
	struct sample_recipient recipient;
	char station_id[ID_MOST + 1];
	texts.writer = writer_of(texts.text, sizeof(texts.text));
	for (size_t b = 0; b < BODIES; b++) {
		for (size_t m = 0; m < 3; m++)
			member[b][m] = (struct sample_member){ id[b][m],
				m == 2 ? SUPERVISORY : EXECUTIVE,
				add_vkey(&texts, id[b][m]) };
		sample.quorum[b].need = 2;
		sample.quorum[b].each = 1;
		sample.quorum[b].members = 3;
		sample.quorum[b].member = member[b];
	}
	recipient =
		(struct sample_recipient){ "escrow", add_recipient(&texts) };
	sample.recipient = &recipient;
	for (size_t s = 0; s < SAMPLE_STATIONS; s++) {
		sample_station_id(s, station_id);
		sample.station_vkey[s] = add_vkey(&texts, station_id);
	}
	char *json = sample_definition_json(&sample);
	assert_non_null(json);
	return json;
}

static json_t *candidates_of(const uint16_t *code, size_t codes)
{
	json_t *candidates = json_array();
	for (size_t i = 0; i < codes; i++)
		json_array_append_new(
			candidates, json_pack("{s:i, s:{s:s, s:s}, s:[]}",
					    "code", (int)code[i], "name", "fa",
					    "?", "en", "?", "tie_break"));
	return candidates;
}

char *city_json_of(unsigned max_choices, const uint16_t *code, size_t codes)
{
	char *city = city_json();
	json_t *json = json_loads(city, 0, NULL);
	json_t *station = json_array_get(json_object_get(json, "stations"), 0);
	free(city);
	json_object_set_new(json, "contests",
		json_pack("[{s:s, s:{s:s, s:s}, s:s, s:i, s:i, s:i, s:o}]",
			"id", "c1", "title", "fa", "?", "en", "?", "rule",
			"relative-majority/1", "seats", 1, "alternates", 0,
			"max_choices", (int)max_choices, "candidates",
			candidates_of(code, codes)));
	json_object_set_new(station, "contests", json_pack("[s]", "c1"));
	json_object_set_new(station, "ballots_issued", json_integer(1000000));
	json_object_set_new(json, "stations", json_pack("[O]", station));
	char *text = json_dumps(json, 0);
	assert_non_null(text);
	json_decref(json);
	return text;
}

void city_definition(struct definition *definition)
{
	char error[DEFINITION_ERROR_MOST] = "";
	char *json = city_json();
	if (!definition_parse(definition, bytes_of_text(json), error))
		fail_msg("%s", error);
	free(json);
}

static void name(char out[ID_MOST + 1], const char *text)
{
	snprintf(out, ID_MOST + 1, "%s", text);
}

static void init_quorums(struct plan *plan, unsigned *scalar)
{
	static const char *const body[BODIES] = { "operator", "authority",
		"officer", "auditor" };
	for (size_t b = 0; b < BODIES; b++) {
		struct roster *roster = &plan->roster[b];
		struct quorum *quorum = &roster->quorum;
		quorum->need = 2;
		quorum->each = 1;
		quorum->of = 3;
		for (unsigned m = 0; m < 3; m++) {
			snprintf(roster->id[m], ID_MOST + 1, "%s-%u", body[b],
				m + 1);
			quorum->member[m].board =
				m == 2 ? SUPERVISORY : EXECUTIVE;
			quorum->member[m].key = scalar_public(++*scalar);
		}
	}
}

void village_init(struct village *village)
{
	static const char *const station[] = { "north", "south", "east" };
	const struct contests contests[] = { contests_of(COUNCIL),
		contests_first(2), contests_of(MAYOR) };
	struct plan *plan = &village->plan;
	unsigned scalar = 0;
	memset(village, 0, sizeof(*village));
	plan->definition.byte[0] = 0xde;
	name(plan->id, "village");
	init_quorums(plan, &scalar);
	plan->contests = 2;
	plan->contest[COUNCIL] = (struct contest){ "council",
		RELATIVE_MAJORITY_1, 2, 1, 3, 0, VILLAGE_CANDIDATES, 0 };
	plan->contest[MAYOR] = (struct contest){ "mayor", RELATIVE_MAJORITY_1,
		1, 0, 1, 0, 3, VILLAGE_CANDIDATES };
	plan->candidates = VILLAGE_CANDIDATES + 3;
	plan->candidate = village->candidate;
	for (size_t i = 0; i < VILLAGE_CANDIDATES; i++)
		village->candidate[i].code = (uint16_t)(i + 1);
	for (size_t i = 0; i < 3; i++)
		village->candidate[VILLAGE_CANDIDATES + i].code =
			(uint16_t)(i + 1);
	plan->stations = VILLAGE_STATIONS;
	plan->station = village->station;
	for (size_t s = 0; s < VILLAGE_STATIONS; s++) {
		struct station *at = &village->station[s];
		name(at->id, station[s]);
		at->key = scalar_public(++scalar);
		at->contests = contests[s];
		at->ballots_issued = 100;
		at->boxes = s == NORTH ? 2 : 1;
	}
	assert_null(plan_index(plan));
}

static void sample_contest(struct ballots_list *list, const struct plan *plan,
	uint16_t station, uint16_t contest, uint64_t seed)
{
	char text[SAMPLE_LINE_MOST];
	struct writer line = writer_of(text, sizeof(text));
	struct csv_reader reader = csv_reader_of(plan);
	struct csv_ballot ballot;
	struct sampler sampler;
	bool is_ballot;
	assert_null(csv_read(&reader, bytes_of_text("contest,choices"), &ballot,
		&is_ballot));
	sampler_begin(&sampler, plan, station, contest, seed);
	while (sampler_next(&sampler, &line)) {
		assert_false(line.broken);
		assert_null(csv_read(&reader, bytes_of(text, line.size - 1),
			&ballot, &is_ballot));
		assert_int_equal(ballot.contest, contest);
		assert_null(ballots_list_add(
			list, contest, ballot.codes, ballot.n));
		line = writer_of(text, sizeof(text));
	}
}

struct bytes sampled_box(
	const struct plan *plan, uint16_t station, uint64_t seed)
{
	struct ballots_list list;
	uint8_t *payload = NULL;
	size_t size = 0;
	ballots_list_init(&list);
	for (uint16_t c = 0; c < plan->contests; c++)
		if (contests_has(&plan->station[station].contests, c))
			sample_contest(&list, plan, station, c, seed);
	assert_null(
		ballots_list_encode(&list, plan, station, 1, &payload, &size));
	ballots_list_free(&list);
	return bytes_of(payload, size);
}

void count_box(const struct plan *plan, uint16_t station, uint16_t sequence,
	struct bytes payload, struct tally *tally)
{
	struct ballots_decoder decoder;
	struct counter counter;
	assert_true(tally_init(tally, plan, plan->station[station].contests));
	assert_true(counter_init(&counter, plan));
	counter_begin(&counter, tally);
	ballots_begin(
		&decoder, plan, station, sequence, counter_count, &counter);
	ballots_feed(&decoder, payload);
	assert_null(ballots_end(&decoder));
	counter_free(&counter);
}
