/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The launch profile: `key=value` lines, '#' begins a comment. PCR 0 depends
 * on the firmware file, the memory and the processors, so an approval of a
 * boot state is always one for a profile.
 */
#ifndef SANDOQ_DESK_EMULATOR_PROFILE_H
#define SANDOQ_DESK_EMULATOR_PROFILE_H

#include <stddef.h>

enum profile_key {
	PROFILE_MACHINE,    /* QEMU's -machine */
	PROFILE_MEMORY,	    /* MiB */
	PROFILE_PROCESSORS, /* count */
	PROFILE_CPU,
	PROFILE_FIRMWARE_CODE, /* path */
	PROFILE_FIRMWARE_CODE_SHA256,
	PROFILE_FIRMWARE_VARS, /* path of the empty variable store */
	PROFILE_FIRMWARE_VARS_SHA256,
	PROFILE_DEFAULTS, /* words that come first */
	PROFILE_DISK,	  /* -device; the drive is added */
	PROFILE_TPM,	  /* -device; the tpmdev is added */
	PROFILE_USB,	  /* -device: the controller for media */
	PROFILE_RANDOM,	  /* -device */
	PROFILE_MEDIUM,	  /* -device, hot-plugged; the drive is added */
	PROFILE_KEYS,
};

enum { PROFILE_VALUE_SIZE = 256 };

struct profile {
	char value[PROFILE_KEYS][PROFILE_VALUE_SIZE];
};

/* Every key exactly once; returns 0 or a status after saying what is wrong. */
int profile_read(const char *path, struct profile *out);
/*
 * Whether both firmware files are those that the profile was measured with;
 * `path`, the profile's, is for the message. 0 or a status as above.
 */
int profile_check_firmware(const char *path, const struct profile *);

#endif
