/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates of authorities that may vouch for an EK, as PEM files have
 * them.
 */
#ifndef SANDOQ_VERIFY_AUTHORITIES_H
#define SANDOQ_VERIFY_AUTHORITIES_H

#include "appliance/election/definition.h"

/* SHA-256 of the DER of every certificate in the text, in order. */
refusal authorities_digests(
	struct bytes pem, struct digest out[EK_CAS_MOST], size_t *count);
/* Does the definition list every one of them? */
refusal authorities_check(struct bytes pem, const struct definition *);
/*
 * Was the EK certificate (DER) made for swtpm? It says so by the manufacturer
 * in its subject alternative name (TCG EK Credential Profile, clause 3.2.9).
 */
bool ek_is_software(struct bytes certificate);

#endif
