/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `election check`: reads a definition, says what it defines, and warns of
 * names that look alike. Signs nothing.
 */
#include "appliance/desk/common/signable.h"
#include "appliance/desk/desk.h"
#include "appliance/record/room.h"

const struct option election_check_options[] = {
	{ "DEFINITION", NULL, "the election's definition, JSON", REQUIRED },
	OPTION_JSON,
	OPTION_END,
};

/* For `image/disk --journal`, which counts in MiB. */
static uint64_t journal_mebibytes(const struct plan *plan, size_t definition)
{
	enum { MEBIBYTE = 1 << 20 };
	return (room_of_partition(plan, definition) + MEBIBYTE - 1) / MEBIBYTE;
}

static void report_definition(
	struct report *report, const struct definition *definition, size_t size)
{
	const struct plan *plan = &definition->plan;
	report_text(report, "election", plan->id);
	report_text(report, "title", definition->title.en);
	report_text(report, "mode", plan->rehearsal ? "rehearsal" : "live");
	report_hex(report, "definition",
		bytes_of(plan->definition.byte, SHA256_SIZE));
	report_number(report, "contests", plan->contests);
	report_number(report, "candidates", plan->candidates);
	report_number(report, "stations", plan->stations);
	report_number(report, "recipients", plan->recipients);
	report_number(report, "journal_mib", journal_mebibytes(plan, size));
}

int election_check_command(const struct arguments *arguments)
{
	struct file file;
	struct definition definition;
	const char *path = argument(arguments, "DEFINITION");
	int status = signable_read(path, &file, &definition);
	if (status != 0)
		return status;
	struct report report = report_begin(arguments);
	report_definition(&report, &definition, file_bytes(&file).size);
	status = signable_warn(path, &definition, &report);
	definition_free(&definition);
	file_free(&file);
	return report_end(&report, status);
}
