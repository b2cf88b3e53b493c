/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `image profile`: takes the boot profile from the event log of a reference
 * boot. Signs nothing, and keeps a log only if it holds the image that is
 * given.
 */
#include "appliance/desk/common/profiles.h"
#include "appliance/desk/common/signing.h"
#include "appliance/desk/desk.h"
#include "appliance/desk/image/image_file.h"
#include "appliance/desk/image/secure_boot_keys.h"

enum { EVENT_LOG_MOST = 1024 * 1024 };

const struct option image_profile_options[] = {
	{ "EVENT-LOG", NULL, "binary event log of a boot of the image",
		REQUIRED },
	{ "IMAGE", NULL, "that image, an EFI program", REQUIRED },
	{ "--secure-boot", "DIR",
		"leave the Secure Boot keys open; those of that boot are here",
		OPTIONAL },
	OPTION_OUTPUT("boot profile"),
	OPTION_END,
};

static int read_log(
	const char *path, const struct digest *image, struct boot_profile *out)
{
	struct file log;
	int status = file_read(path, EVENT_LOG_MOST, &log);
	if (status != 0)
		return status;
	refusal refused = boot_profile_of_log(file_bytes(&log), image, out);
	file_free(&log);
	if (refused != NULL)
		return fail(EX_DATAERR, path, 0,
			"%s; boot that image on the reference machine and "
			"take its log",
			refused);
	return 0;
}

static int leave_keys_open(
	const char *path, const char *folder, struct boot_profile *profile)
{
	struct secure_boot_files keys;
	struct digest events[OPEN_EVENTS];
	int status = secure_boot_files_read(folder, &keys);
	if (status != 0)
		return status;
	secure_boot_events(&keys.keys, events);
	refusal refused = boot_profile_open(profile, events);
	secure_boot_files_free(&keys);
	if (refused != NULL)
		return fail(EX_DATAERR, path, 0,
			"%s; give the folder of the keys that the reference "
			"machine has",
			refused);
	return 0;
}

int image_profile_command(const struct arguments *arguments)
{
	const char *path = argument(arguments, "EVENT-LOG");
	const char *keys = argument(arguments, "--secure-boot");
	struct boot_profile profile;
	struct digest image;
	int status = image_digest(argument(arguments, "IMAGE"), &image);
	if (status == 0)
		status = read_log(path, &image, &profile);
	if (status == 0 && keys != NULL)
		status = leave_keys_open(path, keys, &profile);
	if (status != 0)
		return status;
	return boot_profile_write(argument_output(arguments), &profile);
}
