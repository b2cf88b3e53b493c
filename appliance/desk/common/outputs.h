/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a command is about to write may be there already: it is looked at before
 * anything is read, asked or signed.
 */
#ifndef SANDOQ_DESK_COMMON_OUTPUTS_H
#define SANDOQ_DESK_COMMON_OUTPUTS_H

#include "appliance/desk/common/options.h"

/*
 * All outputs that were given: a file that is there is replaced with --force
 * alone, a private key, a folder or a device never. 0, or
 * a status of sysexits.h after printing what is wrong.
 */
int outputs_check(const struct arguments *);

#endif
