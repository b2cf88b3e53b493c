/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files behind a struct evidence, as the options of a command name them.
 */
#ifndef SANDOQ_DESK_COMMON_EVIDENCE_H
#define SANDOQ_DESK_COMMON_EVIDENCE_H

#include "appliance/desk/common/archive_file.h"
#include "appliance/desk/common/report.h"
#include "appliance/verify/verify.h"

/* Rows of option tables; a command has those that it needs. */
#define OPTION_DEFINITION                                                      \
	{                                                                      \
		"--definition", "FILE", "the election's definition, JSON",     \
			REQUIRED                                               \
	}
#define OPTION_SENT                                                            \
	{                                                                      \
		"--sent", "ARCHIVE", "what the machine sent on an outbox",     \
			REQUIRED                                               \
	}
#define OPTION_OPERATORS(presence)                                             \
	{                                                                      \
		"--operators", "FILE", "the operators text", presence          \
	}
#define OPTION_AUTHORITY(presence)                                             \
	{                                                                      \
		"--authority", "FILE",                                         \
			"the text that names the election authority", presence \
	}
#define OPTION_ENROLMENT(presence)                                             \
	{                                                                      \
		"--enrolment", "FILE", "the enrolment note", presence          \
	}
#define OPTION_AUTHORITIES                                                     \
	{                                                                      \
		"--authorities", "FILE",                                       \
			"certificates that may vouch for the TPM, PEM",        \
			REQUIRED                                               \
	}
#define OPTION_PROFILE(use, presence)                                          \
	{                                                                      \
		"--profile", "NAME", "boot profile, by name or file: " use,    \
			presence                                               \
	}
#define OPTION_COMPARED_PROFILE(presence)                                      \
	OPTION_PROFILE(                                                        \
		"the event log has to be the same, event by event", presence)
#define OPTION_NONCE(presence)                                                 \
	{                                                                      \
		"--nonce", "FILE",                                             \
			"your nonce, by 'sandoq audit nonce': shows that the " \
			"evidence is fresh",                                   \
			presence                                               \
	}

#define OPTION_EARLIER                                                         \
	{                                                                      \
		"--earlier", "ARCHIVE",                                        \
			"what it sent before, for a machine that has failed: " \
			"it cannot read its journal any more",                 \
			OPTIONAL                                               \
	}

/* Owns what the evidence borrows. Ended by evidence_free() in every case. */
struct evidence_files {
	struct evidence evidence;
	struct archive_file sent;
	struct archive_file earlier;
	struct definition definition;
	bool has_definition;
	struct file definition_file;
	struct file operators;
	struct file authority;
	struct file enrolment;
	struct file authorities;
	struct file nonce;
	struct boot_profile profile;
};

/* What evidence that does not verify leaves undone. */
enum undone { UNDONE_SIGNATURE, UNDONE_PAGE, UNDONE_NUMBERS };

/* What a command does with evidence; gives a status of sysexits.h. */
typedef int evidence_use(const struct arguments *, const struct evidence *);
typedef int chain_use(const struct arguments *, struct chain *);

/* Reads the evidence and has it used. */
int with_evidence(const struct arguments *, evidence_use *);
/*
 * Reads the evidence, verifies it for this goal and has its chain used. Of one
 * that does not verify it prints what was refused.
 */
int with_verified(
	const struct arguments *, enum verify_goal, enum undone, chain_use *);

/*
 * The same by parts: 0, or a status of sysexits.h after printing what is wrong.
 */
int evidence_read(const struct arguments *, struct evidence_files *out);
void evidence_free(struct evidence_files *);

/* A definition and its file, from the path. */
int definition_read(
	const char *path, struct file *file, struct definition *out);

/*
 * Which definition, authority, image and machine a chain is of, as far as they
 * are known: what a reader compares first.
 */
void report_identity(struct report *, const struct chain *);
/* Each check as a line of the report. */
void report_checks(struct report *, const struct checks *);
/* Prints on stderr what was refused, with the reasons; gives EX_DATAERR. */
int refused_checks(
	const struct arguments *, const struct checks *, enum undone);

#endif
