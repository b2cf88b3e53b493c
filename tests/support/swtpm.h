/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TPM for tests: swtpm with a state of its own in a temporary folder, made
 * by swtpm_setup with EK certificates of a CA made on the spot, SHA-256 bank
 * only. It dies with the test. Every function fails the test when it fails.
 */
#ifndef SANDOQ_TESTS_SUPPORT_SWTPM_H
#define SANDOQ_TESTS_SUPPORT_SWTPM_H

#include "appliance/formats/bytes.h"

struct swtpm;

/* Makes the state, which takes a second; powered off. */
struct swtpm *swtpm_make(void);
/* A powered-off twin with the same secrets and its own state from now on. */
struct swtpm *swtpm_copy(const struct swtpm *);
/*
 * Power on; the descriptor for tpm_open(), owned by the swtpm. As firmware does
 * before it starts anything, the platform hierarchy gets an authorization that
 * is not empty.
 */
int swtpm_start(struct swtpm *);
/* The same by SOCK_SEQPACKET, which a sandbox takes for a socket. */
int swtpm_start_records(struct swtpm *);
/* Power cut. */
void swtpm_stop(struct swtpm *);
/* From its next start on, it has firmware that does not. */
void swtpm_leave_platform_open(struct swtpm *);
/* The CA's certificates, PEM; lives as long as the swtpm that was made. */
struct bytes swtpm_authorities(const struct swtpm *);
void swtpm_free(struct swtpm *);

/*
 * A TPM that stays, in a folder that is there: made by the first call, found
 * by every later one; powered off. Only swtpm_leave() gives it back.
 */
struct swtpm *swtpm_at(const char *folder);
/* Powered off; what it knows stays in its folder. */
void swtpm_leave(struct swtpm *);

#endif
