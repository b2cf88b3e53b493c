/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/election/definition.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "appliance/election/plan_check.h"
#include "appliance/formats/age.h"
#include "appliance/formats/json.h"
#include "appliance/formats/note.h"

/* What the whole reading has in common. */
struct reading {
	char *error;
	/* The definition's texts; what is behind `size` is free. */
	struct writer texts;
};

/*
 * A value as the document has it and where it stands: no tree of all values is
 * made, which would take many times the room of the document. A node that is
 * not there, or not what it must be, leaves its sentence in `error`, once, and
 * reads as zeros, so that the reading goes on and asks at the end.
 */
struct node {
	struct reading *reading;
	struct bytes json; /* JSON without a fault; empty: it is not there */
	char place[PLAN_PLACE_MOST];
};

static bool is_there(struct node node)
{
	return node.json.size > 0;
}

static bool is_refused(struct node node)
{
	return node.reading->error[0] != '\0';
}

static void refuse(struct node node, const char *why)
{
	if (!is_refused(node))
		snprintf(node.reading->error, DEFINITION_ERROR_MOST, "%s: %s",
			node.place, why);
}

__attribute__((format(printf, 3, 4))) static struct node node_at(
	struct node parent, struct bytes json, const char *format, ...)
{
	struct node node = { .reading = parent.reading, .json = json };
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(node.place, sizeof(node.place), format, arguments);
	va_end(arguments);
	return node;
}

/*
 * Objects and arrays
 */

enum { MEMBERS_MOST = 16 };

/* The members of an object, beside the names that they can have. */
struct object {
	struct node node;
	const char *const *name; /* NULL behind the last */
	struct bytes member[MEMBERS_MOST];
};

static struct node member_at(
	const struct object *object, struct bytes json, const char *name)
{
	const char *place = object->node.place;
	return node_at(object->node, json, "%s%s%s", place,
		place[0] == '\0' ? "" : ".", name);
}

static struct node optional(const struct object *object, const char *name)
{
	size_t at = 0;
	while (strcmp(object->name[at], name) != 0)
		at++;
	return member_at(object, object->member[at], name);
}

static struct node required(const struct object *object, const char *name)
{
	const struct node node = optional(object, name);
	if (is_there(object->node) && !is_there(node))
		refuse(node, "is missing");
	return node;
}

/* What can stand in an error: the name may be anything. */
static void refuse_strange(
	const struct object *object, const struct json_reader *json)
{
	char name[ID_MOST + 1] = { 0 };
	const bool plain = json->size <= ID_MOST &&
			   text_is_clean(bytes_of(json->text, json->size));
	if (plain)
		memcpy(name, json->text, json->size);
	refuse(member_at(object, bytes_of(NULL, 0),
		       plain ? name : "(a strange name)"),
		"is not a member that a definition has here");
}

static void take_member(struct object *object, struct json_reader *json)
{
	size_t at = 0;
	while (object->name[at] != NULL && !json_is(json, object->name[at]))
		at++;
	if (object->name[at] == NULL)
		refuse_strange(object, json);
	else if (object->member[at].size > 0)
		refuse(member_at(object, bytes_of(NULL, 0), object->name[at]),
			"is there twice");
	const struct bytes value = json_raw(json);
	if (object->name[at] != NULL)
		object->member[at] = value;
}

/* `names`: at most MEMBERS_MOST, and NULL. */
static struct object object_of(struct node node, const char *const *names)
{
	struct object object = { .node = node, .name = names };
	struct json_reader json = json_reader_of_bytes(node.json);
	if (is_there(node) && json_peek(&json) != JSON_KIND_OBJECT)
		refuse(node, "must be an object");
	json_enter_object(&json);
	while (json_member(&json))
		take_member(&object, &json);
	return object;
}

