/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/election/definition.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "appliance/election/plan_check.h"
#include "appliance/formats/age.h"
#include "appliance/formats/note.h"

/*
 * A value of the document and where it stands. A node that is not there, or
 * not what it must be, leaves its sentence in `error`, once, and reads as
 * zeros, so that the reading goes on and asks at the end.
 */
struct node {
	char *error;
	json_t *json;
	char place[PLAN_PLACE_MOST];
};

static void refuse(struct node node, const char *why)
{
	if (node.error[0] == '\0')
		snprintf(node.error, DEFINITION_ERROR_MOST, "%s: %s",
			node.place, why);
}

__attribute__((format(printf, 3, 4))) static struct node node_at(
	struct node parent, json_t *json, const char *format, ...)
{
	struct node node = { .error = parent.error, .json = json };
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(node.place, sizeof(node.place), format, arguments);
	va_end(arguments);
	return node;
}

static const char *dot(struct node parent)
{
	return parent.place[0] == '\0' ? "" : ".";
}

static struct node optional(struct node object, const char *name)
{
	return node_at(object, json_object_get(object.json, name), "%s%s%s",
		object.place, dot(object), name);
}

static struct node required(struct node object, const char *name)
{
	struct node node = optional(object, name);
	if (object.json && !node.json)
		refuse(node, "is missing");
	return node;
}

static struct node item(struct node array, size_t i)
{
	return node_at(array, json_array_get(array.json, i), "%s[%zu]",
		array.place, i);
}

static bool is_among(const char *const *names, const char *key)
{
	while (*names && strcmp(*names, key) != 0)
		names++;
	return *names != NULL;
}

/* What can stand in an error: the key may be anything. */
static const char *showable(const char *key)
{
	bool plain =
		strlen(key) <= ID_MOST && text_is_clean(bytes_of_text(key));
	return plain ? key : "(a strange name)";
}

/* `names` ends in NULL. */
static void expect_object(struct node node, const char *const *names)
{
	const char *key;
	json_t *value;
	if (node.json && !json_is_object(node.json))
		refuse(node, "must be an object");
	json_object_foreach(node.json, key, value)
	{
		if (!is_among(names, key))
			refuse(node_at(node, value, "%s%s%s", node.place,
				       dot(node), showable(key)),
				"is not a member that a definition has here");
	}
}

static size_t array_size(struct node node, size_t least, size_t most)
{
	size_t size = json_array_size(node.json);
	char why[64];
	if (node.json && !json_is_array(node.json)) {
		refuse(node, "must be an array");
	} else if (node.json && (size < least || size > most)) {
		snprintf(why, sizeof(why), "must have %zu to %zu items", least,
			most);
		refuse(node, why);
	}
	return node.error[0] == '\0' ? size : 0;
}

static uint32_t number(struct node node, uint32_t least, uint32_t most)
{
	json_int_t value = json_integer_value(node.json);
	char why[64];
	if (node.json && (!json_is_integer(node.json) || value < least ||
				 value > most)) {
		snprintf(why, sizeof(why), "must be %u to %u", least, most);
		refuse(node, why);
		value = 0;
	}
	return (uint32_t)value;
}

static bool boolean(struct node node)
{
	if (node.json && !json_is_boolean(node.json))
		refuse(node, "must be true or false");
	return json_is_true(node.json);
}

static const char *text(struct node node)
{
	const char *value = json_string_value(node.json);
	size_t size = json_string_length(node.json);
	if (!node.json)
		return "";
	if (value == NULL || size == 0 || size > DEFINITION_TEXT_MOST ||
		!text_is_clean(bytes_of(value, size))) {
		refuse(node, "must be a text of 1 to 256 bytes without "
			     "characters that control or that are not seen");
		return "";
	}
	return value;
}

static void exactly(struct node node, const char *wanted)
{
	char why[64];
	if (node.json && strcmp(text(node), wanted) != 0) {
		snprintf(why, sizeof(why), "must be \"%s\"", wanted);
		refuse(node, why);
	}
}

static void id(struct node node, char out[ID_MOST + 1])
{
	const char *value = text(node);
	if (!node.json)
		return;
	if (!id_is_valid(bytes_of_text(value))) {
		refuse(node, "must be 1 to 32 of a-z, 0-9, '-', '.' and '_', "
			     "starting with one of a-z, 0-9");
		return;
	}
	memcpy(out, value, strlen(value) + 1);
}

