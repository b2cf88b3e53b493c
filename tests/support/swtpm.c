/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/swtpm.h"

#include "tests/support/program.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATH_MOST = 256, FILE_MOST = 16384 };

#define STATE_FILE "tpm2-00.permall"

struct swtpm {
	char folder[PATH_MOST];
	pid_t pid;
	int descriptor;
	bool platform_open;
	uint8_t authorities[2 * FILE_MOST];
	size_t authorities_size;
};

static void path_in(const struct swtpm *swtpm, const char *name, char *out)
{
	int size = snprintf(out, PATH_MOST, "%s/%s", swtpm->folder, name);
	assert_in_range(size, 1, PATH_MOST - 1);
}

static size_t read_file(const char *path, uint8_t *out, size_t most)
{
	FILE *file = fopen(path, "rb");
	size_t size;
	assert_non_null(file);
	size = fread(out, 1, most, file);
	assert_true(size > 0 && size < most);
	fclose(file);
	return size;
}

static void write_file(const char *path, const void *data, size_t size)
{
	FILE *file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static void write_setting(
	const struct swtpm *swtpm, const char *name, const char *text)
{
	char path[PATH_MOST];
	path_in(swtpm, name, path);
	write_file(path, text, strlen(text));
}

static void write_settings(const struct swtpm *swtpm)
{
	const char *at = swtpm->folder;
	char text[5 * PATH_MOST];
	snprintf(text, sizeof(text),
		"create_certs_tool = /usr/bin/swtpm_localca\n"
		"create_certs_tool_config = %s/localca.conf\n"
		"create_certs_tool_options = %s/localca.options\n",
		at, at);
	write_setting(swtpm, "setup.conf", text);
	snprintf(text, sizeof(text),
		"statedir = %s\n"
		"signingkey = %s/signkey.pem\n"
		"issuercert = %s/issuercert.pem\n"
		"certserial = %s/certserial\n",
		at, at, at, at);
	write_setting(swtpm, "localca.conf", text);
	write_setting(swtpm, "localca.options",
		"--platform-manufacturer Sandoq\n"
		"--platform-version 1\n"
		"--platform-model test\n");
}

static void make_folder(struct swtpm *swtpm)
{
	const char *at = getenv("TMPDIR");
	int size = snprintf(swtpm->folder, sizeof(swtpm->folder),
		"%s/sandoq-swtpm-XXXXXX", at ? at : "/tmp");
	assert_in_range(size, 1, sizeof(swtpm->folder) - 1);
	assert_non_null(mkdtemp(swtpm->folder));
}

static void run_setup(const struct swtpm *swtpm)
{
	char state[PATH_MOST + 8];
	char settings[PATH_MOST];
	char *arguments[] = { "swtpm_setup", "--tpm2", "--tpmstate", state,
		"--config", settings, "--createek", "--create-ek-cert",
		"--pcr-banks", "sha256", NULL };
	snprintf(state, sizeof(state), "dir://%s", swtpm->folder);
	path_in(swtpm, "setup.conf", settings);
	assert_int_equal(program_run(arguments), 0);
}

static void read_authorities(struct swtpm *swtpm)
{
	static const char *const names[] = { "swtpm-localca-rootca-cert.pem",
		"issuercert.pem" };
	char path[PATH_MOST];
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		path_in(swtpm, names[i], path);
		swtpm->authorities_size += read_file(path,
			swtpm->authorities + swtpm->authorities_size,
			FILE_MOST);
	}
}

static struct swtpm *allocate(void)
{
	struct swtpm *swtpm = calloc(1, sizeof(*swtpm));
	assert_non_null(swtpm);
	swtpm->descriptor = -1;
	return swtpm;
}

static void set_up(const struct swtpm *swtpm)
{
	write_settings(swtpm);
	run_setup(swtpm);
}

struct swtpm *swtpm_make(void)
{
	struct swtpm *swtpm = allocate();
	make_folder(swtpm);
	set_up(swtpm);
	read_authorities(swtpm);
	return swtpm;
}

