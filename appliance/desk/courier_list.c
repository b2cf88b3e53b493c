/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `courier list`: says in words what is on a stick, and whether the machine
 * will take it for what it is. Reads the stick, and writes nothing.
 */
#include "appliance/desk/common/stick_told.h"
#include "appliance/desk/desk.h"
#include "appliance/record/brought.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MEMBERS_MOST = 100000 };

const struct option courier_list_options[] = {
	{ "STICK", NULL, "a stick (/dev/sdX), its image, or an archive",
		REQUIRED },
	OPTION_JSON,
	OPTION_END,
};

/* The stick that is told about. */
struct listing {
	struct stick_file file;
	struct report *report;
	const struct courier_row *kind;
	uint64_t capacity; /* as the label says */
	json_t *members;
};

static refusal add_member(
	struct listing *listing, const struct ustar_member *member)
{
	if (json_array_size(listing->members) == MEMBERS_MOST)
		return "has too many members";
	json_array_append_new(listing->members,
		json_pack("{s:s, s:I}", "member", member->name, "size",
			(json_int_t)member->size));
	return NULL;
}

/* The last byte of a member's padding: whether all before it is there. */
static refusal is_there(struct stick_file *file)
{
	uint8_t last;
	return stick_file_read(file, file->at - 1, &last, sizeof(last));
}

static refusal list_members(struct listing *listing)
{
	struct ustar_member member;
	refusal why = stick_file_next(&listing->file, &member);
	while (why == NULL && !member.end) {
		why = add_member(listing, &member);
		if (why == NULL)
			why = is_there(&listing->file);
		if (why == NULL)
			why = stick_file_next(&listing->file, &member);
	}
	return why != NULL ? why : stick_file_end(&listing->file);
}

/* As the machine will look at their names. */
static void check_members(struct listing *listing)
{
	const size_t count = json_array_size(listing->members);
	const char **name = calloc(count + 1, sizeof(*name));
	struct brought_fault fault;
	char line[300] = "";
	if (name == NULL)
		exit(fail(EX_OSERR, NULL, 0, "no memory is left"));
	for (size_t i = 0; i < count; i++)
		name[i] = json_string_value(json_object_get(
			json_array_get(listing->members, i), "member"));
	const refusal why =
		brought_check(listing->kind->kind, name, count, &fault);
	if (why != NULL)
		snprintf(line, sizeof(line), "%s %s", fault.member, why);
	report_check(listing->report, "members", why != NULL ? line : NULL);
	free(name);
}

/* How large a file or a device is; 0: nobody knows. */
static uint64_t size_of(int descriptor)
{
	const off_t end = lseek(descriptor, 0, SEEK_END);
	return end > 0 ? (uint64_t)end : 0;
}

/*
 * Where the machine may write. An archive in a file of its own is not on a
 * stick yet: there it will have the size that its label says.
 */
static void list_room(struct listing *listing)
{
	struct stick *stick = &listing->file.stick;
	const uint64_t whole = size_of(listing->file.descriptor);
	struct stretch room = { 0, whole };
	refusal why = NULL;
	if (stick->form != STICK_RAW || listing->capacity != whole)
		why = stick_fits(
			stick, listing->kind, listing->capacity, &room);
	report_check(listing->report, "place", why);
	if (why == NULL && listing->kind->kind == COURIER_OUTBOX)
		report_number(listing->report, "room",
			stick->form == STICK_RAW ? whole : room.size);
}

static void list_archive(struct listing *listing)
{
	const refusal why = list_members(listing);
	if (why == NULL)
		check_members(listing);
	report_check(listing->report, "complete", why);
	if (listing->kind->kind != COURIER_SENT)
		list_room(listing);
}

static void list_all(struct listing *listing, refusal found)
{
	refusal label;
	json_t *told = stick_told(&listing->file, found, &listing->kind,
		&listing->capacity, &label);
	const char *key;
	json_t *value;
	json_object_foreach(told, key, value)
	{
		report_value(listing->report, key, json_incref(value));
	}
	json_decref(told);
	report_check(listing->report, "archive", found);
	if (found != NULL)
		return;
	report_check(listing->report, "label", label);
	if (label == NULL)
		list_archive(listing);
}

int courier_list_command(const struct arguments *arguments)
{
	struct report report = report_begin(arguments);
	const char *path = argument(arguments, "STICK");
	struct listing listing = { .report = &report, .members = json_array() };
	const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0) {
		json_decref(listing.members);
		return report_end(
			&report, fail(EX_NOINPUT, path, 0, "cannot open it: %s",
					 strerror(errno)));
	}
	const refusal found = stick_file_look(descriptor, path, &listing.file);
	list_all(&listing, found);
	close(descriptor);
	if (json_array_size(listing.members) > 0)
		report_value(&report, "members", listing.members);
	else
		json_decref(listing.members);
	return report_end(&report, 0);
}
