/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole files in memory, and errors about them. Every function that returns
 * int gives 0, or a status of sysexits.h after printing what is wrong.
 */
#ifndef SANDOQ_DESK_COMMON_FILES_H
#define SANDOQ_DESK_COMMON_FILES_H

#include "appliance/formats/bytes.h"

#include <sys/types.h>

/*
 * Prints "sandoq: FILE: LINE: text" on stderr (without FILE when NULL,
 * without LINE when 0) and returns `status`, so that a command can end with
 * `return fail(EX_DATAERR, path, 3, "%s; fetch it again", why);`.
 * The text says what is wrong and, after a semicolon, what to do.
 */
int fail(int status, const char *file, size_t line, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* What fail() has said last; NULL when it has said nothing. */
enum { FAILURE_FILE_MOST = 4096, FAILURE_TEXT_MOST = 4096 };

struct failure {
	int status;
	size_t line;			  /* 0 when there is none */
	char file[FAILURE_FILE_MOST + 1]; /* empty when there is none */
	char text[FAILURE_TEXT_MOST + 1]; /* in the language of the user */
};

const struct failure *failure_last(void);

/* An owned copy of a file; a NUL that `size` does not count follows it. */
struct file {
	uint8_t *data;
	size_t size;
};

/* At most `most` bytes; "-" reads stdin. Given back by file_free(). */
int file_read(const char *path, size_t most, struct file *out);
/* Wipes, frees and empties; an empty one is fine. */
void file_free(struct file *);
struct bytes file_bytes(const struct file *);

/* Is there a private key in it, PEM? */
bool file_is_key(const char *path);

/*
 * A file that is written beside its path and renamed at the end, so that a
 * reader sees the old file or the whole new one; "-" is stdout, at once. A
 * private key is never replaced, and what stands beside goes with a signal that
 * ends the program.
 */
struct new_file {
	const char *path;
	char *beside; /* NULL for stdout */
	int descriptor;
};

int new_file_begin(struct new_file *, const char *path);
int new_file_write(const struct new_file *, struct bytes content);
/* Flushes and renames when `status` is 0, else drops it and returns status. */
int new_file_end(struct new_file *, int status, mode_t mode);
/* Of one that was for this process alone. */
void new_file_drop(struct new_file *);

/* The same in one step. */
int file_write(const char *path, struct bytes content, mode_t mode);

/* Writes all of it to an open file; `path` is for the message. */
int descriptor_write(int descriptor, const char *path, struct bytes content);

/* Copies a file to a new one, holes as holes, and flushes it. */
int file_copy(const char *from, const char *to);

/* Makes a folder; one that is there already is fine. */
int folder_make(const char *path);

/*
 * Folder and name joined. The result is owned by the caller; memory running
 * out ends the program.
 */
char *path_join(const char *folder, const char *name);

#endif
