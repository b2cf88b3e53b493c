/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `box check`: checks a box before it is delivered, as the machine will when it
 * takes it in. Opens no box: it has no key that could.
 */
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/common/sealing.h"
#include "appliance/desk/desk.h"
#include "appliance/election/box.h"

#include <stdio.h>
#include <stdlib.h>

const struct option box_check_options[] = {
	{ "NAME", NULL, "checks NAME.age and NAME.note", REQUIRED },
	OPTION_DEFINITION,
	OPTION_ELECTION_KEYS(REQUIRED),
	OPTION_BOX_KEY(REQUIRED),
	OPTION_JSON,
	OPTION_END,
};

static int read_named(
	const char *name, const char *ending, size_t most, struct file *out)
{
	char *path;
	if (asprintf(&path, "%s%s", name, ending) < 0)
		return fail(EX_OSERR, NULL, 0, "no memory is left");
	int status = file_read(path, most, out);
	free(path);
	return status;
}

static int report_box(const struct arguments *arguments,
	const struct box_terms *terms, struct bytes note, struct bytes sealed)
{
	struct box box;
	struct report report = report_begin(arguments);
	refusal refused = box_check(terms, note, sealed, &box);
	if (box.station >= 0)
		report_text(&report, "station",
			terms->plan->station[box.station].id);
	if (refused == NULL)
		report_number(&report, "sequence", box.sequence);
	report_hex(&report, "sealed", bytes_of(box.digest.byte, SHA256_SIZE));
	report_check(&report, "box", refused);
	return report_end(&report, 0);
}

int box_check_command(const struct arguments *arguments)
{
	static struct sealing sealing;
	const char *name = argument(arguments, "NAME");
	struct file note, sealed = { 0 };
	int status = sealing_read(arguments, &sealing);
	if (status != 0)
		return status;
	status = read_named(name, ".note", BOX_NOTE_MOST, &note);
	if (status == 0) {
		status = read_named(name, ".age", BOX_MOST, &sealed);
		if (status == 0)
			status = report_box(arguments, &sealing.keys.terms,
				file_bytes(&note), file_bytes(&sealed));
		file_free(&note);
		file_free(&sealed);
	}
	sealing_free(&sealing);
	return status;
}
