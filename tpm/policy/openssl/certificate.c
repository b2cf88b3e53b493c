/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates by libcrypto. */
#include "tpm/policy/certificate.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

/* Of TCG's EK template L-1. */
enum { RSA_EXPONENT = 65537 };

/* tcg-kp-EKCertificate, TCG EK Credential Profile. */
#define EK_CERTIFICATE_USAGE "2.23.133.8.1"

static X509 *decode_certificate(struct bytes der)
{
	const uint8_t *at = der.data;
	X509 *certificate;
	if (der.size > EK_CERTIFICATE_MOST)
		return NULL;
	certificate = d2i_X509(NULL, &at, (long)der.size);
	if (certificate != NULL && at != der.data + der.size) {
		X509_free(certificate);
		certificate = NULL;
	}
	return certificate;
}

/* Self-signed ones are trusted, others only fill a chain. */
static refusal add_authority(
	X509 *certificate, X509_STORE *trusted, STACK_OF(X509) * between)
{
	if (X509_self_signed(certificate, 1) == 1)
		return X509_STORE_add_cert(trusted, certificate)
			       ? NULL
			       : "an authority's certificate is not usable";
	if (!X509_add_cert(between, certificate, X509_ADD_FLAG_UP_REF))
		return "an authority's certificate is not usable";
	return NULL;
}

static refusal read_authorities(
	struct bytes pem, X509_STORE *trusted, STACK_OF(X509) * between)
{
	BIO *in = BIO_new_mem_buf(pem.data, (int)pem.size);
	refusal why = in ? NULL : "out of memory";
	X509 *certificate;
	while (why == NULL &&
		(certificate = PEM_read_bio_X509(in, NULL, NULL, NULL))) {
		why = add_authority(certificate, trusted, between);
		X509_free(certificate);
	}
	BIO_free(in);
	return why;
}

static refusal verify_chain(X509 *certificate, X509_STORE *trusted,
	STACK_OF(X509) * between, int64_t now)
{
	enum { BITS_112 = 2 };
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	refusal why = "out of memory";

	if (context != NULL &&
		X509_STORE_CTX_init(context, trusted, certificate, between)) {
		X509_VERIFY_PARAM *rules = X509_STORE_CTX_get0_param(context);

		X509_VERIFY_PARAM_set_time(rules, (time_t)now);
		X509_VERIFY_PARAM_set_auth_level(rules, BITS_112);
		why = X509_verify_cert(context) == 1
			      ? NULL
			      : X509_verify_cert_error_string(
					X509_STORE_CTX_get_error(context));
	}
	X509_STORE_CTX_free(context);
	return why;
}

static refusal check_authority(
	X509 *certificate, struct bytes authorities, int64_t now)
{
	X509_STORE *trusted = X509_STORE_new();
	STACK_OF(X509) *between = sk_X509_new_null();
	refusal why = "out of memory";

	if (trusted != NULL && between)
		why = read_authorities(authorities, trusted, between);
	if (why == NULL)
		why = verify_chain(certificate, trusted, between, now);
	sk_X509_pop_free(between, X509_free);
	X509_STORE_free(trusted);
	return why;
}

static bool is_for_ek(X509 *certificate)
{
	EXTENDED_KEY_USAGE *usages =
		X509_get_ext_d2i(certificate, NID_ext_key_usage, NULL, NULL);
	ASN1_OBJECT *wanted = OBJ_txt2obj(EK_CERTIFICATE_USAGE, 1);
	bool found = false;
	for (int i = 0; wanted && i < sk_ASN1_OBJECT_num(usages); i++)
		if (OBJ_cmp(sk_ASN1_OBJECT_value(usages, i), wanted) == 0)
			found = true;
	ASN1_OBJECT_free(wanted);
	EXTENDED_KEY_USAGE_free(usages);
	return found;
}

/* With TCG's exponent, as every EK of template L-1 has it. */
static bool has_modulus(
	X509 *certificate, const uint8_t modulus[EK_MODULUS_SIZE])
{
	EVP_PKEY *key = X509_get0_pubkey(certificate);
	BIGNUM *n = NULL, *e = NULL;
	uint8_t own[EK_MODULUS_SIZE];
	bool same = key != NULL && EVP_PKEY_is_a(key, "RSA") &&
		    EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) &&
		    EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) &&
		    BN_is_word(e, RSA_EXPONENT) &&
		    BN_bn2binpad(n, own, sizeof(own)) == sizeof(own) &&
		    memcmp(own, modulus, sizeof(own)) == 0;
	BN_free(n);
	BN_free(e);
	return same;
}

static refusal check_key(X509 *certificate, struct bytes ek)
{
	uint8_t modulus[EK_MODULUS_SIZE];
	refusal why = ek_decode(ek, modulus);
	if (why == NULL && !is_for_ek(certificate))
		why = "the certificate is not for an endorsement key";
	if (why == NULL && !has_modulus(certificate, modulus))
		why = "the certificate is for another endorsement key";
	return why;
}

refusal ek_certificate_check(struct bytes der, struct bytes authorities,
	int64_t now, struct bytes ek)
{
	X509 *certificate = decode_certificate(der);
	refusal why;
	if (certificate == NULL)
		return "the endorsement certificate is not one certificate in "
		       "DER";
	why = check_authority(certificate, authorities, now);
	if (why == NULL)
		why = check_key(certificate, ek);
	X509_free(certificate);
	return why;
}
