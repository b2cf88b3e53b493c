/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A PIN or a passphrase: asked for without echo, or read from a file, and kept
 * out of swap and core dumps for as long as it is here. It is never an
 * argument: everybody on a computer can read the command lines of all.
 */
#ifndef SANDOQ_DESK_KEYS_SECRET_H
#define SANDOQ_DESK_KEYS_SECRET_H

#include "appliance/desk/common/words.h"
#include "appliance/formats/bytes.h"

enum { SECRET_MOST = 1024 };

/* The environment names a program that asks, as GnuPG's pinentry does. */
#define PINENTRY_VARIABLE "SANDOQ_PINENTRY"

/* Zeros are an empty one. */
struct secret {
	size_t size;
	char text[SECRET_MOST + 1]; /* a NUL follows it */
};

/*
 * From now on no core is dumped of this process, and no other one of its user
 * may look into it. 0, or a status of sysexits.h after printing why not.
 */
int secrets_begin(void);

/*
 * What to ask for: `question` is of the table and filled with `of` as its
 * first text. `file` is the value of --pin-file, or NULL: then the program of
 * the environment asks, or the terminal.
 */
struct secret_request {
	enum word question;
	const char *of;
	const char *file;
};

/*
 * Asks once. The secret is locked in memory; given back by secret_free(). 0, or
 * a status of sysexits.h after printing what is wrong.
 */
int secret_ask(const struct secret_request *, struct secret *out);
/* Asks at the terminal twice, so that nobody mistypes a new one. */
int secret_choose(const struct secret_request *, struct secret *out);
/* Wipes it; one that is empty is fine. */
void secret_free(struct secret *);
struct bytes secret_bytes(const struct secret *);

#endif
