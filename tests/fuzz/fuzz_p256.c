/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and signatures in every encoding: what decodes encodes the same. */
#include "appliance/formats/p256.h"
#include "tests/fuzz/property.h"

/* The key of RFC 6979, A.2.5. */
static const char valid_pem[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgya+p2EW6"
	"dRZrXCFX\n"
	"Z7HWk05Qw9s26JsSe4piKxIPZyGhRANCAARg/tS6JVqdMclh63TGNW1o"
	"wEm4kjth\n"
	"+mzmaWIuYPKftnkD/hAIuLyZpBrp6VYovGTy8bIMLX6fUXejwpTURiKZ\n"
	"-----END PRIVATE KEY-----\n";
static const uint8_t valid_signature[] = { 0x30, 0x08, 0x02, 0x02, 0x00, 0x80,
	0x02, 0x02, 0x7f, 0xff };

static uint8_t edit_buffer[EDITED_MOST];

static void same(struct bytes in, const uint8_t *out, size_t size)
{
	property(bytes_equal(in, bytes_of(out, size)));
}

static void public_keys(struct bytes in)
{
	uint8_t out[P256_SPKI_SIZE];
	struct p256_public key;
	if (!p256_from_point(in, &key)) {
		p256_to_point(&key, out);
		same(in, out, P256_POINT_SIZE);
	}
	if (!p256_from_compressed(in, &key)) {
		p256_to_compressed(&key, out);
		same(in, out, P256_COMPRESSED_SIZE);
	}
	if (!p256_from_spki(in, &key)) {
		p256_to_spki(&key, out);
		same(in, out, P256_SPKI_SIZE);
	}
}

static void signature(struct bytes in)
{
	uint8_t out[P256_DER_MOST];
	struct writer writer = writer_of(out, sizeof(out));
	struct p256_signature decoded;
	if (p256_signature_from_der(in, &decoded))
		return;
	write_p256_signature(&writer, &decoded);
	property(bytes_equal(written(&writer), in));
}

static void private_key(struct bytes in)
{
	uint8_t pem[P256_PEM_MOST];
	struct writer writer = writer_of(pem, sizeof(pem));
	struct p256_private *private;
	struct p256_private *again;
	if (p256_from_pem(in, &private))
		return;
	write_p256_pem(&writer, private);
	property(!p256_from_pem(written(&writer), &again));
	p256_free(private);
	p256_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size);
	public_keys(in);
	signature(in);
	signature(edited(bytes_of(valid_signature, sizeof(valid_signature)), in,
		edit_buffer));
	private_key(edited(bytes_of_text(valid_pem), in, edit_buffer));
	return 0;
}
