/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/station.h"

#include "appliance/election/csv.h"
#include "appliance/election/definition.h"
#include "appliance/election/rules.h"
#include "appliance/election/statement.h"
#include "appliance/formats/crypto.h"
#include "appliance/formats/key_file.h"
#include "appliance/page/module.h"
#include "appliance/verify/sealing_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every contest, with a line of CSV twice. */
enum { STATION_MESSAGE_MOST = 1 << 18, SHOWN_MOST = 200, PASSPHRASE_LEAST = 8 };

struct station_page {
	struct bytes given[STATION_INPUTS];
	struct definition definition;
	struct sealing_keys keys;
	/* Whose key was unlocked; none before, and none once it has signed. */
	struct p256_private *key;
	uint16_t station;
	/* What was read; NULL before. Secret. */
	uint8_t *payload;
	size_t payload_size;
	uint16_t sequence;
	struct bytes output[STATION_OUTPUTS];
	struct bytes message;
	uint8_t space[STATION_MESSAGE_MOST];
	uint8_t note[STATEMENT_MOST];
	uint8_t key_file[KEY_FILE_MOST];
};

/* An instance of station.wasm is one page. */
static struct station_page *this_page(void)
{
	static struct station_page page;
	return &page;
}

/* --- messages --- */

static struct json_writer begin_message(
	struct station_page *page, struct writer *out, const char *kind)
{
	*out = writer_of(page->space, sizeof(page->space));
	struct json_writer json = json_writer_of(out);
	json_open_object(&json, NULL);
	json_put_text(&json, "kind", kind);
	return json;
}

static void end_message(struct station_page *page, struct json_writer *json)
{
	json_close(json);
	/* What does not fit is no message, and the page says so. */
	page->message =
		json->out->broken ? bytes_of(NULL, 0) : written(json->out);
}

static void put_name(
	struct json_writer *json, const char *key, const struct name *name)
{
	json_open_object(json, key);
	json_put_text(json, "en", name->en);
	json_put_text(json, "fa", name->fa);
	json_close(json);
}

/* `line` of the file that was given, 0 when it is of none. */
static void tell_refused(struct station_page *page, refusal why, uint64_t line)
{
	struct writer out;
	struct json_writer json = begin_message(page, &out, "refused");
	if (line > 0)
		json_put_number(&json, "line", line);
	else
		json_put_null(&json, "line");
	put_words(&json, "words", why);
	end_message(page, &json);
}

/* --- what was given --- */

static bool has_election(const struct station_page *page)
{
	return page->given[STATION_DEFINITION].size > 0;
}

static void tell_ready(struct station_page *page)
{
	const struct plan *plan = &page->definition.plan;
	struct writer out;
	struct json_writer json = begin_message(page, &out, "ready");
	if (!has_election(page)) {
		json_put_null(&json, "election");
		end_message(page, &json);
		return;
	}
	json_put_text(&json, "election", plan->id);
	json_put_bool(&json, "rehearsal", plan->rehearsal);
	put_name(&json, "title", &page->definition.title);
	json_put_hex(&json, "definition",
		bytes_of(plan->definition.byte, SHA256_SIZE));
	json_put_hex(
		&json, "box_key", tpm_name_bytes(&page->keys.terms.bk_name));
	json_open_array(&json, "recipients");
	for (size_t i = 0; i < plan->recipients; i++)
		json_put_text(&json, NULL, plan->recipient[i].id);
	json_close(&json);
	end_message(page, &json);
}

static refusal trust_election(
	struct station_page *page, char error[DEFINITION_ERROR_MOST])
{
	if (!definition_parse(
		    &page->definition, page->given[STATION_DEFINITION], error))
		return error;
	return sealing_keys_trust(&page->definition.plan,
		page->given[STATION_ELECTION_KEYS],
		page->given[STATION_BOX_KEY], &page->keys);
}

EXPORT(station_give)
void station_give(uint32_t input, const void *data, size_t size)
{
	if (input < STATION_INPUTS)
		this_page()->given[input] = bytes_of(data, size);
}

