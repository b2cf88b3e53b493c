/* SPDX-License-Identifier: Apache-2.0 */
/* Event logs: what is accepted, replayed, and missed. */
#include "appliance/formats/crypto.h"
#include "tpm/policy/eventlog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum {
	LOG_MOST = 4096,
	SEPARATOR = 4,
	ACTION = 5,
	BOOT_PROGRAM = 0x80000003,
};

struct log {
	uint8_t byte[LOG_MOST];
	size_t size;
};

static void put(struct log *log, size_t size, uint32_t value)
{
	for (size_t i = 0; i < size; i++)
		log->byte[log->size++] = (uint8_t)(value >> 8 * i);
}

static void put_bytes(struct log *log, const void *data, size_t size)
{
	memcpy(log->byte + log->size, data, size);
	log->size += size;
}

/* The header, with `banks` banks: SHA-256 first, then SHA-1. */
static struct log begin_log(uint32_t banks)
{
	static const uint8_t zeros[20];
	struct log log = { 0 };
	put(&log, 4, 0);
	put(&log, 4, EVENT_NO_ACTION);
	put_bytes(&log, zeros, sizeof(zeros));
	put(&log, 4, 29 + 4 * banks);
	put_bytes(&log, "Spec ID Event03", 16);
	put(&log, 4, 0);
	put(&log, 4, 0x02000200);
	put(&log, 4, banks);
	put(&log, 4, 0x0020000B);
	if (banks > 1)
		put(&log, 4, 0x00140004);
	put(&log, 1, 0);
	return log;
}

static void put_event(struct log *log, uint32_t pcr, uint32_t type,
	const struct digest *digest, const char *data, size_t size)
{
	put(log, 4, pcr);
	put(log, 4, type);
	put(log, 4, 1);
	put(log, 2, 0x000B);
	put_bytes(log, digest->byte, SHA256_SIZE);
	put(log, 4, (uint32_t)size);
	put_bytes(log, data, size);
}

static void put_text_event(
	struct log *log, uint32_t pcr, uint32_t type, const char *data)
{
	struct digest digest = sha256(bytes_of_text(data));
	put_event(log, pcr, type, &digest, data, strlen(data));
}

static struct bytes bytes_of_log(const struct log *log)
{
	return bytes_of(log->byte, log->size);
}

/* PCR 4 as OVMF measures it, with an event of PCR 1 between. */
static const struct {
	uint32_t pcr;
	uint32_t type;
	const char *data;
} boot[] = {
	{ 4, ACTION, "Calling EFI Application from Boot Option" },
	{ 1, ACTION, "a boot entry" },
	{ 4, SEPARATOR, "0000" },
	{ 4, BOOT_PROGRAM, "the program" },
	{ 9, ACTION, "never" },
};
enum { BOUND = 3, EVENTS = 4 };
static const size_t bound[BOUND] = { 0, 2, 3 };
enum { PCR_4 = 1 << 4 };

static struct log log_of(const size_t *order, size_t count)
{
	struct log log = begin_log(1);
	for (size_t i = 0; i < count; i++)
		put_text_event(&log, boot[order[i]].pcr, boot[order[i]].type,
			boot[order[i]].data);
	return log;
}

static struct event_verdict compare(const size_t *order, size_t count)
{
	struct log log = log_of(order, count);
	struct event_rule rules[BOUND];
	for (size_t i = 0; i < BOUND; i++) {
		rules[i].pcr = boot[bound[i]].pcr;
		rules[i].type = boot[bound[i]].type;
		rules[i].digest = sha256(bytes_of_text(boot[bound[i]].data));
	}
	return eventlog_compare(bytes_of_log(&log), PCR_4, rules, BOUND);
}

static void expected_events(void **state)
{
	static const size_t order[] = { 0, 1, 2, 3 };
	(void)state;
	assert_int_equal(compare(order, EVENTS).difference, EVENTS_EQUAL);
	assert_null(compare(order, EVENTS).why);
}

static void unbound_events_may_differ(void **state)
{
	static const size_t order[] = { 4, 0, 2, 1, 1, 3, 4 };
	(void)state;
	assert_int_equal(compare(order, 7).difference, EVENTS_EQUAL);
}

static void extra_event(void **state)
{
	static const size_t twice[] = { 0, 1, 2, 3, 3 };
	struct event_verdict verdict = compare(twice, 5);
	struct log log = log_of(twice, 3);
	struct event_rule rule = { 4, ACTION, { { 0 } } };
	(void)state;
	assert_int_equal(verdict.difference, EVENT_EXTRA);
	assert_int_equal(verdict.at, 4);
	assert_non_null(verdict.why);
	put_text_event(&log, 4, BOOT_PROGRAM, "another program");
	rule.digest = sha256(bytes_of_text(boot[0].data));
	verdict = eventlog_compare(bytes_of_log(&log), PCR_4, &rule, 1);
	assert_int_equal(verdict.difference, EVENT_EXTRA);
	assert_int_equal(verdict.at, 2);
}

static void missing_event(void **state)
{
	static const size_t last[] = { 0, 1, 2 };
	static const size_t middle[] = { 0, 1, 3 };
	struct event_verdict verdict = compare(last, 3);
	struct digest program = sha256(bytes_of_text("the program"));
	(void)state;
	assert_int_equal(verdict.difference, EVENT_MISSING);
	assert_true(digest_equal(&verdict.event.digest, &program));
	verdict = compare(middle, 3);
	assert_int_equal(verdict.difference, EVENT_MISSING);
	assert_int_equal(verdict.event.type, SEPARATOR);
	assert_int_equal(compare(NULL, 0).difference, EVENT_MISSING);
}

