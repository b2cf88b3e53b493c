/* SPDX-License-Identifier: Apache-2.0 */
/* The folder that image/secure-boot makes: PK.cer, KEK.cer and db.cer. */
#ifndef SANDOQ_DESK_IMAGE_SECURE_BOOT_KEYS_H
#define SANDOQ_DESK_IMAGE_SECURE_BOOT_KEYS_H

#include "appliance/desk/common/files.h"
#include "appliance/desk/image/secure_boot.h"

#define OPTION_SECURE_BOOT_KEYS(presence)                                      \
	{                                                                      \
		"--secure-boot", "DIR",                                        \
			"folder with PK.cer, KEK.cer and db.cer", presence     \
	}

struct secure_boot_files {
	struct secure_boot keys; /* borrowed from the files */
	struct file file[SECURE_BOOT_KEYS];
};

/*
 * Returns 0, or a status of sysexits.h after saying what is wrong; then
 * there is nothing to free.
 */
int secure_boot_files_read(const char *folder, struct secure_boot_files *out);
void secure_boot_files_free(struct secure_boot_files *);

#endif
