/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Somebody signs a text: it is shown, agreed to, and only then signed, with a
 * key that the text's quorum names. Nothing else in the desk signs, but for a
 * station's box (box_draft.h). Before "yes" there is nothing, in no file and
 * on no screen, that a TPM or a verifier would take for a signature.
 */
#ifndef SANDOQ_DESK_COMMON_SIGNING_H
#define SANDOQ_DESK_COMMON_SIGNING_H

#include "appliance/desk/common/files.h"
#include "appliance/desk/common/options.h"
#include "appliance/desk/keys/signing_key.h"
#include "appliance/election/statement.h"
#include "tpm/policy/approval.h"

#define OPTION_YES                                                             \
	{                                                                      \
		"--yes", NULL,                                                 \
			"sign without asking: the text was read before",       \
			OPTIONAL                                               \
	}
#define OPTION_NOTE                                                            \
	{                                                                      \
		"--note", "FILE",                                              \
			"add to the signatures of this note, made by others",  \
			OPTIONAL                                               \
	}
#define OPTION_OUTPUT(what)                                                    \
	{ "--output", "FILE", what " to write, stdout if not given", OUTPUT }, \
		OPTION_FORCE

struct signer {
	struct signing_key *key;
	const struct roster *roster; /* borrowed; NULL: nobody in it */
	size_t member;
};

/* The member whose key --key is. Given back by signer_free(). */
int signer_read(
	const struct arguments *, const struct roster *, struct signer *out);
/* The same of several bodies. */
int signer_read_of(const struct arguments *,
	const struct roster *const *rosters, size_t count, struct signer *out);
void signer_free(struct signer *);

/* What the TPM demands of the signer: the last field of the text. */
struct authorization {
	size_t field;
	struct approval_scope scope;
	const struct digest *cp_hash; /* NULL: bound to no command */
};

/*
 * Shows the text so far and asks, unless --yes was given. Then it makes the
 * authorization, if there is one, ends the text, signs it and writes the note
 * to --output, with the signatures of --note where the command has that
 * option. 0, or a status of sysexits.h after printing what is wrong.
 */
int sign_text(const struct arguments *, struct text_writer *,
	const struct signer *, const struct authorization *);

/* The same for a note of these values alone, one a field. */
int sign_values_as(const struct arguments *, enum statement_kind,
	bool rehearsal, const struct signer *, const struct statement_value *,
	size_t count);
/* By whom of the quorum --key belongs to. */
int sign_values(const struct arguments *, enum statement_kind, bool rehearsal,
	const struct roster *, const struct statement_value *, size_t count);

#endif