static size_t array_size(struct node node, size_t least, size_t most)
{
	struct json_reader json = json_reader_of_bytes(node.json);
	size_t size = 0;
	char why[64];
	if (is_there(node) && json_peek(&json) != JSON_KIND_ARRAY)
		refuse(node, "must be an array");
	json_enter_array(&json);
	for (; size <= most && json_item(&json); size++)
		json_skip(&json);
	if (is_there(node) && (size < least || size > most)) {
		snprintf(why, sizeof(why), "must have %zu to %zu items", least,
			most);
		refuse(node, why);
	}
	return is_refused(node) ? 0 : size;
}

/* Of an array whose size was taken. */
struct items {
	struct node array;
	struct json_reader json;
	size_t next;
};

static struct items items_of(struct node array)
{
	struct items items = { .array = array,
		.json = json_reader_of_bytes(array.json) };
	json_enter_array(&items.json);
	return items;
}

static struct node next_item(struct items *items)
{
	struct bytes value = bytes_of(NULL, 0);
	if (json_item(&items->json))
		value = json_raw(&items->json);
	return node_at(items->array, value, "%s[%zu]", items->array.place,
		items->next++);
}

/*
 * Single values
 */

static uint32_t number(struct node node, uint32_t least, uint32_t most)
{
	struct json_reader json = json_reader_of_bytes(node.json);
	const uint64_t value = json_number(&json, most);
	char why[64];
	if (is_there(node) && (json.refused != NULL || value < least)) {
		snprintf(why, sizeof(why), "must be %u to %u", least, most);
		refuse(node, why);
	}
	return (uint32_t)value;
}

static bool boolean(struct node node)
{
	struct json_reader json = json_reader_of_bytes(node.json);
	const bool value = json_bool(&json);
	if (is_there(node) && json.refused != NULL)
		refuse(node, "must be true or false");
	return value;
}

_Static_assert((int)JSON_TEXT_MOST >= (int)DEFINITION_TEXT_MOST,
	"the reader of JSON gives every text that a definition can have");

/*
 * Until the next text is read. There is room: the quotes around it take more in
 * the document than its end does here.
 */
static const char *text(struct node node)
{
	struct json_reader json = json_reader_of_bytes(node.json);
	const struct bytes value = json_text(&json);
	struct writer out = node.reading->texts;
	if (!is_there(node))
		return "";
	if (value.size == 0 || value.size > DEFINITION_TEXT_MOST ||
		!text_is_clean(value)) {
		refuse(node, "must be a text of 1 to 256 bytes without "
			     "characters that control or that are not seen");
		return "";
	}
	write_bytes(&out, value);
	write_u8(&out, '\0');
	return (const char *)node.reading->texts.data +
	       node.reading->texts.size;
}

/* The same, as long as the definition. */
static const char *kept_text(struct node node)
{
	const char *value = text(node);
	if (value[0] != '\0')
		node.reading->texts.size += strlen(value) + 1;
	return value;
}

static void exactly(struct node node, const char *wanted)
{
	char why[64];
	if (is_there(node) && strcmp(text(node), wanted) != 0) {
		snprintf(why, sizeof(why), "must be \"%s\"", wanted);
		refuse(node, why);
	}
}

static void id(struct node node, char out[ID_MOST + 1])
{
	const char *value = text(node);
	if (!is_there(node))
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
	if (is_there(node) &&
		!hex_decode(bytes_of_text(text(node)), value.byte, SHA256_SIZE))
		refuse(node, "must be 64 lower-case hexadecimal digits");
	return value;
}

static struct name name(struct node node)
{
	static const char *const members[] = { "fa", "en", NULL };
	const struct object object = object_of(node, members);
	const char *fa = kept_text(required(&object, "fa"));
	return (struct name){ fa, kept_text(required(&object, "en")) };
}

