/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ruling: what the release quorum decided that no count can, as a signed
 * note of kind `ruling` (docs/protocols/texts.md): stations whose boxes are
 * out of the totals, and the outcomes of lots that people drew.
 */
#ifndef SANDOQ_ELECTION_RULING_H
#define SANDOQ_ELECTION_RULING_H

#include "appliance/election/result.h"

/*
 * Enters a note's rulings into a result of the same election and checkpoint,
 * signed by a quorum of its auditors. After a refusal the result is only good
 * for result_free.
 */
refusal ruling_enter(struct result *, struct bytes note);

#endif
