/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The election definition: the JSON file that the authority writes and signs.
 *
 * Strict: every member must be there unless marked optional, no other may be,
 * none twice; integers are integers; texts are clean UTF-8 of 1 to
 * DEFINITION_TEXT_MOST bytes. Then plan_check must accept the whole. The
 * rules are those of docs/rules.md; list-proportional/0-pilot is refused
 * unless the contest says that it is a pilot.
 *
 *	format "sandoq/definition/v1", id, title {fa, en},
 *	language (optional, "fa" or "en"), rehearsal,
 *	image (64 hexadecimal digits), ek_cas [64 digits, ...], software_tpm,
 *	operators, authority, officers, auditors:
 *		[{id, board "executive" | "supervisory", key (vkey)}, ...]
 *	quorum {boot, definition, open, release: {need, of, each?}},
 *	recipients [{id, key (age1tag...)}, ...],
 *	contests [{id, title {fa, en}, rule, pilot (optional, false), seats,
 *		alternates, max_choices, candidates
 *		[{code, name {fa, en}, list (optional), tie_break [...],
 *		withdrawn (optional, false)}]}],
 *	stations [{id, name {fa, en}, contests [id, ...], key (vkey),
 *		ballots_issued, boxes (optional, 1)}]
 */
#ifndef SANDOQ_ELECTION_DEFINITION_H
#define SANDOQ_ELECTION_DEFINITION_H

#include "appliance/election/plan.h"

enum {
	/* With its notes and keys it is one entry of the journal. */
	DEFINITION_SIZE_MOST = 31 << 20,
	DEFINITION_TEXT_MOST = 256,
	DEFINITION_ERROR_MOST = 256,
	EK_CAS_MOST = 16
};

/* The same in Persian and English; borrowed from the definition. */
struct name {
	const char *fa;
	const char *en;
};

struct definition {
	/* What is counted by; its arrays belong to the definition. */
	struct plan plan;
	struct name title;
	/* The larger one on the machine's screen; else Persian. */
	bool english;
	/* Authenticode SHA-256 of the image that may count. */
	struct digest image;
	/* SHA-256 of each CA certificate (DER) that may vouch for an EK. */
	size_t ek_cas;
	struct digest ek_ca[EK_CAS_MOST];
	/* May the machine's TPM be a software one? */
	bool software_tpm;
	struct name contest_title[CONTESTS_MOST];
	/* Beside plan.candidate; a list is NULL when not given. */
	struct name *candidate_name;
	const char **candidate_list;
	/* Beside plan.station. */
	struct name *station_name;
	/* What the texts above point into. */
	char *texts;
};

/*
 * False and a sentence that starts with the place when `json` is refused, as
 * "contests[0].candidates[12].code: must be 1 to 65535"; otherwise the caller
 * calls definition_free.
 */
bool definition_parse(struct definition *, struct bytes json,
	char error[DEFINITION_ERROR_MOST]);
void definition_free(struct definition *);

#endif