static struct digest digest(struct node node)
{
	struct digest value = { { 0 } };
	if (node.json &&
		!hex_decode(bytes_of_text(text(node)), value.byte, SHA256_SIZE))
		refuse(node, "must be 64 lower-case hexadecimal digits");
	return value;
}

static struct name name(struct node node)
{
	static const char *const members[] = { "fa", "en", NULL };
	expect_object(node, members);
	return (struct name){ text(required(node, "fa")),
		text(required(node, "en")) };
}

static void key(struct node node, const char *owner, struct p256_public *out)
{
	struct note_key vkey;
	const char *value = text(node);
	refusal why;
	if (!node.json)
		return;
	why = note_key_decode(bytes_of_text(value), &vkey);
	if (why == NULL && strcmp(vkey.name, owner) != 0)
		why = "is a verifier key whose name is not the id beside it";
	if (why != NULL)
		refuse(node, why);
	else
		*out = vkey.key;
}

/*
 * The parts
 */

static void read_member(
	struct node node, struct quorum_member *member, char name[ID_MOST + 1])
{
	static const char *const members[] = { "id", "board", "key", NULL };
	const char *board;
	expect_object(node, members);
	id(required(node, "id"), name);
	board = text(required(node, "board"));
	member->board =
		strcmp(board, "supervisory") == 0 ? SUPERVISORY : EXECUTIVE;
	if (member->board == EXECUTIVE && strcmp(board, "executive") != 0)
		refuse(required(node, "board"),
			"must be \"executive\" or \"supervisory\"");
	key(required(node, "key"), name, &member->key);
}

/* How many of either board at least: one, if nothing is said. */
static uint16_t each(struct node node)
{
	return node.json == NULL ? 1
				 : (uint16_t)number(node, 1, QUORUM_EACH_MOST);
}

static void read_quorums(struct node root, struct plan *plan)
{
	static const char *const list[BODIES] = { "operators", "authority",
		"officers", "auditors" };
	static const char *const names[BODIES + 1] = { "boot", "definition",
		"open", "release", NULL };
	static const char *const members[] = { "need", "of", "each", NULL };
	struct node quorums = required(root, "quorum");
	expect_object(quorums, names);
	for (size_t b = 0; b < BODIES; b++) {
		struct roster *roster = &plan->roster[b];
		struct quorum *quorum = &roster->quorum;
		struct node array = required(root, list[b]);
		struct node node = required(quorums, names[b]);
		size_t size = array_size(array, 1, QUORUM_MOST);
		expect_object(node, members);
		quorum->need = (uint16_t)number(
			required(node, "need"), 1, QUORUM_MOST);
		quorum->of = (uint16_t)size;
		quorum->each = each(optional(node, "each"));
		if (number(required(node, "of"), 1, QUORUM_MOST) != size)
			refuse(required(node, "of"),
				"must be the number of members");
		for (size_t m = 0; m < size; m++)
			read_member(item(array, m), &quorum->member[m],
				roster->id[m]);
	}
}

static void read_recipients(struct node array, struct plan *plan)
{
	static const char *const members[] = { "id", "key", NULL };
	plan->recipients = array_size(array, 0, RECIPIENTS_MOST);
	for (size_t r = 0; r < plan->recipients; r++) {
		struct node node = item(array, r);
		struct node recipient = required(node, "key");
		const char *value = text(recipient);
		refusal why = NULL;
		expect_object(node, members);
		id(required(node, "id"), plan->recipient[r].id);
		if (recipient.json)
			why = age_recipient_decode(
				bytes_of_text(value), &plan->recipient[r].key);
		if (why != NULL)
			refuse(recipient, why);
	}
}

/* The number of the candidate's list: lists are numbered as they come up. */
static uint16_t list_number(
	const struct definition *d, const struct contest *contest, size_t at)
{
	uint16_t most = 0;
	if (!d->candidate_list[at])
		return 0;
	for (size_t i = contest->first; i < at; i++) {
		uint16_t number = d->plan.candidate[i].list;
		if (number > 0 && strcmp(d->candidate_list[i],
					  d->candidate_list[at]) == 0)
			return number;
		most = number > most ? number : most;
	}
	return (uint16_t)(most + 1);
}

