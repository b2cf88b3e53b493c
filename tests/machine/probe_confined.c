/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The probe's look at the sandbox of each role, in the machine itself, against
 * the table of roles.
 */
#include "tests/machine/probe.h"

#include "appliance/machine/roles.h"
#include "tests/support/confined.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef void check(struct confined *, FILE *out);

static void check_calls(struct confined *confined, FILE *out)
{
	confined_share_namespaces(confined);
	confined_check_calls(confined, SANDBOX_IMAGE, out);
}

static void check_state(struct confined *confined, FILE *out)
{
	struct confined_waiting waiting;
	if (!confined_wait(confined, SANDBOX_IMAGE, &waiting)) {
		fprintf(out, "%s: not entered\n", confined->spec.name);
		return;
	}
	confined_check_state(&confined->spec, waiting.pid, out);
	if (confined_is_readable(&confined->spec, waiting.pid))
		fprintf(out, "%s: readable\n", confined->spec.name);
	if (!confined_release(&waiting))
		fprintf(out, "%s: not ended by itself\n", confined->spec.name);
}

static void report_lines(const char *what, const char *role, char *text)
{
	char *rest;
	if (text[0] == '\0')
		report("%s %s as listed", what, role);
	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest))
		report("%s %s", what, line);
}

/* In a process of its own, which may leave its namespaces. */
static void check_role(const char *what, check *holds, enum role role)
{
	const pid_t child = fork();
	if (child == 0) {
		char *text = NULL;
		size_t size = 0;
		struct confined confined;
		FILE *out = open_memstream(&text, &size);
		confined_prepare(
			&confined, role_row_of(role)->sandbox, PROBE_BLOCK);
		holds(&confined, out);
		fclose(out);
		report_lines(what, role_name(role), text);
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

void check_sandboxes(void)
{
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++) {
		check_role("state", check_state, role);
		check_role("calls", check_calls, role);
	}
}
