/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/archive_file.h"

#include "appliance/desk/common/stick_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

enum {
	/* In memory at a time, beside the member that is being read. */
	KEPT_MOST = 16 << 20,
	/*
	 * With a byte that is looked at the kernel maps what is around it: at
	 * least so much, and all that was written at once.
	 */
	AROUND = 64 << 10,
};

/* The bytes stay where they are: who reads on gets them from the file again. */
static void looked_at(void *context, size_t size)
{
	struct archive_file *file = context;
	file->looked_at += size + AROUND;
	if (file->looked_at < KEPT_MOST)
		return;
	madvise((void *)(uintptr_t)file->whole.data, file->whole.size,
		MADV_DONTNEED);
	file->looked_at = size + AROUND;
}

static int cannot(int status, const char *what, const char *path)
{
	return fail(status, path, 0, "cannot %s it: %s", what, strerror(errno));
}

/* A file without a name; -1 after printing why there is none. */
static int make_copy(void)
{
	const char *folder = getenv("TMPDIR");
	char *path =
		path_join(folder != NULL && folder[0] != '\0' ? folder : "/tmp",
			"sandoq-archive-XXXXXX");
	const int copy = mkostemp(path, O_CLOEXEC);
	if (copy < 0)
		cannot(EX_CANTCREAT, "make a copy of the archive as", path);
	else
		unlink(path);
	free(path);
	return copy;
}

/* Where an archive is copied from: a stick on which it is a file, or else. */
struct source {
	const char *path;
	int from;
	struct stick_file *stick; /* NULL: `from` is read to its end */
	uint64_t at;
};

static int read_block(struct source *source, uint8_t *block, size_t *size)
{
	const struct stick_file *stick = source->stick;
	ssize_t n;
	if (stick != NULL) {
		const uint64_t left = stick->stick.file.size - source->at;
		*size = left < AROUND ? (size_t)left : AROUND;
		return stick_file_say(stick, stick_file_read(source->stick,
						     source->at, block, *size));
	}
	do
		n = read(source->from, block, AROUND);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return cannot(EX_IOERR, "read", source->path);
	*size = (size_t)n;
	return 0;
}

static int copy_block(
	struct source *source, int to, uint8_t *block, size_t *size)
{
	const int status = read_block(source, block, size);
	source->at += *size;
	if (status == 0 && source->at > ARCHIVE_FILE_MOST)
		return fail(EX_DATAERR, source->path, 0,
			"is larger than %d bytes; check that it is the right "
			"file",
			ARCHIVE_FILE_MOST);
	return status != 0 ? status
			   : descriptor_write(to,
				     "a copy of the archive in TMPDIR or /tmp",
				     bytes_of(block, *size));
}

static int copy_all(struct source *source, int to)
{
	uint8_t *block = malloc(AROUND);
	size_t size = 1;
	int status = block == NULL
			     ? fail(EX_OSERR, NULL, 0, "no memory is left")
			     : 0;
	while (status == 0 && size > 0)
		status = copy_block(source, to, block, &size);
	free(block);
	return status;
}

static int map_copy(int copy, size_t size, struct bytes *out)
{
	if (size == 0)
		return 0;
	void *data = mmap(NULL, size, PROT_READ, MAP_SHARED, copy, 0);
	if (data == MAP_FAILED)
		return cannot(EX_OSERR, "map", "a copy of the archive");
	/* Else a byte can bring two megabytes: see AROUND. */
	madvise(data, size, MADV_NOHUGEPAGE);
	*out = bytes_of(data, size);
	return 0;
}

static int take(struct source *source, struct archive_file *out)
{
	const int copy = make_copy();
	if (copy < 0)
		return EX_CANTCREAT;
	int status = copy_all(source, copy);
	if (status == 0)
		status = map_copy(copy, (size_t)source->at, &out->whole);
	close(copy);
	return status;
}

/* What can be read at any offset, so that an archive may lie in its middle. */
static bool can_be_stick(int from)
{
	struct stat file;
	return fstat(from, &file) == 0 &&
	       (S_ISREG(file.st_mode) || S_ISBLK(file.st_mode));
}

static int take_from(int from, const char *path, struct archive_file *out)
{
	struct stick_file stick;
	struct source source = { .path = path, .from = from };
	if (!can_be_stick(from))
		return take(&source, out);
	const refusal why = stick_file_look(from, path, &stick);
	if (why != NULL)
		return stick_file_say(&stick, why);
	if (stick.stick.form != STICK_RAW)
		source.stick = &stick;
	return take(&source, out);
}

static int take_file(const char *path, struct archive_file *out)
{
	struct source standard = { .path = "stdin", .from = STDIN_FILENO };
	if (strcmp(path, "-") == 0)
		return take(&standard, out);
	const int from = open(path, O_RDONLY | O_CLOEXEC);
	if (from < 0)
		return cannot(EX_NOINPUT, "open", path);
	const int status = take_from(from, path, out);
	close(from);
	return status;
}

int archive_file_read(const char *path, struct archive_file *out)
{
	const struct archive_keeper keeper = { out, looked_at };
	*out = (struct archive_file){ 0 };
	const int status = take_file(path, out);
	if (status != 0)
		return status;
	const refusal refused =
		archive_parse_kept(out->whole, keeper, &out->archive);
	if (refused == NULL)
		return 0;
	archive_file_free(out);
	return fail(EX_DATAERR, path, 0,
		"%s; take the medium out of the machine again", refused);
}

void archive_file_free(struct archive_file *file)
{
	archive_free(&file->archive);
	if (file->whole.size > 0)
		munmap((void *)(uintptr_t)file->whole.data, file->whole.size);
	*file = (struct archive_file){ 0 };
}
