/* SPDX-License-Identifier: Apache-2.0 */
/* NV indices and PCRs, as the other files of the effects half use them. */
#ifndef SANDOQ_TPM_NV_H
#define SANDOQ_TPM_NV_H

#include "tpm/context.h"

/* The index's public area: its name, and the name it has once written. */
struct nv_found {
	bool present;
	bool written;
	struct tpm_name name;
	struct tpm_name name_written;
};

bool nv_find(struct tpm *, enum nv_index, struct nv_found *out);
/* A reference to an index of exactly this name, held until finish(). */
bool nv_open_named(
	struct tpm *, enum nv_index, const struct tpm_name *, ESYS_TR *out);
/* The machine's index, written already or not yet. */
bool nv_open(struct tpm *, enum nv_index, const struct nv_names *, ESYS_TR *out,
	bool *written);

/* In a salted session. */
bool nv_read(struct tpm *, enum nv_index, const struct nv_names *, void *out,
	uint16_t size);
bool nv_read_counter(
	struct tpm *, enum nv_index, const struct nv_names *, uint64_t *out);
/* In a policy session of these steps. */
bool nv_increment(struct tpm *, enum nv_index, const struct nv_names *,
	const struct policy *, const struct digest *cp_hash);

/* Any bytes, without authorization of ours: the maker's certificates. */
bool nv_read_foreign(
	struct tpm *, TPM2_HANDLE, uint8_t *out, size_t most, size_t *size);

bool pcr_values(struct tpm *, uint32_t mask, struct pcr_set *out);

#endif
