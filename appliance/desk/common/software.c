/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/software.h"

#include "appliance/desk/common/words.h"

#include <stdio.h>

enum { LINE_MOST = 2048 };

/* When it was approved, as the journal has it. */
static enum word when(
	const struct chain *chain, const struct chain_software *software)
{
	if (software->entry == 0)
		return WORD_SOFTWARE_AT_ENROLMENT;
	if (software->entry < chain->fold.last[ENTRY_SEALED])
		return WORD_SOFTWARE_BEFORE;
	return WORD_SOFTWARE_DURING;
}

static void write_approvers(const struct chain *chain,
	const struct chain_software *software, enum language language,
	struct writer *out)
{
	const struct roster *roster = &chain->operator_roster;
	enum word between = WORD_SOFTWARE_BY;
	for (size_t m = 0; m < roster->quorum.of; m++) {
		if ((software->approved_by >> m & 1) == 0)
			continue;
		write_words(out, between, language, NULL);
		write_text(out, roster->id[m]);
		between = WORD_SOFTWARE_AND;
	}
}

/* What it did; the last one of the list is in force unless the count says so.
 */
static void write_use(const struct chain *chain,
	const struct chain_software *software, enum language language,
	struct writer *out)
{
	const bool closed = chain->fold.last[ENTRY_CLOSED] != UINT64_MAX;
	if (software == chain->in_force)
		write_words(out,
			closed && !chain_is_now(chain) ? WORD_SOFTWARE_COUNTED
						       : WORD_SOFTWARE_IN_FORCE,
			language, NULL);
	if (software == chain->signing)
		write_words(out, WORD_SOFTWARE_SIGNED, language, NULL);
}

static void compose(const struct chain *chain,
	const struct chain_software *software, enum language language,
	char line[LINE_MOST + 1])
{
	char image[2 * SHA256_SIZE + 1] = "";
	struct writer hex = writer_of(image, sizeof(image) - 1);
	struct writer out = writer_of(line, LINE_MOST);
	write_hex(&hex, bytes_of(software->image.byte, SHA256_SIZE));
	write_words(&out, WORD_SOFTWARE_IMAGE, language,
		&(struct filling){
			.text = { image,
				words_in(when(chain, software), language) } });
	if (software->entry != 0)
		write_words(&out, WORD_SOFTWARE_ENTRY, language,
			&(struct filling){ .number = { software->entry } });
	write_approvers(chain, software, language, &out);
	write_use(chain, software, language, &out);
	line[out.size] = '\0';
}

void report_software(struct report *report, const struct chain *chain)
{
	char line[LINE_MOST + 1];
	json_t *list = json_array();
	for (size_t i = 0; i < chain->software_count; i++) {
		compose(chain, &chain->software[i],
			report->json ? ENGLISH : words_language(), line);
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
	fputc('\n', stderr);
	tell(stderr, WORD_SOFTWARE_RAN, NULL);
	for (size_t i = 0; i < chain->software_count; i++) {
		compose(chain, &chain->software[i], words_language(), line);
		fprintf(stderr, "  %s\n", line);
	}
}
