/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The image that a command was given, an EFI program. Functions give 0, or a
 * status of sysexits.h after printing what is wrong.
 */
#ifndef SANDOQ_DESK_IMAGE_IMAGE_FILE_H
#define SANDOQ_DESK_IMAGE_IMAGE_FILE_H

#include "appliance/desk/common/options.h"
#include "appliance/verify/boot_profile.h"

/* In bytes. */
enum { IMAGE_MOST = 256 * 1024 * 1024 };

/* Its Authenticode digest, which the firmware extends PCR 4 with. */
int image_digest(const char *path, struct digest *out);

/*
 * By IMAGE and --profile: the image's digest, the profile as it is for this
 * image, and the PCRs that it boots to.
 */
int image_prediction(const struct arguments *, struct digest *image,
	struct boot_profile *, struct pcr_set *);

#endif
