/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `courier unpack`: takes a medium's archive apart, into a new folder. What it
 * reads may be hostile: it follows no link, leaves the folder never, and
 * overwrites nothing.
 */
#include "appliance/desk/common/stick_file.h"
#include "appliance/desk/desk.h"

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
	{ "ARCHIVE", NULL,
		"the medium: an archive, a stick (/dev/sdX) or its image",
		REQUIRED },
	{ "DIR", NULL, "folder for the members, made when missing", REQUIRED },
	OPTION_JSON,
	OPTION_END,
};

/* The archive that is being read and the folder that it goes into. */
struct unpack {
	struct stick_file stick;
	const char *folder_path;
	int folder;
	struct report *report;
	json_t *members;
};

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
	for (uint64_t at = 0; at < member->size && status == 0;) {
		const uint64_t left = member->size - at;
		size_t size = left < CHUNK_SIZE ? (size_t)left : CHUNK_SIZE;
		status = stick_file_say(
			&unpack->stick, stick_file_content(&unpack->stick,
						member, at, chunk, size));
		if (status == 0)
			status = descriptor_write(descriptor, member->name,
				bytes_of(chunk, size));
		at += size;
	}
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

static int unpack_members(struct unpack *unpack)
{
	struct ustar_member member;
	struct progress progress = progress_begin("unpacking", 0);
	int status = 0;
	for (size_t i = 0; status == 0; i++) {
		progress_show(&progress, i);
		status = stick_file_say(&unpack->stick,
			stick_file_next(&unpack->stick, &member));
		if (status != 0 || member.end)
			break;
		status = i == MEMBERS_MOST
				 ? fail(EX_DATAERR, unpack->stick.path, 0,
					   "has more than %d members",
					   MEMBERS_MOST)
				 : unpack_member(unpack, &member);
	}
	progress_end(&progress);
	return status != 0 ? status
			   : stick_file_say(&unpack->stick,
				     stick_file_end(&unpack->stick));
}

static int unpack_all(struct unpack *unpack)
{
	const struct courier_row *kind;
	uint64_t capacity;
	const int status = stick_file_say(&unpack->stick,
		stick_file_label(&unpack->stick, &kind, &capacity));
	if (status != 0)
		return status;
	report_text(unpack->report, "kind", kind->word);
	return unpack_members(unpack);
}

static int unpack_into_folder(struct unpack *unpack)
{
	unpack->folder =
		open(unpack->folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (unpack->folder < 0)
		return fail(EX_CANTCREAT, unpack->folder_path, 0,
			"cannot open it: %s", strerror(errno));
	const int status = unpack_all(unpack);
	close(unpack->folder);
	return status;
}

int courier_unpack_command(const struct arguments *arguments)
{
	struct report report = report_begin(arguments);
	struct unpack unpack = {
		.folder_path = argument(arguments, "DIR"),
		.report = &report,
		.members = json_array(),
	};
	int status = folder_make(unpack.folder_path);
	if (status == 0) {
		status = stick_file_open(
			argument(arguments, "ARCHIVE"), &unpack.stick);
		if (status == 0)
			status = unpack_into_folder(&unpack);
		stick_file_close(&unpack.stick);
	}
	report_value(&report, "members", unpack.members);
	return report_end(&report, status);
}
