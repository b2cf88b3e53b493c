/* SPDX-License-Identifier: Apache-2.0 */
/* What an auditor accepts as a quote and as a certified creation. */
#include "appliance/formats/crypto.h"
#include "tests/support/program.h"
#include "tests/support/sealed_machine.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
	WANTED = 1 << 0 | 1 << 4 | 1 << 9 | 1 << 14,
	/* In a TPMS_ATTEST, behind magic number, type and the name's size. */
	SIGNER_AT = 4 + 2 + 2,
	QUALIFYING_AT = SIGNER_AT + TPM_NAME_SIZE + 2,
};

static struct sealed_machine *at;
static struct p256_public ak;
static struct digest challenge;
static struct attestation good;
static struct pcr_set values;

static int make(void **state)
{
	struct digest program = approved_program();
	struct digest policy;
	(void)state;
	crypto_start();
	at = sealed_machine_make();
	sealed_machine_boot(at, &program);
	challenge = sha256(bytes_of_text("an auditor's challenge"));
	assert_null(key_decode(
		KEY_AK, tpm_public_bytes(&at->root.ak), &policy, &ak));
	assert_tpm(at->tpm,
		tpm_quote(at->tpm, &challenge, WANTED, &good, &values));
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	sealed_machine_free(at);
	return 0;
}

static refusal verify(const struct attestation *attestation, uint32_t mask)
{
	struct quote quote;
	return quote_verify(&ak, attestation,
		bytes_of(challenge.byte, SHA256_SIZE), mask, &quote);
}

static void good_quote(void **state)
{
	struct digest program = approved_program();
	struct digest digest = pcr_set_digest(&values);
	struct digest pcr_4;
	static const struct digest zero;
	struct quote quote;
	const struct bytes part[] = {
		bytes_of(zero.byte, SHA256_SIZE),
		bytes_of(program.byte, SHA256_SIZE),
	};
	(void)state;
	pcr_4 = sha256_parts(part, 2);
	assert_null(quote_verify(&ak, &good,
		bytes_of(challenge.byte, SHA256_SIZE), WANTED, &quote));
	assert_int_equal(quote.pcr_mask, WANTED);
	assert_true(digest_equal(&quote.pcr_digest, &digest));
	assert_true(digest_equal(&values.value[PCR_PROGRAM], &pcr_4));
	assert_true(quote.head.clock.reset_count > 0);
}

static void fewer_pcrs(void **state)
{
	(void)state;
	assert_string_equal(verify(&good, WANTED | 1 << 7),
		"it covers fewer PCRs than asked");
}

static void replayed_nonce(void **state)
{
	struct digest other = sha256(bytes_of_text("another challenge"));
	struct quote quote;
	(void)state;
	assert_string_equal(
		quote_verify(&ak, &good, bytes_of(other.byte, SHA256_SIZE),
			WANTED, &quote),
		"it answers another challenge");
}

static void another_attestation_key(void **state)
{
	struct p256_private *key = p256_generate();
	struct p256_public other = p256_public_of(key);
	struct quote quote;
	(void)state;
	p256_free(key);
	assert_string_equal(
		quote_verify(&other, &good,
			bytes_of(challenge.byte, SHA256_SIZE), WANTED, &quote),
		"it was made by another attestation key");
}

static void another_tpm(void **state)
{
	struct swtpm *swtpm = swtpm_make();
	struct digest program = approved_program();
	struct tpm *tpm = power_on(swtpm, &program);
	struct root_keys root;
	struct attestation foreign;
	struct pcr_set pcrs;
	(void)state;
	assert_tpm(tpm, tpm_make_root_keys(tpm, &root));
	assert_tpm(tpm, tpm_quote(tpm, &challenge, WANTED, &foreign, &pcrs));
	tpm_close(tpm);
	swtpm_free(swtpm);
	assert_string_equal(verify(&foreign, WANTED),
		"it was made by another attestation key");
}

