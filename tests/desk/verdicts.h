/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What sandoq says of evidence in the workplace, and whether result pages in a
 * browser say the same. One Chromium is asked of all forgeries together, since
 * to start it takes longer than to look at most of them.
 */
#ifndef SANDOQ_TESTS_DESK_VERDICTS_H
#define SANDOQ_TESTS_DESK_VERDICTS_H

#include "appliance/verify/verify.h"

/* The first check that was refused, and why; both empty when none was. */
struct verdict {
	char check[64];
	char reason[CHECK_REASON_MOST];
};

/* What `sandoq COMMAND --json` says, which is a command that verifies. */
void verdict_of(struct verdict *out, const char *command);

/* The rest of `bundle verify` and `bundle page` with paper_write_trusted(). */
#define TRUSTED                                                                \
	"--definition definition.json --authorities authorities.pem "          \
	"--profile ./profile.json"

/*
 * False when $SANDOQ_NO_BROWSER leaves out what needs Chromium: then skip().
 * Fails when Chromium, what drives it or a module of a page is missing.
 */
bool browser_is_wanted(void);

/*
 * Pages are made with sent.tar and these options. The bundle that is there now
 * passes; whatever is refused later is put into its page.
 */
void browser_begin(const char *options);
/* To be asked of this bundle in the workplace, of which sandoq says that. */
void browser_ask(const char *sent, const struct verdict *ours);
/* Each page says the same of each as sandoq, in the same words. */
void browser_agrees(void);

#endif
