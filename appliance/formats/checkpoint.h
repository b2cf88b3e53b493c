/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of a checkpoint (C2SP tlog-checkpoint.md): origin, tree size and
 * root hash, a line each, and no extension lines. Signed, it is a note.
 */
#ifndef SANDOQ_FORMATS_CHECKPOINT_H
#define SANDOQ_FORMATS_CHECKPOINT_H

#include "appliance/formats/bytes.h"

enum { CHECKPOINT_ORIGIN_MOST = 200 };

struct checkpoint {
	/* Clean text, 1 to CHECKPOINT_ORIGIN_MOST bytes, borrowed. */
	struct bytes origin;
	uint64_t size;
	struct digest root;
};

refusal checkpoint_parse(struct bytes text, struct checkpoint *out);
void write_checkpoint(struct writer *, const struct checkpoint *);

#endif
