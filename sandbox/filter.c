/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The step that loads the filter of system calls that the row lists, to let
 * them through alone or to deny them alone. Nothing
 * that a call asks for is judged here but the numbers of its arguments.
 */
#include "sandbox/steps.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static enum scmp_compare comparison(enum sandbox_compare compare)
{
	switch (compare) {
	case SANDBOX_EQUAL:
		return SCMP_CMP_EQ;
	case SANDBOX_MASKED_EQUAL:
		return SCMP_CMP_MASKED_EQ;
	case SANDBOX_AT_MOST:
		return SCMP_CMP_LE;
	case SANDBOX_ANY:
		break;
	}
	return _SCMP_CMP_MIN;
}

static struct scmp_arg_cmp argument(const struct sandbox_bound *bound)
{
	bool masked = bound->compare == SANDBOX_MASKED_EQUAL;
	return (struct scmp_arg_cmp){
		.arg = bound->argument,
		.op = comparison(bound->compare),
		.datum_a = masked ? bound->mask : bound->value,
		.datum_b = masked ? bound->value : 0,
	};
}

static int add(scmp_filter_ctx filter, uint32_t action,
	const struct sandbox_call *call)
{
	struct scmp_arg_cmp arguments[SANDBOX_BOUNDS];
	unsigned count = 0;
	for (int i = 0; i < SANDBOX_BOUNDS; i++)
		if (call->bound[i].compare != SANDBOX_ANY)
			arguments[count++] = argument(&call->bound[i]);
	return seccomp_rule_add_exact_array(
		filter, action, (int)call->number, count, arguments);
}

#ifdef __SANITIZE_ADDRESS__
static const struct sandbox_call runtime[] = {
	SANDBOX_CALL(sigaltstack, "AddressSanitizer, before _exit()"),
	SANDBOX_CALL(sched_yield, "AddressSanitizer's locks"),
	SANDBOX_CALL(mmap, "AddressSanitizer's heap",
		{ SANDBOX_MASKED_EQUAL, 2, 0, PROT_EXEC }),
	SANDBOX_CALL(munmap, "AddressSanitizer's heap"),
	SANDBOX_CALL(madvise, "AddressSanitizer's heap"),
};
static const size_t runtime_count = sizeof(runtime) / sizeof(runtime[0]);
#else
static const struct sandbox_call *const runtime = NULL;
static const size_t runtime_count = 0;
#endif

static int add_all(scmp_filter_ctx filter, uint32_t action,
	const struct sandbox_call *calls, size_t count)
{
	int bad = 0;
	for (size_t i = 0; bad == 0 && i < count; i++)
		bad = add(filter, action, &calls[i]);
	return bad;
}

/* What the runtime calls is let through already where calls are denied. */
static int allow_runtime(
	scmp_filter_ctx filter, const struct sandbox_spec *spec)
{
	return spec->denied_count > 0 ? 0
				      : add_all(filter, SCMP_ACT_ALLOW, runtime,
						runtime_count);
}

/* The filter compares in the table's order; a number has its first row's. */
static int order(scmp_filter_ctx filter, const struct sandbox_spec *spec)
{
	int bad = 0;
	for (size_t i = spec->call_count; bad == 0 && i > 0; i--)
		bad = seccomp_syscall_priority(filter,
			(int)spec->calls[i - 1].number,
			i <= UINT8_MAX ? (uint8_t)(UINT8_MAX + 1 - i) : 0);
	return bad;
}

static int fill(scmp_filter_ctx filter, const struct sandbox_spec *spec)
{
	int bad = seccomp_attr_set(
		filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (bad == 0)
		bad = add_all(
			filter, SCMP_ACT_ALLOW, spec->calls, spec->call_count);
	if (bad == 0)
		bad = add_all(filter, SCMP_ACT_KILL_PROCESS, spec->denied,
			spec->denied_count);
	if (bad == 0)
		bad = order(filter, spec);
	return bad;
}

/* NULL, or a filter for the caller to release. */
static scmp_filter_ctx filter_of(const struct sandbox_spec *spec)
{
	scmp_filter_ctx filter =
		seccomp_init(spec->denied_count > 0 ? SCMP_ACT_ALLOW
						    : SCMP_ACT_KILL_PROCESS);
	if (filter != NULL && fill(filter, spec) != 0) {
		seccomp_release(filter);
		return NULL;
	}
	return filter;
}

/*
 * Through a pipe, since the limits may leave no room for a file. What a pipe
 * did not hold would lack its end, and no kernel takes such a program.
 */
static bool program_of(scmp_filter_ctx filter, struct sock_fprog *out)
{
	static struct sock_filter program[BPF_MAXINSNS];
	int ends[2];
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return false;
	const bool written = seccomp_export_bpf(filter, ends[1]) == 0;
	const ssize_t size = read(ends[0], program, sizeof(program));
	close(ends[0]);
	close(ends[1]);
	if (!written || size <= 0)
		return false;
	*out = (struct sock_fprog){
		.len = (unsigned short)((size_t)size / sizeof(program[0])),
		.filter = program,
	};
	return true;
}

/*
 * Nothing comes after the filter: to give memory back, as libseccomp does when
 * it loads one itself, may take a system call that is no longer let through.
 */
bool step_filter(const struct sandbox_spec *spec, enum sandbox_setting setting,
	unsigned *missing)
{
	struct sock_fprog program;
	(void)setting;
	(void)missing;
	scmp_filter_ctx filter = filter_of(spec);
	const bool made = filter != NULL && allow_runtime(filter, spec) == 0 &&
			  program_of(filter, &program);
	if (filter != NULL)
		seccomp_release(filter);
	return made && load_filter(&program);
}

int sandbox_export_filter(const struct sandbox_spec *spec, int file)
{
	scmp_filter_ctx filter = filter_of(spec);
	if (filter == NULL)
		return -EINVAL;
	int bad = seccomp_export_bpf(filter, file);
	seccomp_release(filter);
	return bad;
}

/* Maps what was exported to the file. */
static bool map_program(int file, struct sock_fprog *out)
{
	struct stat status;
	if (fstat(file, &status) != 0 || status.st_size <= 0)
		return false;
	const size_t size = (size_t)status.st_size;
	void *program = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
	if (program == MAP_FAILED)
		return false;
	out->len = (unsigned short)(size / sizeof(struct sock_filter));
	out->filter = program;
	return true;
}

bool sandbox_prepare(const struct sandbox_spec *spec, struct sandbox_inner *out)
{
	scmp_filter_ctx filter = filter_of(spec);
	int file = memfd_create("filter", MFD_CLOEXEC);
	bool done = filter != NULL && file >= 0 &&
		    allow_runtime(filter, spec) == 0 &&
		    seccomp_export_bpf(filter, file) == 0 &&
		    map_program(file, &out->filter);
	out->spec = spec;
	if (file >= 0)
		close(file);
	if (filter != NULL)
		seccomp_release(filter);
	return done;
}

bool load_filter(const struct sock_fprog *program)
{
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		       SECCOMP_FILTER_FLAG_TSYNC, program) == 0;
}