EXPORT(station_begin) void station_begin(void)
{
	struct station_page *page = this_page();
	char error[DEFINITION_ERROR_MOST];
	refusal why = NULL;
	crypto_start();
	if (has_election(page))
		why = trust_election(page, error);
	if (why != NULL)
		tell_refused(page, why, 0);
	else
		tell_ready(page);
}

/* --- the station's key --- */

static void forget_ballots(struct station_page *page)
{
	if (page->payload != NULL)
		wipe(page->payload, page->payload_size);
	free(page->payload);
	page->payload = NULL;
	page->payload_size = 0;
}

static void forget_key(struct station_page *page)
{
	p256_free(page->key);
	page->key = NULL;
}

static void tell_station(struct station_page *page)
{
	const struct station *station =
		&page->definition.plan.station[page->station];
	struct writer out;
	struct json_writer json = begin_message(page, &out, "station");
	json_put_text(&json, "id", station->id);
	put_name(&json, "name", &page->definition.station_name[page->station]);
	json_put_number(&json, "issued", station->ballots_issued);
	json_put_number(&json, "boxes", station->boxes);
	end_message(page, &json);
}

static refusal open_key(
	struct bytes file, struct bytes passphrase, struct p256_private **out)
{
	return key_file_is_protected(file)
		       ? key_file_open(file, passphrase, out)
		       : p256_from_pem(file, out);
}

static refusal take_key(
	struct station_page *page, struct bytes file, struct bytes passphrase)
{
	struct p256_public public;
	int station;
	refusal why;
	forget_key(page);
	forget_ballots(page);
	if (!has_election(page))
		return "this page has no election";
	why = open_key(file, passphrase, &page->key);
	if (why != NULL)
		return why;
	public = p256_public_of(page->key);
	station = plan_find_station_key(&page->definition.plan, &public);
	if (station >= 0) {
		page->station = (uint16_t)station;
		return NULL;
	}
	forget_key(page);
	return "no station of this election has this key";
}

EXPORT(station_unlock)
void station_unlock(uint8_t *file, size_t file_size, uint8_t *passphrase,
	size_t passphrase_size)
{
	struct station_page *page = this_page();
	const refusal why = take_key(page, bytes_of(file, file_size),
		bytes_of(passphrase, passphrase_size));
	wipe(passphrase, passphrase_size);
	wipe(file, file_size);
	if (why != NULL)
		tell_refused(page, why, 0);
	else
		tell_station(page);
}

static refusal make_key(struct station_page *page, struct bytes name,
	struct bytes passphrase, struct note_key *who)
{
	char id[ID_MOST + 1] = "";
	struct writer out = writer_of(page->key_file, sizeof(page->key_file));
	struct p256_private *key;
	struct p256_public public;
	if (!id_is_valid(name))
		return "this is no id of a station";
	if (passphrase.size < PASSPHRASE_LEAST)
		return "the passphrase is shorter than 8 bytes";
	memcpy(id, name.data, name.size);
	key = p256_generate();
	public = p256_public_of(key);
	write_key_file(&out, key, passphrase);
	p256_free(key);
	page->output[STATION_KEY] = written(&out);
	return note_key_of(id, &public, who);
}

EXPORT(station_make_key)
void station_make_key(const uint8_t *name, size_t name_size,
	uint8_t *passphrase, size_t passphrase_size)
{
	struct station_page *page = this_page();
	char vkey[NOTE_VKEY_MOST];
	struct writer line = writer_of(vkey, sizeof(vkey));
	struct note_key who;
	const refusal why = make_key(page, bytes_of(name, name_size),
		bytes_of(passphrase, passphrase_size), &who);
	wipe(passphrase, passphrase_size);
	if (why != NULL) {
		tell_refused(page, why, 0);
		return;
	}
	struct writer out;
	struct json_writer json = begin_message(page, &out, "key");
	write_note_key(&line, &who);
	json_put_text(&json, "name", who.name);
	json_put_bytes(&json, "public", written(&line));
	end_message(page, &json);
}

