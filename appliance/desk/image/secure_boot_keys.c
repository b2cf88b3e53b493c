/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/image/secure_boot_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

enum { FILE_MOST = 1 << 16, NAME_MOST = 16 };

static int read_certificate(const char *path, struct file *out)
{
	int status = file_read(path, FILE_MOST, out);
	if (status != 0)
		return status;
	refusal refused = secure_boot_certificate_check(file_bytes(out));
	if (refused != NULL)
		return fail(EX_DATAERR, path, 0,
			"%s; give a certificate as image/secure-boot makes it",
			refused);
	return 0;
}

int secure_boot_files_read(const char *folder, struct secure_boot_files *out)
{
	int status = 0;
	*out = (struct secure_boot_files){ 0 };
	for (enum secure_boot_key key = 0;
		key < SECURE_BOOT_KEYS && status == 0; key++) {
		char name[NAME_MOST];
		snprintf(name, sizeof(name), "%s.cer", secure_boot_name(key));
		char *path = path_join(folder, name);
		status = read_certificate(path, &out->file[key]);
		out->keys.certificate[key] = file_bytes(&out->file[key]);
		free(path);
	}
	if (status != 0)
		secure_boot_files_free(out);
	return status;
}

void secure_boot_files_free(struct secure_boot_files *files)
{
	for (enum secure_boot_key key = 0; key < SECURE_BOOT_KEYS; key++)
		file_free(&files->file[key]);
	*files = (struct secure_boot_files){ 0 };
}
