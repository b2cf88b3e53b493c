/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/record/archive.h"
#include "appliance/record/members.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool add(struct archive *archive, const struct archive_member *member)
{
	size_t count = archive->count;
	/* Grows when the count reaches a power of two. */
	if ((count & (count - 1)) == 0) {
		size_t capacity = count == 0 ? 1 : 2 * count;
		struct archive_member *grown = reallocarray(
			archive->member, capacity, sizeof(*member));
		if (grown == NULL)
			return false;
		archive->member = grown;
	}
	archive->member[archive->count++] = *member;
	return true;
}

static void look_at(const struct archive *archive, size_t size)
{
	if (archive->keeper.looked_at != NULL)
		archive->keeper.looked_at(archive->keeper.context, size);
}

static refusal take(struct archive *archive, struct bytes *rest, bool *ended)
{
	struct ustar_member header = { 0 };
	struct archive_member member = { 0 };
	look_at(archive, USTAR_BLOCK_SIZE);
	refusal refused = ustar_next(rest, &header, &member.content);
	*ended = header.end;
	if (refused != NULL || header.end)
		return refused;
	memcpy(member.name, header.name, sizeof(member.name));
	return add(archive, &member) ? NULL : "no memory is left";
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct archive_member *)a)->name,
		((const struct archive_member *)b)->name);
}

static refusal check_names(const struct archive *archive)
{
	for (size_t i = 1; i < archive->count; i++)
		if (by_name(&archive->member[i - 1], &archive->member[i]) == 0)
			return "the archive has a member twice";
	return NULL;
}

refusal archive_parse(struct bytes whole, struct archive *out)
{
	const struct archive_keeper none = { NULL, NULL };
	return archive_parse_kept(whole, none, out);
}

refusal archive_parse_kept(
	struct bytes whole, struct archive_keeper keeper, struct archive *out)
{
	bool ended = false;
	refusal refused = NULL;
	*out = (struct archive){ .keeper = keeper };
	while (refused == NULL && !ended)
		refused = take(out, &whole, &ended);
	if (refused == NULL && out->count > 0) {
		qsort(out->member, out->count, sizeof(out->member[0]), by_name);
		refused = check_names(out);
	}
	if (refused != NULL)
		archive_free(out);
	return refused;
}

void archive_free(struct archive *archive)
{
	free(archive->member);
	*archive = (struct archive){ 0 };
}

static struct bytes find_earlier(
	const struct archive *archive, const char *name)
{
	return archive->earlier != NULL && strncmp(name, MEMBERS_NOW,
						   strlen(MEMBERS_NOW)) != 0
		       ? archive_find(archive->earlier, name)
		       : bytes_of(NULL, 0);
}

const struct archive_member *archive_member(
	const struct archive *archive, const char *name)
{
	struct archive_member wanted = { 0 };
	snprintf(wanted.name, sizeof(wanted.name), "%s", name);
	return archive->count == 0
		       ? NULL
		       : bsearch(&wanted, archive->member, archive->count,
				 sizeof(wanted), by_name);
}

struct bytes archive_find(const struct archive *archive, const char *name)
{
	const struct archive_member *found = archive_member(archive, name);
	if (found == NULL)
		return find_earlier(archive, name);
	look_at(archive, found->content.size);
	return found->content;
}

struct bytes archive_numbered(
	const struct archive *archive, const char *stem, size_t number)
{
	char name[MEMBER_NAME_SIZE];
	member_numbered(stem, number, name);
	return archive_find(archive, name);
}
