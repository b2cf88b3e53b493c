/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates by mbedTLS. Refusals are in the words of libcrypto, where the
 * machine's and the page's verdict are compared.
 */
#include "tpm/policy/certificate.h"

#include "appliance/formats/date.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/rsa.h>
#include <mbedtls/x509_crt.h>

/* Of TCG's EK template L-1. */
enum { RSA_EXPONENT = 65537 };

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

/* tcg-kp-EKCertificate, TCG EK Credential Profile: 2.23.133.8.1. */
static const char ek_usage[] = { 0x67, (char)0x81, 0x05, 0x08, 0x01 };

/* 112 bits of security, as libcrypto's level 2. */
static const mbedtls_x509_crt_profile strong = {
	.allowed_mds = MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA224) |
		       MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA256) |
		       MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA384) |
		       MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA512),
	.allowed_pks = UINT32_MAX,
	.allowed_curves = UINT32_MAX,
	.rsa_min_bitlen = 2048,
};

struct certificates {
	/* The EK's, and behind it what may stand between it and a root. */
	mbedtls_x509_crt ek;
	mbedtls_x509_crt trusted; /* signed by themselves */
	int64_t now;
	/* The one that nobody vouches for; NULL when there is none. */
	const mbedtls_x509_crt *unvouched;
};

static bool same(const mbedtls_x509_buf *a, const mbedtls_x509_buf *b)
{
	return bytes_equal(bytes_of(a->p, a->len), bytes_of(b->p, b->len));
}

/* Seconds since 1970; what was before has long been. */
static int64_t moment(const mbedtls_x509_time *time)
{
	uint8_t text[DATE_SIZE] = { 0 };
	int64_t end;
	const int number[] = { time->year / 100, time->year % 100, time->mon,
		time->day };
	uint8_t digit[8];
	for (size_t i = 0; i < 4; i++) {
		digit[2 * i] = (uint8_t)('0' + number[i] / 10 % 10);
		digit[2 * i + 1] = (uint8_t)('0' + number[i] % 10);
	}
	memcpy(text, digit, 4);
	text[4] = text[7] = '-';
	memcpy(text + 5, digit + 4, 2);
	memcpy(text + 8, digit + 6, 2);
	if (!date_decode(bytes_of(text, sizeof(text)), &end))
		return INT64_MIN;
	return end - (DAY - 1) + (int64_t)time->hour * HOUR +
	       (int64_t)time->min * MINUTE + time->sec;
}

/* mbedTLS asks for each certificate of the chain; the clock is the caller's. */
static int check_one(void *context, mbedtls_x509_crt *certificate, int depth,
	uint32_t *flags)
{
	struct certificates *all = context;
	(void)depth;
	if (moment(&certificate->valid_from) > all->now)
		*flags |= MBEDTLS_X509_BADCERT_FUTURE;
	if (moment(&certificate->valid_to) <= all->now)
		*flags |= MBEDTLS_X509_BADCERT_EXPIRED;
	if (*flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED)
		all->unvouched = certificate;
	return 0;
}

static bool is_self_signed(mbedtls_x509_crt *certificate)
{
	const mbedtls_md_info_t *hash =
		mbedtls_md_info_from_type(certificate->sig_md);
	uint8_t digest[MBEDTLS_MD_MAX_SIZE];
	return same(&certificate->issuer_raw, &certificate->subject_raw) &&
	       hash != NULL &&
	       mbedtls_md(hash, certificate->tbs.p, certificate->tbs.len,
		       digest) == 0 &&
	       mbedtls_pk_verify_ext(certificate->sig_pk, certificate->sig_opts,
		       &certificate->pk, certificate->sig_md, digest,
		       mbedtls_md_get_size(hash), certificate->sig.p,
		       certificate->sig.len) == 0;
}

/* Self-signed ones are trusted, others only fill a chain. */
static refusal add_authority(
	struct certificates *all, mbedtls_x509_crt *authority)
{
	mbedtls_x509_crt *to =
		is_self_signed(authority) ? &all->trusted : &all->ek;
	return mbedtls_x509_crt_parse_der(
		       to, authority->raw.p, authority->raw.len) == 0
		       ? NULL
		       : "out of memory";
}

