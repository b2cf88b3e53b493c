/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For image/reproduce, by LD_PRELOAD: whoever reads a folder gets its entries
 * backwards, as another file system might give them.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	struct dirent *copy;
	struct entry *next;
};

/* A folder that was read to its end, with what was not handed out yet. */
struct listing {
	DIR *folder;
	struct entry *last; /* handed out, freed with the listing */
	struct entry *rest;
	struct listing *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct listing *listings;

static void *real(const char *name)
{
	void *function = dlsym(RTLD_NEXT, name);
	if (function == NULL)
		abort();
	return function;
}

static void *memory(size_t size)
{
	void *new = calloc(1, size);
	if (new == NULL)
		abort();
	return new;
}

static void push(struct listing *listing, const struct dirent *entry)
{
	struct entry *new = memory(sizeof(*new));
	new->copy = memory(entry->d_reclen);
	memcpy(new->copy, entry, entry->d_reclen);
	new->next = listing->rest;
	listing->rest = new;
}

static struct listing *list(DIR *folder)
{
	struct dirent *(*next)(DIR *) = real("readdir");
	struct listing *new = memory(sizeof(*new));
	const struct dirent *entry;

	while ((entry = next(folder)) != NULL)
		push(new, entry);
	new->folder = folder;
	new->next = listings;
	listings = new;
	return new;
}

static struct listing *find(const DIR *folder)
{
	struct listing *listing = listings;
	while (listing != NULL && listing->folder != folder)
		listing = listing->next;
	return listing;
}

static void free_entries(struct entry *entry)
{
	while (entry != NULL) {
		struct entry *next = entry->next;
		free(entry->copy);
		free(entry);
		entry = next;
	}
}

static void forget(const DIR *folder)
{
	struct listing **place = &listings;
	while (*place != NULL && (*place)->folder != folder)
		place = &(*place)->next;
	struct listing *listing = *place;
	if (listing == NULL)
		return;
	*place = listing->next;
	free_entries(listing->last);
	free_entries(listing->rest);
	free(listing);
}

struct dirent *readdir(DIR *folder)
{
	pthread_mutex_lock(&lock);
	struct listing *listing = find(folder);
	if (listing == NULL)
		listing = list(folder);
	struct entry *entry = listing->rest;
	free_entries(listing->last);
	listing->last = entry;
	if (entry != NULL) {
		listing->rest = entry->next;
		entry->next = NULL;
	}
	pthread_mutex_unlock(&lock);
	return entry != NULL ? entry->copy : NULL;
}

struct dirent64 *readdir64(DIR *folder)
{
	_Static_assert(sizeof(struct dirent) == sizeof(struct dirent64),
		"one layout for both");
	return (struct dirent64 *)readdir(folder);
}

void rewinddir(DIR *folder)
{
	void (*rewind)(DIR *) = real("rewinddir");
	pthread_mutex_lock(&lock);
	forget(folder);
	pthread_mutex_unlock(&lock);
	rewind(folder);
}

int closedir(DIR *folder)
{
	int (*close)(DIR *) = real("closedir");
	pthread_mutex_lock(&lock);
	forget(folder);
	pthread_mutex_unlock(&lock);
	return close(folder);
}
