/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A result as NIST SP 1500-100 version 2, JSON. What it may tell was decided
 * before: who calls it has verified the result.
 */
#include "appliance/desk/reports/result_formats.h"

#include "appliance/desk/common/words.h"

#include <stdio.h>
#include <stdlib.h>

/*
 * What is told, and whether memory ran out on the way: then some member is
 * missing, and nothing of it may be used.
 */
struct teller {
	const struct definition *definition;
	const struct plan *plan;
	const struct result *result;
	const struct outcomes *outcomes;
	const struct delivery *delivery; /* NULL before the first box */
	bool failed;
};

static void put(
	struct teller *t, json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) != 0)
		t->failed = true;
}

static void add(struct teller *t, json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) != 0)
		t->failed = true;
}

/* A new array in the object. */
static json_t *array_in(struct teller *t, json_t *object, const char *key)
{
	json_t *array = json_array();
	put(t, object, key, array);
	return array;
}

static json_t *of_type(const char *type)
{
	return json_pack("{s:s+}", "@type", "ElectionResults.", type);
}

static void put_text(
	struct teller *t, json_t *object, const char *key, const char *text)
{
	put(t, object, key, json_string(text));
}

static void put_number(
	struct teller *t, json_t *object, const char *key, uint64_t number)
{
	put(t, object, key, json_integer((json_int_t)number));
}

static json_t *in_language(
	struct teller *t, const char *content, const char *language)
{
	json_t *string = of_type("LanguageString");
	put_text(t, string, "Content", content);
	put_text(t, string, "Language", language);
	return string;
}

static void put_name(struct teller *t, json_t *object, const char *key,
	const struct name *name)
{
	json_t *both = of_type("InternationalizedText");
	json_t *texts = array_in(t, both, "Text");
	add(t, texts, in_language(t, name->fa, "fa"));
	add(t, texts, in_language(t, name->en, "en"));
	put(t, object, key, both);
}

static void put_code(struct teller *t, json_t *object, const char *code)
{
	json_t *identifier = of_type("ExternalIdentifier");
	put_text(t, identifier, "Type", "local-level");
	put_text(t, identifier, "Value", code);
	add(t, array_in(t, object, "ExternalIdentifier"), identifier);
}

static void put_status(struct teller *t, json_t *object, const char *status)
{
	json_t *one = of_type("CountStatus");
	put_text(t, one, "Type", "total");
	put_text(t, one, "Status", status);
	add(t, array_in(t, object, "CountStatus"), one);
}

/*
 * Names of things: "station-north", "district-council" for all stations of a
 * contest, "candidate-council-7".
 */

static json_t *station_id(const struct teller *t, size_t s)
{
	return json_sprintf("station-%s", t->plan->station[s].id);
}

static json_t *district_id(const struct teller *t, size_t c)
{
	return json_sprintf("district-%s", t->plan->contest[c].id);
}

static json_t *person_id(
	const struct teller *t, const char *what, size_t c, size_t at)
{
	return json_sprintf("%s-%s-%u", what, t->plan->contest[c].id,
		t->plan->candidate[at].code);
}

/*
 * Places
 */

static json_t *unit(struct teller *t, json_t *id, const char *type)
{
	json_t *one = of_type("ReportingUnit");
	put(t, one, "@id", id);
	put_text(t, one, "Type", type);
	return one;
}

static const char *status_of(const struct teller *t, size_t s)
{
	if (result_is_annulled(t->result, s))
		return "not-processed";
	return result_station_boxes(t->result, (uint16_t)s) ==
			       t->plan->station[s].boxes
		       ? "completed"
		       : "in-process";
}

static json_t *station(struct teller *t, size_t s)
{
	json_t *one = unit(t, station_id(t, s), "polling-place");
	put_name(t, one, "Name", &t->definition->station_name[s]);
	put_code(t, one, t->plan->station[s].id);
	put_status(t, one, status_of(t, s));
	return one;
}

static json_t *district(struct teller *t, size_t c)
{
	json_t *one = unit(t, district_id(t, c), "other");
	json_t *parts;
	put_text(t, one, "OtherType", "district");
	put_name(t, one, "Name", &t->definition->contest_title[c]);
	parts = array_in(t, one, "ComposingGpUnitIds");
	for (size_t s = 0; s < t->plan->stations; s++)
		if (contests_has(&t->plan->station[s].contests, c))
			add(t, parts, station_id(t, s));
	return one;
}

static json_t *whole(struct teller *t)
{
	json_t *one = unit(t, json_string("election"), "other");
	json_t *parts;
	put_text(t, one, "OtherType", "election");
	put_name(t, one, "Name", &t->definition->title);
	parts = array_in(t, one, "ComposingGpUnitIds");
	for (size_t c = 0; c < t->plan->contests; c++)
		add(t, parts, district_id(t, c));
	return one;
}

/*
 * Numbers
 */

static json_t *counted(struct teller *t, const char *type, json_t *unit_id)
{
	json_t *one = of_type(type);
	put(t, one, "GpUnitId", unit_id);
	return one;
}

