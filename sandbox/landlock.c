/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The step that enters Landlock: no file but the row's paths, no TCP, no
 * signals to others. It denies all that the running kernel can deny, and says
 * what it cannot.
 */
#include "sandbox/steps.h"

#include <fcntl.h>
#include <glob.h>
#include <linux/landlock.h>
#include <string.h>
#include <unistd.h>

/*
 * The kernel's interface up to ABI 6; Debian 12's header stops at ABI 2.
 * linux/Documentation/userspace-api/landlock.rst
 */
enum {
	ABI_REFER = 2,
	ABI_TRUNCATE = 3,
	ABI_NETWORK = 4,
	ABI_IOCTL = 5,
	ABI_SCOPES = 6,
};

#define FS_FIRST ((1ULL << 13) - 1)
#define FS_REFER (1ULL << 13)
#define FS_TRUNCATE (1ULL << 14)
#define FS_IOCTL_DEV (1ULL << 15)
#define NET_BIND_CONNECT_TCP 3ULL
#define SCOPE_ABSTRACT_SOCKETS_SIGNALS 3ULL

struct ruleset {
	uint64_t handled_fs;
	uint64_t handled_net; /* since ABI_NETWORK */
	uint64_t scoped;      /* since ABI_SCOPES */
};

static int kernel_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
		LANDLOCK_CREATE_RULESET_VERSION);
	return abi < 0 ? 0 : (int)abi;
}

static struct ruleset everything(int abi)
{
	return (struct ruleset){
		.handled_fs = FS_FIRST | (abi >= ABI_REFER ? FS_REFER : 0) |
			      (abi >= ABI_TRUNCATE ? FS_TRUNCATE : 0) |
			      (abi >= ABI_IOCTL ? FS_IOCTL_DEV : 0),
		.handled_net = abi >= ABI_NETWORK ? NET_BIND_CONNECT_TCP : 0,
		.scoped =
			abi >= ABI_SCOPES ? SCOPE_ABSTRACT_SOCKETS_SIGNALS : 0,
	};
}

static uint64_t rights_of(unsigned rights)
{
	return ((rights & SANDBOX_READ) ? LANDLOCK_ACCESS_FS_READ_FILE : 0) |
	       ((rights & SANDBOX_WRITE) ? LANDLOCK_ACCESS_FS_WRITE_FILE : 0) |
	       ((rights & SANDBOX_LIST) ? LANDLOCK_ACCESS_FS_READ_DIR : 0) |
	       ((rights & SANDBOX_EXECUTE) ? LANDLOCK_ACCESS_FS_EXECUTE : 0) |
	       ((rights & SANDBOX_CONTROL) ? FS_IOCTL_DEV : 0);
}

static bool allow_beneath(
	int ruleset, const char *path, unsigned rights, uint64_t handled)
{
	int parent = open(path, O_PATH | O_CLOEXEC);
	if (parent < 0)
		return false;
	struct landlock_path_beneath_attr rule = {
		.allowed_access = rights_of(rights) & handled,
		.parent_fd = parent,
	};
	long added = syscall(SYS_landlock_add_rule, ruleset,
		LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	return close(parent) == 0 && added == 0;
}

static bool is_pattern(const char *path)
{
	return path[0] != '\0' && path[strlen(path) - 1] == '*';
}

static bool allow_path(
	int ruleset, const struct sandbox_path *path, uint64_t handled)
{
	glob_t found;
	if (!is_pattern(path->path))
		return allow_beneath(
			ruleset, path->path, path->rights, handled);
	const int bad = glob(path->path, GLOB_NOSORT, NULL, &found);
	if (bad != 0)
		return bad == GLOB_NOMATCH;
	bool done = true;
	for (size_t i = 0; done && i < found.gl_pathc; i++)
		done = allow_beneath(
			ruleset, found.gl_pathv[i], path->rights, handled);
	globfree(&found);
	return done;
}

static bool restrict_self(const struct sandbox_spec *spec, int abi)
{
	struct ruleset all = everything(abi);
	int ruleset =
		(int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
	if (ruleset < 0)
		return false;
	bool done = true;
	for (size_t i = 0; done && i < spec->path_count; i++)
		done = allow_path(ruleset, &spec->paths[i], all.handled_fs);
	done = done && syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
	return close(ruleset) == 0 && done;
}

static unsigned missing_before(int abi)
{
	if (abi == 0)
		return SANDBOX_NO_LANDLOCK;
	return (abi < ABI_TRUNCATE ? (unsigned)SANDBOX_NO_TRUNCATE : 0) |
	       (abi < ABI_NETWORK ? (unsigned)SANDBOX_NO_NETWORK : 0) |
	       (abi < ABI_IOCTL ? (unsigned)SANDBOX_NO_IOCTL : 0) |
	       (abi < ABI_SCOPES ? (unsigned)SANDBOX_NO_SCOPES : 0);
}

bool step_landlock(const struct sandbox_spec *spec,
	enum sandbox_setting setting, unsigned *missing)
{
	int abi = kernel_abi();
	if (setting != SANDBOX_DESK && abi < ABI_SCOPES)
		return false;
	*missing |= missing_before(abi);
	return abi == 0 || restrict_self(spec, abi);
}
