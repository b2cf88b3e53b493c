/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/roles_text.h"

#include "appliance/machine/roles.h"

#include <inttypes.h>
#include <sched.h>
#include <seccomp.h>
#include <stdlib.h>

static const char introduction[] =
	"# What each role may do\n"
	"\n"
	"Printed from `appliance/machine/roles.c` by `make roles`; "
	"`make check` fails when this file is not what the\n"
	"table says. `sandbox/sandbox.h` says how a process enters its "
	"sandbox and why in that order.\n"
	"\n"
	"In the image all of it holds or the process is dead. A system call "
	"that is not listed, or whose arguments are out of\n"
	"bounds, kills the process, and so does any call of another "
	"architecture. Bounds compare all 64 bits; the first argument\n"
	"is 0. Descriptors 0 to 2 are `/dev/null`.\n"
	"\n"
	"The supervisor, which starts the roles, has a sandbox of its own, and "
	"what it may not do no role may. It lists what is\n"
	"denied; the capabilities in it are those that roles need to enter "
	"theirs.\n"
	"\n"
	"No call, descriptor or right can be taken away: without any one "
	"of them the role fails at its work\n"
	"(`tests/desk/test_role_minimal.c`). Every bound is one value, so none "
	"can be narrowed; a call that may have either of\n"
	"two has two rows.\n"
	"\n";

static bool is_first(const struct sandbox_spec *spec, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (spec->calls[i].number == spec->calls[at].number)
			return false;
	return true;
}

static size_t count_calls(const struct sandbox_spec *spec)
{
	size_t count = 0;
	for (size_t i = 0; i < spec->call_count; i++)
		count += is_first(spec, i);
	return count;
}

static void print_bytes(FILE *out, uint64_t bytes)
{
	static const char *const unit[] = { "bytes", "KiB", "MiB", "GiB" };
	size_t i = 0;
	for (; i < 3 && bytes != 0 && bytes % 1024 == 0; i++)
		bytes /= 1024;
	fprintf(out, "%" PRIu64 " %s", bytes, unit[i]);
}

static void print_summary(FILE *out)
{
	fputs("| Role | System calls | Descriptors | Paths |\n"
	      "|---|--:|--:|--:|\n",
		out);
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++) {
		const struct sandbox_spec *spec = role_row_of(role)->sandbox;
		fprintf(out, "| [%s](#%s) | %zu | %zu | %zu |\n", spec->name,
			spec->name, count_calls(spec), spec->descriptor_count,
			spec->path_count);
	}
}

static void print_namespaces(FILE *out, int namespaces)
{
	static const struct {
		int flag;
		const char *name;
	} known[] = {
		{ CLONE_NEWNET, "network" },
		{ CLONE_NEWNS, "mount" },
		{ CLONE_NEWUTS, "host name" },
		{ CLONE_NEWIPC, "IPC" },
		{ CLONE_NEWCGROUP, "control group" },
		{ CLONE_NEWTIME, "time" },
	};
	const char *before = "- namespaces of its own: ";
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if ((namespaces & known[i].flag) == 0)
			continue;
		fprintf(out, "%s%s", before, known[i].name);
		before = ", ";
		namespaces &= ~known[i].flag;
	}
	if (namespaces != 0)
		fprintf(out, "%s%#x", before, (unsigned)namespaces);
	fputc('\n', out);
}

static void print_capabilities(FILE *out, const struct sandbox_spec *spec)
{
	if (spec->capability_count == 0)
		fputs("- capabilities: none\n", out);
	for (size_t i = 0; i < spec->capability_count; i++)
		fprintf(out, "- capability %d: %s\n",
			spec->capabilities[i].number,
			spec->capabilities[i].reason);
}

static void print_limits(FILE *out, const struct sandbox_spec *spec)
{
	fputs("- limits: ", out);
	print_bytes(out, spec->memory);
	fprintf(out,
		" of address space, %" PRIu64 " s of processor time, "
		"files of ",
		spec->cpu_seconds);
	print_bytes(out, spec->file_size);
	fprintf(out, ", descriptors below %" PRIu64 ", %" PRIu64 " processes\n",
		spec->open_files, spec->processes);
}

