/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the TPM says of its hierarchies: single capabilities, without a session.
 */
#ifndef SANDOQ_TPM_CAPABILITY_H
#define SANDOQ_TPM_CAPABILITY_H

#include "tpm/context.h"

/* TPM_PT_PERMANENT: TPMA_PERMANENT, part 2, clauses 6.13 and 8.6. */
bool read_permanent(struct tpm *, uint32_t *out);
/*
 * Whether a hierarchy has a policy: TPM_CAP_AUTH_POLICIES, part 2, clause 6.12.
 * A chip that does not know this capability is refused, with its name.
 */
bool read_has_policy(struct tpm *, TPM2_HANDLE hierarchy, bool *out);

#endif
