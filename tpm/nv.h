/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NV indices: finding them, and taking references to them. What needs a
 * session of ours is in nv_session.h.
 */
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

/* At most 512 bytes of an open index, in the session given. */
bool nv_read_part(struct tpm *, ESYS_TR index, ESYS_TR session, uint16_t offset,
	uint16_t size, uint8_t *out);
/* Any bytes, without authorization of ours: the maker's certificates. */
bool nv_read_foreign(
	struct tpm *, TPM2_HANDLE, uint8_t *out, size_t most, size_t *size);

#endif