static void print_descriptors(FILE *out, const struct sandbox_spec *spec)
{
	static const char *const kind[] = {
		[SANDBOX_SOCKET] = "socket",
		[SANDBOX_MEMFD] = "memfd",
		[SANDBOX_BLOCK] = "block device",
		[SANDBOX_CHARACTER] = "character device",
		[SANDBOX_PIPE] = "pipe",
	};
	static const char *const direction[] = {
		[SANDBOX_READS] = "reads",
		[SANDBOX_WRITES] = "writes",
		[SANDBOX_BOTH] = "reads, writes",
	};
	if (spec->descriptor_count == 0)
		return;
	fputs("\n| Descriptor | Kind | Direction | What it is |\n"
	      "|--:|---|---|---|\n",
		out);
	for (size_t i = 0; i < spec->descriptor_count; i++) {
		const struct sandbox_descriptor *d = &spec->descriptors[i];
		fprintf(out, "| %d | %s | %s | %s |\n", d->number,
			kind[d->kind], direction[d->direction], d->reason);
	}
}

static void print_rights(FILE *out, unsigned rights)
{
	static const char *const name[] = { "read", "write", "list", "execute",
		"ioctl" };
	const char *before = "";
	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		if ((rights & 1U << i) == 0)
			continue;
		fprintf(out, "%s%s", before, name[i]);
		before = ", ";
	}
}

static void print_paths(FILE *out, const struct sandbox_spec *spec)
{
	if (spec->path_count == 0) {
		fputs("- Landlock grants no path, no TCP, no signal to "
		      "others\n",
			out);
		return;
	}
	fputs("- Landlock grants no TCP, no signal to others, and these "
	      "paths alone:\n",
		out);
	for (size_t i = 0; i < spec->path_count; i++) {
		fprintf(out, "  - `%s` (", spec->paths[i].path);
		print_rights(out, spec->paths[i].rights);
		fprintf(out, "): %s\n", spec->paths[i].reason);
	}
}

static void print_bound(FILE *out, const struct sandbox_bound *bound)
{
	switch (bound->compare) {
	case SANDBOX_EQUAL:
		fprintf(out, "argument %u = %#" PRIx64, bound->argument,
			bound->value);
		return;
	case SANDBOX_MASKED_EQUAL:
		fprintf(out, "argument %u & %#" PRIx64 " = %#" PRIx64,
			bound->argument, bound->mask, bound->value);
		return;
	case SANDBOX_AT_MOST:
		fprintf(out, "argument %u ≤ %#" PRIx64, bound->argument,
			bound->value);
		return;
	case SANDBOX_ANY:
		return;
	}
}

static void print_call(FILE *out, const struct sandbox_call *call)
{
	char *name = seccomp_syscall_resolve_num_arch(
		SCMP_ARCH_X86_64, (int)call->number);
	fprintf(out, "| `%s` | ", name != NULL ? name : "?");
	free(name);
	for (int i = 0; i < SANDBOX_BOUNDS; i++) {
		if (i > 0 && call->bound[i].compare != SANDBOX_ANY)
			fputs(", ", out);
		print_bound(out, &call->bound[i]);
	}
	fprintf(out, " | %s |\n", call->reason);
}

static void print_calls(FILE *out, const struct sandbox_spec *spec)
{
	fputs("\n| System call | Bounds | Reason |\n|---|---|---|\n", out);
	for (size_t i = 0; i < spec->call_count; i++)
		print_call(out, &spec->calls[i]);
}

static void print_denied(FILE *out, const struct sandbox_spec *spec)
{
	fputs("\n| System call that kills | Bounds | Reason |\n|---|---|---|\n",
		out);
	for (size_t i = 0; i < spec->denied_count; i++)
		print_call(out, &spec->denied[i]);
}

static void print_role(FILE *out, const struct sandbox_spec *spec)
{
	fprintf(out, "\n## %s\n\n", spec->name);
	fprintf(out, "- user %u, group %u\n", spec->uid, spec->gid);
	print_namespaces(out, spec->namespaces);
	print_capabilities(out, spec);
	print_limits(out, spec);
	print_paths(out, spec);
	print_descriptors(out, spec);
	if (spec->denied_count > 0)
		print_denied(out, spec);
	else
		print_calls(out, spec);
}

void roles_text(FILE *out)
{
	fputs(introduction, out);
	print_summary(out);
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++)
		print_role(out, role_row_of(role)->sandbox);
	print_role(out, roles_supervisor());
}

void roles_counts(FILE *out)
{
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++)
		fprintf(out, "| %zu ", count_calls(role_row_of(role)->sandbox));
	fputc('|', out);
}
