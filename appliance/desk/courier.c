/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/desk.h"
#include "appliance/formats/ustar.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	MIB = 1024 * 1024,
	CAPACITY_LEAST_MIB = 1,
	CAPACITY_MOST_MIB = 65536,
	CHUNK_SIZE = 65536,
	COURIER_LINE_MOST = 64,
	MEMBERS_MOST = 100000,
};

/* docs/protocols/courier.md, "The first member". */
#define COURIER_MEMBER "courier"
#define COURIER_FIRST_WORD "sandoq/courier/v1 "

static const char *const kinds[] = {
	"enrol",
	"election",
	"boxes",
	"approvals",
	"software",
	"revocation",
	"outbox",
	"sent",
};

const struct option courier_pack_options[] = {
	{ "OUT", NULL, "the medium: a file, or a stick's raw device",
		REQUIRED },
	{ "MEMBER=FILE", NULL,
		"name in the archive and the file that it holds, in order",
		REPEATED },
	{ "--kind", "KIND",
		"enrol, election, boxes, approvals, software, revocation, "
		"outbox or sent",
		REQUIRED },
	{ "--capacity", "MIB",
		"size of the file; 1 or what is needed if not "
		"given",
		OPTIONAL },
	OPTION_END,
};

const struct option courier_unpack_options[] = {
	{ "ARCHIVE", NULL, "the medium: a file, or a stick's raw device",
		REQUIRED },
	{ "DIR", NULL, "folder for the members, made when missing", REQUIRED },
	OPTION_JSON,
	OPTION_END,
};

static bool is_kind(const char *word)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i], word) == 0)
			return true;
	return false;
}

/* The archive that is being written. */
struct pack {
	const char *path;
	int descriptor;
	uint64_t size;
};

static int pack_bytes(struct pack *pack, struct bytes content)
{
	pack->size += content.size;
	return descriptor_write(pack->descriptor, pack->path, content);
}

static int pack_header(struct pack *pack, const char *name, uint64_t size)
{
	uint8_t block[USTAR_BLOCK_SIZE];
	refusal refused = ustar_header_encode(name, size, block);
	if (refused != NULL)
		return fail(
			EX_USAGE, name, 0, "%s; rename the member", refused);
	return pack_bytes(pack, bytes_of(block, sizeof(block)));
}

static int pack_padding(struct pack *pack, uint64_t size)
{
	static const uint8_t zeros[USTAR_BLOCK_SIZE];
	return pack_bytes(pack, bytes_of(zeros, ustar_padding(size)));
}

static int pack_courier(struct pack *pack, const char *kind)
{
	char line[COURIER_LINE_MOST];
	int size =
		snprintf(line, sizeof(line), COURIER_FIRST_WORD "%s\n", kind);
	int status = pack_header(pack, COURIER_MEMBER, (uint64_t)size);
	if (status == 0)
		status = pack_bytes(pack, bytes_of(line, (size_t)size));
	if (status == 0)
		status = pack_padding(pack, (uint64_t)size);
	return status;
}

/* Copies exactly `size` bytes from an open file. */
static int pack_content(
	struct pack *pack, const char *path, int descriptor, uint64_t size)
{
	uint8_t chunk[CHUNK_SIZE];
	int status = 0;
	for (uint64_t left = size; left > 0 && status == 0;) {
		size_t want = left < CHUNK_SIZE ? (size_t)left : CHUNK_SIZE;
		ssize_t n = read(descriptor, chunk, want);
		if (n <= 0)
			return fail(EX_IOERR, path, 0,
				"ended early or cannot be read; try again");
		status = pack_bytes(pack, bytes_of(chunk, (size_t)n));
		left -= (uint64_t)n;
	}
	return status != 0 ? status : pack_padding(pack, size);
}

static int pack_file(struct pack *pack, const char *name, const char *path)
{
	struct stat file;
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0)
		return fail(EX_NOINPUT, path, 0, "cannot open it: %s",
			strerror(errno));
	int status = 0;
	if (fstat(descriptor, &file) != 0 || !S_ISREG(file.st_mode))
		status = fail(EX_NOINPUT, path, 0,
			"is no regular file; give one file for each member");
	if (status == 0)
		status = pack_header(pack, name, (uint64_t)file.st_size);
	if (status == 0)
		status = pack_content(
			pack, path, descriptor, (uint64_t)file.st_size);
	close(descriptor);
	return status;
}

static int pack_member(struct pack *pack, const char *word)
{
	const char *equals = strchr(word, '=');
	if (equals == NULL || equals == word || equals[1] == '\0')
		return fail(EX_USAGE, NULL, 0,
			"'%s' is not MEMBER=FILE; see "
			"'sandoq courier pack --help'",
			word);
	char *name = strndup(word, (size_t)(equals - word));
	if (name == NULL)
		return fail(EX_OSERR, NULL, 0, "no memory is left");
	int status = strcmp(name, COURIER_MEMBER) == 0
			     ? fail(EX_USAGE, NULL, 0,
				       "the member 'courier' is written from "
				       "--kind; "
				       "leave it out")
			     : pack_file(pack, name, equals + 1);
	free(name);
	return status;
}

static int compare_names(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;
	size_t size = strcspn(*left, "="), other = strcspn(*right, "=");
	int order = memcmp(*left, *right, size < other ? size : other);
	return order != 0 ? order : (size > other) - (size < other);
}

