/* SPDX-License-Identifier: Apache-2.0 */
#include "tpm/policy/eventlog.h"

#include "appliance/formats/crypto.h"

#include <string.h>

/* TPM_ALG_SHA256: TPM 2.0 Library, part 2, clause 6.3. */
enum {
	ALG_SHA256 = 0x000B,
	SHA1_SIZE = 20,
	SIGNATURE_SIZE = 16,
	EVENT_MOST = 1 << 20,
};

static const char spec_id[SIGNATURE_SIZE] = "Spec ID Event03";
static const char startup_locality[SIGNATURE_SIZE] = "StartupLocality";

/* Firmware writes little-endian. */
static uint16_t read_u16(struct cursor *in)
{
	uint16_t low = cursor_u8(in);
	return (uint16_t)(low | cursor_u8(in) << 8);
}

static uint32_t read_u32(struct cursor *in)
{
	uint32_t low = read_u16(in);
	return low | (uint32_t)read_u16(in) << 16;
}

static struct bytes read_event(struct cursor *in)
{
	uint32_t size = read_u32(in);
	if (size > EVENT_MOST)
		in->broken = true;
	return cursor_take(in, size);
}

static bool is_zero(const void *data, size_t size)
{
	const uint8_t *byte = data;
	uint8_t any = 0;
	for (size_t i = 0; i < size; i++)
		any |= byte[i];
	return any == 0;
}

static bool begins_with(struct bytes data, const char text[SIGNATURE_SIZE])
{
	return data.size >= SIGNATURE_SIZE &&
	       memcmp(data.data, text, SIGNATURE_SIZE) == 0;
}

/* TCG_EfiSpecIDEvent: which banks the log has. */
static refusal check_spec_id(struct bytes event)
{
	struct cursor in = cursor_of(event);
	struct bytes signature = cursor_take(&in, SIGNATURE_SIZE);
	uint32_t banks;
	if (!begins_with(signature, spec_id))
		return "the event log is not in the crypto agile format";
	cursor_take(&in, 8); /* platform class, versions, uintn size */
	banks = read_u32(&in);
	if (banks != 1 || read_u16(&in) != ALG_SHA256 ||
		read_u16(&in) != SHA256_SIZE)
		return "the event log has other banks than SHA-256 alone";
	cursor_take(&in, cursor_u8(&in)); /* vendor's */
	return cursor_done(&in) ? NULL : "the log's header is malformed";
}

struct eventlog eventlog_of(struct bytes bytes)
{
	struct eventlog log = { .cursor = cursor_of(bytes) };
	uint8_t sha1[SHA1_SIZE];
	uint32_t pcr = read_u32(&log.cursor);
	uint32_t type = read_u32(&log.cursor);
	struct bytes event;
	cursor_copy(&log.cursor, sha1, sizeof(sha1));
	event = read_event(&log.cursor);
	if (log.cursor.broken || pcr != 0 || type != EVENT_NO_ACTION ||
		!is_zero(sha1, sizeof(sha1)))
		log.why = "the log's header is malformed";
	else
		log.why = check_spec_id(event);
	return log;
}

bool eventlog_next(struct eventlog *log, struct log_event *out)
{
	struct cursor *in = &log->cursor;
	*out = (struct log_event){ 0 };
	if (log->why || in->rest.size == 0)
		return false;
	out->pcr = read_u32(in);
	out->type = read_u32(in);
	if (read_u32(in) != 1 || read_u16(in) != ALG_SHA256)
		log->why = "an event has other digests than one SHA-256";
	cursor_copy(in, out->digest.byte, SHA256_SIZE);
	out->data = read_event(in);
	if (in->broken)
		log->why = "an event is malformed or cut off";
	else if (out->pcr >= PCR_COUNT)
		log->why = "an event is of a PCR that does not exist";
	else if (out->type == EVENT_NO_ACTION &&
		 !is_zero(out->digest.byte, SHA256_SIZE))
		log->why = "an event that extends nothing has a digest";
	if (log->why)
		return false;
	log->at++;
	return true;
}

