/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The system call filters of the roles are exactly what the table says: each
 * exported program is interpreted and held against the rows, one by one.
 *
 * The interpreter tells which words of a call a verdict hangs on. So a number
 * whose arguments were never looked at is decided for all of them at once, and
 * an architecture whose number was never looked at for all numbers.
 */
#include "appliance/machine/roles.h"
#include "tests/support/confined.h"
#include "tests/support/filter.h"
#include "tests/support/patience.h"

#include <linux/audit.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	NUMBERS = 4096,
	X32 = 0x40000000,
	ARGUMENTS = CONFINED_ARGUMENTS,
	BITS = 64,
	VALUES_MOST = 1024,
	PATIENCE = 300, /* seconds; there is no bound at night */
};

/* The words of the arguments that a number's rows have bounds on. */
static unsigned bounded_words(const struct sandbox_spec *spec, uint32_t number)
{
	unsigned words = 0;
	for (size_t i = 0; i < spec->call_count; i++)
		for (int j = 0; j < SANDBOX_BOUNDS; j++) {
			const struct sandbox_bound *bound =
				&spec->calls[i].bound[j];
			if (spec->calls[i].number == (long)number &&
				bound->compare != SANDBOX_ANY)
				words |= (unsigned)FILTER_ARGUMENT_0
					 << 2 * bound->argument;
		}
	return words;
}

struct values {
	uint64_t value[VALUES_MOST];
	size_t count;
};

static void add(struct values *values, uint64_t value)
{
	assert_true(values->count < VALUES_MOST);
	values->value[values->count++] = value;
}

/* On the edge of a bound, and one bit away from it. */
static void add_around(struct values *values, uint64_t edge)
{
	add(values, edge);
	add(values, edge - 1);
	add(values, edge + 1);
	for (int bit = 0; bit < BITS; bit++)
		add(values, edge ^ 1ULL << bit);
}

static struct values values_of(
	const struct sandbox_spec *spec, uint32_t number, unsigned argument)
{
	struct values values = { .value = { 0, UINT64_MAX }, .count = 2 };
	for (size_t i = 0; i < spec->call_count; i++)
		for (int j = 0; j < SANDBOX_BOUNDS; j++) {
			const struct sandbox_bound *bound =
				&spec->calls[i].bound[j];
			if (spec->calls[i].number == (long)number &&
				bound->compare != SANDBOX_ANY &&
				bound->argument == argument)
				add_around(&values, bound->value);
		}
	return values;
}

static void check_call(const struct sandbox_spec *spec,
	const struct filter *filter, uint32_t number, const uint64_t *argument)
{
	struct seccomp_data data = { .nr = (int)number,
		.arch = AUDIT_ARCH_X86_64 };
	struct filter_way way;
	memcpy(data.args, argument, sizeof(data.args));
	const bool allowed =
		filter_verdict_by(filter, &data, &way) == SECCOMP_RET_ALLOW;
	const unsigned may = FILTER_NUMBER | FILTER_ARCHITECTURE |
			     bounded_words(spec, number);
	if (allowed != confined_allows(spec, number, argument) ||
		(way.words & ~may) != 0)
		fail_msg("%s: call %#x (%#llx, %#llx, %#llx)", spec->name,
			number, (unsigned long long)argument[0],
			(unsigned long long)argument[1],
			(unsigned long long)argument[2]);
}

/* With every choice of values around the bounds. */
static void check_number(const struct sandbox_spec *spec,
	const struct filter *filter, uint32_t number)
{
	struct values values[ARGUMENTS];
	size_t choices = 1;
	for (unsigned i = 0; i < ARGUMENTS; i++) {
		values[i] = values_of(spec, number, i);
		if (values[i].count == 2)
			values[i].count = 1;
		choices *= values[i].count;
	}
	for (size_t choice = 0; choice < choices; choice++) {
		uint64_t argument[ARGUMENTS];
		size_t left = choice;
		for (unsigned i = 0; i < ARGUMENTS; i++) {
			argument[i] = values[i].value[left % values[i].count];
			left /= values[i].count;
		}
		check_call(spec, filter, number, argument);
	}
}

static void each_role(
	void (*check)(const struct sandbox_spec *, const struct filter *))
{
	static struct filter filter;
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++) {
		const struct sandbox_spec *spec = role_row_of(role)->sandbox;
		filter_of_spec(spec, &filter);
		check(spec, &filter);
	}
}

