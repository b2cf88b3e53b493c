/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/pending.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

/* What a handler of signals may look at. */
static const char *volatile *pending(void)
{
	static const char *volatile path[PENDING_MOST];
	return path;
}

static void remove_all(int signal)
{
	for (size_t i = 0; i < PENDING_MOST; i++)
		if (pending()[i] != NULL)
			unlink(pending()[i]);
	/* SA_RESETHAND: now it ends the program. */
	raise(signal);
}

/* Whoever has a handler of their own keeps it. */
static void listen_to(int signal)
{
	const struct sigaction action = {
		.sa_handler = remove_all,
		.sa_flags = (int)SA_RESETHAND,
	};
	struct sigaction now;
	if (sigaction(signal, NULL, &now) == 0 && now.sa_handler == SIG_DFL)
		sigaction(signal, &action, NULL);
}

void pending_add(const char *path)
{
	size_t at = 0;
	listen_to(SIGINT);
	listen_to(SIGTERM);
	listen_to(SIGHUP);
	while (at < PENDING_MOST && pending()[at] != NULL)
		at++;
	if (at < PENDING_MOST)
		pending()[at] = path;
}

void pending_drop(const char *path)
{
	for (size_t i = 0; i < PENDING_MOST; i++)
		if (pending()[i] == path)
			pending()[i] = NULL;
}
