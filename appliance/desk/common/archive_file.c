/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/archive_file.h"

#include <sysexits.h>

int archive_file_read(const char *path, struct archive_file *out)
{
	*out = (struct archive_file){ 0 };
	int status = file_read(path, ARCHIVE_FILE_MOST, &out->file);
	if (status != 0)
		return status;
	refusal refused = archive_parse(file_bytes(&out->file), &out->archive);
	if (refused == NULL)
		return 0;
	file_free(&out->file);
	return fail(EX_DATAERR, path, 0,
		"%s; take the medium out of the machine again", refused);
}

void archive_file_free(struct archive_file *file)
{
	archive_free(&file->archive);
	file_free(&file->file);
}
