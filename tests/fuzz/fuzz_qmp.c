/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What QEMU says, as the desk hears it: the input is all that it says, or edits
 * a whole talk. A failure has its reason, an event its name.
 */
#include "appliance/desk/emulator/qmp.h"
#include "tests/fuzz/property.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 32768, CALLS = 3, TIMEOUT_MS = 1000 };

static void hear(void *owner, const char *name, const json_t *data)
{
	unsigned *events = owner;
	(void)data;
	property(name != NULL);
	++*events;
}

static void failed_with_reason(const struct qmp *qmp, bool worked)
{
	property(worked ||
		 (qmp->error[0] != '\0' &&
			 memchr(qmp->error, '\0', QMP_ERROR_SIZE) != NULL));
}

static void talk(int socket)
{
	static struct qmp qmp;
	unsigned events = 0;
	memset(&qmp, 0, sizeof(qmp));
	qmp.socket = socket;
	qmp.event = hear;
	qmp.owner = &events;
	bool goes_on = qmp_begin(&qmp, TIMEOUT_MS);
	failed_with_reason(&qmp, goes_on);
	for (unsigned i = 0; goes_on && i < CALLS; i++) {
		goes_on = qmp_call(&qmp, "query-status",
			json_pack("{s:i}", "number", (int)i), TIMEOUT_MS);
		failed_with_reason(&qmp, goes_on);
	}
	qmp_events(&qmp, NULL, TIMEOUT_MS);
	property(qmp.size <= QMP_MESSAGE_MOST);
}

/* All of it has been said when the desk begins to listen. */
static void say(struct bytes said)
{
	int pair[2];
	property(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	property(write(pair[1], said.data, said.size) == (ssize_t)said.size);
	shutdown(pair[1], SHUT_WR);
	talk(pair[0]);
	close(pair[0]);
	close(pair[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const valid[] = {
		"{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n"
		"{\"return\": {}}\r\n"
		"{\"event\": \"STOP\", \"data\": {}}\r\n"
		"{\"return\": {\"running\": true}}\r\n"
		"{\"error\": {\"class\": \"E\", \"desc\": \"no\"}}\r\n"
		"{\"event\": \"RESUME\"}\r\n",
		"{\"QMP\": {}}\n{\"error\": {}}\n",
		"{\"return\": {}}\n",
	};
	static uint8_t edit_buffer[EDITED_MOST];
	const struct bytes in = bytes_of(data, size);
	if (size > MOST)
		return 0;
	say(in);
	for (size_t i = 0; i < sizeof(valid) / sizeof(valid[0]) && size < 4096;
		i++)
		say(edited(bytes_of_text(valid[i]), in, edit_buffer));
	return 0;
}
