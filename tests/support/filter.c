/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

void filter_of_spec(const struct sandbox_spec *spec, struct filter *filter)
{
	int file = memfd_create("filter", MFD_CLOEXEC);
	assert_true(file >= 0);
	assert_int_equal(sandbox_export_filter(spec, file), 0);
	ssize_t size = pread(file, filter->step, sizeof(filter->step), 0);
	close(file);
	assert_true(size > 0 && (size_t)size < sizeof(filter->step));
	filter->count = (size_t)size / sizeof(filter->step[0]);
}

/* How many steps a jump skips. */
static size_t jump(const struct sock_filter *step, uint32_t accumulator)
{
	bool taken = false;
	switch (BPF_OP(step->code)) {
	case BPF_JA:
		return step->k;
	case BPF_JEQ:
		taken = accumulator == step->k;
		break;
	case BPF_JGT:
		taken = accumulator > step->k;
		break;
	case BPF_JGE:
		taken = accumulator >= step->k;
		break;
	case BPF_JSET:
		taken = (accumulator & step->k) != 0;
		break;
	default:
		fail_msg("unknown jump %#x", step->code);
	}
	return taken ? step->jt : step->jf;
}

static uint32_t load(
	const struct seccomp_data *data, uint32_t offset, unsigned *words)
{
	uint32_t word = 0;
	if (offset > sizeof(*data) - sizeof(word) || offset % sizeof(word) != 0)
		fail_msg("a step loads from %u", offset);
	memcpy(&word, (const char *)data + offset, sizeof(word));
	*words |= 1U << offset / sizeof(word);
	return word;
}

uint32_t filter_verdict_by(const struct filter *filter,
	const struct seccomp_data *data, struct filter_way *way)
{
	uint32_t accumulator = 0;
	*way = (struct filter_way){ 0 };
	for (size_t i = 0; i < filter->count; i++) {
		const struct sock_filter *step = &filter->step[i];
		way->steps++;
		if (step->code == (BPF_LD | BPF_W | BPF_ABS))
			accumulator = load(data, step->k, &way->words);
		else if (step->code == (BPF_ALU | BPF_AND | BPF_K))
			accumulator &= step->k;
		else if (step->code == (BPF_RET | BPF_K))
			return step->k;
		else if (BPF_CLASS(step->code) == BPF_JMP)
			i += jump(step, accumulator);
		else
			fail_msg("unknown step %#x", step->code);
	}
	fail_msg("the filter has no end");
	return SECCOMP_RET_KILL_PROCESS;
}

uint32_t filter_verdict(
	const struct filter *filter, const struct seccomp_data *data)
{
	struct filter_way way;
	return filter_verdict_by(filter, data, &way);
}