static void another_signature(void **state)
{
	struct attestation changed = good;
	(void)state;
	changed.signature.s[31] ^= 1;
	assert_string_equal(verify(&changed, WANTED),
		"the attestation key's signature is wrong");
}

static void any_byte_changed(void **state)
{
	(void)state;
	for (size_t i = 0; i < good.size; i++) {
		struct attestation changed = good;

		changed.attest[i] ^= 1;
		assert_non_null(verify(&changed, WANTED));
	}
	for (size_t size = 0; size < good.size; size++) {
		struct attestation changed = good;

		changed.size = size;
		assert_non_null(verify(&changed, WANTED));
	}
}

static void creation_for_a_quote(void **state)
{
	(void)state;
	assert_string_equal(verify(&at->bk.certificate, WANTED),
		"the attestation is of another kind");
}

/* The parts that a verifier of BK or RK holds. */
struct claim {
	struct attestation certificate;
	uint8_t data[CREATION_MOST];
	size_t size;
	struct tpm_name object;
	struct tpm_name srk;
	struct digest definition;
	uint32_t mask;
};

static struct claim claim_of(const struct election_key *key)
{
	struct claim claim = { .size = key->creation_size };
	claim.certificate = key->certificate;
	memcpy(claim.data, key->creation_data, key->creation_size);
	claim.object = public_name(tpm_public_bytes(&key->key.public_area));
	claim.srk = at->srk;
	claim.definition = at->terms.definition;
	claim.mask = WANTED;
	return claim;
}

static refusal check_by(
	const struct p256_public *key, const struct claim *claim)
{
	struct creation_data creation;
	return creation_verify(key, &claim->certificate,
		bytes_of(claim->data, claim->size), &claim->object, &claim->srk,
		&claim->definition, claim->mask, &creation);
}

static refusal check(const struct claim *claim)
{
	return check_by(&ak, claim);
}

static void certified_creation(void **state)
{
	struct claim bk = claim_of(&at->bk);
	struct claim rk = claim_of(&at->rk);
	(void)state;
	assert_null(check(&bk));
	assert_null(check(&rk));
}

static void creation_of_another_key(void **state)
{
	struct claim claim = claim_of(&at->bk);
	struct claim rk = claim_of(&at->rk);
	(void)state;
	claim.object = rk.object;
	assert_string_equal(check(&claim), "it certifies another key");
}

static void creation_for_another_definition(void **state)
{
	struct claim claim = claim_of(&at->rk);
	(void)state;
	claim.definition.byte[3] ^= 1;
	assert_string_equal(
		check(&claim), "the key was made for another definition");
}

/*
 * As a TPM would certify it that has this attestation key: whoever has one can
 * certify a creation over what they like, and create for what they like.
 */
static struct p256_public certify_again(
	struct claim *claim, struct p256_private *key)
{
	const struct p256_public public = p256_public_of(key);
	const struct tpm_public area = key_encode(KEY_AK, NULL, &public);
	const struct tpm_name name = public_name(tpm_public_bytes(&area));
	const struct tpm_name signer = endorsement_qualified_name(&name);
	const struct digest hash = sha256(bytes_of(claim->data, claim->size));
	struct attestation *made = &claim->certificate;
	memcpy(made->attest + SIGNER_AT, signer.byte, TPM_NAME_SIZE);
	memcpy(made->attest + made->size - SHA256_SIZE, hash.byte, SHA256_SIZE);
	const struct digest digest = sha256(attestation_bytes(made));
	made->signature = p256_sign(key, &digest);
	return public;
}

static void creation_for_two_definitions(void **state)
{
	static const char wanted[] = "the key was made for another definition";
	struct p256_private *key = p256_generate();
	struct claim claim = claim_of(&at->rk);
	struct p256_public public = certify_again(&claim, key);
	(void)state;
	assert_null(check_by(&public, &claim));
	claim.certificate.attest[QUALIFYING_AT] ^= 1;
	certify_again(&claim, key);
	assert_string_equal(check_by(&public, &claim), wanted);
	claim = claim_of(&at->rk);
	/* The last bytes are what it was created for. */
	claim.data[claim.size - 1] ^= 1;
	certify_again(&claim, key);
	assert_string_equal(check_by(&public, &claim), wanted);
	p256_free(key);
}

