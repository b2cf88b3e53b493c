/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of mbedTLS 2.28 is built: what crypto.h, p256.h and certificate.h need,
 * and nothing of TLS. mbedTLS includes this file (MBEDTLS_CONFIG_FILE).
 */
#ifndef SANDOQ_FORMATS_MBEDTLS_CONFIG_H
#define SANDOQ_FORMATS_MBEDTLS_CONFIG_H

/* crypto.h */
#define MBEDTLS_SHA256_C
#define MBEDTLS_MD_C
#define MBEDTLS_HKDF_C
#define MBEDTLS_CHACHA20_C
#define MBEDTLS_POLY1305_C
#define MBEDTLS_CHACHAPOLY_C

/* p256.h; what is seen outside is random by random_bytes() alone. */
#define MBEDTLS_BIGNUM_C
#define MBEDTLS_ECP_C
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
#define MBEDTLS_ECP_NIST_OPTIM
#define MBEDTLS_ECDSA_C
#define MBEDTLS_HMAC_DRBG_C
#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C
#define MBEDTLS_OID_C
#define MBEDTLS_PK_C
#define MBEDTLS_PK_PARSE_C
#define MBEDTLS_PEM_PARSE_C
#define MBEDTLS_BASE64_C

/* Private keys under a passphrase: PBES2, PBKDF2-HMAC-SHA-256, AES-256-CBC. */
#define MBEDTLS_PKCS5_C
#define MBEDTLS_CIPHER_C
#define MBEDTLS_CIPHER_MODE_CBC
#define MBEDTLS_CIPHER_PADDING_PKCS7
#define MBEDTLS_AES_C
#define MBEDTLS_AES_FEWER_TABLES

/* certificate.h: what makers of TPMs sign with. The clock is the caller's. */
#define MBEDTLS_ECP_DP_SECP384R1_ENABLED
#define MBEDTLS_SHA512_C
#define MBEDTLS_RSA_C
#define MBEDTLS_PKCS1_V15
#define MBEDTLS_PKCS1_V21
#define MBEDTLS_X509_USE_C
#define MBEDTLS_X509_CRT_PARSE_C
#define MBEDTLS_X509_CHECK_KEY_USAGE
#define MBEDTLS_X509_CHECK_EXTENDED_KEY_USAGE
#define MBEDTLS_X509_RSASSA_PSS_SUPPORT

#include <mbedtls/check_config.h>

#endif
