/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `courier unpack`: takes a medium's archive apart, into a new folder. What it
 * reads may be hostile: it follows no link, leaves the folder never, and
 * overwrites nothing.
 */
#include "appliance/desk/desk.h"
#include "appliance/formats/ustar.h"
#include "appliance/record/courier.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	CHUNK_SIZE = 65536,
	MEMBERS_MOST = 100000,
};

const struct option courier_unpack_options[] = {
	{ "ARCHIVE", NULL, "the medium: a file, or a stick's raw device",
		REQUIRED },
	{ "DIR", NULL, "folder for the members, made when missing", REQUIRED },
	OPTION_JSON,
	OPTION_END,
};

/* The archive that is being read and the folder that it goes into. */
struct unpack {
	const char *path;
	int descriptor;
	const char *folder_path;
	int folder;
	struct report *report;
	json_t *members;
};

static int unpack_bytes(struct unpack *unpack, uint8_t *data, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = read(unpack->descriptor, data + done, size - done);
		if (n < 0)
			return fail(EX_IOERR, unpack->path, 0,
				"cannot read it: %s", strerror(errno));
		if (n == 0)
			return fail(EX_DATAERR, unpack->path, 0,
				"ends inside the archive; copy it again");
		done += (size_t)n;
	}
	return 0;
}

static int unpack_header(struct unpack *unpack, struct ustar_member *member)
{
	uint8_t block[USTAR_BLOCK_SIZE];
	int status = unpack_bytes(unpack, block, sizeof(block));
	if (status != 0)
		return status;
	refusal refused = ustar_header_decode(block, member);
	if (refused != NULL)
		return fail(EX_DATAERR, unpack->path, 0,
			"%s; it is no courier archive", refused);
	return 0;
}

/* A new file below the folder, its one folder level made when missing. */
static int create_member(const struct unpack *unpack, const char *name)
{
	const char *slash = strchr(name, '/');
	if (slash != NULL) {
		char folder[USTAR_NAME_MOST + 1] = { 0 };
		memcpy(folder, name, (size_t)(slash - name));
		if (mkdirat(unpack->folder, folder, 0755) != 0 &&
			errno != EEXIST)
			return -1;
	}
	return openat(unpack->folder, name,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
}

static int unpack_content(struct unpack *unpack,
	const struct ustar_member *member, int descriptor)
{
	uint8_t chunk[CHUNK_SIZE];
	int status = 0;
	for (uint64_t left = member->size; left > 0 && status == 0;) {
		size_t size = left < CHUNK_SIZE ? (size_t)left : CHUNK_SIZE;
		status = unpack_bytes(unpack, chunk, size);
		if (status == 0)
			status = descriptor_write(descriptor, member->name,
				bytes_of(chunk, size));
		left -= size;
	}
	if (status == 0)
		status = unpack_bytes(
			unpack, chunk, ustar_padding(member->size));
	return status;
}

static int unpack_member(
	struct unpack *unpack, const struct ustar_member *member)
{
	int descriptor = create_member(unpack, member->name);
	if (descriptor < 0 && errno == EEXIST)
		return fail(EX_CANTCREAT, unpack->folder_path, 0,
			"holds '%s' already; give a new folder", member->name);
	if (descriptor < 0)
		return fail(EX_CANTCREAT, unpack->folder_path, 0,
			"cannot create '%s': %s", member->name,
			strerror(errno));
	int status = unpack_content(unpack, member, descriptor);
	close(descriptor);
	json_array_append_new(
		unpack->members, json_pack("{s:s, s:I}", "member", member->name,
					 "size", (json_int_t)member->size));
	return status;
}

/* Reads the first member, which has to be the label, and names the kind. */
static int unpack_label(struct unpack *unpack)
{
	struct ustar_member member;
	uint8_t block[USTAR_BLOCK_SIZE];
	int status = unpack_header(unpack, &member);
	if (status != 0)
		return status;
	if (member.end || strcmp(member.name, COURIER_MEMBER) != 0 ||
		member.size > COURIER_LABEL_MOST)
		return fail(EX_DATAERR, unpack->path, 0,
			"does not begin with the member '" COURIER_MEMBER
			"'; it is no courier archive");
	status = unpack_bytes(unpack, block, sizeof(block));
	if (status != 0)
		return status;
	uint64_t capacity;
	const struct courier_row *row = courier_of_label(
		bytes_of(block, (size_t)member.size), &capacity);
	if (row == NULL)
		return fail(EX_DATAERR, unpack->path, 0,
			"its member '" COURIER_MEMBER
			"' is not '" COURIER_LABEL_START
			"KIND' of a kind that this "
			"version knows");
	report_text(unpack->report, "kind", row->word);
	return 0;
}

static int unpack_all(struct unpack *unpack)
{
	struct ustar_member member;
	int status = unpack_label(unpack);
	struct progress progress = progress_begin("unpacking", 0);
	for (size_t i = 0; status == 0; i++) {
		progress_show(&progress, i);
		status = unpack_header(unpack, &member);
		if (status != 0 || member.end)
			break;
		status = i == MEMBERS_MOST ? fail(EX_DATAERR, unpack->path, 0,
						     "has more than %d members",
						     MEMBERS_MOST)
					   : unpack_member(unpack, &member);
	}
	if (status == 0)
		status = unpack_header(unpack, &member);
	if (status == 0 && !member.end)
		status = fail(EX_DATAERR, unpack->path, 0,
			"has one zero block where two must end it");
	progress_end(&progress);
	return status;
}

int courier_unpack_command(const struct arguments *arguments)
{
	struct report report = report_begin(arguments);
	struct unpack unpack = {
		.path = argument(arguments, "ARCHIVE"),
		.descriptor = -1,
		.folder_path = argument(arguments, "DIR"),
		.folder = -1,
		.report = &report,
		.members = json_array(),
	};
	int status = folder_make(unpack.folder_path);
	if (status == 0) {
		unpack.descriptor = open(unpack.path, O_RDONLY | O_CLOEXEC);
		if (unpack.descriptor < 0)
			status = fail(EX_NOINPUT, unpack.path, 0,
				"cannot open it: %s", strerror(errno));
	}
	if (status == 0) {
		unpack.folder = open(
			unpack.folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		status =
			unpack.folder < 0
				? fail(EX_CANTCREAT, unpack.folder_path, 0,
					  "cannot open it: %s", strerror(errno))
				: unpack_all(&unpack);
	}
	if (unpack.descriptor >= 0)
		close(unpack.descriptor);
	if (unpack.folder >= 0)
		close(unpack.folder);
	report_value(&report, "members", unpack.members);
	return report_end(&report, status);
}
