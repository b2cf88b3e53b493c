/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `firmware profile`: fills the operators' Secure Boot keys into a boot profile
 * that leaves them open. Changes no other event of the profile.
 */
#include "appliance/desk/common/profiles.h"
#include "appliance/desk/common/signing.h"
#include "appliance/desk/desk.h"
#include "appliance/desk/image/secure_boot_keys.h"

const struct option firmware_profile_options[] = {
	{ "PROFILE", NULL, "name or file of a boot profile with open keys",
		REQUIRED },
	OPTION_SECURE_BOOT_KEYS(REQUIRED),
	OPTION_OUTPUT("boot profile"),
	OPTION_END,
};

static int fill(
	const struct arguments *arguments, const struct secure_boot *keys)
{
	const char *name = argument(arguments, "PROFILE");
	struct boot_profile profile;
	struct digest events[OPEN_EVENTS];
	int status = boot_profile_read(name, true, &profile);
	if (status != 0)
		return status;
	secure_boot_events(keys, events);
	refusal refused = boot_profile_fill(&profile, events);
	if (refused != NULL)
		return fail(EX_DATAERR, name, 0,
			"%s; give qemu-ovmf-secure-boot or one that was made "
			"with --secure-boot",
			refused);
	return boot_profile_write(argument_output(arguments), &profile);
}

int firmware_profile_command(const struct arguments *arguments)
{
	struct secure_boot_files keys;
	int status = secure_boot_files_read(
		argument(arguments, "--secure-boot"), &keys);
	if (status != 0)
		return status;
	status = fill(arguments, &keys.keys);
	secure_boot_files_free(&keys);
	return status;
}
