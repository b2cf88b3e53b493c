/* SPDX-License-Identifier: Apache-2.0 */
#include "tpm/nv_session.h"

#include "tpm/nv.h"
#include "tpm/policy_session.h"

bool nv_read(struct tpm *tpm, enum nv_index index, const struct nv_names *names,
	void *out, uint16_t size)
{
	ESYS_TR handle;
	ESYS_TR session;
	return nv_open_named(tpm, index, &names->name[index], &handle) &&
	       hmac_session(tpm, 0, &session) &&
	       nv_read_part(tpm, handle, session, 0, size, out);
}

bool nv_read_counter(struct tpm *tpm, enum nv_index index,
	const struct nv_names *names, uint64_t *out)
{
	uint8_t bytes[8] = { 0 };
	struct cursor in = cursor_of(bytes_of(bytes, sizeof(bytes)));
	if (!nv_read(tpm, index, names, bytes, sizeof(bytes)))
		return false;
	*out = cursor_u64(&in);
	return true;
}

bool nv_increment(struct tpm *tpm, enum nv_index index,
	const struct nv_names *names, const struct policy *policy,
	const struct digest *cp_hash)
{
	ESYS_TR handle;
	ESYS_TR session;
	bool is_written;
	return nv_open(tpm, index, names, &handle, &is_written) &&
	       policy_session(tpm, policy, cp_hash, 0, &session) &&
	       asked(tpm, "TPM2_NV_Increment",
		       Esys_NV_Increment(tpm->esys, handle, handle, session,
			       ESYS_TR_NONE, ESYS_TR_NONE));
}