struct swtpm *swtpm_at(const char *folder)
{
	struct swtpm *swtpm = allocate();
	char state[PATH_MOST];
	assert_in_range(snprintf(swtpm->folder, PATH_MOST, "%s", folder), 1,
		PATH_MOST - 1);
	path_in(swtpm, STATE_FILE, state);
	if (access(state, F_OK) != 0)
		set_up(swtpm);
	read_authorities(swtpm);
	return swtpm;
}

struct swtpm *swtpm_copy(const struct swtpm *from)
{
	struct swtpm *swtpm = malloc(sizeof(*swtpm));
	uint8_t state[16 * FILE_MOST];
	char path[PATH_MOST];
	size_t size;
	assert_non_null(swtpm);
	assert_true(from->pid == 0);
	*swtpm = *from;
	make_folder(swtpm);
	path_in(from, STATE_FILE, path);
	size = read_file(path, state, sizeof(state));
	path_in(swtpm, STATE_FILE, path);
	write_file(path, state, size);
	return swtpm;
}

/* TPM2_HierarchyChangeAuth of the platform, by the empty authorization. */
static void close_platform(int descriptor)
{
	static const uint8_t command[] = { 0x80, 0x02, 0, 0, 0, 61, 0, 0, 0x01,
		0x29, 0x40, 0, 0, 0x0C, 0, 0, 0, 9, 0x40, 0, 0, 0x09, 0, 0, 0,
		0, 0, 0, 32 };
	static const uint8_t success[] = { 0x80, 0x02, 0, 0, 0, 19, 0, 0, 0,
		0 };
	uint8_t whole[61] = { 0 };
	uint8_t answer[19];
	memcpy(whole, command, sizeof(command));
	memset(whole + sizeof(command), 'f', sizeof(whole) - sizeof(command));
	assert_int_equal(
		write(descriptor, whole, sizeof(whole)), sizeof(whole));
	assert_int_equal(
		read(descriptor, answer, sizeof(answer)), sizeof(answer));
	assert_memory_equal(answer, success, sizeof(success));
}

static int start_on(struct swtpm *swtpm, int kind)
{
	char state[PATH_MOST + 8];
	char descriptor[16];
	char *arguments[] = { "swtpm", "socket", "--tpm2", "--tpmstate", state,
		"--fd", descriptor, "--flags", "not-need-init,startup-clear",
		NULL };
	int pair[2];
	assert_true(swtpm->pid == 0);
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(socketpair(AF_UNIX, kind, 0, pair), 0);
	assert_int_equal(fcntl(pair[0], F_SETFD, FD_CLOEXEC), 0);
	snprintf(state, sizeof(state), "dir=%s", swtpm->folder);
	snprintf(descriptor, sizeof(descriptor), "%d", pair[1]);
	swtpm->pid = program_start(arguments);
	close(pair[1]);
	swtpm->descriptor = pair[0];
	if (!swtpm->platform_open)
		close_platform(swtpm->descriptor);
	return swtpm->descriptor;
}

int swtpm_start(struct swtpm *swtpm)
{
	return start_on(swtpm, SOCK_STREAM);
}

int swtpm_start_records(struct swtpm *swtpm)
{
	return start_on(swtpm, SOCK_SEQPACKET);
}

void swtpm_stop(struct swtpm *swtpm)
{
	int status;
	if (swtpm->pid == 0)
		return;
	kill(swtpm->pid, SIGKILL);
	assert_int_equal(waitpid(swtpm->pid, &status, 0), swtpm->pid);
	close(swtpm->descriptor);
	swtpm->descriptor = -1;
	swtpm->pid = 0;
}

void swtpm_leave_platform_open(struct swtpm *swtpm)
{
	swtpm->platform_open = true;
}

struct bytes swtpm_authorities(const struct swtpm *swtpm)
{
	return bytes_of(swtpm->authorities, swtpm->authorities_size);
}

static int remove_one(
	const char *path, const struct stat *about, int kind, struct FTW *where)
{
	(void)about;
	(void)kind;
	(void)where;
	return remove(path);
}

void swtpm_leave(struct swtpm *swtpm)
{
	swtpm_stop(swtpm);
	free(swtpm);
}

void swtpm_free(struct swtpm *swtpm)
{
	if (swtpm == NULL)
		return;
	swtpm_stop(swtpm);
	nftw(swtpm->folder, remove_one, 4, FTW_DEPTH | FTW_PHYS);
	free(swtpm);
}
