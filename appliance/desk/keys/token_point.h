/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a token says of a public key: CKA_EC_PARAMS and CKA_EC_POINT of PKCS
 * #11 (2.40 current mechanisms, 2.3.3), from foreign code.
 */
#ifndef SANDOQ_DESK_KEYS_TOKEN_POINT_H
#define SANDOQ_DESK_KEYS_TOKEN_POINT_H

#include "appliance/formats/p256.h"

#define TOKEN_OTHER_KEY "this key is not on the curve P-256"

/*
 * The curve as its object identifier; the point as DER octet string, or bare,
 * as some tokens have it.
 */
refusal token_point(
	struct bytes parameters, struct bytes point, struct p256_public *out);

#endif
