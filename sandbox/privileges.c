/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps that give up what the kernel lets a process have: namespaces,
 * limits, capabilities, user and group, dumps. None of them may give anything
 * back.
 */
#include "sandbox/steps.h"

#include <grp.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* On a desk, what was refused for want of privilege is only reported. */
static bool refused(
	enum sandbox_setting setting, unsigned bit, unsigned *missing)
{
	if (setting != SANDBOX_DESK)
		return false;
	*missing |= bit;
	return true;
}

bool step_namespaces(const struct sandbox_spec *spec,
	enum sandbox_setting setting, unsigned *missing)
{
	if ((spec->namespaces & (CLONE_NEWPID | CLONE_NEWUSER)) != 0)
		return false;
	if (spec->namespaces == 0 || unshare(spec->namespaces) == 0)
		return true;
	if (setting == SANDBOX_DESK &&
		unshare(spec->namespaces | CLONE_NEWUSER) == 0)
		return true;
	return refused(setting, SANDBOX_NO_NAMESPACES, missing);
}

/* A desk's limit may be lower already, for good. */
static bool limit(
	enum sandbox_setting setting, __rlimit_resource_t what, rlim_t most)
{
	struct rlimit old;
	if (getrlimit(what, &old) != 0)
		return false;
	if (setting == SANDBOX_DESK && old.rlim_max < most)
		most = old.rlim_max;
	struct rlimit wanted = { .rlim_cur = most, .rlim_max = most };
	return setrlimit(what, &wanted) == 0;
}

static bool limit_memory(
	const struct sandbox_spec *spec, enum sandbox_setting setting)
{
#ifdef __SANITIZE_ADDRESS__
	/* AddressSanitizer reserves terabytes of address space. */
	(void)spec;
	(void)setting;
	return true;
#else
	return limit(setting, RLIMIT_AS, spec->memory);
#endif
}

bool step_limits(const struct sandbox_spec *spec, enum sandbox_setting setting,
	unsigned *missing)
{
	(void)missing;
	return limit_memory(spec, setting) &&
	       limit(setting, RLIMIT_CPU, spec->cpu_seconds) &&
	       limit(setting, RLIMIT_FSIZE, spec->file_size) &&
	       limit(setting, RLIMIT_NOFILE, spec->open_files) &&
	       limit(setting, RLIMIT_NPROC, spec->processes) &&
	       limit(setting, RLIMIT_CORE, 0) &&
	       limit(setting, RLIMIT_MEMLOCK, 0) &&
	       limit(setting, RLIMIT_MSGQUEUE, 0);
}

static bool is_kept(const struct sandbox_spec *spec, cap_value_t number)
{
	for (size_t i = 0; i < spec->capability_count; i++)
		if (spec->capabilities[i].number == number)
			return true;
	return false;
}

static bool drop_bounds(const struct sandbox_spec *spec)
{
	for (cap_value_t n = 0; n < cap_max_bits(); n++)
		if (!is_kept(spec, n) && cap_get_bound(n) != 0 &&
			cap_drop_bound(n) != 0)
			return false;
	return true;
}

static bool lock_securebits(const struct sandbox_spec *spec)
{
	const bool keeps = spec->capability_count > 0;
	unsigned bits = SECBIT_NO_CAP_AMBIENT_RAISE |
			SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED |
			SECBIT_NO_SETUID_FIXUP_LOCKED;
	/* Who has uid 0 and capabilities leaves these to what it starts. */
	if (!keeps || spec->uid != 0)
		bits |= SECBIT_NOROOT | SECBIT_NOROOT_LOCKED |
			SECBIT_KEEP_CAPS_LOCKED;
	if (keeps && spec->uid != 0)
		bits |= SECBIT_KEEP_CAPS;
	return cap_set_secbits(bits) == 0;
}

bool step_bounding(const struct sandbox_spec *spec,
	enum sandbox_setting setting, unsigned *missing)
{
	if (drop_bounds(spec) && lock_securebits(spec))
		return true;
	return refused(setting, SANDBOX_NO_BOUNDING, missing);
}

static bool has_identity(const struct sandbox_spec *spec)
{
	uid_t uid[3];
	gid_t gid[3];
	return getgroups(0, NULL) == 0 &&
	       getresuid(&uid[0], &uid[1], &uid[2]) == 0 &&
	       getresgid(&gid[0], &gid[1], &gid[2]) == 0 &&
	       uid[0] == spec->uid && uid[1] == spec->uid &&
	       uid[2] == spec->uid && gid[0] == spec->gid &&
	       gid[1] == spec->gid && gid[2] == spec->gid;
}

bool step_identity(const struct sandbox_spec *spec,
	enum sandbox_setting setting, unsigned *missing)
{
	if (setgroups(0, NULL) == 0 &&
		setresgid(spec->gid, spec->gid, spec->gid) == 0 &&
		setresuid(spec->uid, spec->uid, spec->uid) == 0)
		return has_identity(spec);
	return refused(setting, SANDBOX_NO_IDENTITY, missing);
}

static bool keep_only(const struct sandbox_spec *spec, cap_t caps)
{
	for (size_t i = 0; i < spec->capability_count; i++) {
		cap_value_t number = spec->capabilities[i].number;
		if (cap_set_flag(caps, CAP_PERMITTED, 1, &number, CAP_SET) !=
				0 ||
			cap_set_flag(
				caps, CAP_EFFECTIVE, 1, &number, CAP_SET) != 0)
			return false;
	}
	return cap_set_proc(caps) == 0;
}

static bool keep_none(cap_t caps)
{
	return cap_clear(caps) == 0 && cap_set_proc(caps) == 0;
}

bool step_capabilities(const struct sandbox_spec *spec,
	enum sandbox_setting setting, unsigned *missing)
{
	cap_t caps = cap_init();
	if (caps == NULL)
		return false;
	bool done = cap_reset_ambient() == 0;
	if (done && !keep_only(spec, caps))
		done = refused(setting, SANDBOX_NO_CAPABILITIES, missing) &&
		       keep_none(caps);
	return cap_free(caps) == 0 && done;
}

bool step_no_dump(const struct sandbox_spec *spec, enum sandbox_setting setting,
	unsigned *missing)
{
	(void)spec;
	(void)setting;
	(void)missing;
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 &&
	       prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0;
}

bool step_no_new_privs(const struct sandbox_spec *spec,
	enum sandbox_setting setting, unsigned *missing)
{
	(void)spec;
	(void)setting;
	(void)missing;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}
