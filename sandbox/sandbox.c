/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/sandbox.h"
#include "sandbox/steps.h"

#include <unistd.h>

static const struct {
	sandbox_step *take;
	const char *failed;
} steps[] = {
	{ step_descriptors, "the granted descriptors are not as listed" },
	{ step_namespaces, "the namespaces could not be left" },
	{ step_limits, "a resource limit could not be set" },
	{ step_bounding, "the capability bounds could not be set" },
	{ step_identity, "the user and group could not be changed" },
	{ step_capabilities, "the capabilities could not be given up" },
	{ step_no_dump, "dumps could not be turned off" },
	{ step_no_new_privs, "no_new_privs could not be set" },
	{ step_landlock, "Landlock could not be entered" },
	{ step_filter, "the system call filter could not be loaded" },
};

enum { STEP_COUNT = sizeof(steps) / sizeof(steps[0]) };

static const struct {
	unsigned bit;
	const char *text;
} missing_texts[] = {
	{ SANDBOX_NO_NAMESPACES, "no namespaces of its own" },
	{ SANDBOX_NO_BOUNDING, "the capability bounding set stays as it was" },
	{ SANDBOX_NO_IDENTITY, "it runs as the user who started it" },
	{ SANDBOX_NO_LANDLOCK, "no Landlock at all" },
	{ SANDBOX_NO_TRUNCATE, "Landlock cannot deny truncation" },
	{ SANDBOX_NO_NETWORK, "Landlock cannot deny TCP" },
	{ SANDBOX_NO_IOCTL, "Landlock cannot deny device controls" },
	{ SANDBOX_NO_SCOPES, "Landlock cannot deny signals to others" },
	{ SANDBOX_NO_CAPABILITIES, "a capability that is listed is not there" },
};

unsigned sandbox_enter(
	const struct sandbox_spec *spec, enum sandbox_setting setting)
{
	unsigned missing = 0;
	for (int i = 0; i < STEP_COUNT; i++)
		if (!steps[i].take(spec, setting, &missing))
			_exit(SANDBOX_EXIT + i);
	return missing;
}

static int number_of(sandbox_step *take)
{
	int i = 0;
	while (steps[i].take != take)
		i++;
	return i;
}

static void must(bool done, sandbox_step *step)
{
	if (!done)
		_exit(SANDBOX_EXIT + number_of(step));
}

/* As on a desk: the outer sandbox may have lower limits. */
void sandbox_enter_inner(const struct sandbox_inner *inner)
{
	unsigned missing;
	const struct sandbox_spec *spec = inner->spec;
	must(keep_descriptors(spec), step_descriptors);
	must(step_limits(spec, SANDBOX_DESK, &missing), step_limits);
	must(step_no_dump(spec, SANDBOX_DESK, &missing), step_no_dump);
	must(load_filter(&inner->filter), step_filter);
}

const char *sandbox_missing_text(unsigned bit)
{
	size_t count = sizeof(missing_texts) / sizeof(missing_texts[0]);
	for (size_t i = 0; i < count; i++)
		if (missing_texts[i].bit == bit)
			return missing_texts[i].text;
	return NULL;
}

const char *sandbox_exit_text(int status)
{
	if (status < SANDBOX_EXIT || status >= SANDBOX_EXIT + STEP_COUNT)
		return NULL;
	return steps[status - SANDBOX_EXIT].failed;
}
