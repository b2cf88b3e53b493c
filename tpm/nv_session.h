/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading and counting the machine's NV indices, in sessions. An index of
 * another name than the enrolled one is refused, never used.
 */
#ifndef SANDOQ_TPM_NV_SESSION_H
#define SANDOQ_TPM_NV_SESSION_H

#include "tpm/context.h"

/* In a salted session. */
bool nv_read(struct tpm *, enum nv_index, const struct nv_names *, void *out,
	uint16_t size);
bool nv_read_counter(
	struct tpm *, enum nv_index, const struct nv_names *, uint64_t *out);
/* In a policy session of these steps. */
bool nv_increment(struct tpm *, enum nv_index, const struct nv_names *,
	const struct policy *, const struct digest *cp_hash);

#endif
