/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that asks a person for a secret: the Assuan protocol of GnuPG's
 * pinentry, as much of it as GETPIN needs.
 */
#ifndef SANDOQ_DESK_KEYS_PINENTRY_H
#define SANDOQ_DESK_KEYS_PINENTRY_H

#include "appliance/formats/bytes.h"

#include <stddef.h>

/*
 * The value of an answer: "D text" with each "%XX" decoded into `out`, of
 * `most` bytes, with a NUL behind it. NULL, or why there is none.
 */
refusal pinentry_decode(
	struct bytes line, char *out, size_t most, size_t *size);

/*
 * Starts the program, shows it the question and takes its answer. 0, or a
 * status of sysexits.h after printing what is wrong.
 */
int pinentry_ask(const char *program, const char *question, char *out,
	size_t most, size_t *size);

#endif