/* What mbedTLS cannot read can vouch for nothing. */
static refusal read_authorities(struct certificates *all, struct bytes pem)
{
	mbedtls_x509_crt list;
	refusal why = NULL;
	/* mbedTLS wants a NUL behind it. */
	uint8_t *text = calloc(1, pem.size + 1);
	if (text == NULL)
		return "out of memory";
	if (pem.size > 0)
		memcpy(text, pem.data, pem.size);
	mbedtls_x509_crt_init(&list);
	mbedtls_x509_crt_parse(&list, text, pem.size + 1);
	free(text);
	for (mbedtls_x509_crt *one = &list;
		one != NULL && one->version != 0 && why == NULL;
		one = one->next)
		why = add_authority(all, one);
	mbedtls_x509_crt_free(&list);
	return why;
}

static bool has_issuer(
	const mbedtls_x509_crt *list, const mbedtls_x509_crt *certificate)
{
	for (; list != NULL && list->version != 0; list = list->next)
		if (same(&list->subject_raw, &certificate->issuer_raw))
			return true;
	return false;
}

static refusal reason_of(const struct certificates *all, uint32_t flags)
{
	const mbedtls_x509_crt *unvouched = all->unvouched;
	if (unvouched != NULL)
		return has_issuer(&all->trusted, unvouched) ||
				       has_issuer(all->ek.next, unvouched)
			       ? "certificate signature failure"
			       : "unable to get local issuer certificate";
	if (flags & MBEDTLS_X509_BADCERT_BAD_MD)
		return "CA signature digest algorithm too weak";
	if (flags & MBEDTLS_X509_BADCERT_BAD_KEY)
		return "CA certificate key too weak";
	if (flags & MBEDTLS_X509_BADCERT_FUTURE)
		return "certificate is not yet valid";
	if (flags & MBEDTLS_X509_BADCERT_EXPIRED)
		return "certificate has expired";
	return "the endorsement certificate is not verified";
}

static refusal check_chain(struct certificates *all)
{
	uint32_t flags = 0;
	const int error = mbedtls_x509_crt_verify_with_profile(&all->ek,
		&all->trusted, NULL, &strong, NULL, &flags, check_one, all);
	return error == 0 && flags == 0 ? NULL : reason_of(all, flags);
}

static bool has_modulus(
	const mbedtls_x509_crt *ek, const uint8_t modulus[EK_MODULUS_SIZE])
{
	const mbedtls_rsa_context *rsa;
	uint8_t own[EK_MODULUS_SIZE];
	if (mbedtls_pk_get_type(&ek->pk) != MBEDTLS_PK_RSA)
		return false;
	rsa = mbedtls_pk_rsa(ek->pk);
	return mbedtls_mpi_write_binary(&rsa->N, own, sizeof(own)) == 0 &&
	       mbedtls_mpi_cmp_int(&rsa->E, RSA_EXPONENT) == 0 &&
	       memcmp(own, modulus, sizeof(own)) == 0;
}

/* Without the extension a certificate is for any use, and for none here. */
static bool is_for_ek(const mbedtls_x509_crt *ek)
{
	for (const mbedtls_x509_sequence *use = &ek->ext_key_usage; use != NULL;
		use = use->next)
		if (bytes_equal(bytes_of(use->buf.p, use->buf.len),
			    bytes_of(ek_usage, sizeof(ek_usage))))
			return true;
	return false;
}

static refusal check_key(const mbedtls_x509_crt *certificate, struct bytes ek)
{
	uint8_t modulus[EK_MODULUS_SIZE];
	refusal why = ek_decode(ek, modulus);
	if (why == NULL && !is_for_ek(certificate))
		why = "the certificate is not for an endorsement key";
	if (why == NULL && !has_modulus(certificate, modulus))
		why = "the certificate is for another endorsement key";
	return why;
}

static bool decode_certificate(struct bytes der, mbedtls_x509_crt *out)
{
	return der.size > 0 && der.size <= EK_CERTIFICATE_MOST &&
	       mbedtls_x509_crt_parse_der(out, der.data, der.size) == 0 &&
	       out->raw.len == der.size;
}

refusal ek_certificate_check(struct bytes der, struct bytes authorities,
	int64_t now, struct bytes ek)
{
	struct certificates all = { .now = now };
	refusal why = "the endorsement certificate is not one certificate in "
		      "DER";
	mbedtls_x509_crt_init(&all.ek);
	mbedtls_x509_crt_init(&all.trusted);
	if (decode_certificate(der, &all.ek))
		why = read_authorities(&all, authorities);
	if (why == NULL)
		why = check_chain(&all);
	if (why == NULL)
		why = check_key(&all.ek, ek);
	mbedtls_x509_crt_free(&all.ek);
	mbedtls_x509_crt_free(&all.trusted);
	return why;
}
