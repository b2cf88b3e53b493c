/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/emulator/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
	MARK_FILE_MOST = 32,
	PROCESSES_FILE_MOST = 32,
};

uint64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

int ms_until(uint64_t deadline)
{
	uint64_t now = now_ms();
	if (now >= deadline)
		return 0;
	return deadline - now > INT_MAX ? INT_MAX : (int)(deadline - now);
}

bool readable_until(int descriptor, uint64_t deadline)
{
	struct pollfd watched = { .fd = descriptor, .events = POLLIN };
	int n;
	do
		n = poll(&watched, 1, ms_until(deadline));
	while (n < 0 && errno == EINTR);
	return n > 0;
}

int machine_lock(const char *folder, int *descriptor)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char *path = path_join(folder, MACHINE_LOCK);
	*descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	free(path);
	if (*descriptor < 0)
		return fail(EX_CANTCREAT, folder, 0, "cannot lock it: %s",
			strerror(errno));
	if (fcntl(*descriptor, F_OFD_SETLK, &lock) == 0)
		return 0;
	close(*descriptor);
	return fail(EX_TEMPFAIL, folder, 0,
		"runs already; end it by 'sandoq machine stop'");
}

bool machine_is_running(const char *folder)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char *path = path_join(folder, MACHINE_LOCK);
	int descriptor = open(path, O_RDWR | O_CLOEXEC);
	free(path);
	if (descriptor < 0)
		return false;
	bool running = fcntl(descriptor, F_OFD_GETLK, &lock) == 0 &&
		       lock.l_type != F_UNLCK;
	close(descriptor);
	return running;
}

int machine_check(const char *folder)
{
	char *path = path_join(folder, MACHINE_PROFILE);
	bool complete = access(path, R_OK) == 0;
	free(path);
	if (complete)
		return 0;
	return fail(EX_NOINPUT, folder, 0,
		"is no machine; make one by 'sandoq machine create'");
}

int machine_mark_read(const char *folder, uint64_t *lines)
{
	struct file file;
	char *path = path_join(folder, MACHINE_MARK);
	int status = file_read(path, MARK_FILE_MOST, &file);
	if (status == 0 && !decimal_decode(file_bytes(&file), INT64_MAX, lines))
		status = fail(EX_DATAERR, path, 0,
			"is not a number; run the machine again");
	file_free(&file);
	free(path);
	return status;
}

int machine_mark_write(const char *folder, uint64_t lines)
{
	char text[MARK_FILE_MOST];
	char *path = path_join(folder, MACHINE_MARK);
	snprintf(text, sizeof(text), "%" PRIu64, lines);
	int status = file_write(path, bytes_of_text(text), 0644);
	free(path);
	return status;
}

int machine_processes_write(const pid_t process[PATIENCE_PROCESSES])
{
	char text[PROCESSES_FILE_MOST];
	snprintf(text, sizeof(text), "%d %d\n", process[0], process[1]);
	return file_write(MACHINE_PROCESSES, bytes_of_text(text), 0644);
}

void machine_processes_read(
	const char *folder, pid_t process[PATIENCE_PROCESSES])
{
	char *path = path_join(folder, MACHINE_PROCESSES);
	char text[PROCESSES_FILE_MOST] = "";
	FILE *file = fopen(path, "re");
	char *rest = text;
	free(path);
	if (file != NULL) {
		if (fgets(text, sizeof(text), file) == NULL)
			text[0] = '\0';
		fclose(file);
	}
	/* strtol gives 0, which is no process, where there is no number. */
	for (size_t i = 0; i < PATIENCE_PROCESSES; i++)
		process[i] = (pid_t)strtol(rest, &rest, 10);
}

/* Through the folder's descriptor: a socket's path is at most 107 bytes. */
static int connect_control(const char *folder)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int place = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int control = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(address.sun_path, sizeof(address.sun_path),
		"/proc/self/fd/%d/" MACHINE_CONTROL, place);
	bool connected =
		place >= 0 && connect(control, (struct sockaddr *)&address,
				      sizeof(address)) == 0;
	if (place >= 0)
		close(place);
	if (connected)
		return control;
	close(control);
	return -1;
}

/* Takes the answer's line; false when it did not come in time. */
static bool take_answer(int control, char line[CONTROL_LINE_MOST])
{
	uint64_t deadline = now_ms() + LAUNCHER_MS;
	size_t size = 0;
	while (size < CONTROL_LINE_MOST && readable_until(control, deadline)) {
		ssize_t n =
			recv(control, line + size, CONTROL_LINE_MOST - size, 0);
		if (n <= 0)
			return false;
		size += (size_t)n;
		if (line[size - 1] == '\n') {
			line[size - 1] = '\0';
			return true;
		}
	}
	return false;
}

int machine_request(const char *folder, const char *line)
{
	char reply[CONTROL_LINE_MOST];
	int status = machine_check(folder);
	if (status != 0)
		return status;
	int control = connect_control(folder);
	if (control < 0)
		return fail(EX_UNAVAILABLE, folder, 0,
			"does not run; start it by 'sandoq machine run'");
	size_t size = strlen(line);
	bool answered =
		send(control, line, size, MSG_NOSIGNAL) == (ssize_t)size &&
		take_answer(control, reply);
	close(control);
	if (!answered)
		return fail(EX_PROTOCOL, folder, 0,
			"its launcher gave no answer; "
			"see launcher.log in the folder");
	if (strcmp(reply, "ok") == 0)
		return 0;
	return fail(EX_UNAVAILABLE, folder, 0, "%s",
		strncmp(reply, "no ", 3) == 0 ? reply + 3 : reply);
}
