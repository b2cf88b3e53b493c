/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/stick_file.h"

#include "appliance/desk/common/files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static refusal read_disk(void *context, uint64_t at, void *out, size_t size)
{
	struct stick_file *file = context;
	uint8_t *to = out;
	file->trouble = TROUBLE_IN_CONTENT;
	while (size > 0) {
		const ssize_t got =
			pread(file->descriptor, to, size, (off_t)at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			file->trouble = TROUBLE_IN_READING;
			return strerror(errno);
		}
		if (got == 0)
			return "ends inside the archive; copy it again";
		to += got;
		at += (uint64_t)got;
		size -= (size_t)got;
	}
	return NULL;
}

int stick_file_say(const struct stick_file *file, refusal why)
{
	if (why == NULL)
		return 0;
	switch (file->trouble) {
	case TROUBLE_IN_READING:
		return fail(EX_IOERR, file->path, 0, "cannot read it: %s", why);
	case TROUBLE_IN_HEADER:
		return fail(EX_DATAERR, file->path, 0,
			"%s; it is no courier archive", why);
	case TROUBLE_IN_CONTENT:
		break;
	}
	return fail(EX_DATAERR, file->path, 0, "%s", why);
}

refusal stick_file_look(
	int descriptor, const char *path, struct stick_file *out)
{
	*out = (struct stick_file){ .path = path, .descriptor = descriptor };
	return stick_open(read_disk, out, &out->stick);
}

int stick_file_open(const char *path, struct stick_file *out)
{
	const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	*out = (struct stick_file){ .descriptor = -1 };
	if (descriptor < 0)
		return fail(EX_NOINPUT, path, 0, "cannot open it: %s",
			strerror(errno));
	const refusal why = stick_file_look(descriptor, path, out);
	return stick_file_say(out, why);
}

void stick_file_close(struct stick_file *file)
{
	if (file->descriptor >= 0)
		close(file->descriptor);
	file->descriptor = -1;
}

refusal stick_file_read(
	struct stick_file *file, uint64_t at, void *out, size_t size)
{
	return stick_read(&file->stick, at, out, size);
}

refusal stick_file_next(struct stick_file *file, struct ustar_member *out)
{
	uint8_t block[USTAR_BLOCK_SIZE];
	refusal why = stick_file_read(file, file->at, block, sizeof(block));
	if (why != NULL)
		return why;
	why = ustar_header_decode(block, out);
	if (why != NULL) {
		file->trouble = TROUBLE_IN_HEADER;
		return why;
	}
	file->at += sizeof(block);
	if (!out->end)
		file->at += out->size + ustar_padding(out->size);
	return NULL;
}

refusal stick_file_content(struct stick_file *file,
	const struct ustar_member *member, uint64_t from, void *out,
	size_t size)
{
	const uint64_t begin =
		file->at - ustar_padding(member->size) - member->size;
	return stick_file_read(file, begin + from, out, size);
}

refusal stick_file_label(struct stick_file *file,
	const struct courier_row **kind, uint64_t *capacity)
{
	struct ustar_member member;
	uint8_t label[COURIER_LABEL_MOST];
	refusal why = stick_file_next(file, &member);
	if (why != NULL)
		return why;
	if (member.end || strcmp(member.name, COURIER_MEMBER) != 0 ||
		member.size > COURIER_LABEL_MOST)
		return "does not begin with the member '" COURIER_MEMBER
		       "'; it is no courier archive";
	why = stick_file_content(file, &member, 0, label, (size_t)member.size);
	if (why != NULL)
		return why;
	*kind = courier_of_label(
		bytes_of(label, (size_t)member.size), capacity);
	return *kind != NULL ? NULL
			     : "its member '" COURIER_MEMBER
			       "' is not '" COURIER_LABEL_START
			       "KIND' of a kind that this version knows";
}

refusal stick_file_end(struct stick_file *file)
{
	struct ustar_member member;
	const refusal why = stick_file_next(file, &member);
	return why != NULL || member.end
		       ? why
		       : "has one zero block where two must end it";
}
