/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/swap.h"

#include "appliance/desk/common/files.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

enum { LINE_MOST = 4096 };

/* The first line is the headings. A kernel without swap has no such file. */
static bool has_swap(void)
{
	char line[LINE_MOST];
	FILE *file = fopen("/proc/swaps", "re");
	if (file == NULL)
		return false;
	int lines = 0;
	while (fgets(line, sizeof(line), file) != NULL)
		lines++;
	fclose(file);
	return lines > 1;
}

/* The control group of version 2, below its root; empty when not known. */
static void own_group(char group[LINE_MOST])
{
	char line[LINE_MOST];
	FILE *file = fopen("/proc/self/cgroup", "re");
	group[0] = '\0';
	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, "0::", 3) == 0)
			snprintf(group, LINE_MOST, "%.*s",
				(int)strcspn(line + 3, "\n"), line + 3);
	if (file != NULL)
		fclose(file);
}

static bool gets_no_swap(const char *group)
{
	char path[LINE_MOST + 64];
	char most[32] = "";
	snprintf(path, sizeof(path), "/sys/fs/cgroup%s/memory.swap.max", group);
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return false;
	const bool none = fgets(most, sizeof(most), file) != NULL &&
			  strcmp(most, "0\n") == 0;
	fclose(file);
	return none;
}

/* What a group gets not, no group in it gets. */
static bool group_gets_no_swap(void)
{
	char group[LINE_MOST];
	own_group(group);
	while (group[0] != '\0') {
		if (gets_no_swap(group))
			return true;
		*strrchr(group, '/') = '\0';
	}
	return false;
}

int keep_out_of_swap(const struct arguments *arguments)
{
	if (argument_given(arguments, "--may-swap") || !has_swap() ||
		group_gets_no_swap())
		return 0;
	return fail(EX_NOPERM, NULL, 0,
		"the escrow key and opened ballots could be written to the "
		"swap of this computer: turn it off (swapoff -a), or begin the "
		"command with 'systemd-run --user --scope -p MemorySwapMax=0'");
}