static void read_candidate(struct node node, struct definition *d,
	struct contest *contest, size_t i)
{
	static const char *const members[] = { "code", "name", "list",
		"tie_break", "withdrawn", NULL };
	size_t at = contest->first + i;
	struct node ranks = required(node, "tie_break");
	struct node list = optional(node, "list");
	size_t count = array_size(ranks, 0, TIE_BREAKS_MOST);
	expect_object(node, members);
	d->plan.candidate[at].code =
		(uint16_t)number(required(node, "code"), 1, UINT16_MAX);
	d->candidate_name[at] = name(required(node, "name"));
	d->candidate_list[at] = list.json ? text(list) : NULL;
	d->plan.candidate[at].list = list_number(d, contest, at);
	d->plan.candidate[at].withdrawn = boolean(optional(node, "withdrawn"));
	if (i == 0)
		contest->tie_breaks = (uint8_t)count;
	else if (count != contest->tie_breaks)
		refuse(ranks, "must have as many ranks as the contest's first "
			      "candidate has");
	for (size_t t = 0; t < count; t++)
		d->plan.candidate[at].tie_break[t] =
			number(item(ranks, t), 0, UINT32_MAX);
}

static enum rule read_rule(struct node contest)
{
	struct node rule = required(contest, "rule");
	const char *value = text(rule);
	bool pilot = boolean(optional(contest, "pilot"));
	if (strcmp(value, "list-proportional/0-pilot") == 0) {
		if (!pilot)
			refuse(rule, "is a pilot's: the contest must say "
				     "\"pilot\": true");
		return LIST_PROPORTIONAL_0_PILOT;
	}
	exactly(rule, "relative-majority/1");
	if (pilot)
		refuse(optional(contest, "pilot"),
			"is for list-proportional/0-pilot alone");
	return RELATIVE_MAJORITY_1;
}

static void read_contest(struct node node, struct definition *d, size_t c)
{
	static const char *const members[] = { "id", "title", "rule", "pilot",
		"seats", "alternates", "max_choices", "candidates", NULL };
	struct contest *contest = &d->plan.contest[c];
	struct node candidates = required(node, "candidates");
	expect_object(node, members);
	id(required(node, "id"), contest->id);
	d->contest_title[c] = name(required(node, "title"));
	contest->rule = read_rule(node);
	contest->seats =
		(uint16_t)number(required(node, "seats"), 1, UINT16_MAX);
	contest->alternates =
		(uint16_t)number(required(node, "alternates"), 0, UINT16_MAX);
	contest->max_choices = (uint16_t)number(
		required(node, "max_choices"), 1, CHOICES_MOST);
	contest->first = (uint16_t)d->plan.candidates;
	contest->candidates =
		(uint16_t)array_size(candidates, 1, CANDIDATES_MOST);
	for (size_t i = 0; i < contest->candidates; i++)
		read_candidate(item(candidates, i), d, contest, i);
	d->plan.candidates += contest->candidates;
}

static struct contests read_contest_ids(
	struct node array, const struct plan *plan)
{
	size_t count = array_size(array, 1, CONTESTS_MOST);
	struct contests contests = { { 0 } };
	for (size_t i = 0; i < count; i++) {
		struct node node = item(array, i);
		int c = plan_find_contest(plan, bytes_of_text(text(node)));
		if (c < 0)
			refuse(node, "is no contest of this definition");
		else if (contests_has(&contests, (size_t)c))
			refuse(node, "is named twice");
		else
			contests_add(&contests, (size_t)c);
	}
	return contests;
}

static void read_station(struct node node, struct definition *d, size_t s)
{
	static const char *const members[] = { "id", "name", "contests", "key",
		"ballots_issued", "boxes", NULL };
	struct station *station = &d->plan.station[s];
	struct node boxes = optional(node, "boxes");
	expect_object(node, members);
	id(required(node, "id"), station->id);
	d->station_name[s] = name(required(node, "name"));
	station->contests =
		read_contest_ids(required(node, "contests"), &d->plan);
	key(required(node, "key"), station->id, &station->key);
	station->ballots_issued =
		number(required(node, "ballots_issued"), 1, UINT32_MAX);
	station->boxes =
		boxes.json ? (uint16_t)number(boxes, 1, UINT16_MAX) : 1;
}

static void read_machine(struct node root, struct definition *d)
{
	struct node ek_cas = required(root, "ek_cas");
	d->image = digest(required(root, "image"));
	d->software_tpm = boolean(required(root, "software_tpm"));
	d->ek_cas = array_size(ek_cas, 1, EK_CAS_MOST);
	for (size_t i = 0; i < d->ek_cas; i++)
		d->ek_ca[i] = digest(item(ek_cas, i));
}

