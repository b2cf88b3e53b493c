/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/ruling.h"
#include "appliance/desk/common/files.h"
#include "appliance/election/ruling.h"
#include "appliance/election/statement.h"

#include <sysexits.h>

int ruling_read(const struct arguments *arguments, struct result *result)
{
	const char *path = argument(arguments, "--ruling");
	struct file note;
	if (path == NULL)
		return 0;
	int status = file_read(path, STATEMENT_MOST, &note);
	if (status != 0)
		return status;
	refusal refused = ruling_enter(result, file_bytes(&note));
	file_free(&note);
	return refused == NULL ? 0 : fail(EX_DATAERR, path, 0, "%s", refused);
}