static int check_names_differ(const struct arguments *arguments)
{
	size_t count;
	const char **word = argument_list(arguments, "MEMBER=FILE", &count);
	int status = 0;
	qsort(word, count, sizeof(*word), compare_names);
	for (size_t i = 1; i < count && status == 0; i++)
		if (compare_names(&word[i - 1], &word[i]) == 0)
			status = fail(EX_USAGE, NULL, 0,
				"the member %.*s is given twice",
				(int)strcspn(word[i], "="), word[i]);
	free(word);
	return status;
}

/* Ends the archive and, in a regular file, adds zeros up to the capacity. */
static int pack_end(struct pack *pack, bool is_file, uint64_t capacity)
{
	static const uint8_t zeros[2 * USTAR_BLOCK_SIZE];
	int status = pack_bytes(pack, bytes_of(zeros, sizeof(zeros)));
	if (status != 0)
		return status;
	if (capacity != 0 && pack->size > capacity)
		return fail(EX_DATAERR, pack->path, 0,
			"the members take %llu bytes; give a larger --capacity",
			(unsigned long long)pack->size);
	if (capacity < MIB)
		capacity = MIB;
	if (pack->size > capacity)
		capacity = pack->size;
	if ((is_file && ftruncate(pack->descriptor, (off_t)capacity) != 0) ||
		fsync(pack->descriptor) != 0)
		return fail(EX_IOERR, pack->path, 0, "cannot write it: %s",
			strerror(errno));
	return 0;
}

static int pack_all(struct pack *pack, const struct arguments *arguments,
	bool is_file, uint64_t capacity)
{
	int status = pack_courier(pack, argument(arguments, "--kind"));
	size_t count;
	const char **word = argument_list(arguments, "MEMBER=FILE", &count);
	struct progress progress = progress_begin("packing", count);
	for (size_t i = 0; i < count && status == 0; i++) {
		progress_show(&progress, i);
		status = pack_member(pack, word[i]);
	}
	progress_end(&progress);
	free(word);
	return status != 0 ? status : pack_end(pack, is_file, capacity);
}

static bool is_device(const char *path)
{
	struct stat file;
	return stat(path, &file) == 0 && S_ISBLK(file.st_mode);
}

static int pack_to_file(
	const struct arguments *arguments, const char *path, uint64_t capacity)
{
	struct new_file file;
	int status = new_file_begin(&file, path);
	if (status != 0)
		return status;
	struct pack pack = { .path = path, .descriptor = file.descriptor };
	status = pack_all(&pack, arguments, true, capacity);
	return new_file_end(&file, status, 0644);
}

static int pack_to_device(
	const struct arguments *arguments, const char *path, uint64_t capacity)
{
	struct pack pack = {
		.path = path,
		.descriptor = open(path, O_WRONLY | O_EXCL | O_CLOEXEC),
	};
	if (pack.descriptor < 0)
		return fail(EX_CANTCREAT, path, 0, "cannot open it: %s",
			strerror(errno));
	int status = pack_all(&pack, arguments, false, capacity);
	close(pack.descriptor);
	return status;
}

int courier_pack_command(const struct arguments *arguments)
{
	const char *kind = argument(arguments, "--kind");
	uint64_t capacity = 0;
	if (!is_kind(kind))
		return fail(EX_USAGE, NULL, 0,
			"there is no kind '%s'; see "
			"'sandoq courier pack --help'",
			kind);
	int status = argument_number(arguments, "--capacity",
		CAPACITY_LEAST_MIB, CAPACITY_MOST_MIB, &capacity);
	if (status == 0)
		status = check_names_differ(arguments);
	if (status != 0)
		return status;
	const char *path = argument(arguments, "OUT");
	return is_device(path) ? pack_to_device(arguments, path, capacity * MIB)
			       : pack_to_file(arguments, path, capacity * MIB);
}

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

/* Reads the first member, which has to be "courier", and names the kind. */
static int unpack_courier(struct unpack *unpack)
{
	struct ustar_member member;
	uint8_t block[USTAR_BLOCK_SIZE];
	int status = unpack_header(unpack, &member);
	if (status != 0)
		return status;
	if (member.end || strcmp(member.name, COURIER_MEMBER) != 0 ||
		member.size >= COURIER_LINE_MOST)
		return fail(EX_DATAERR, unpack->path, 0,
			"does not begin with the member 'courier'; "
			"it is no courier archive");
	status = unpack_bytes(unpack, block, sizeof(block));
	if (status != 0)
		return status;

	const size_t prefix = strlen(COURIER_FIRST_WORD);
	char line[COURIER_LINE_MOST] = { 0 };
	memcpy(line, block, (size_t)member.size);
	size_t length = strlen(line);
	if (length != member.size || length <= prefix ||
		line[length - 1] != '\n' ||
		strncmp(line, COURIER_FIRST_WORD, prefix) != 0)
		return fail(EX_DATAERR, unpack->path, 0,
			"its member 'courier' is not '%sKIND'",
			COURIER_FIRST_WORD);
	line[length - 1] = '\0';
	if (!is_kind(line + prefix))
		return fail(EX_DATAERR, unpack->path, 0,
			"its kind is not one that this version knows");
	report_text(unpack->report, "kind", line + prefix);
	return 0;
}

static int unpack_all(struct unpack *unpack)
{
	struct ustar_member member;
	int status = unpack_courier(unpack);
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