/* --- ballots --- */

/* What people compare with the paper. */
struct reading {
	uint64_t ballots;
	struct bytes first;
	struct bytes last;
	struct tally tally;
};

static refusal read_lines(struct csv_reader *reader, struct bytes csv,
	struct ballots_list *ballots, struct reading *out)
{
	struct cursor lines = cursor_of(csv);
	refusal why = NULL;
	while (!cursor_done(&lines) && why == NULL) {
		const struct bytes line = cursor_line_or_rest(&lines);
		why = csv_add(reader, line, ballots);
		if (reader->line == 2)
			out->first = line;
		if (reader->line > 1)
			out->last = line;
	}
	return why != NULL ? why : csv_end(reader);
}

/* As the machine will count it: what is blank, and what cannot be read. */
static refusal count_payload(
	const struct station_page *page, struct reading *out)
{
	static struct counter counter;
	static struct ballots_decoder decoder;
	const struct plan *plan = &page->definition.plan;
	const refusal no_memory = "there is not enough memory";
	if (!tally_init(
		    &out->tally, plan, plan->station[page->station].contests))
		return no_memory;
	if (!counter_init(&counter, plan))
		return no_memory;
	counter_begin(&counter, &out->tally);
	ballots_begin(&decoder, plan, page->station, page->sequence,
		counter_count, &counter);
	ballots_feed(&decoder, bytes_of(page->payload, page->payload_size));
	const refusal why = ballots_end(&decoder);
	out->ballots = decoder.count;
	wipe(&decoder, sizeof(decoder));
	counter_free(&counter);
	return why;
}

/* Of a file with lines of any length people see the start. */
static void put_line(
	struct json_writer *json, const char *key, struct bytes line)
{
	size_t size = line.size < SHOWN_MOST ? line.size : SHOWN_MOST;
	while (size > 0 && (line.data[size - 1] == '\r'))
		size--;
	json_put_bytes(json, key, bytes_of(line.data, size));
}

static void put_contest(struct json_writer *json,
	const struct station_page *page, uint16_t contest, const uint64_t *row)
{
	const struct definition *definition = &page->definition;
	json_open_object(json, NULL);
	json_put_text(json, "id", definition->plan.contest[contest].id);
	put_name(json, "title", &definition->contest_title[contest]);
	json_put_number(json, "issued",
		definition->plan.station[page->station].ballots_issued);
	json_put_number(json, "cast", row[ROW_CAST]);
	json_put_number(json, "blank", row[ROW_BLANK]);
	json_put_number(json, "unreadable", row[ROW_UNREADABLE]);
	json_put_number(json, "unknown", row[ROW_UNKNOWN]);
	json_close(json);
}

static void tell_read(struct station_page *page, const struct reading *reading,
	uint64_t lines)
{
	const struct plan *plan = &page->definition.plan;
	struct writer out;
	struct json_writer json = begin_message(page, &out, "read");
	json_put_number(&json, "ballots", reading->ballots);
	json_put_number(&json, "sequence", page->sequence);
	json_put_number(&json, "lines", lines);
	put_line(&json, "first", reading->first);
	put_line(&json, "last", reading->last);
	json_open_array(&json, "contests");
	for (size_t c = 0; c < plan->contests; c++) {
		const uint64_t *row = tally_row(&reading->tally, (uint16_t)c);
		if (row != NULL)
			put_contest(&json, page, (uint16_t)c, row);
	}
	json_close(&json);
	end_message(page, &json);
}

static refusal read_csv(struct station_page *page, struct bytes csv,
	struct csv_reader *reader, struct reading *out)
{
	const struct plan *plan = &page->definition.plan;
	struct ballots_list ballots;
	ballots_list_init(&ballots);
	refusal why = read_lines(reader, csv, &ballots, out);
	if (why == NULL) {
		reader->line = 0;
		why = ballots_list_encode(&ballots, plan, page->station,
			page->sequence, &page->payload, &page->payload_size);
	}
	ballots_list_free(&ballots);
	return why != NULL ? why : count_payload(page, out);
}