static void reordered_events(void **state)
{
	static const size_t order[] = { 0, 3, 1, 2 };
	struct event_verdict verdict = compare(order, EVENTS);
	(void)state;
	assert_int_equal(verdict.difference, EVENT_REORDERED);
	assert_int_equal(verdict.at, 1);
}

/* The type is not authenticated, but the template has it. */
static void another_type_is_extra(void **state)
{
	struct log log = begin_log(1);
	struct event_rule rule = { 4, ACTION, { { 0 } } };
	struct event_verdict verdict;
	(void)state;
	rule.digest = sha256(bytes_of_text("text"));
	put_text_event(&log, 4, SEPARATOR, "text");
	verdict = eventlog_compare(bytes_of_log(&log), PCR_4, &rule, 1);
	assert_int_equal(verdict.difference, EVENT_EXTRA);
}

static void replayed(void **state)
{
	static const size_t order[] = { 0, 1, 2, 3 };
	struct log log = log_of(order, EVENTS);
	struct digest expected = { { 0 } };
	struct pcr_set pcrs;
	(void)state;
	for (size_t i = 0; i < BOUND; i++) {
		struct digest digest =
			sha256(bytes_of_text(boot[bound[i]].data));
		const struct bytes part[] = {
			bytes_of(expected.byte, SHA256_SIZE),
			bytes_of(digest.byte, SHA256_SIZE),
		};

		expected = sha256_parts(part, 2);
	}
	assert_null(eventlog_replay(bytes_of_log(&log), &pcrs));
	assert_int_equal(pcrs.mask, PCR_STATIC_MASK);
	assert_memory_equal(pcrs.value[4].byte, expected.byte, SHA256_SIZE);
	memset(&expected, 0, sizeof(expected));
	assert_memory_equal(pcrs.value[9].byte, expected.byte, SHA256_SIZE);
}

static void startup_locality(void **state)
{
	static const struct digest zero;
	struct log log = begin_log(1);
	struct pcr_set pcrs;
	(void)state;
	put_event(&log, 0, EVENT_NO_ACTION, &zero, "StartupLocality\0\3", 17);
	assert_null(eventlog_replay(bytes_of_log(&log), &pcrs));
	assert_int_equal(pcrs.value[0].byte[31], 3);
	log = begin_log(1);
	put_text_event(&log, 0, ACTION, "first");
	put_event(&log, 0, EVENT_NO_ACTION, &zero, "StartupLocality\0\3", 17);
	assert_non_null(eventlog_replay(bytes_of_log(&log), &pcrs));
}

static void assert_malformed(const struct log *log, const char *why)
{
	struct event_verdict verdict =
		eventlog_compare(bytes_of_log(log), PCR_4, NULL, 0);
	struct pcr_set pcrs;
	assert_string_equal(eventlog_replay(bytes_of_log(log), &pcrs), why);
	assert_int_equal(verdict.difference, EVENT_MALFORMED);
	assert_string_equal(verdict.why, why);
}

static void other_banks(void **state)
{
	static const struct digest zero;
	struct log log = begin_log(2);
	(void)state;
	assert_malformed(
		&log, "the event log has other banks than SHA-256 alone");
	log = begin_log(1);
	log.byte[32 + 28] = 0x0C;
	assert_malformed(
		&log, "the event log has other banks than SHA-256 alone");
	log = begin_log(1);
	put_event(&log, 1, ACTION, &zero, "", 0);
	log.byte[log.size - 4 - SHA256_SIZE - 2] = 0x04;
	assert_malformed(&log, "an event has other digests than one SHA-256");
}

static void old_format(void **state)
{
	struct log log = begin_log(1);
	(void)state;
	log.byte[32 + 14] = '2';
	assert_malformed(
		&log, "the event log is not in the crypto agile format");
}

static void impossible_events(void **state)
{
	struct log log = begin_log(1);
	struct digest digest = sha256(bytes_of_text("x"));
	(void)state;
	put_event(&log, 24, ACTION, &digest, "", 0);
	assert_malformed(&log, "an event is of a PCR that does not exist");
	log = begin_log(1);
	put_event(&log, 1, EVENT_NO_ACTION, &digest, "", 0);
	assert_malformed(&log, "an event that extends nothing has a digest");
}

/* Only where one event ends may a log end. */
static void cut_off_anywhere(void **state)
{
	static const size_t order[] = { 1, 1, 1, 1 };
	struct log log = log_of(order, EVENTS);
	size_t header = begin_log(1).size;
	size_t accepted = 0;
	(void)state;
	for (size_t size = 0; size < log.size; size++) {
		struct pcr_set pcrs;

		if (!eventlog_replay(bytes_of(log.byte, size), &pcrs))
			accepted++;
		else
			assert_true(size != header);
	}
	assert_int_equal(accepted, EVENTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expected_events),
		cmocka_unit_test(unbound_events_may_differ),
		cmocka_unit_test(extra_event),
		cmocka_unit_test(missing_event),
		cmocka_unit_test(reordered_events),
		cmocka_unit_test(another_type_is_extra),
		cmocka_unit_test(replayed),
		cmocka_unit_test(startup_locality),
		cmocka_unit_test(other_banks),
		cmocka_unit_test(old_format),
		cmocka_unit_test(impossible_events),
		cmocka_unit_test(cut_off_anywhere),
	};
	crypto_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
