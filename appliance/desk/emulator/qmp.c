/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/emulator/qmp.h"
#include "appliance/desk/emulator/folder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static json_t *refuse(struct qmp *qmp, const char *why)
{
	snprintf(qmp->error, sizeof(qmp->error), "%s", why);
	return NULL;
}

/* The first complete line of the buffer as JSON, and the line dropped. */
static json_t *take_message(struct qmp *qmp)
{
	const char *end = memchr(qmp->buffer, '\n', qmp->size);
	if (end == NULL)
		return NULL;
	size_t length = (size_t)(end - qmp->buffer) + 1;
	json_t *message = json_loadb(qmp->buffer, length, 0, NULL);
	qmp->size -= length;
	memmove(qmp->buffer, qmp->buffer + length, qmp->size);
	return message != NULL ? message
			       : refuse(qmp, "QEMU sent what is not JSON");
}

static json_t *next_message(struct qmp *qmp, struct patience *patience)
{
	qmp->error[0] = '\0';
	for (;;) {
		json_t *message = take_message(qmp);
		if (message != NULL || qmp->error[0] != '\0')
			return message;
		if (qmp->size == QMP_MESSAGE_MOST)
			return refuse(qmp, "QEMU sent too long a message");
		if (!patience_readable(patience, qmp->socket))
			return refuse(qmp, "QEMU did not answer in time");
		ssize_t n = recv(qmp->socket, qmp->buffer + qmp->size,
			QMP_MESSAGE_MOST - qmp->size, 0);
		if (n <= 0)
			return refuse(qmp, "QEMU has ended");
		qmp->size += (size_t)n;
		patience_renew(patience);
	}
}

/* True, and the message freed, when it was an event. */
static bool handle_event(struct qmp *qmp, json_t *message)
{
	const char *name = json_string_value(json_object_get(message, "event"));
	if (name == NULL)
		return false;
	qmp->event(qmp->owner, name, json_object_get(message, "data"));
	json_decref(message);
	return true;
}

static bool send_command(
	struct qmp *qmp, const char *command, json_t *arguments)
{
	json_t *request = json_pack(
		"{s:s, s:o*}", "execute", command, "arguments", arguments);
	char *text = request == NULL ? NULL : json_dumps(request, JSON_COMPACT);
	size_t size = text == NULL ? 0 : strlen(text);
	bool sent = text != NULL && send(qmp->socket, text, size,
					    MSG_NOSIGNAL) == (ssize_t)size;
	free(text);
	json_decref(request);
	if (!sent)
		refuse(qmp, "QEMU takes no commands any more");
	return sent;
}

bool qmp_call(struct qmp *qmp, const char *command, json_t *arguments,
	unsigned timeout_ms)
{
	struct patience patience = patience_of(qmp->process, timeout_ms);
	json_t *answer;
	if (!send_command(qmp, command, arguments))
		return false;
	do {
		answer = next_message(qmp, &patience);
		if (answer == NULL)
			return false;
	} while (handle_event(qmp, answer));

	bool accepted = json_object_get(answer, "return") != NULL;
	const char *why = json_string_value(
		json_object_get(json_object_get(answer, "error"), "desc"));
	if (!accepted)
		refuse(qmp, why != NULL ? why : "QEMU refused the command");
	json_decref(answer);
	return accepted;
}

bool qmp_begin(struct qmp *qmp, unsigned timeout_ms)
{
	struct patience patience = patience_of(qmp->process, timeout_ms);
	json_t *greeting = next_message(qmp, &patience);
	bool greeted = json_object_get(greeting, "QMP") != NULL;
	if (greeting != NULL && !greeted)
		refuse(qmp, "QEMU did not greet");
	json_decref(greeting);
	return greeted && qmp_call(qmp, "qmp_capabilities", NULL, timeout_ms);
}

bool qmp_events(struct qmp *qmp, const bool *flag, unsigned timeout_ms)
{
	struct patience patience = patience_of(qmp->process, timeout_ms);
	while (flag == NULL || !*flag) {
		if (flag == NULL &&
			memchr(qmp->buffer, '\n', qmp->size) == NULL &&
			!readable_until(qmp->socket, now_ms()))
			return true;
		json_t *message = next_message(qmp, &patience);
		if (message == NULL)
			return false;
		if (!handle_event(qmp, message))
			json_decref(message);
	}
	return true;
}
