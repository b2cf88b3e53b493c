/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Profiles by name. NAME is a word of lower-case letters, digits and hyphens
 * and stands, in the tree that the program was built in, for
 *
 *	image/profiles/NAME          how QEMU is started (emulator/profile.h)
 *	image/profiles/NAME.json     what that boots to (boot_profile.h), or
 *	build/profiles/NAME.json     the same with the operators' own keys,
 *	                             which goes first
 *
 * Anything else is the path of a file.
 */
#ifndef SANDOQ_DESK_COMMON_PROFILES_H
#define SANDOQ_DESK_COMMON_PROFILES_H

#include "appliance/verify/boot_profile.h"

/* A file of that tree, whether it is there or not; owned by the caller. */
char *tree_file(const char *name);

/*
 * The path of a launch profile, owned by the caller; NULL after saying that
 * there is none.
 */
char *launch_profile_path(const char *name);

/*
 * Returns 0, or a status of sysexits.h after saying what is wrong. Only with
 * `open` may Secure Boot keys be left open in it, and only image/profiles
 * has such profiles.
 */
int boot_profile_read(const char *name, bool open, struct boot_profile *out);
int boot_profile_write(const char *path, const struct boot_profile *);

#endif