static void key(struct node node, const char *owner, struct p256_public *out)
{
	struct note_key vkey;
	const char *value = text(node);
	refusal why;
	if (!is_there(node))
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
	const struct object object = object_of(node, members);
	const struct node board = required(&object, "board");
	id(required(&object, "id"), name);
	member->board = strcmp(text(board), "supervisory") == 0 ? SUPERVISORY
								: EXECUTIVE;
	if (member->board == EXECUTIVE && strcmp(text(board), "executive") != 0)
		refuse(board, "must be \"executive\" or \"supervisory\"");
	key(required(&object, "key"), name, &member->key);
}

/* How many of either board at least: one, if nothing is said. */
static uint16_t each(struct node node)
{
	return is_there(node) ? (uint16_t)number(node, 1, QUORUM_EACH_MOST) : 1;
}

/* The members, and how many of them. */
static void read_roster(
	struct node array, struct node node, struct roster *roster)
{
	static const char *const members[] = { "need", "of", "each", NULL };
	const struct object object = object_of(node, members);
	struct quorum *quorum = &roster->quorum;
	const size_t size = array_size(array, 1, QUORUM_MOST);
	struct items items = items_of(array);
	quorum->need =
		(uint16_t)number(required(&object, "need"), 1, QUORUM_MOST);
	quorum->of = (uint16_t)size;
	quorum->each = each(optional(&object, "each"));
	if (number(required(&object, "of"), 1, QUORUM_MOST) != size)
		refuse(required(&object, "of"),
			"must be the number of members");
	for (size_t m = 0; m < size; m++)
		read_member(
			next_item(&items), &quorum->member[m], roster->id[m]);
}

static void read_rosters(const struct object *root, struct plan *plan)
{
	static const char *const list[BODIES] = { "operators", "authority",
		"officers", "auditors" };
	static const char *const names[BODIES + 1] = { "boot", "definition",
		"open", "release", NULL };
	const struct object quorums =
		object_of(required(root, "quorum"), names);
	for (size_t b = 0; b < BODIES; b++)
		read_roster(required(root, list[b]),
			required(&quorums, names[b]), &plan->roster[b]);
}

static void read_recipient(struct node node, struct escrow *out)
{
	static const char *const members[] = { "id", "key", NULL };
	const struct object object = object_of(node, members);
	const struct node key = required(&object, "key");
	refusal why = NULL;
	id(required(&object, "id"), out->id);
	if (is_there(key))
		why = age_recipient_decode(bytes_of_text(text(key)), &out->key);
	if (why != NULL)
		refuse(key, why);
}