static void creation_with_other_data(void **state)
{
	struct claim claim = claim_of(&at->rk);
	const size_t pcr_digest_at = PCR_SELECTION_SIZE + 2;
	(void)state;
	claim.data[pcr_digest_at] ^= 1;
	assert_string_equal(check(&claim), "it certifies other creation data");
}

static void creation_under_another_root(void **state)
{
	struct claim claim = claim_of(&at->rk);
	(void)state;
	claim.srk.byte[3] ^= 1;
	assert_string_equal(
		check(&claim), "the key is under another storage root key");
}

static void creation_with_fewer_pcrs(void **state)
{
	struct claim claim = claim_of(&at->rk);
	(void)state;
	claim.mask |= 1 << 16;
	assert_string_equal(check(&claim), "it covers fewer PCRs than asked");
}

/* The journal's anchor, after it was extended by this. */
static struct attestation certified_anchor(
	const struct digest *chain, const struct digest *qualifying)
{
	struct attestation certificate;
	assert_tpm(
		at->tpm, tpm_anchor(at->tpm, chain, &at->boot, &at->terms.nv));
	assert_tpm(at->tpm, tpm_certify_anchor(at->tpm, qualifying,
				    &at->terms.nv, &certificate));
	return certificate;
}

static refusal check_anchor(const struct attestation *certificate,
	const struct digest *qualifying, enum nv_index index,
	struct nv_certificate *out)
{
	return nv_certificate_verify(&ak, certificate,
		bytes_of(qualifying->byte, SHA256_SIZE),
		&at->terms.nv.name[index], out);
}

static void an_anchor_is_certified(void **state)
{
	const struct digest chain = sha256(bytes_of_text("an entry"));
	struct digest before;
	struct nv_certificate out;
	(void)state;
	assert_tpm(at->tpm, tpm_anchor_read(at->tpm, &at->terms.nv, &before));
	const struct bytes part[] = { bytes_of(before.byte, SHA256_SIZE),
		bytes_of(chain.byte, SHA256_SIZE) };
	const struct digest anchor = sha256_parts(part, 2);
	const struct attestation made = certified_anchor(&chain, &challenge);
	struct quote quote;
	struct creation creation;
	assert_null(check_anchor(&made, &challenge, NV_J, &out));
	assert_true(
		bytes_equal(out.content, bytes_of(anchor.byte, SHA256_SIZE)));
	assert_null(quote_decode(attestation_bytes(&good), &quote));
	assert_int_equal(
		out.head.clock.reset_count, quote.head.clock.reset_count);
	assert_int_equal(
		out.head.clock.restart_count, quote.head.clock.restart_count);
	assert_non_null(quote_decode(attestation_bytes(&made), &quote));
	assert_non_null(creation_decode(attestation_bytes(&made), &creation));
}

static void an_anchor_of_something_else(void **state)
{
	const struct digest chain = sha256(bytes_of_text("the next entry"));
	const struct digest other = sha256(bytes_of_text("a result"));
	struct attestation made = certified_anchor(&chain, &challenge);
	struct nv_certificate out;
	(void)state;
	assert_string_equal(check_anchor(&made, &other, NV_J, &out),
		"it was certified for something else, or before");
	assert_string_equal(check_anchor(&made, &challenge, NV_P, &out),
		"it certifies another index");
	assert_string_equal(check_anchor(&good, &challenge, NV_J, &out),
		"the attestation is of another kind");
	made.signature.r[3] ^= 1;
	assert_string_equal(check_anchor(&made, &challenge, NV_J, &out),
		"the attestation key's signature is wrong");
	for (size_t size = 0; size < made.size; size++) {
		struct attestation cut = made;
		cut.size = size;
		assert_non_null(
			nv_certificate_decode(attestation_bytes(&cut), &out));
	}
}

