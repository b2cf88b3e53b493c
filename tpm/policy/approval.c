/* SPDX-License-Identifier: Apache-2.0 */
#include "tpm/policy/approval.h"

#include "appliance/formats/crypto.h"

#include <stdlib.h>
#include <string.h>

static const char *const purposes[] = {
	[APPROVE_BOOT] = "sandoq/boot",
	[APPROVE_REVOKE] = "sandoq/revoke",
	[APPROVE_OPEN] = "sandoq/open",
	[APPROVE_RELEASE] = "sandoq/release",
};

uint32_t approval_expiration(enum approval_purpose purpose)
{
	return purpose == APPROVE_OPEN ? 0x80000001U : 0;
}

struct digest policy_ref(const struct approval_scope *scope)
{
	uint8_t phase[8];
	struct writer number = writer_of(phase, sizeof(phase));
	const uint8_t separator = 0;
	const uint8_t rehearsal = scope->rehearsal;
	const struct bytes part[] = {
		bytes_of_text(purposes[scope->purpose]),
		bytes_of(&separator, 1),
		bytes_of(&rehearsal, 1),
		bytes_of(scope->definition.byte, SHA256_SIZE),
		tpm_name_bytes(&scope->ak),
		bytes_of(phase, sizeof(phase)),
	};
	struct digest digest;
	struct digest ref = { { 0 } };
	write_u64(&number, scope->phase);
	digest = sha256_parts(part, sizeof(part) / sizeof(part[0]));
	memcpy(ref.byte + 1, digest.byte, SHA256_SIZE - 1);
	return ref;
}

size_t approval_text(const struct approval_scope *scope,
	const struct digest *cp_hash, uint8_t text[APPROVAL_TEXT_MOST])
{
	struct writer out = writer_of(text, APPROVAL_TEXT_MOST);
	struct digest ref = policy_ref(scope);
	write_u32(&out, approval_expiration(scope->purpose));
	if (cp_hash != NULL)
		write_bytes(&out, bytes_of(cp_hash->byte, SHA256_SIZE));
	write_bytes(&out, bytes_of(ref.byte, SHA256_SIZE));
	return out.size;
}

struct digest approval_digest(
	const struct approval_scope *scope, const struct digest *cp_hash)
{
	uint8_t text[APPROVAL_TEXT_MOST];
	size_t size = approval_text(scope, cp_hash, text);
	return sha256(bytes_of(text, size));
}

/* Command code, names, parameters: cpHash, part 1, clause 18.7. */
enum { COMMAND_MOST = 4 + 2 * TPM_NAME_SIZE + 64 };

static struct writer begin_command(uint8_t buffer[COMMAND_MOST],
	enum policy_command command, const struct tpm_name *name, size_t names)
{
	struct writer out = writer_of(buffer, COMMAND_MOST);
	write_u32(&out, command);
	for (size_t i = 0; i < names; i++)
		write_bytes(&out, tpm_name_bytes(name));
	return out;
}

struct digest cp_hash_sign(
	const struct tpm_name *rk, const struct digest *digest)
{
	/*
	 * TPMT_SIG_SCHEME, ECDSA with SHA-256 (part 2, clauses 11.2.1.5 and
	 * 6.3); the null ticket (10.7.2): TPM_ST_HASHCHECK (6.9), TPM_RH_NULL
	 * (7.4), no digest.
	 */
	static const uint8_t tail[] = { 0x00, 0x18, 0x00, 0x0B, 0x80, 0x24,
		0x40, 0x00, 0x00, 0x07, 0x00, 0x00 };
	uint8_t buffer[COMMAND_MOST];
	struct writer out = begin_command(buffer, COMMAND_SIGN, rk, 1);

	write_u16(&out, SHA256_SIZE);
	write_bytes(&out, bytes_of(digest->byte, SHA256_SIZE));
	write_bytes(&out, bytes_of(tail, sizeof(tail)));
	return sha256(written(&out));
}

struct digest cp_hash_write(
	const struct tpm_name *a, const uint8_t value[TPM_NAME_SIZE])
{
	uint8_t buffer[COMMAND_MOST];
	struct writer out = begin_command(buffer, COMMAND_NV_WRITE, a, 2);
	write_u16(&out, TPM_NAME_SIZE);
	write_bytes(&out, bytes_of(value, TPM_NAME_SIZE));
	write_u16(&out, 0);
	return sha256(written(&out));
}

struct digest cp_hash_increment(const struct tpm_name *counter)
{
	uint8_t buffer[COMMAND_MOST];
	struct writer out =
		begin_command(buffer, COMMAND_NV_INCREMENT, counter, 2);
	return sha256(written(&out));
}