static struct digest extend(
	const struct digest *value, const struct digest *digest)
{
	const struct bytes part[] = {
		bytes_of(value->byte, SHA256_SIZE),
		bytes_of(digest->byte, SHA256_SIZE),
	};
	return sha256_parts(part, sizeof(part) / sizeof(part[0]));
}

/* Clause 10.4.5.3: PCR 0 starts at the locality of TPM2_Startup. */
static refusal replay_locality(const struct eventlog *log,
	const struct log_event *event, struct pcr_set *set)
{
	if (!begins_with(event->data, startup_locality))
		return NULL;
	if (log->at != 1 || event->pcr != 0 ||
		event->data.size != SIGNATURE_SIZE + 1)
		return "the startup locality is malformed or not first";
	set->value[0].byte[SHA256_SIZE - 1] = event->data.data[SIGNATURE_SIZE];
	return NULL;
}

refusal eventlog_replay(struct bytes bytes, struct pcr_set *out)
{
	struct eventlog log = eventlog_of(bytes);
	struct log_event event;
	*out = (struct pcr_set){ .mask = PCR_STATIC_MASK };
	while (eventlog_next(&log, &event)) {
		struct digest *value = &out->value[event.pcr];

		if (event.type == EVENT_NO_ACTION)
			log.why = replay_locality(&log, &event, out);
		else
			*value = extend(value, &event.digest);
	}
	return log.why;
}

static bool rule_equal(const struct event_rule *a, const struct event_rule *b)
{
	return a->pcr == b->pcr && a->type == b->type &&
	       digest_equal(&a->digest, &b->digest);
}

/* The next event of a PCR in the mask, as a rule. */
static bool next_bound(
	struct eventlog *log, uint32_t mask, struct event_rule *out)
{
	struct log_event event;
	while (eventlog_next(log, &event)) {
		if (!(mask >> event.pcr & 1))
			continue;
		out->pcr = event.pcr;
		out->type = event.type;
		out->digest = event.digest;
		return true;
	}
	return false;
}

static bool expected_later(const struct event_rule *seen,
	const struct event_rule *rule, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (rule_equal(seen, &rule[i]))
			return true;
	return false;
}

/* On a copy of the log, so that the caller's stays where it is. */
static bool comes_later(
	struct eventlog log, uint32_t mask, const struct event_rule *expected)
{
	struct event_rule seen;
	while (next_bound(&log, mask, &seen))
		if (rule_equal(&seen, expected))
			return true;
	return false;
}

static struct event_verdict verdict(enum event_difference difference, size_t at,
	const struct event_rule *event, refusal why)
{
	struct event_verdict verdict = {
		.difference = difference, .at = at, .why = why
	};
	if (event != NULL)
		verdict.event = *event;
	return verdict;
}

/* The log has `seen` where the template has rule[0], of `count` left. */
static struct event_verdict judge(const struct eventlog *log, uint32_t mask,
	const struct event_rule *seen, const struct event_rule *rule,
	size_t count)
{
	size_t at = log->at - 1;
	if (!expected_later(seen, rule, count))
		return verdict(EVENT_EXTRA, at, seen,
			"the log has an event that the approved boot has not");
	if (!comes_later(*log, mask, rule))
		return verdict(EVENT_MISSING, at, rule,
			"the log lacks an event of the approved boot");
	return verdict(EVENT_REORDERED, at, seen,
		"the log has an event in another place than the approved "
		"boot");
}

struct event_verdict eventlog_compare(struct bytes bytes, uint32_t mask,
	const struct event_rule *rule, size_t count)
{
	struct eventlog log = eventlog_of(bytes);
	struct event_rule seen;
	size_t next = 0;
	while (next_bound(&log, mask, &seen)) {
		if (next == count || !rule_equal(&seen, &rule[next]))
			return judge(
				&log, mask, &seen, rule + next, count - next);
		next++;
	}
	if (log.why)
		return verdict(EVENT_MALFORMED, log.at, NULL, log.why);
	if (next < count)
		return verdict(EVENT_MISSING, log.at, &rule[next],
			"the log lacks an event of the approved boot");
	return verdict(EVENTS_EQUAL, log.at, NULL, NULL);
}
