/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/software.h"

#include <stdio.h>

enum { LINE_MOST = 1024 };

/* When it was approved, as the journal has it. */
static const char *when(
	const struct chain *chain, const struct chain_software *software)
{
	if (software->entry == 0)
		return "approved at the enrolment";
	if (software->entry < chain->fold.last[ENTRY_SEALED])
		return "approved before this election";
	return "APPROVED DURING THIS ELECTION";
}

static void write_approvers(const struct chain *chain,
	const struct chain_software *software, struct writer *out)
{
	const struct roster *roster = &chain->operator_roster;
	const char *between = " by ";
	for (size_t m = 0; m < roster->quorum.of; m++) {
		if ((software->approved_by >> m & 1) == 0)
			continue;
		write_text(out, between);
		write_text(out, roster->id[m]);
		between = ", ";
	}
}

/* What it did; the last one of the list is in force unless the count says so.
 */
static void write_use(const struct chain *chain,
	const struct chain_software *software, struct writer *out)
{
	const bool closed = chain->fold.last[ENTRY_CLOSED] != UINT64_MAX;
	if (software == chain->in_force)
		write_text(out, closed && !chain_is_now(chain)
					? "; it counted"
					: "; it is in force");
	if (software == chain->signing)
		write_text(out, "; it signed the result");
}

static void compose(const struct chain *chain,
	const struct chain_software *software, char line[LINE_MOST + 1])
{
	struct writer out = writer_of(line, LINE_MOST);
	write_text(&out, "image ");
	write_hex(&out, bytes_of(software->image.byte, SHA256_SIZE));
	write_text(&out, ", ");
	write_text(&out, when(chain, software));
	if (software->entry != 0) {
		write_text(&out, " (journal entry ");
		write_decimal(&out, software->entry);
		write_text(&out, ")");
	}
	write_approvers(chain, software, &out);
	write_use(chain, software, &out);
	line[out.size] = '\0';
}

void report_software(struct report *report, const struct chain *chain)
{
	char line[LINE_MOST + 1];
	json_t *list = json_array();
	for (size_t i = 0; i < chain->software_count; i++) {
		compose(chain, &chain->software[i], line);
		json_array_append_new(list, json_string(line));
	}
	if (chain->software_count > 0)
		report_value(report, "software", list);
	else
		json_decref(list);
}

void show_software(const struct chain *chain)
{
	char line[LINE_MOST + 1];
	fprintf(stderr, "\nsoftware:\n");
	for (size_t i = 0; i < chain->software_count; i++) {
		compose(chain, &chain->software[i], line);
		fprintf(stderr, "  %s\n", line);
	}
}
