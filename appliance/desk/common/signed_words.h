/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a text that somebody is about to sign says, in Persian: beside the
 * English that is signed, never in its place.
 */
#ifndef SANDOQ_DESK_COMMON_SIGNED_WORDS_H
#define SANDOQ_DESK_COMMON_SIGNED_WORDS_H

#include "appliance/formats/bytes.h"

#include <stdio.h>

/*
 * One line for each line of the text; nothing in English. What the table of
 * words does not have stands as it is in the text.
 */
void tell_signed(FILE *, struct bytes text);

#endif
