#include "tests/desk/workplace.h"

#include "tests/desk/paper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { SAID_MOST = 1 << 18, COMMAND_MOST = 4096 };

char folder[] = "/tmp/sandoq-workplace.XXXXXX";
char said[SAID_MOST];
static char program[4096];

/* The program lies two folders above the test. */
static void find_program(void)
{
	ssize_t size =
		readlink("/proc/self/exe", program, sizeof(program) - 16);
	assert_true(size > 0);
	program[size] = '\0';
	for (int i = 0; i < 3; i++)
		*strrchr(program, '/') = '\0';
	strcat(program, "/sandoq");
	assert_int_equal(access(program, X_OK), 0);
}

void workplace_make(void)
{
	find_program();
	assert_non_null(mkdtemp(folder));
}

void workplace_drop(void)
{
	char command[64];
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	assert_int_equal(system(command), 0);
}

int run(const char *format, ...)
{
	char words[COMMAND_MOST], command[3 * COMMAND_MOST];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	snprintf(command, sizeof(command), "cd %s && '%s' %s 2>&1 </dev/null",
		folder, program, words);
	FILE *pipe = popen(command, "r");
	assert_non_null(pipe);
	size_t size = fread(said, 1, sizeof(said) - 1, pipe);
	said[size] = '\0';
	int status = pclose(pipe);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

void assert_said(const char *text)
{
	if (strstr(said, text) == NULL)
		fail_msg("\"%s\" was not said, but: %s", text, said);
}

void assert_status(int actual, int wanted)
{
	if (actual != wanted)
		fail_msg("status %d, not %d: %s", actual, wanted, said);
}

void write_file(const char *name, struct bytes content)
{
	char *path = path_join(folder, name);
	assert_int_equal(file_write(path, content, 0600), 0);
	free(path);
}

void write_key(const char *name, unsigned scalar)
{
	uint8_t pem[P256_PEM_MOST];
	struct writer out = writer_of(pem, sizeof(pem));
	struct p256_private *key = paper_key(scalar);
	write_p256_pem(&out, key);
	p256_free(key);
	write_file(name, written(&out));
}
