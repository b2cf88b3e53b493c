/* SPDX-License-Identifier: Apache-2.0 */
#include "tpm/nv.h"

#include <string.h>
#include <tss2/tss2_mu.h>

static const char not_enrolled[] =
	"the TPM has another index there than was enrolled";

static TPM2_HANDLE handle_of(enum nv_index index)
{
	return TPM_HANDLE_NV + (TPM2_HANDLE)index;
}

static bool open_handle(struct tpm *tpm, TPM2_HANDLE handle, ESYS_TR *out)
{
	bool worked = asked(tpm, "TPM2_NV_ReadPublic",
		Esys_TR_FromTPMPublic(tpm->esys, handle, ESYS_TR_NONE,
			ESYS_TR_NONE, ESYS_TR_NONE, out));
	if (worked)
		hold_reference(tpm, *out);
	return worked;
}

static bool read_public(struct tpm *tpm, ESYS_TR index, TPMS_NV_PUBLIC *out)
{
	TPM2B_NV_PUBLIC *area = NULL;
	bool worked = asked(tpm, "TPM2_NV_ReadPublic",
		Esys_NV_ReadPublic(tpm->esys, index, ESYS_TR_NONE, ESYS_TR_NONE,
			ESYS_TR_NONE, &area, NULL));
	if (worked)
		*out = area->nvPublic;
	Esys_Free(area);
	return worked;
}

static struct tpm_name name_of(const TPMS_NV_PUBLIC *area)
{
	uint8_t bytes[sizeof(TPMS_NV_PUBLIC)];
	size_t size = 0;

	/* An area of another hash gets a name here that is nobody's. */
	if (Tss2_MU_TPMS_NV_PUBLIC_Marshal(area, bytes, sizeof(bytes), &size))
		size = 0;
	return public_name(bytes_of(bytes, size));
}

/* Its name once written is with TPMA_NV_WRITTEN set, part 2, clause 13.4. */
static bool find(struct tpm *tpm, ESYS_TR index, struct nv_found *out)
{
	TPMS_NV_PUBLIC area;
	if (!read_public(tpm, index, &area))
		return false;
	out->present = true;
	out->written = area.attributes & TPMA_NV_WRITTEN;
	out->name = name_of(&area);
	area.attributes |= TPMA_NV_WRITTEN;
	out->name_written = name_of(&area);
	return true;
}

bool nv_find(struct tpm *tpm, enum nv_index index, struct nv_found *out)
{
	ESYS_TR handle;
	bool present;
	*out = (struct nv_found){ 0 };
	if (!handle_exists(tpm, handle_of(index), &present))
		return false;
	return !present || (open_handle(tpm, handle_of(index), &handle) &&
				   find(tpm, handle, out));
}

bool nv_open_named(struct tpm *tpm, enum nv_index index,
	const struct tpm_name *name, ESYS_TR *out)
{
	TPM2B_NAME *found = NULL;
	bool worked;
	if (!open_handle(tpm, handle_of(index), out) ||
		!asked(tpm, "TPM2_NV_ReadPublic",
			Esys_TR_GetName(tpm->esys, *out, &found)))
		return false;
	worked = bytes_equal(bytes_of(found->name, found->size),
			 tpm_name_bytes(name)) ||
		 refused(tpm, "TPM2_NV_ReadPublic", not_enrolled);
	Esys_Free(found);
	return worked;
}

bool nv_open(struct tpm *tpm, enum nv_index index, const struct nv_names *names,
	ESYS_TR *out, bool *is_written)
{
	struct nv_found found = { 0 };
	if (!open_handle(tpm, handle_of(index), out) ||
		!find(tpm, *out, &found))
		return false;
	*is_written = found.written;
	if (!tpm_name_equal(&found.name_written, &names->name[index]))
		return refused(tpm, "TPM2_NV_ReadPublic", not_enrolled);
	return true;
}

bool nv_read_part(struct tpm *tpm, ESYS_TR index, ESYS_TR session,
	uint16_t offset, uint16_t size, uint8_t *out)
{
	TPM2B_MAX_NV_BUFFER *data = NULL;
	bool worked = asked(tpm, "TPM2_NV_Read",
		Esys_NV_Read(tpm->esys, index, index, session, ESYS_TR_NONE,
			ESYS_TR_NONE, size, offset, &data));
	if (worked && data->size != size)
		worked = refused(
			tpm, "TPM2_NV_Read", "the TPM gave another length");
	if (worked)
		memcpy(out, data->buffer, size);
	Esys_Free(data);
	return worked;
}

bool nv_read_foreign(struct tpm *tpm, TPM2_HANDLE handle, uint8_t *out,
	size_t most, size_t *size)
{
	enum { PART_MOST = 512 };
	TPMS_NV_PUBLIC area;
	ESYS_TR index;

	*size = 0;
	if (!open_handle(tpm, handle, &index) ||
		!read_public(tpm, index, &area))
		return false;
	if (area.dataSize > most)
		return refused(tpm, "TPM2_NV_Read",
			"what the TPM holds there is too long");
	while (*size < area.dataSize) {
		uint16_t left = (uint16_t)(area.dataSize - *size);
		uint16_t part = left < PART_MOST ? left : PART_MOST;

		if (!nv_read_part(tpm, index, ESYS_TR_PASSWORD, (uint16_t)*size,
			    part, out + *size))
			return false;
		*size += part;
	}
	return true;
}
