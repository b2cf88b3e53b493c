/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `election station-page`: one HTML file on which a station's people read their
 * ballots, seal and sign, with any browser and nothing else. It seals to keys
 * that the authority's quorum has signed, or it is not made. Without an
 * election it only makes keys, which a definition needs.
 */
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/common/page_file.h"
#include "appliance/desk/common/sealing.h"
#include "appliance/desk/desk.h"

const struct option election_station_page_options[] = {
	{ "--definition", "FILE",
		"the election's definition, JSON; without it the page only "
		"makes keys",
		OPTIONAL },
	OPTION_ELECTION_KEYS(OPTIONAL),
	OPTION_BOX_KEY(OPTIONAL),
	{ "--output", "FILE", "the page to write", REQUIRED_OUTPUT },
	OPTION_FORCE,
	OPTION_JSON,
	OPTION_END,
};

static int write_page(
	const struct arguments *arguments, const struct bytes given[])
{
	struct page_digests digests = { 0 };
	struct report report = report_begin(arguments);
	int status = page_file_write(PAGE_OF_STATION,
		argument(arguments, "--output"), given, &digests);
	report_hex(
		&report, "module", bytes_of(digests.module.byte, SHA256_SIZE));
	report_hex(&report, "page", bytes_of(digests.page.byte, SHA256_SIZE));
	return report_end(&report, status);
}

/* What was verified is read once more to be written as it is. */
static int write_trusted(
	const struct arguments *arguments, const struct sealing *sealing)
{
	struct file note, area;
	int status = file_read(
		argument(arguments, "--election-keys"), STATEMENT_MOST, &note);
	if (status != 0)
		return status;
	status = file_read(
		argument(arguments, "--box-key"), TPM_PUBLIC_MOST, &area);
	if (status == 0) {
		const struct bytes given[STATION_INPUTS] = {
			[STATION_DEFINITION] = file_bytes(&sealing->file),
			[STATION_ELECTION_KEYS] = file_bytes(&note),
			[STATION_BOX_KEY] = file_bytes(&area),
		};
		status = write_page(arguments, given);
		file_free(&area);
	}
	file_free(&note);
	return status;
}

/* All three, or none of them. */
static int check_given(const struct arguments *arguments, bool *with_election)
{
	static const char *const name[] = { "--definition", "--election-keys",
		"--box-key" };
	size_t count = 0;
	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		count += argument_given(arguments, name[i]);
	*with_election = count > 0;
	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		if (count > 0 && !argument_given(arguments, name[i]))
			return fail(EX_USAGE, NULL, 0,
				"missing: %s; see 'sandoq %s --help'", name[i],
				"election station-page");
	return 0;
}

int election_station_page_command(const struct arguments *arguments)
{
	static const struct bytes nothing[STATION_INPUTS];
	static struct sealing sealing;
	bool with_election;
	int status = check_given(arguments, &with_election);
	if (status != 0)
		return status;
	if (!with_election)
		return write_page(arguments, nothing);
	status = sealing_read(arguments, &sealing);
	if (status != 0)
		return status;
	status = write_trusted(arguments, &sealing);
	sealing_free(&sealing);
	return status;
}
