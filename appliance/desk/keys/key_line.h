/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A public key as definitions and operators' texts name it: one line.
 */
#ifndef SANDOQ_DESK_KEYS_KEY_LINE_H
#define SANDOQ_DESK_KEYS_KEY_LINE_H

#include "appliance/desk/common/options.h"
#include "appliance/formats/p256.h"

#define OPTION_KEY_NAME                                                        \
	{                                                                      \
		"--name", "NAME",                                              \
			"whose it is: the id in texts and definitions",        \
			REQUIRED                                               \
	}

/* Can a key have this name? 0, or EX_USAGE after printing why not. */
int key_line_check(const char *name);
/*
 * Prints the line of --name, and the recipient where --age was given. 0, or a
 * status of sysexits.h after printing what is wrong.
 */
int key_line_print(const struct arguments *, const struct p256_public *);

#endif