static json_t *votes(struct teller *t, json_t *unit_id, uint64_t count)
{
	json_t *one = counted(t, "VoteCounts", unit_id);
	put_text(t, one, "Type", "total");
	put_number(t, one, "Count", count);
	return one;
}

/* Of a station that has the contest and is not annulled, else NULL. */
static const uint32_t *row_of(const struct teller *t, size_t s, uint16_t c)
{
	return result_is_annulled(t->result, s) ? NULL
						: result_row(t->result, s, c);
}

static json_t *selection(struct teller *t, uint16_t c, size_t i)
{
	const size_t at = t->plan->contest[c].first + i;
	const uint64_t *row = tally_row(&t->outcomes->total, c);
	const uint32_t *of_station;
	json_t *one = of_type("CandidateSelection");
	json_t *counts;
	put(t, one, "@id", person_id(t, "selection", c, at));
	add(t, array_in(t, one, "CandidateIds"),
		person_id(t, "candidate", c, at));
	put_number(t, one, "SequenceOrder", i + 1);
	counts = array_in(t, one, "VoteCounts");
	add(t, counts, votes(t, district_id(t, c), row[ROW_VOTES + i]));
	for (size_t s = 0; s < t->plan->stations; s++)
		if ((of_station = row_of(t, s, c)))
			add(t, counts,
				votes(t, station_id(t, s),
					of_station[ROW_VOTES + i]));
	return one;
}

/* Ballots with more names than allowed; all of them stay valid. */
static json_t *overvotes(struct teller *t, json_t *unit_id, const uint64_t *row)
{
	json_t *one = counted(t, "OtherCounts", unit_id);
	put_number(t, one, "Overvotes", row[ROW_EXTRA]);
	return one;
}

static const char *variation(const struct contest *contest)
{
	if (contest->rule == LIST_PROPORTIONAL_0_PILOT)
		return "proportional";
	return contest->max_choices > 1 ? "n-of-m" : "plurality";
}

static void put_contest_counts(struct teller *t, json_t *one, uint16_t c)
{
	const uint64_t *row = tally_row(&t->outcomes->total, c);
	json_t *others = array_in(t, one, "OtherCounts");
	uint64_t reported = 0;
	uint64_t total = 0;
	/* Of all stations together, or it could show whose ballots they are. */
	add(t, others, overvotes(t, district_id(t, c), row));
	for (size_t s = 0; s < t->plan->stations; s++) {
		total += contests_has(&t->plan->station[s].contests, c);
		if (row_of(t, s, c) == NULL)
			continue;
		reported += result_station_boxes(t->result, (uint16_t)s) ==
			    t->plan->station[s].boxes;
	}
	put_number(t, one, "SubUnitsReported", reported);
	put_number(t, one, "TotalSubUnits", total);
}

static json_t *contest(struct teller *t, uint16_t c)
{
	const struct contest *of = &t->plan->contest[c];
	json_t *one = of_type("CandidateContest");
	json_t *selections;
	put(t, one, "@id", json_sprintf("contest-%s", of->id));
	put_text(t, one, "Name", t->definition->contest_title[c].en);
	put_name(t, one, "BallotTitle", &t->definition->contest_title[c]);
	put(t, one, "ElectionDistrictId", district_id(t, c));
	put_number(t, one, "NumberElected", of->seats);
	put_number(t, one, "VotesAllowed", of->max_choices);
	put_text(t, one, "VoteVariation", variation(of));
	put_contest_counts(t, one, c);
	selections = array_in(t, one, "ContestSelection");
	for (size_t i = 0; i < of->candidates; i++)
		add(t, selections, selection(t, c, i));
	return one;
}

static json_t *ballots(
	struct teller *t, json_t *unit_id, uint64_t cast, uint64_t rejected)
{
	json_t *one = counted(t, "BallotCounts", unit_id);
	put_text(t, one, "Type", "total");
	put_number(t, one, "BallotsCast", cast);
	put_number(t, one, "BallotsRejected", rejected);
	return one;
}

static void put_ballots(struct teller *t, json_t *election)
{
	json_t *counts = array_in(t, election, "BallotCounts");
	for (uint16_t c = 0; c < t->plan->contests; c++) {
		const uint64_t *row = tally_row(&t->outcomes->total, c);
		add(t, counts,
			ballots(t, district_id(t, c), row[ROW_CAST],
				row[ROW_CAST] - row[ROW_VALID]));
	}
	for (size_t s = 0; s < t->plan->stations; s++) {
		uint64_t cast = 0;
		uint64_t valid = 0;
		for (uint16_t c = 0; c < t->plan->contests; c++) {
			const uint32_t *row = row_of(t, s, c);
			cast += row ? row[ROW_CAST] : 0;
			valid += row ? row[ROW_VALID] : 0;
		}
		if (!result_is_annulled(t->result, s))
			add(t, counts,
				ballots(t, station_id(t, s), cast,
					cast - valid));
	}
}

/*
 * People
 */