static void read_recipients(struct node array, struct plan *plan)
{
	struct items items = items_of(array);
	plan->recipients = array_size(array, 0, RECIPIENTS_MOST);
	for (size_t r = 0; r < plan->recipients; r++)
		read_recipient(next_item(&items), &plan->recipient[r]);
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

static void read_tie_break(
	struct node ranks, struct candidate *candidate, size_t count)
{
	struct items items = items_of(ranks);
	for (size_t t = 0; t < count; t++)
		candidate->tie_break[t] =
			number(next_item(&items), 0, UINT32_MAX);
}

static void read_candidate(struct node node, struct definition *d,
	struct contest *contest, size_t i)
{
	static const char *const members[] = { "code", "name", "list",
		"tie_break", "withdrawn", NULL };
	const struct object object = object_of(node, members);
	const size_t at = contest->first + i;
	struct candidate *candidate = &d->plan.candidate[at];
	const struct node ranks = required(&object, "tie_break");
	const struct node list = optional(&object, "list");
	const size_t count = array_size(ranks, 0, TIE_BREAKS_MOST);
	candidate->code =
		(uint16_t)number(required(&object, "code"), 1, UINT16_MAX);
	d->candidate_name[at] = name(required(&object, "name"));
	d->candidate_list[at] = is_there(list) ? kept_text(list) : NULL;
	candidate->list = list_number(d, contest, at);
	candidate->withdrawn = boolean(optional(&object, "withdrawn"));
	if (i == 0)
		contest->tie_breaks = (uint8_t)count;
	else if (count != contest->tie_breaks)
		refuse(ranks, "must have as many ranks as the contest's first "
			      "candidate has");
	read_tie_break(ranks, candidate, count);
}

static enum rule read_rule(const struct object *contest)
{
	const struct node rule = required(contest, "rule");
	const bool pilot = boolean(optional(contest, "pilot"));
	if (strcmp(text(rule), "list-proportional/0-pilot") == 0) {
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

static const char *const contest_members[] = { "id", "title", "rule", "pilot",
	"seats", "alternates", "max_choices", "candidates", NULL };

static void read_contest(struct node node, struct definition *d, size_t c)
{
	const struct object object = object_of(node, contest_members);
	struct contest *contest = &d->plan.contest[c];
	const struct node candidates = required(&object, "candidates");
	struct items items = items_of(candidates);
	id(required(&object, "id"), contest->id);
	d->contest_title[c] = name(required(&object, "title"));
	contest->rule = read_rule(&object);
	contest->seats =
		(uint16_t)number(required(&object, "seats"), 1, UINT16_MAX);
	contest->alternates = (uint16_t)number(
		required(&object, "alternates"), 0, UINT16_MAX);
	contest->max_choices = (uint16_t)number(
		required(&object, "max_choices"), 1, CHOICES_MOST);
	contest->first = (uint16_t)d->plan.candidates;
	contest->candidates =
		(uint16_t)array_size(candidates, 1, CANDIDATES_MOST);
	for (size_t i = 0; i < contest->candidates; i++)
		read_candidate(next_item(&items), d, contest, i);
	d->plan.candidates += contest->candidates;
}

static struct contests read_contest_ids(
	struct node array, const struct plan *plan)
{
	const size_t count = array_size(array, 1, CONTESTS_MOST);
	struct items items = items_of(array);
	struct contests contests = { { 0 } };
	for (size_t i = 0; i < count; i++) {
		const struct node node = next_item(&items);
		const int c =
			plan_find_contest(plan, bytes_of_text(text(node)));
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
	const struct object object = object_of(node, members);
	struct station *station = &d->plan.station[s];
	const struct node boxes = optional(&object, "boxes");
	id(required(&object, "id"), station->id);
	d->station_name[s] = name(required(&object, "name"));
	station->contests =
		read_contest_ids(required(&object, "contests"), &d->plan);
	key(required(&object, "key"), station->id, &station->key);
	station->ballots_issued =
		number(required(&object, "ballots_issued"), 1, UINT32_MAX);
	station->boxes =
		is_there(boxes) ? (uint16_t)number(boxes, 1, UINT16_MAX) : 1;
}

static void read_machine(const struct object *root, struct definition *d)
{
	const struct node ek_cas = required(root, "ek_cas");
	struct items items = items_of(ek_cas);
	d->image = digest(required(root, "image"));
	d->software_tpm = boolean(required(root, "software_tpm"));
	d->ek_cas = array_size(ek_cas, 1, EK_CAS_MOST);
	for (size_t i = 0; i < d->ek_cas; i++)
		d->ek_ca[i] = digest(next_item(&items));
}

/*
 * The whole
 */

static size_t count_candidates(struct node contests, size_t count)
{
	struct items items = items_of(contests);
	size_t candidates = 0;
	for (size_t c = 0; c < count; c++) {
		const struct object contest =
			object_of(next_item(&items), contest_members);
		candidates += array_size(
			optional(&contest, "candidates"), 1, CANDIDATES_MOST);
	}
	return candidates;
}

static bool allocate(struct definition *d, struct node contests,
	struct node stations, size_t station_count)
{
	const size_t count = array_size(contests, 1, CONTESTS_MOST);
	const size_t candidates = count_candidates(contests, count);
	if (candidates > CANDIDATES_ALL_MOST)
		refuse(contests, "have more than 16384 candidates in all");
	if (is_refused(contests))
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

static void read_contests(struct node array, struct definition *d)
{
	struct items items = items_of(array);
	d->plan.contests = array_size(array, 1, CONTESTS_MOST);
	for (size_t c = 0; c < d->plan.contests; c++)
		read_contest(next_item(&items), d, c);
}

static void read_stations(struct node array, struct definition *d, size_t count)
{
	struct items items = items_of(array);
	d->plan.stations = count;
	for (size_t s = 0; s < count; s++)
		read_station(next_item(&items), d, s);
}

/* Which language is first; Persian, if nothing is said. */
static bool english(struct node node)
{
	if (!is_there(node) || strcmp(text(node), "fa") == 0)
		return false;
	if (strcmp(text(node), "en") != 0)
		refuse(node, "must be \"fa\" or \"en\"");
	return true;
}

static void read_root(struct node node, struct definition *d)
{
	static const char *const members[MEMBERS_MOST + 1] = { "format", "id",
		"title", "language", "rehearsal", "image", "ek_cas",
		"software_tpm", "operators", "authority", "officers",
		"auditors", "quorum", "recipients", "contests", "stations",
		NULL };
	const struct object root = object_of(node, members);
	const struct node contests = required(&root, "contests");
	const struct node stations = required(&root, "stations");
	const size_t count = array_size(stations, 1, STATIONS_MOST);
	exactly(required(&root, "format"), "sandoq/definition/v1");
	if (!allocate(d, contests, stations, count))
		return;
	id(required(&root, "id"), d->plan.id);
	d->title = name(required(&root, "title"));
	d->english = english(optional(&root, "language"));
	d->plan.rehearsal = boolean(required(&root, "rehearsal"));
	read_machine(&root, d);
	read_rosters(&root, &d->plan);
	read_recipients(required(&root, "recipients"), &d->plan);
	read_contests(contests, d);
	read_stations(stations, d, count);
}

/* So that what is read of it afterwards is JSON, wherever it is looked at. */
static bool is_object(struct bytes document, char *error)
{
	struct json_reader json = json_reader_of_bytes(document);
	const enum json_kind kind = json_peek(&json);
	json_skip(&json);
	json_end(&json);
	if (json.refused != NULL)
		snprintf(error, DEFINITION_ERROR_MOST, "line %" PRIu64 ": %s",
			json.line, json.refused);
	else if (kind != JSON_KIND_OBJECT)
		snprintf(error, DEFINITION_ERROR_MOST,
			"the definition must be one object");
	return error[0] == '\0';
}

static void read_document(
	struct definition *d, struct bytes json, struct node *root)
{
	struct reading *reading = root->reading;
	d->texts = malloc(json.size);
	if (d->texts == NULL) {
		refuse(*root, "there is not enough memory");
		return;
	}
	reading->texts = writer_of(d->texts, json.size);
	root->json = json;
	read_root(*root, d);
	d->plan.definition = sha256(json);
	if (is_refused(*root))
		return;
	refusal why = plan_check(&d->plan, root->place);
	if (why == NULL)
		why = plan_index(&d->plan);
	if (why != NULL)
		refuse(*root, why);
}

bool definition_parse(struct definition *d, struct bytes json,
	char error[DEFINITION_ERROR_MOST])
{
	struct reading reading = { .error = error };
	struct node root = { .reading = &reading };
	*d = (struct definition){ 0 };
	error[0] = '\0';
	if (json.size > DEFINITION_SIZE_MOST)
		snprintf(error, DEFINITION_ERROR_MOST,
			"the definition is larger than 31 MiB: write it "
			"without spaces between its parts, or hold the "
			"election on more machines");
	else if (is_object(json, error))
		read_document(d, json, &root);
	if (error[0] == '\0')
		return true;
	definition_free(d);
	return false;
}

void definition_free(struct definition *d)
{
	free(d->texts);
	free(d->plan.candidate);
	free(d->plan.station);
	free(d->candidate_name);
	free(d->candidate_list);
	free(d->station_name);
	*d = (struct definition){ 0 };
}
