/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine on swtpm that was enrolled and has one election sealed, with the
 * keys of everybody concerned: where most tests of the TPM room begin.
 *
 * Each body of three is two of board 0 and one of board 1, two needed.
 * Every function fails the test when it fails.
 */
#ifndef SANDOQ_TESTS_SUPPORT_SEALED_MACHINE_H
#define SANDOQ_TESTS_SUPPORT_SEALED_MACHINE_H

#include "tests/support/swtpm.h"
#include "tpm/tpm.h"

enum { BODY_SIZE = 3, PCR_PROGRAM = 4 };

/* Sets of members, for approve(). */
enum {
	MEMBER_0 = 1,
	MEMBER_1 = 2,
	MEMBER_2 = 4,
	QUORUM = MEMBER_0 | MEMBER_2,
	ONE_BOARD = MEMBER_0 | MEMBER_1,
};

struct body {
	struct p256_private *key[BODY_SIZE];
	struct quorum approvers;
};

struct sealed_machine {
	struct swtpm *swtpm;
	struct tpm *tpm; /* NULL while powered off */
	struct body operators;
	struct body officers;
	struct body auditors;
	struct root_keys root;
	struct tpm_name srk;
	struct machine machine;
	struct nv_names names;
	struct boot_policy boot;
	struct sealed_key journal_key;
	struct election_terms terms;
	struct election_key bk;
	struct election_key rk;
};

struct body body_make(void);
void body_free(struct body *);

/* Approvals by these members, each bound when there is a cpHash. */
struct approvals approve(const struct body *, const struct approval_scope *,
	const struct digest *cp_hash, unsigned members);
struct approvals approve_open(const struct sealed_machine *);
struct approvals approve_release(
	const struct sealed_machine *, const struct digest *result);

/* The measured program of the approved boot, and any other. */
struct digest approved_program(void);
struct digest other_program(void);

/*
 * Power on, as a boot that measured this program: a fresh struct tpm, nothing
 * pinned. swtpm_stop() and tpm_close() first when it was on.
 */
struct tpm *power_on(struct swtpm *, const struct digest *program);

/* Enrolled, owner locked, sealed, powered off. */
struct sealed_machine *sealed_machine_make(void);
/* Its twin, powered off; people and keys are shared with the first one. */
struct sealed_machine *sealed_machine_copy(const struct sealed_machine *);
/* A boot; off before or not. The storage root key is pinned. */
void sealed_machine_boot(struct sealed_machine *, const struct digest *program);
/* The TPM's phase counter moves on by so many. */
void sealed_machine_advance(struct sealed_machine *, unsigned phases);
/* NULL is nothing: cmocka takes down what could not be set up, too. */
void sealed_machine_free(struct sealed_machine *);
void sealed_machine_free_copy(struct sealed_machine *);

/*
 * Fixtures. Around a group of tests: *state is a machine, powered off. Around
 * each of them: *state is its twin in a boot of the approved program.
 */
int sealed_machine_before_all(void **state);
int sealed_machine_after_all(void **state);
int sealed_machine_before_each(void **state);
int sealed_machine_after_each(void **state);
#define IN_A_BOOT(test)                                                        \
	cmocka_unit_test_setup_teardown(                                       \
		test, sealed_machine_before_each, sealed_machine_after_each)

/* Fails the test with the TPM's error unless `worked`. */
void assert_tpm(const struct tpm *, bool worked);
/* The last call was refused by the TPM in this command, with this code. */
void assert_tpm_code(
	const struct tpm *, bool worked, const char *doing, uint32_t code);
/* The last call was refused before the TPM was asked. */
void assert_tpm_why(const struct tpm *, bool worked, const char *why);

#endif