static bool is_complete(const struct teller *t)
{
	return t->delivery != NULL && delivery_without(t->delivery) == 0;
}

/* NULL when a lot is still to decide, and where boxes could change it. */
static const char *status_after(const struct teller *t, enum outcome outcome)
{
	static const char *const status[] = { [NOT_ELECTED] = "defeated",
		[ELECTED] = "winner",
		[ALTERNATE] = "defeated",
		[LOT] = NULL,
		[WITHDRAWN] = "withdrawn" };
	if (is_complete(t) || outcome == WITHDRAWN)
		return status[outcome];
	return outcome == ELECTED ? "projected-winner" : NULL;
}

static json_t *candidate(struct teller *t, size_t c, size_t at)
{
	const char *after = status_after(t, t->outcomes->standing[at].outcome);
	json_t *one = of_type("Candidate");
	char code[8];
	snprintf(code, sizeof(code), "%u", t->plan->candidate[at].code);
	put(t, one, "@id", person_id(t, "candidate", c, at));
	put_name(t, one, "BallotName", &t->definition->candidate_name[at]);
	put_code(t, one, code);
	put_text(t, one, "PreElectionStatus",
		t->plan->candidate[at].withdrawn ? "withdrawn" : "qualified");
	if (after != NULL)
		put_text(t, one, "PostElectionStatus", after);
	return one;
}

/*
 * The whole
 */

static json_t *election(struct teller *t, const char *day)
{
	json_t *one = of_type("Election");
	json_t *candidates;
	json_t *contests;
	put_text(t, one, "Type", "general");
	put_name(t, one, "Name", &t->definition->title);
	put_text(t, one, "StartDate", day);
	put_text(t, one, "EndDate", day);
	put_text(t, one, "ElectionScopeId", "election");
	candidates = array_in(t, one, "Candidate");
	contests = array_in(t, one, "Contest");
	for (uint16_t c = 0; c < t->plan->contests; c++) {
		const struct contest *of = &t->plan->contest[c];
		for (size_t i = 0; i < of->candidates; i++)
			add(t, candidates, candidate(t, c, of->first + i));
		add(t, contests, contest(t, c));
	}
	put_ballots(t, one);
	return one;
}

static void put_incomplete(const struct teller *t, FILE *out)
{
	char line[512];
	struct writer writer = writer_of(line, sizeof(line));
	delivery_line(t->delivery, &writer);
	fprintf(out, " INCOMPLETE: %.*s.", (int)writer.size, line);
}

/* What the format has no place for. */
static void put_notes(struct teller *t, json_t *report)
{
	const struct result *result = t->result;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	if (out == NULL) {
		t->failed = true;
		return;
	}
	fprintf(out, "Counted by sandoq; %s.", words_in(WORD_FLAWS, ENGLISH));
	if (t->delivery != NULL && !is_complete(t))
		put_incomplete(t, out);
	for (size_t c = 0; c < t->plan->contests; c++)
		if (t->plan->contest[c].rule == LIST_PROPORTIONAL_0_PILOT)
			fprintf(out, " Contest %s is a pilot.",
				t->plan->contest[c].id);
	for (size_t i = 0; i < result->annulments; i++)
		fprintf(out, " Station %s is annulled: %s.",
			t->plan->station[result->annulment[i].station].id,
			result->annulment[i].reason);
	for (size_t i = 0; i < result->lots; i++)
		fprintf(out, " A lot was drawn in contest %s.",
			t->plan->contest[result->lot[i].contest].id);
	fclose(out);
	put_text(t, report, "Notes", text);
	free(text);
}

static json_t *report(struct teller *t, const char *day, const char *generated)
{
	json_t *one = of_type("ElectionReport");
	json_t *units;
	put_text(t, one, "Format", "precinct-level");
	put_text(t, one, "GeneratedDate", generated);
	put_text(t, one, "Issuer", t->definition->title.en);
	put_text(t, one, "IssuerAbbreviation", t->plan->id);
	put_number(t, one, "SequenceStart", 1);
	put_number(t, one, "SequenceEnd", 1);
	put_text(t, one, "Status",
		is_complete(t) ? "unofficial-complete" : "unofficial-partial");
	put_text(t, one, "VendorApplicationId", "sandoq");
	put(t, one, "IsTest", json_boolean(t->plan->rehearsal));
	put_notes(t, one);
	units = array_in(t, one, "GpUnit");
	add(t, units, whole(t));
	for (size_t c = 0; c < t->plan->contests; c++)
		add(t, units, district(t, c));
	for (size_t s = 0; s < t->plan->stations; s++)
		add(t, units, station(t, s));
	add(t, array_in(t, one, "Election"), election(t, day));
	return one;
}

json_t *result_nist(const struct definition *definition,
	const struct result *result, const struct outcomes *outcomes,
	const struct delivery *delivery, const char *day, const char *generated)
{
	struct teller t = { definition, &definition->plan, result, outcomes,
		delivery, false };
	json_t *one = report(&t, day, generated);
	if (t.failed) {
		json_decref(one);
		one = NULL;
	}
	return one;
}