/*
 * The whole
 */

static bool allocate(struct definition *d, struct node contests,
	struct node stations, size_t station_count)
{
	size_t candidates = 0;
	size_t count = array_size(contests, 1, CONTESTS_MOST);
	for (size_t c = 0; c < count; c++)
		candidates +=
			array_size(optional(item(contests, c), "candidates"), 1,
				CANDIDATES_MOST);
	if (candidates > CANDIDATES_ALL_MOST)
		refuse(contests, "have more than 16384 candidates in all");
	if (contests.error[0] != '\0')
		return false;
	/* One more, so that nothing is never a size. */
	d->plan.candidate = calloc(candidates + 1, sizeof(struct candidate));
	d->candidate_name = calloc(candidates + 1, sizeof(struct name));
	d->candidate_list = calloc(candidates + 1, sizeof(char *));
	d->plan.station = calloc(station_count + 1, sizeof(struct station));
	d->station_name = calloc(station_count + 1, sizeof(struct name));
	if (d->plan.candidate && d->candidate_name && d->candidate_list &&
		d->plan.station && d->station_name)
		return true;
	refuse(stations, "do not fit into memory");
	return false;
}

static void read_root(struct node root, struct definition *d)
{
	static const char *const members[] = { "format", "id", "title",
		"rehearsal", "image", "ek_cas", "software_tpm", "operators",
		"authority", "officers", "auditors", "quorum", "recipients",
		"contests", "stations", NULL };
	struct node contests = required(root, "contests");
	struct node stations = required(root, "stations");
	size_t station_count = array_size(stations, 1, STATIONS_MOST);
	expect_object(root, members);
	exactly(required(root, "format"), "sandoq/definition/v1");
	if (!allocate(d, contests, stations, station_count))
		return;
	id(required(root, "id"), d->plan.id);
	d->title = name(required(root, "title"));
	d->plan.rehearsal = boolean(required(root, "rehearsal"));
	read_machine(root, d);
	read_quorums(root, &d->plan);
	read_recipients(required(root, "recipients"), &d->plan);
	d->plan.contests = array_size(contests, 1, CONTESTS_MOST);
	for (size_t c = 0; c < d->plan.contests; c++)
		read_contest(item(contests, c), d, c);
	d->plan.stations = station_count;
	for (size_t s = 0; s < station_count; s++)
		read_station(item(stations, s), d, s);
}

static json_t *load(struct bytes json, char *error)
{
	json_error_t why;
	json_t *document;
	if (json.size > DEFINITION_SIZE_MOST) {
		snprintf(error, DEFINITION_ERROR_MOST,
			"the definition is larger than 31 MiB: write it "
			"without spaces between its parts, or hold the "
			"election on more machines");
		return NULL;
	}
	/* Any seed, or jansson opens /dev/urandom, which a sandbox forbids. */
	json_object_seed(1);
	document = json_loadb((const char *)json.data, json.size,
		JSON_REJECT_DUPLICATES, &why);
	if (document == NULL)
		snprintf(error, DEFINITION_ERROR_MOST, "line %d, column %d: %s",
			why.line, why.column,
			text_is_clean(bytes_of_text(why.text))
				? why.text
				: "this is not JSON");
	return document;
}

bool definition_parse(struct definition *d, struct bytes json,
	char error[DEFINITION_ERROR_MOST])
{
	struct node root = { .error = error };
	*d = (struct definition){ 0 };
	error[0] = '\0';
	root.json = d->document = load(json, error);
	if (!d->document)
		return false;
	if (!json_is_object(d->document))
		snprintf(error, DEFINITION_ERROR_MOST,
			"the definition must be one object");
	else
		read_root(root, d);
	d->plan.definition = sha256(json);
	if (error[0] == '\0') {
		struct node at = root;
		refusal why = plan_check(&d->plan, at.place);
		if (why != NULL)
			refuse(at, why);
	}
	if (error[0] == '\0')
		return true;
	definition_free(d);
	return false;
}

void definition_free(struct definition *d)
{
	json_decref(d->document);
	free(d->plan.candidate);
	free(d->plan.station);
	free(d->candidate_name);
	free(d->candidate_list);
	free(d->station_name);
	*d = (struct definition){ 0 };
}
