/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/files.h"

#include "appliance/desk/common/pending.h"
#include "appliance/desk/common/words.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

/* The one that was said last. */
static struct failure *failure_here(void)
{
	static struct failure last;
	return &last;
}

const struct failure *failure_last(void)
{
	const struct failure *last = failure_here();
	return last->status == 0 ? NULL : last;
}

/* Whoever has closed the pipe wants no more, and no word of it either. */
static bool nobody_reads(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO };
	return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

static void say(const struct failure *failure)
{
	fprintf(stderr, "sandoq: ");
	if (failure->file[0] != '\0')
		fprintf(stderr, "%s: ", failure->file);
	if (failure->line != 0)
		fprintf(stderr, "%zu: ", failure->line);
	fprintf(stderr, "%s\n", failure->text);
}

int fail(int status, const char *file, size_t line, const char *format, ...)
{
	struct failure *failure = failure_here();
	char said[WORDS_LINE_MOST], translated[WORDS_LINE_MOST];
	va_list list;
	va_start(list, format);
	vsnprintf(said, sizeof(said), format, list);
	va_end(list);
	failure->status = status;
	failure->line = line;
	snprintf(failure->file, sizeof(failure->file), "%s",
		file != NULL ? file : "");
	snprintf(failure->text, sizeof(failure->text), "%s",
		words_language() == ENGLISH ? said
					    : error_in_words(said, translated));
	if (status != EX_IOERR || !nobody_reads())
		say(failure);
	return status;
}

static int out_of_memory(void)
{
	return fail(EX_OSERR, NULL, 0, "no memory is left");
}

static int cannot(int status, const char *what, const char *path)
{
	return fail(status, path, 0, "cannot %s it: %s", what, strerror(errno));
}

/* Grows by doubling and wipes what it leaves: the content may be a key. */
static bool make_room(struct file *file, size_t *capacity, size_t most)
{
	size_t larger = *capacity == 0 ? 4096 : *capacity * 2;
	uint8_t *data;
	if (larger > most + 1)
		larger = most + 1;
	data = malloc(larger + 1);
	if (data == NULL)
		return false;
	if (file->data != NULL)
		memcpy(data, file->data, file->size);
	size_t size = file->size;
	file_free(file);
	*file = (struct file){ .data = data, .size = size };
	*capacity = larger;
	return true;
}

static int read_all(
	int descriptor, const char *path, size_t most, struct file *out)
{
	size_t capacity = 0;
	for (;;) {
		if (out->size == capacity && !make_room(out, &capacity, most))
			return out_of_memory();
		ssize_t n = read(descriptor, out->data + out->size,
			capacity - out->size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return cannot(EX_IOERR, "read", path);
		if (n == 0)
			break;
		out->size += (size_t)n;
		if (out->size > most)
			return fail(EX_DATAERR, path, 0,
				"is larger than %zu bytes; "
				"check that it is the right file",
				most);
	}
	out->data[out->size] = 0;
	return 0;
}

int file_read(const char *path, size_t most, struct file *out)
{
	*out = (struct file){ 0 };
	if (strcmp(path, "-") == 0) {
		int status = read_all(STDIN_FILENO, "stdin", most, out);
		if (status != 0)
			file_free(out);
		return status;
	}
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0)
		return cannot(EX_NOINPUT, "open", path);
	int status = read_all(descriptor, path, most, out);
	close(descriptor);
	if (status != 0)
		file_free(out);
	return status;
}

void file_free(struct file *file)
{
	if (file->data != NULL)
		wipe(file->data, file->size);
	free(file->data);
	*file = (struct file){ 0 };
}

struct bytes file_bytes(const struct file *file)
{
	return bytes_of(file->data, file->size);
}

static bool write_all(int descriptor, struct bytes content)
{
	while (content.size > 0) {
		ssize_t n = write(descriptor, content.data, content.size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		content.data += n;
		content.size -= (size_t)n;
	}
	return true;
}

int descriptor_write(int descriptor, const char *path, struct bytes content)
{
	return write_all(descriptor, content) ? 0
					      : cannot(EX_IOERR, "write", path);
}

static bool flush_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash == NULL
			       ? strdup(".")
			       : strndup(path, (size_t)(slash - path) + 1);
	int descriptor =
		folder == NULL
			? -1
			: open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(folder);
	if (descriptor < 0)
		return false;
	bool flushed = fsync(descriptor) == 0;
	close(descriptor);
	return flushed;
}