static void check_verdicts(
	const struct sandbox_spec *spec, const struct filter *filter)
{
	(void)spec;
	for (size_t i = 0; i < filter->count; i++) {
		const struct sock_filter *step = &filter->step[i];
		if (BPF_CLASS(step->code) != BPF_RET)
			continue;
		assert_int_equal(step->code, BPF_RET | BPF_K);
		assert_true(step->k == SECCOMP_RET_ALLOW ||
			    step->k == SECCOMP_RET_KILL_PROCESS);
	}
}

static void test_what_is_not_allowed_kills_the_process(void **state)
{
	(void)state;
	each_role(check_verdicts);
}

static void check_numbers(
	const struct sandbox_spec *spec, const struct filter *filter)
{
	for (uint32_t n = 0; n < NUMBERS; n++) {
		check_number(spec, filter, n);
		check_number(spec, filter, X32 | n);
	}
	/* Wherever the program could come to another conclusion. */
	for (size_t i = 0; i < filter->count; i++)
		for (uint32_t away = 0; away < 3; away++)
			check_number(
				spec, filter, filter->step[i].k - 1 + away);
}

static void test_numbers_are_the_table_s(void **state)
{
	(void)state;
	each_role(check_numbers);
}

static void check_architectures(
	const struct sandbox_spec *spec, const struct filter *filter)
{
	static const uint32_t known[] = { AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64,
		AUDIT_ARCH_ARM, AUDIT_ARCH_RISCV64, AUDIT_ARCH_S390X,
		AUDIT_ARCH_PPC64LE, AUDIT_ARCH_MIPS64, 0, UINT32_MAX };
	enum { KNOWN = sizeof(known) / sizeof(known[0]) };
	for (unsigned i = 0; i < KNOWN + 32; i++) {
		const struct seccomp_data data = {
			.arch = i < KNOWN
					? known[i]
					: AUDIT_ARCH_X86_64 ^ 1U << (i - KNOWN),
		};
		struct filter_way way;
		if (filter_verdict_by(filter, &data, &way) !=
				SECCOMP_RET_KILL_PROCESS ||
			way.words != FILTER_ARCHITECTURE)
			fail_msg("%s: architecture %#x", spec->name, data.arch);
	}
}

static void test_other_architectures_have_no_number(void **state)
{
	(void)state;
	each_role(check_architectures);
}

/* Steps to the verdict on a call within the bounds of a row. */
static unsigned steps_to(
	const struct filter *filter, const struct sandbox_call *row)
{
	const struct confined_call call = confined_call_of(row);
	struct seccomp_data data = { .nr = (int)call.number,
		.arch = AUDIT_ARCH_X86_64 };
	struct filter_way way;
	memcpy(data.args, call.argument, sizeof(data.args));
	filter_verdict_by(filter, &data, &way);
	return way.steps;
}

/* A row with bounds takes steps of its own, once its number was found. */
static void check_order(
	const struct sandbox_spec *spec, const struct filter *filter)
{
	unsigned before = 0;
	for (size_t i = 0; i < spec->call_count; i++) {
		const struct sandbox_call *row = &spec->calls[i];
		if (bounded_words(spec, (uint32_t)row->number) != 0)
			continue;
		const unsigned steps = steps_to(filter, row);
		if (steps <= before)
			fail_msg("%s: call %ld takes %u steps, one before it "
				 "%u",
				spec->name, row->number, steps, before);
		before = steps;
	}
}

static void test_first_rows_are_decided_first(void **state)
{
	(void)state;
	each_role(check_order);
}

static void check_every_number(
	const struct sandbox_spec *spec, const struct filter *filter)
{
	static const uint64_t zeros[ARGUMENTS];
	struct seccomp_data data = { .arch = AUDIT_ARCH_X86_64 };
	uint32_t number = 0;
	for (size_t i = 0; i < spec->call_count; i++)
		assert_in_range(spec->calls[i].number, 0, NUMBERS - 1);
	do {
		const bool allowed = number < NUMBERS &&
				     confined_allows(spec, number, zeros);
		data.nr = (int)number;
		if ((filter_verdict(filter, &data) == SECCOMP_RET_ALLOW) !=
			allowed)
			fail_msg("%s: call %#x", spec->name, number);
	} while (++number != 0);
	print_message("%s: every number\n", spec->name);
}

static void test_every_number_at_night(void **state)
{
	(void)state;
	if (getenv("SANDOQ_NIGHTLY") == NULL)
		skip();
	patience(0);
	each_role(check_every_number);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_not_allowed_kills_the_process),
		cmocka_unit_test(test_numbers_are_the_table_s),
		cmocka_unit_test(test_other_architectures_have_no_number),
		cmocka_unit_test(test_first_rows_are_decided_first),
		cmocka_unit_test(test_every_number_at_night),
	};
	patience(PATIENCE);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
