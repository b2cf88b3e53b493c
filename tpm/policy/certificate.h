/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The certificate of an endorsement key: that the maker of a TPM vouches for
 * it. By libcrypto (openssl/) or mbedTLS (mbedtls/), which give the same
 * verdicts.
 */
#ifndef SANDOQ_TPM_POLICY_CERTIFICATE_H
#define SANDOQ_TPM_POLICY_CERTIFICATE_H

#include "tpm/policy/public.h"

enum { EK_CERTIFICATE_MOST = 4096 };

/*
 * That the certificate (DER) chains to one of the self-signed certificates in
 * `authorities` (PEM, any number, intermediates among them), at `now` (seconds
 * since 1970), and certifies the EK of this public area. Padding after the
 * certificate, as some makers leave it in NV, is refused.
 */
refusal ek_certificate_check(struct bytes certificate, struct bytes authorities,
	int64_t now, struct bytes ek);

#endif
