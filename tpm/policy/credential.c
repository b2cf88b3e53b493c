/* SPDX-License-Identifier: Apache-2.0 */
/* A credential as bytes; making one is in openssl/. */
#include "tpm/policy/credential.h"

#include <string.h>

#define FILE_MAGIC 0xBADCC0DEu
enum { FILE_VERSION = 1 }; /* the file is tpm2-tools' */

LAYOUT_DEFINE(credential)

void credential_encode(
	const struct credential *credential, uint8_t file[CREDENTIAL_FILE_SIZE])
{
	struct writer out = writer_of(file, CREDENTIAL_FILE_SIZE);
	write_u32(&out, FILE_MAGIC);
	write_u32(&out, FILE_VERSION);
	write_u16(&out, CREDENTIAL_BLOB_SIZE);
	write_bytes(&out, bytes_of(credential->blob, CREDENTIAL_BLOB_SIZE));
	write_u16(&out, CREDENTIAL_SEED_SIZE);
	write_bytes(&out, bytes_of(credential->seed, CREDENTIAL_SEED_SIZE));
}

refusal credential_decode(struct bytes file, struct credential *out)
{
	uint8_t again[CREDENTIAL_FILE_SIZE];
	memset(out, 0, sizeof(*out));
	if (file.size != CREDENTIAL_FILE_SIZE)
		return "the credential has another length";
	memcpy(out->blob, file.data + 10, CREDENTIAL_BLOB_SIZE);
	memcpy(out->seed, file.data + 12 + CREDENTIAL_BLOB_SIZE,
		CREDENTIAL_SEED_SIZE);
	credential_encode(out, again);
	if (!bytes_equal(file, bytes_of(again, sizeof(again))))
		return "the credential is malformed";
	return NULL;
}