bool file_is_key(const char *path)
{
	static const char mark[] = "PRIVATE KEY-----";
	char head[4096];
	const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	const ssize_t size = file < 0 ? 0 : read(file, head, sizeof(head));
	const bool is_key = size > 0 && memmem(head, (size_t)size, mark,
						strlen(mark)) != NULL;
	if (file >= 0)
		close(file);
	wipe(head, sizeof(head));
	return is_key;
}

int new_file_begin(struct new_file *file, const char *path)
{
	*file = (struct new_file){ .path = path, .descriptor = STDOUT_FILENO };
	if (strcmp(path, "-") == 0)
		return 0;
	if (file_is_key(path))
		return fail(EX_CANTCREAT, path, 0,
			"exists already; keys are never overwritten");
	if (asprintf(&file->beside, "%s.XXXXXX", path) < 0)
		return out_of_memory();
	file->descriptor = mkostemp(file->beside, O_CLOEXEC);
	if (file->descriptor >= 0) {
		pending_add(file->beside);
		return 0;
	}
	free(file->beside);
	cannot(EX_CANTCREAT, "create", path);
	return EX_CANTCREAT;
}

int new_file_write(const struct new_file *file, struct bytes content)
{
	return descriptor_write(file->descriptor,
		file->beside == NULL ? "stdout" : file->path, content);
}

void new_file_drop(struct new_file *file)
{
	if (file->beside == NULL)
		return;
	unlink(file->beside);
	pending_drop(file->beside);
	close(file->descriptor);
	free(file->beside);
}

int new_file_end(struct new_file *file, int status, mode_t mode)
{
	if (file->beside == NULL)
		return status;
	if (status == 0 && (fchmod(file->descriptor, mode) != 0 ||
				   fsync(file->descriptor) != 0 ||
				   rename(file->beside, file->path) != 0 ||
				   !flush_folder_of(file->path)))
		status = cannot(EX_IOERR, "write", file->path);
	if (status != 0) {
		new_file_drop(file);
		return status;
	}
	pending_drop(file->beside);
	close(file->descriptor);
	free(file->beside);
	return 0;
}

int file_write(const char *path, struct bytes content, mode_t mode)
{
	struct new_file file;
	int status = new_file_begin(&file, path);
	if (status != 0)
		return status;
	return new_file_end(&file, new_file_write(&file, content), mode);
}

/* Copies the next stretch of data after `*offset`, past a hole if any. */
static bool copy_stretch(int from, int to, off_t *offset, off_t size)
{
	off_t start = lseek(from, *offset, SEEK_DATA);
	if (start < 0 && errno == ENXIO) {
		*offset = size;
		return true;
	}
	off_t end = start < 0 ? -1 : lseek(from, start, SEEK_HOLE);
	if (end < 0)
		return false;
	if (lseek(to, start, SEEK_SET) != start)
		return false;
	while (start < end)
		if (sendfile(to, from, &start, (size_t)(end - start)) <= 0)
			return false;
	*offset = end;
	return true;
}

static bool copy_all(int from, int to)
{
	struct stat file;
	off_t offset = 0;
	if (fstat(from, &file) != 0 || ftruncate(to, file.st_size) != 0)
		return false;
	while (offset < file.st_size)
		if (!copy_stretch(from, to, &offset, file.st_size))
			return false;
	return fsync(to) == 0;
}

int file_copy(const char *from, const char *to)
{
	int status = 0;
	int source = open(from, O_RDONLY | O_CLOEXEC);
	if (source < 0)
		return cannot(EX_NOINPUT, "open", from);
	int target = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (target < 0)
		status = cannot(EX_CANTCREAT, "create", to);
	else if (!copy_all(source, target))
		status = cannot(EX_IOERR, "write", to);
	if (target >= 0)
		close(target);
	close(source);
	return status;
}

int folder_make(const char *path)
{
	if (mkdir(path, 0755) == 0)
		return 0;
	struct stat folder;
	if (errno == EEXIST && stat(path, &folder) == 0 &&
		S_ISDIR(folder.st_mode))
		return 0;
	return cannot(EX_CANTCREAT, "create", path);
}

char *path_join(const char *folder, const char *name)
{
	char *path;
	if (asprintf(&path, "%s/%s", folder, name) < 0) {
		out_of_memory();
		exit(EX_OSERR);
	}
	return path;
}
