/* SPDX-License-Identifier: Apache-2.0 */
/* Firmware's event log, and the template that a log makes of itself. */
#include "tests/fuzz/property.h"
#include "tpm/policy/eventlog.h"

enum { RULES_MOST = 8, VALID_MOST = 512 };

static const uint8_t header[] = { 0, 0, 0, 0, EVENT_NO_ACTION, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 33, 0, 0, 0, 'S',
	'p', 'e', 'c', ' ', 'I', 'D', ' ', 'E', 'v', 'e', 'n', 't', '0', '3', 0,
	0, 0, 0, 0, 0, 2, 0, 2, 1, 0, 0, 0, 0x0B, 0, 32, 0, 0 };
/* A separator of PCR 4, before its digest and after it. */
static const uint8_t before[] = { 4, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0x0B, 0 };
static const uint8_t after[] = { 4, 0, 0, 0, 0, 0, 0, 0 };
/* PCR 0 starts at locality 3: around a digest of zeros. */
static const uint8_t before_locality[] = { 0, 0, 0, 0, EVENT_NO_ACTION, 0, 0, 0,
	1, 0, 0, 0, 0x0B, 0 };
static const uint8_t locality[] = { 17, 0, 0, 0, 'S', 't', 'a', 'r', 't', 'u',
	'p', 'L', 'o', 'c', 'a', 'l', 'i', 't', 'y', 0, 3 };

static void write_locality(struct writer *log)
{
	static const uint8_t zeros[SHA256_SIZE];
	write_bytes(log, bytes_of(before_locality, sizeof(before_locality)));
	write_bytes(log, bytes_of(zeros, sizeof(zeros)));
	write_bytes(log, bytes_of(locality, sizeof(locality)));
}

static struct bytes valid_log(uint8_t *out, size_t capacity, bool from_3)
{
	struct writer log = writer_of(out, capacity);
	uint8_t digest[SHA256_SIZE] = { 1 };
	write_bytes(&log, bytes_of(header, sizeof(header)));
	if (from_3)
		write_locality(&log);
	for (size_t i = 0; i < 3; i++) {
		digest[0] = (uint8_t)(1 + i / 2);
		write_bytes(&log, bytes_of(before, sizeof(before)));
		write_bytes(&log, bytes_of(digest, sizeof(digest)));
		write_bytes(&log, bytes_of(after, sizeof(after)));
	}
	return written(&log);
}

static void read_log(struct bytes input)
{
	struct eventlog log = eventlog_of(input);
	struct event_rule rule[RULES_MOST];
	struct log_event event;
	struct pcr_set pcrs;
	size_t count = 0;
	eventlog_replay(input, &pcrs);
	while (count < RULES_MOST && eventlog_next(&log, &event)) {
		rule[count].pcr = event.pcr;
		rule[count].type = event.type;
		rule[count++].digest = event.digest;
	}
	if (!log.why && log.cursor.rest.size == 0)
		property(eventlog_compare(input, UINT32_MAX, rule, count)
				 .difference == EVENTS_EQUAL);
	if (count > 0)
		property(eventlog_compare(input, UINT32_MAX, rule, count - 1)
				 .difference != EVENTS_EQUAL);
	if (count > 1 && rule[0].pcr == rule[1].pcr &&
		!digest_equal(&rule[0].digest, &rule[1].digest)) {
		const struct event_rule first = rule[0];
		rule[0] = rule[1];
		rule[1] = first;
		property(eventlog_compare(input, UINT32_MAX, rule, count)
				 .difference != EVENTS_EQUAL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t valid[VALID_MOST];
	uint8_t buffer[EDITED_MOST];
	struct bytes input = bytes_of(data, size);
	read_log(input);
	read_log(edited(valid_log(valid, sizeof(valid), false), input, buffer));
	read_log(edited(valid_log(valid, sizeof(valid), true), input, buffer));
	return 0;
}
