/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `courier pack`: writes a medium's archive from files, and puts it onto a
 * stick. Reads regular files alone and writes nothing but what it was told.
 */
#include "appliance/desk/common/stick_write.h"
#include "appliance/desk/desk.h"
#include "appliance/formats/ustar.h"
#include "appliance/record/brought.h"

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
	/* Of an outbox on a stick, when no other is given. */
	OUTBOX_MIB = 64,
	CHUNK_SIZE = 65536,
};

const struct option courier_pack_options[] = {
	{ "OUT", NULL, "the archive: a file, or a stick to be written raw",
		REQUIRED },
	{ "MEMBER=FILE", NULL,
		"name in the archive and the file that it holds, in order",
		REPEATED },
	{ "--kind", "KIND", COURIER_WORDS, REQUIRED },
	{ "--capacity", "MIB",
		"size of the archive; 1 or what is needed if not given, 64 of "
		"an outbox for a stick",
		OPTIONAL },
	{ "--to", "STICK",
		"put it as a file onto this stick (/dev/sdX), formatted "
		"anew, or into an image of that name",
		OPTIONAL },
	OPTION_OVERWRITE,
	{ "--unchecked", NULL,
		"take any members, for tests and rehearsals of mistakes",
		OPTIONAL },
	OPTION_END,
};

/* The archive that is being written. */
struct pack {
	const char *path;
	int descriptor;
	enum courier_kind kind;
	uint64_t capacity; /* 0: as large as it becomes */
	bool for_stick;	   /* as a file */
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

/* An outbox that will be a file says its size: see courier.h. */
static int pack_label(struct pack *pack)
{
	uint8_t space[COURIER_LABEL_MOST];
	struct writer label = writer_of(space, sizeof(space));
	const bool says_size = pack->for_stick && pack->kind == COURIER_OUTBOX;
	write_courier_label(&label, pack->kind, says_size ? pack->capacity : 0);
	int status = pack_header(pack, COURIER_MEMBER, label.size);
	if (status == 0)
		status = pack_bytes(pack, written(&label));
	if (status == 0)
		status = pack_padding(pack, label.size);
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
				       "the member '" COURIER_MEMBER
				       "' is written from --kind; leave it out")
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
static int pack_end(struct pack *pack, bool is_file)
{
	static const uint8_t zeros[2 * USTAR_BLOCK_SIZE];
	uint64_t capacity = pack->capacity;
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

static int pack_all(
	struct pack *pack, const struct arguments *arguments, bool is_file)
{
	int status = pack_label(pack);
	size_t count;
	const char **word = argument_list(arguments, "MEMBER=FILE", &count);
	struct progress progress = progress_begin("packing", count);
	for (size_t i = 0; i < count && status == 0; i++) {
		progress_show(&progress, i);
		status = pack_member(pack, word[i]);
	}
	progress_end(&progress);
	free(word);
	return status != 0 ? status : pack_end(pack, is_file);
}

static int pack_to_file(struct pack *pack, const struct arguments *arguments)
{
	struct new_file file;
	int status = output_check(pack->path);
	if (status == 0)
		status = new_file_begin(&file, pack->path);
	if (status != 0)
		return status;
	pack->descriptor = file.descriptor;
	status = pack_all(pack, arguments, true);
	return new_file_end(&file, status, 0644);
}

static int pack_to_device(struct pack *pack, const struct arguments *arguments)
{
	struct block_device device;
	int status = block_device_open(
		pack->path, argument_given(arguments, "--yes"), &device);
	if (status != 0)
		return status;
	pack->descriptor = device.descriptor;
	status = pack_all(pack, arguments, false);
	if (status == 0)
		block_device_reread(&device);
	block_device_close(&device);
	return status;
}

static bool are_one_file(const char *path, const char *other)
{
	struct stat a, b;
	return strcmp(path, other) == 0 ||
	       (stat(path, &a) == 0 && stat(other, &b) == 0 &&
		       a.st_dev == b.st_dev && a.st_ino == b.st_ino);
}

/* The stick is looked at, and agreed to, before anything is packed. */
static int pack_to_stick(struct pack *pack, const struct arguments *arguments)
{
	const char *to = argument(arguments, "--to");
	struct stick_target target;
	if (is_block_device(pack->path) || are_one_file(pack->path, to) ||
		strcmp(pack->path, "-") == 0 || strcmp(to, "-") == 0)
		return fail(EX_USAGE, pack->path, 0,
			"with --to the archive is written first; give a file "
			"for it, another than the stick");
	int status = stick_target_open(
		to, argument_given(arguments, "--yes"), &target);
	if (status != 0)
		return status;
	status = pack_to_file(pack, arguments);
	if (status == 0)
		status = stick_target_write(&target, pack->path, pack->kind);
	stick_target_close(&target);
	return status;
}

/* Names alone, in their order: what follows is looked at when it is packed. */
static int check_members(
	const struct arguments *arguments, enum courier_kind kind)
{
	struct brought_fault fault;
	size_t count;
	const char **word = argument_list(arguments, "MEMBER=FILE", &count);
	for (size_t i = 0; i < count; i++)
		word[i] = strndup(word[i], strcspn(word[i], "="));
	const refusal why = brought_check(kind, word, count, &fault);
	for (size_t i = 0; i < count; i++)
		free((char *)word[i]);
	free(word);
	return why == NULL
		       ? 0
		       : fail(EX_USAGE, NULL, 0, "a medium of kind %s: %s %s",
				 courier_of_kind(kind)->word, fault.member,
				 why);
}

static int read_arguments(const struct arguments *arguments, struct pack *pack)
{
	const char *kind = argument(arguments, "--kind");
	const struct courier_row *row = courier_of_word(kind);
	uint64_t capacity = 0;
	if (row == NULL)
		return fail(EX_USAGE, NULL, 0,
			"there is no kind '%s'; see "
			"'sandoq courier pack --help'",
			kind);
	pack->kind = row->kind;
	pack->path = argument(arguments, "OUT");
	pack->for_stick = argument_given(arguments, "--to");
	if (pack->for_stick && row->kind == COURIER_OUTBOX)
		capacity = OUTBOX_MIB;
	const int status = argument_number(arguments, "--capacity",
		CAPACITY_LEAST_MIB, CAPACITY_MOST_MIB, &capacity);
	pack->capacity = capacity * MIB;
	return status;
}

int courier_pack_command(const struct arguments *arguments)
{
	struct pack pack = { .descriptor = -1 };
	int status = read_arguments(arguments, &pack);
	if (status == 0)
		status = check_names_differ(arguments);
	if (status == 0 && !argument_given(arguments, "--unchecked"))
		status = check_members(arguments, pack.kind);
	if (status != 0)
		return status;
	if (pack.for_stick)
		return pack_to_stick(&pack, arguments);
	return is_block_device(pack.path) ? pack_to_device(&pack, arguments)
					  : pack_to_file(&pack, arguments);
}
