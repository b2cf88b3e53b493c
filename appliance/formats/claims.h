/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures that are known to hold, for a library that takes long to see it
 * (mbedtls/p256.c). A claim is that a signature of a digest is by a key; what
 * is known is bound to every byte of it. Only what holds is ever known: of any
 * other claim p256_verify() still sees for itself.
 */
#ifndef SANDOQ_FORMATS_CLAIMS_H
#define SANDOQ_FORMATS_CLAIMS_H

#include "appliance/formats/p256.h"

struct claim {
	struct p256_public key;
	struct digest digest;
	struct p256_signature signature;
};

/* Aborts when there is no memory. */
void claims_add(const struct claim *);
bool claims_have(const struct claim *);

/*
 * Between the two, p256_verify() only notes what it is asked, and finds that
 * nothing holds: so whatever verifies says which claims it would make.
 */
void claims_listen(void);
/* How many there were; the last of them. */
size_t claims_heard(struct claim *last);
/* For p256_verify(): true when somebody listens. */
bool claims_tell(const struct claim *);

#endif
