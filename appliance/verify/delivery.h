/* SPDX-License-Identifier: Apache-2.0 */
/* What was delivered, as evidence has it. */
#ifndef SANDOQ_VERIFY_DELIVERY_H
#define SANDOQ_VERIFY_DELIVERY_H

#include "appliance/election/delivery.h"
#include "appliance/verify/chain.h"

/*
 * Of a chain whose check "journal" has passed: by its result where it has one,
 * else by its journal. delivery_free() is due in either case.
 */
refusal delivery_of_chain(const struct chain *, struct delivery *out);

#endif
