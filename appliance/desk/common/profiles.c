/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/profiles.h"
#include "appliance/desk/common/files.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

enum {
	PROGRAM_DEPTH = 3,   /* build/native/sandoq */
	INSTALLED_DEPTH = 2, /* bin/sandoq */
};

static const char name_letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

static void drop_names(char *path, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *slash = strrchr(path, '/');
		if (slash != NULL)
			*slash = '\0';
	}
}

static bool is_tree(const char *tree)
{
	char path[2 * PATH_MAX];
	snprintf(path, sizeof(path), "%s/image/profiles", tree);
	return access(path, F_OK) == 0;
}

/*
 * The tree that this program lies in, or of what was installed the folder that
 * has as much of it as a program needs; empty when that cannot be told.
 */
static void find_tree(char tree[PATH_MAX])
{
	static const char installed[] = "/share/sandoq";
	const ssize_t length =
		readlink("/proc/self/exe", tree, PATH_MAX - sizeof(installed));
	tree[length > 0 ? length : 0] = '\0';
	drop_names(tree, INSTALLED_DEPTH);
	char *prefix_end = tree + strlen(tree);
	memcpy(prefix_end, installed, sizeof(installed));
	if (is_tree(tree))
		return;
	*prefix_end = '\0';
	drop_names(tree, PROGRAM_DEPTH - INSTALLED_DEPTH);
}

static char *copy(const char *text)
{
	char *path = strdup(text);
	if (path == NULL)
		abort();
	return path;
}

/* Of those folders of the tree the first that has the file. */
static char *find(
	const char *name, const char *suffix, const char *const *folders)
{
	char tree[PATH_MAX], path[2 * PATH_MAX];
	if (name[strspn(name, name_letters)] != '\0')
		return copy(name);
	find_tree(tree);
	for (; *folders != NULL; folders++) {
		snprintf(path, sizeof(path), "%s/%s/%s%s", tree, *folders, name,
			suffix);
		if (access(path, F_OK) == 0)
			return copy(path);
	}
	fail(EX_NOINPUT, NULL, 0,
		"there is no profile %s; image/profiles has those that are "
		"known by name, for any other give a path, as ./%s",
		name, name);
	return NULL;
}

char *tree_file(const char *name)
{
	char tree[PATH_MAX];
	find_tree(tree);
	return path_join(tree, name);
}

char *launch_profile_path(const char *name)
{
	static const char *const folders[] = { "image/profiles", NULL };
	return find(name, "", folders);
}

static int read_file(const char *path, bool open, struct boot_profile *out)
{
	struct file json;
	int status = file_read(path, BOOT_PROFILE_SIZE_MOST, &json);
	if (status != 0)
		return status;
	refusal refused = boot_profile_decode(file_bytes(&json), out);
	file_free(&json);
	if (refused != NULL)
		return fail(EX_DATAERR, path, 0,
			"%s; make it by 'sandoq image profile'", refused);
	if (!open && boot_profile_is_open(out))
		return fail(EX_DATAERR, path, 0,
			"leaves the Secure Boot keys open; fill yours in by "
			"'sandoq firmware profile'");
	return 0;
}

int boot_profile_read(const char *name, bool open, struct boot_profile *out)
{
	static const char *const folders[] = { "build/profiles",
		"image/profiles", NULL };
	char *path = find(name, ".json", folders + open);
	if (path == NULL)
		return EX_NOINPUT;
	int status = read_file(path, open, out);
	free(path);
	return status;
}

int boot_profile_write(const char *path, const struct boot_profile *profile)
{
	char *text = boot_profile_encode(profile);
	char *line = NULL;
	if (text == NULL || asprintf(&line, "%s\n", text) < 0) {
		free(text);
		return fail(EX_OSERR, NULL, 0, "no memory is left");
	}
	int status = file_write(path, bytes_of_text(line), 0644);
	free(line);
	free(text);
	return status;
}
