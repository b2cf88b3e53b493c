/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the desk demands of a definition before the authority signs it, beyond
 * what the machine reads: texts in NFC. And what it tells the signer.
 */
#ifndef SANDOQ_DESK_COMMON_SIGNABLE_H
#define SANDOQ_DESK_COMMON_SIGNABLE_H

#include "appliance/desk/common/evidence.h"
#include "appliance/desk/common/spelling.h"

/* As definition_read(), and refuses texts that are not in NFC. */
int signable_read(const char *path, struct file *, struct definition *out);

/*
 * Warns on stderr of a definition without recipients, of stations with few
 * ballots, and of candidates who have one name or whose names look alike; the
 * last are entered into the report, unless that is NULL. 0, or EX_OSERR after
 * printing that memory is out.
 */
int signable_warn(const char *path, const struct definition *, struct report *);

#endif
