/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The transport under ESAPI: TPM 2.0 commands over one descriptor, be it
 * /dev/tpmrm0 or a stream socket. Unlike the TSS's own transports it opens
 * nothing, so that a sandboxed role can be handed the device.
 */
#ifndef SANDOQ_TPM_TCTI_H
#define SANDOQ_TPM_TCTI_H

#include <stddef.h>
#include <stdint.h>
#include <tss2/tss2_tcti.h>

enum { TCTI_RESPONSE_MOST = 4096, TCTI_SECONDS_MOST = 300 };

struct tcti {
	TSS2_TCTI_CONTEXT_COMMON_V2 common; /* first: ESAPI sees only this */
	int descriptor;
	size_t have; /* of the response; 0 before it came */
	uint8_t response[TCTI_RESPONSE_MOST];
};

/* Borrows the descriptor; the struct must not move afterwards. */
void tcti_begin(struct tcti *, int descriptor);

#endif
