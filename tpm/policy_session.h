/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions, salted to the pinned storage root key, and policies run in them.
 * All are held until finish().
 */
#ifndef SANDOQ_TPM_POLICY_SESSION_H
#define SANDOQ_TPM_POLICY_SESSION_H

#include "tpm/context.h"

/* That there is one; the error otherwise. */
bool pinned(struct tpm *);
/* `attributes`: TPMA_SESSION_ENCRYPT, _DECRYPT or none, as the secret flows. */
bool hmac_session(struct tpm *, TPMA_SESSION attributes, ESYS_TR *out);
/* Before a key is pinned, the empty password. */
bool session_or_password(struct tpm *, TPMA_SESSION attributes, ESYS_TR *out);
/*
 * A policy session in which every step was run. Bound approvals are run with
 * `cp_hash`, which is NULL when there are none.
 */
bool policy_session(struct tpm *, const struct policy *,
	const struct digest *cp_hash, TPMA_SESSION attributes, ESYS_TR *out);
/* An empty one, salted when a key is pinned. */
bool empty_policy_session(struct tpm *, TPMA_SESSION attributes, ESYS_TR *out);

#endif
