/* SPDX-License-Identifier: Apache-2.0 */
/* The values of PCRs, as the other files of the effects half use them. */
#ifndef SANDOQ_TPM_PCR_H
#define SANDOQ_TPM_PCR_H

#include "tpm/context.h"

/* Of the SHA-256 bank, without a session. */
bool pcr_values(struct tpm *, uint32_t mask, struct pcr_set *out);

#endif
