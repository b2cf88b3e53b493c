/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What station.wasm gives to the worker of a station page (station_worker.js):
 * a polling station's ballots are read, sealed and signed as `sandoq box seal`
 * does it, or a station's key is made. Of what is outside it has random numbers
 * alone.
 *
 *	address = page_room(size), and the bytes written there
 *	station_give(input, address, size), for each input there is
 *	station_begin()		"ready": the authority's quorum has signed for
 *				the box key; of a page without an election, too
 *	station_unlock(...)	"station": whose key this is
 *	station_read(...)	"read": what is in the CSV file
 *	station_seal()		"sealed": box and note are the outputs; the key
 *				is wiped, and has to be unlocked for another
 *	station_make_key(...)	"key": the key file is the output
 *
 * Each answers with a message, `station_message_size()` bytes of JSON at
 * `station_message()` until the next call:
 *
 *	{"kind": "ready", "election": id or null, "rehearsal", "title",
 *"definition", "box_key", "recipients": [id, ...]}
 *	{"kind": "station", "id", "name", "issued", "boxes"}
 *	{"kind": "read", "ballots", "sequence", "lines", "first", "last",
 *	 "contests": [{"id", "title", "issued", "cast", "blank", "unreadable",
 *	 "unknown"}]}
 *	{"kind": "sealed", "station", "sequence", "size", "digest"}
 *	{"kind": "key", "name", "public"}
 *	{"kind": "refused", "line": number or null, "words": {"en", "fa" or
 *null}}
 *
 * A title or name is {"en", "fa"}. What one step needs of the one before is
 * kept; after a refusal that step is to be done again.
 */
#ifndef SANDOQ_PAGE_STATION_H
#define SANDOQ_PAGE_STATION_H

#include "appliance/formats/bytes.h"

/* In the order of station_engine.js. */
enum station_input {
	STATION_DEFINITION,
	STATION_ELECTION_KEYS,
	STATION_BOX_KEY,
	STATION_INPUTS,
};

enum station_output {
	STATION_BOX,
	STATION_NOTE,
	STATION_KEY,
	STATION_OUTPUTS,
};

void station_give(uint32_t input, const void *data, size_t size);
void station_begin(void);
/* Key file (PEM) and passphrase, which are both wiped. */
void station_unlock(uint8_t *file, size_t file_size, uint8_t *passphrase,
	size_t passphrase_size);
void station_read(const uint8_t *csv, size_t size, uint32_t sequence);
void station_seal(void);
/* The passphrase is wiped; `name` is the station's id. */
void station_make_key(const uint8_t *name, size_t name_size,
	uint8_t *passphrase, size_t passphrase_size);
const void *station_message(void);
size_t station_message_size(void);
const void *station_output(uint32_t output);
size_t station_output_size(uint32_t output);

#endif
