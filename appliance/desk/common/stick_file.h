/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stick, or the image of one in a file, read as the machine reads it
 * (appliance/record/stick.h). Nothing here prints but stick_file_say() and
 * who opens; a refusal may be the system's own word for an error.
 */
#ifndef SANDOQ_DESK_COMMON_STICK_FILE_H
#define SANDOQ_DESK_COMMON_STICK_FILE_H

#include "appliance/formats/ustar.h"
#include "appliance/record/courier.h"
#include "appliance/record/stick.h"

/* What was refused last. */
enum trouble {
	TROUBLE_IN_CONTENT,
	TROUBLE_IN_HEADER, /* of a member */
	TROUBLE_IN_READING,
};

/* Holds its own stick: not to be copied. */
struct stick_file {
	const char *path; /* for messages; borrowed */
	int descriptor;
	enum trouble trouble;
	struct stick stick;
	uint64_t at; /* in the archive: of the next header */
};

/*
 * Opens the file, finds the archive on it, and prints why not: 0, or a status
 * of sysexits.h. Ended by stick_file_close() in every case.
 */
int stick_file_open(const char *path, struct stick_file *out);
void stick_file_close(struct stick_file *);
/* The same of one that is open, and stays the caller's. */
refusal stick_file_look(
	int descriptor, const char *path, struct stick_file *out);
/* 0 when `why` is NULL, else a status of sysexits.h after printing it. */
int stick_file_say(const struct stick_file *, refusal why);

/* Bytes of the archive. */
refusal stick_file_read(
	struct stick_file *, uint64_t at, void *out, size_t size);
/*
 * Of the archive: the label, then one header after the other. The contents
 * between them are the caller's to read, or to leave.
 */
refusal stick_file_label(struct stick_file *, const struct courier_row **kind,
	uint64_t *capacity);
refusal stick_file_next(struct stick_file *, struct ustar_member *out);
/* `size` bytes of the content of the member that was next, from `from` on. */
refusal stick_file_content(struct stick_file *, const struct ustar_member *,
	uint64_t from, void *out, size_t size);
/* Behind the last member: the second of the two blocks that end it. */
refusal stick_file_end(struct stick_file *);

#endif
