/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a confined child may call: every number and each bound, against the
 * table of its system calls.
 */
#include "tests/support/confined.h"

#include <signal.h>
#include <sys/wait.h>

enum {
	NUMBERS = 1024,
	X32 = 0x40000000,
	X32_OWN = 512, /* numbers that x32 alone has */
	X32_OWN_END = 548,
	GETPID_32 = 20,
	/* Let through by every filter on kernels that have them. */
	URETPROBE = 335,
	UPROBE = 336,
};

static bool holds(const struct sandbox_bound *bound, const uint64_t *argument)
{
	const uint64_t given = argument[bound->argument];
	switch (bound->compare) {
	case SANDBOX_EQUAL:
		return given == bound->value;
	case SANDBOX_MASKED_EQUAL:
		return (given & bound->mask) == bound->value;
	case SANDBOX_AT_MOST:
		return given <= bound->value;
	case SANDBOX_ANY:
		break;
	}
	return true;
}

static bool row_allows(
	const struct sandbox_call *row, long number, const uint64_t *argument)
{
	bool all = row->number == number;
	for (int i = 0; all && i < SANDBOX_BOUNDS; i++)
		all = holds(&row->bound[i], argument);
	return all;
}

bool confined_allows(const struct sandbox_spec *spec, long number,
	const uint64_t argument[CONFINED_ARGUMENTS])
{
	for (size_t i = 0; i < spec->call_count; i++)
		if (row_allows(&spec->calls[i], number, argument))
			return true;
	return false;
}

static bool died_of(int status, int signal)
{
	return WIFSIGNALED(status) && WTERMSIG(status) == signal;
}

static bool exited_with(int status, int wanted)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == wanted;
}

/* SIGILL, SIGSEGV: a kernel that has this way in, and no use for it here. */
static bool is_harmless(int status)
{
	return died_of(status, SIGSYS) || died_of(status, SIGILL) ||
	       died_of(status, SIGSEGV) ||
	       exited_with(status, CONFINED_UNKNOWN_CALL);
}

static bool went_as_listed(const struct sandbox_spec *spec,
	const struct confined_call *call, int status)
{
	if (call->by_int_80)
		return died_of(status, SIGSYS) || died_of(status, SIGSEGV);
	if (!confined_allows(spec, call->number, call->argument))
		return died_of(status, SIGSYS) ||
		       ((call->number == URETPROBE || call->number == UPROBE) &&
			       is_harmless(status));
	if (call->number == SYS_exit_group)
		return exited_with(status, 0);
	return exited_with(status, CONFINED_LIVES);
}

struct check {
	const struct confined *confined;
	enum sandbox_setting setting;
	FILE *out;
	size_t wrong;
};

static void try(struct check *check, const struct confined_call *call)
{
	const int status = confined_try(check->confined, check->setting, call);
	if (went_as_listed(&check->confined->spec, call, status))
		return;
	check->wrong++;
	fprintf(check->out,
		"%s: call %#lx (%#llx, %#llx, %#llx)%s: wait "
		"status %#x\n",
		check->confined->spec.name, (unsigned long)call->number,
		(unsigned long long)call->argument[0],
		(unsigned long long)call->argument[1],
		(unsigned long long)call->argument[2],
		call->by_int_80 ? " by int 0x80" : "", (unsigned)status);
}

static void try_number(struct check *check, long number)
{
	const struct confined_call call = { .number = number };
	try(check, &call);
}

/* The nearest value on the other side of a bound that no other row allows. */
static uint64_t beyond(const struct sandbox_bound *bound)
{
	switch (bound->compare) {
	case SANDBOX_EQUAL:
		return bound->value ^ 1ULL << 32;
	case SANDBOX_MASKED_EQUAL:
		return bound->value ^ (bound->mask & -bound->mask);
	case SANDBOX_AT_MOST:
		return bound->value + 1;
	case SANDBOX_ANY:
		break;
	}
	return 0;
}

struct confined_call confined_call_of(const struct sandbox_call *row)
{
	struct confined_call call = { .number = row->number };
	for (int i = 0; i < SANDBOX_BOUNDS; i++)
		if (row->bound[i].compare != SANDBOX_ANY)
			call.argument[row->bound[i].argument] =
				row->bound[i].value;
	return call;
}

/* Within all bounds of a row, then beyond each of them. */
static void try_row(struct check *check, const struct sandbox_call *row)
{
	const struct confined_call call = confined_call_of(row);
	try(check, &call);
	for (int i = 0; i < SANDBOX_BOUNDS; i++) {
		struct confined_call other = call;
		if (row->bound[i].compare == SANDBOX_ANY)
			continue;
		other.argument[row->bound[i].argument] = beyond(&row->bound[i]);
		try(check, &other);
	}
}

size_t confined_check_calls(const struct confined *confined,
	enum sandbox_setting setting, FILE *out)
{
	struct check check = { confined, setting, out, 0 };
	const struct sandbox_spec *spec = &confined->spec;
	const struct confined_call by_int_80 = { .number = GETPID_32,
		.by_int_80 = true };
	for (long n = 0; n < NUMBERS; n++)
		try_number(&check, n);
	for (long n = X32_OWN; n < X32_OWN_END; n++)
		try_number(&check, X32 | n);
	for (size_t i = 0; i < spec->call_count; i++) {
		try_number(&check, X32 | spec->calls[i].number);
		try_row(&check, &spec->calls[i]);
	}
	try_number(&check, -1);
	try(&check, &by_int_80);
	return check.wrong;
}
