/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `firmware variables`: writes the operators' Secure Boot keys into an empty
 * variable store. Takes certificates only; it sees no private key.
 */
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
	return file_write(argument_output(arguments), file_bytes(store), 0644);
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