static void signature_encodings(void **state)
{
	uint8_t bytes[TPM_SIGNATURE_SIZE];
	struct p256_signature out;
	(void)state;
	tpm_signature_encode(&good.signature, bytes);
	assert_null(tpm_signature_decode(bytes_of(bytes, sizeof(bytes)), &out));
	assert_memory_equal(&out, &good.signature, sizeof(out));
	bytes[1] ^= 2;
	assert_non_null(
		tpm_signature_decode(bytes_of(bytes, sizeof(bytes)), &out));
	assert_non_null(
		tpm_signature_decode(bytes_of(bytes, sizeof(bytes) - 1), &out));
}

struct folder {
	char path[64];
};

static void write_into(const struct folder *folder, const char *name,
	const void *data, size_t size, char path[96])
{
	FILE *file;
	snprintf(path, 96, "%s/%s", folder->path, name);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static int remove_one(
	const char *path, const struct stat *about, int kind, struct FTW *where)
{
	(void)about;
	(void)kind;
	(void)where;
	return remove(path);
}

/* The bytes as they are, in files, are what tpm2-tools work with. */
static void tpm2_tools_read_it(void **state)
{
	struct folder folder = { "/tmp/sandoq-attest-XXXXXX" };
	uint8_t spki[P256_SPKI_SIZE];
	uint8_t signature[TPM_SIGNATURE_SIZE];
	char key[96];
	char pem[112];
	char message[96];
	char signature_file[96];
	char nonce[2 * SHA256_SIZE + 1] = { 0 };
	struct writer hex = writer_of(nonce, sizeof(nonce) - 1);
	(void)state;
	assert_non_null(mkdtemp(folder.path));
	p256_to_spki(&ak, spki);
	tpm_signature_encode(&good.signature, signature);
	write_hex(&hex, bytes_of(challenge.byte, SHA256_SIZE));
	write_into(&folder, "ak.der", spki, sizeof(spki), key);
	write_into(&folder, "quote.msg", good.attest, good.size, message);
	write_into(&folder, "quote.sig", signature, sizeof(signature),
		signature_file);
	snprintf(pem, sizeof(pem), "%s.pem", key);
	assert_int_equal(
		program_run((char *[]){ "openssl", "pkey", "-pubin", "-inform",
			"DER", "-in", key, "-out", pem, NULL }),
		0);
	assert_int_equal(
		program_run((char *[]){ "tpm2_checkquote", "-u", pem, "-m",
			message, "-s", signature_file, "-q", nonce, NULL }),
		0);
	assert_int_equal(program_run((char *[]){ "tpm2_print", "-t",
				 "TPMS_ATTEST", message, NULL }),
		0);
	nftw(folder.path, remove_one, 4, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_quote),
		cmocka_unit_test(fewer_pcrs),
		cmocka_unit_test(replayed_nonce),
		cmocka_unit_test(another_attestation_key),
		cmocka_unit_test(another_tpm),
		cmocka_unit_test(another_signature),
		cmocka_unit_test(any_byte_changed),
		cmocka_unit_test(creation_for_a_quote),
		cmocka_unit_test(certified_creation),
		cmocka_unit_test(creation_of_another_key),
		cmocka_unit_test(creation_for_another_definition),
		cmocka_unit_test(creation_for_two_definitions),
		cmocka_unit_test(creation_with_other_data),
		cmocka_unit_test(creation_under_another_root),
		cmocka_unit_test(creation_with_fewer_pcrs),
		cmocka_unit_test(an_anchor_is_certified),
		cmocka_unit_test(an_anchor_of_something_else),
		cmocka_unit_test(signature_encodings),
		cmocka_unit_test(tpm2_tools_read_it),
	};
	return cmocka_run_group_tests(tests, make, unmake);
}
