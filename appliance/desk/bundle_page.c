/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `bundle page`: verifies a signed result, and makes of the evidence one HTML
 * file that verifies it once more in the browser of whoever opens it. Of what
 * is refused here no page is made. The boxes' ciphertext is left out.
 */
#include "appliance/desk/common/completeness.h"
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/common/page_file.h"
#include "appliance/desk/common/public_bundle.h"
#include "appliance/desk/common/ruling.h"
#include "appliance/desk/desk.h"
#include "appliance/desk/reports/released.h"

#include <stdio.h>
#include <stdlib.h>

const struct option bundle_page_options[] = {
	OPTION_SENT,
	OPTION_DEFINITION,
	OPTION_AUTHORITIES,
	OPTION_COMPARED_PROFILE(OPTIONAL),
	OPTION_RULING,
	{ "--output", "FILE", "the page to write", REQUIRED_OUTPUT },
	OPTION_FORCE,
	OPTION_JSON,
	OPTION_END,
};

/* What the page gets, as far as it is not the evidence's own. */
struct embedded {
	char *sent;
	size_t sent_size;
	char *profile;
	struct file ruling;
};

static void embedded_free(struct embedded *embedded)
{
	free(embedded->sent);
	free(embedded->profile);
	file_free(&embedded->ruling);
}

static int put(const void *context, struct bytes piece)
{
	FILE *const *out = context;
	if (piece.size == 0 ||
		fwrite(piece.data, 1, piece.size, *out) == piece.size)
		return 0;
	return fail(EX_OSERR, NULL, 0, "no memory is left");
}

static int take_sent(const struct archive *sent, struct embedded *out)
{
	FILE *stream = open_memstream(&out->sent, &out->sent_size);
	if (stream == NULL)
		return fail(EX_OSERR, NULL, 0, "no memory is left");
	int status = public_bundle_write(sent, put, &stream);
	return fclose(stream) == 0 || status != 0
		       ? status
		       : fail(EX_OSERR, NULL, 0, "no memory is left");
}

static int take(const struct arguments *arguments,
	const struct evidence *evidence, struct embedded *out)
{
	int status = take_sent(evidence->sent, out);
	if (status == 0 && evidence->profile != NULL)
		out->profile = boot_profile_encode(evidence->profile);
	if (status == 0 && argument_given(arguments, "--ruling"))
		status = file_read(argument(arguments, "--ruling"),
			STATEMENT_MOST, &out->ruling);
	return status;
}

static int write_page(const struct arguments *arguments,
	const struct evidence *evidence, struct page_digests *digests)
{
	struct embedded embedded = { 0 };
	int status = take(arguments, evidence, &embedded);
	const struct bytes given[PAGE_INPUTS] = {
		[PAGE_SENT] = bytes_of(embedded.sent, embedded.sent_size),
		[PAGE_DEFINITION] = evidence->definition_file,
		[PAGE_AUTHORITIES] = evidence->authorities,
		[PAGE_PROFILE] = embedded.profile != NULL
					 ? bytes_of_text(embedded.profile)
					 : bytes_of(NULL, 0),
		[PAGE_RULING] = file_bytes(&embedded.ruling),
	};
	if (status == 0)
		status = page_file_write(PAGE_OF_RESULT,
			argument(arguments, "--output"), given, digests);
	embedded_free(&embedded);
	return status;
}

static int tell_page(const struct arguments *arguments, struct chain *chain)
{
	struct page_digests digests = { 0 };
	struct report report = report_begin(arguments);
	int status = report_completeness(&report, chain);
	report_released(&report, chain);
	if (status == 0)
		status = write_page(arguments, chain->evidence, &digests);
	report_hex(&report, "verifier",
		bytes_of(digests.module.byte, SHA256_SIZE));
	report_hex(&report, "page", bytes_of(digests.page.byte, SHA256_SIZE));
	return report_end(&report, status);
}

static int ruled_page(const struct arguments *arguments, struct chain *chain)
{
	const int status = ruling_read(arguments, &chain->result);
	return status != 0 ? status : tell_page(arguments, chain);
}

int bundle_page_command(const struct arguments *arguments)
{
	return with_verified(
		arguments, VERIFY_RELEASED, UNDONE_PAGE, ruled_page);
}
