/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/image/image_file.h"
#include "appliance/desk/common/files.h"
#include "appliance/desk/common/profiles.h"
#include "tpm/policy/authenticode.h"

#include <sysexits.h>

int image_digest(const char *path, struct digest *out)
{
	struct file image;
	int status = file_read(path, IMAGE_MOST, &image);
	if (status != 0)
		return status;
	refusal refused = authenticode_digest(file_bytes(&image), out);
	file_free(&image);
	if (refused != NULL)
		return fail(EX_DATAERR, path, 0,
			"%s; give the image's EFI file", refused);
	return 0;
}

int image_prediction(const struct arguments *arguments, struct digest *image,
	struct boot_profile *profile, struct pcr_set *pcrs)
{
	int status = image_digest(argument(arguments, "IMAGE"), image);
	if (status == 0)
		status = boot_profile_read(
			argument(arguments, "--profile"), false, profile);
	if (status != 0)
		return status;
	boot_profile_set_image(profile, image);
	boot_profile_predict(profile, pcrs);
	return 0;
}