static refusal check_sequence(const struct station_page *page, uint32_t number)
{
	if (page->key == NULL)
		return "the station's key is locked";
	if (number < 1 ||
		number > page->definition.plan.station[page->station].boxes)
		return "the station delivers no box of this number";
	return NULL;
}

EXPORT(station_read)
void station_read(const uint8_t *csv, size_t size, uint32_t sequence)
{
	struct station_page *page = this_page();
	struct reading reading = { 0 };
	struct csv_reader reader = csv_reader_of(&page->definition.plan);
	uint64_t lines = 0;
	refusal why = check_sequence(page, sequence);
	forget_ballots(page);
	if (why == NULL) {
		const struct bytes whole = bytes_of(csv, size);
		struct cursor rest = cursor_of(whole);
		for (; !cursor_done(&rest); lines++)
			cursor_line_or_rest(&rest);
		page->sequence = (uint16_t)sequence;
		why = read_csv(page, whole, &reader, &reading);
	}
	if (why != NULL)
		forget_ballots(page);
	if (why != NULL)
		tell_refused(page, why, reader.line);
	else
		tell_read(page, &reading, lines);
	tally_free(&reading.tally);
}

/* --- the box --- */

static refusal seal(struct station_page *page)
{
	struct p256_public recipient[1 + RECIPIENTS_MOST];
	const size_t count = sealing_keys_recipients(&page->keys, recipient);
	const struct bytes payload =
		bytes_of(page->payload, page->payload_size);
	const size_t size = AGE_FILE_SIZE(count, payload.size);
	struct writer box = writer_of(malloc(size), size);
	struct writer note = writer_of(page->note, sizeof(page->note));
	if (box.data == NULL)
		return "there is not enough memory";
	write_age_file(&box, recipient, count, payload);
	const refusal why =
		write_box_note(&note, &page->keys.terms, page->station,
			page->sequence, payload, written(&box), page->key);
	page->output[STATION_BOX] = written(&box);
	page->output[STATION_NOTE] = written(&note);
	return why;
}

static void tell_sealed(struct station_page *page)
{
	const struct bytes box = page->output[STATION_BOX];
	const struct digest digest = sha256(box);
	struct writer out;
	struct json_writer json = begin_message(page, &out, "sealed");
	json_put_text(&json, "station",
		page->definition.plan.station[page->station].id);
	json_put_number(&json, "sequence", page->sequence);
	json_put_number(&json, "size", box.size);
	json_put_hex(&json, "digest", bytes_of(digest.byte, SHA256_SIZE));
	end_message(page, &json);
}

/* What a machine would not take is not given out. */
static refusal seal_and_check(struct station_page *page)
{
	struct box box;
	refusal why;
	if (page->payload == NULL)
		return "no ballots have been read";
	why = seal(page);
	return why != NULL ? why
			   : box_check(&page->keys.terms,
				     page->output[STATION_NOTE],
				     page->output[STATION_BOX], &box);
}

EXPORT(station_seal) void station_seal(void)
{
	struct station_page *page = this_page();
	const refusal why = seal_and_check(page);
	forget_ballots(page);
	/* A page can stay open for days, on somebody else's computer. */
	forget_key(page);
	if (why != NULL)
		tell_refused(page, why, 0);
	else
		tell_sealed(page);
}

EXPORT(station_message) const void *station_message(void)
{
	return this_page()->message.data;
}

EXPORT(station_message_size) size_t station_message_size(void)
{
	return this_page()->message.size;
}

EXPORT(station_output) const void *station_output(uint32_t output)
{
	return output < STATION_OUTPUTS ? this_page()->output[output].data
					: NULL;
}

EXPORT(station_output_size) size_t station_output_size(uint32_t output)
{
	return output < STATION_OUTPUTS ? this_page()->output[output].size : 0;
}
