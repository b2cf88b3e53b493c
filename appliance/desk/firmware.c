/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/profiles.h"
#include "appliance/desk/common/signing.h"
#include "appliance/desk/desk.h"
#include "appliance/desk/image/secure_boot_keys.h"

enum { STORE_MOST = 16 << 20 };

const struct option firmware_variables_options[] = {
	{ "EMPTY", NULL, "the firmware's variable store, empty", REQUIRED },
	OPTION_SECURE_BOOT_KEYS(REQUIRED),
	OPTION_OUTPUT("variable store"),
	OPTION_END,
};

const struct option firmware_profile_options[] = {
	{ "PROFILE", NULL, "name or file of a boot profile with open keys",
		REQUIRED },
	OPTION_SECURE_BOOT_KEYS(REQUIRED),
	OPTION_OUTPUT("boot profile"),
	OPTION_END,
};

static const char *output_of(const struct arguments *arguments)
{
	const char *output = argument(arguments, "--output");
	return output != NULL ? output : "-";
}

static int write_variables(const struct arguments *arguments,
	const struct secure_boot *keys, struct file *store)
{
	const char *path = argument(arguments, "EMPTY");
	refusal refused =
		secure_boot_write_store(keys, store->data, store->size);
	if (refused != NULL)
		return fail(EX_DATAERR, path, 0,
			"%s; give the empty one of the firmware's package",
			refused);
	return file_write(output_of(arguments), file_bytes(store), 0644);
}

int firmware_variables_command(const struct arguments *arguments)
{
	struct secure_boot_files keys;
	struct file store;
	int status = secure_boot_files_read(
		argument(arguments, "--secure-boot"), &keys);
	if (status != 0)
		return status;
	status = file_read(argument(arguments, "EMPTY"), STORE_MOST, &store);
	if (status == 0)
		status = write_variables(arguments, &keys.keys, &store);
	file_free(&store);
	secure_boot_files_free(&keys);
	return status;
}

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
	return boot_profile_write(output_of(arguments), &profile);
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
