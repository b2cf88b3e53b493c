/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether what this process holds, and each one that it starts, could be
 * written to a disk as swapped memory. It could not if there is no swap, or if
 * the control group that all of them are in gets none: that holds for memory
 * of every kind, and asks for no right to lock it.
 */
#ifndef SANDOQ_DESK_COMMON_SWAP_H
#define SANDOQ_DESK_COMMON_SWAP_H

#include "appliance/desk/common/options.h"

#define OPTION_MAY_SWAP                                                        \
	{                                                                      \
		"--may-swap", NULL,                                            \
			"go on although secrets could be written to the swap", \
			OPTIONAL                                               \
	}

/* 0, or EX_NOPERM after printing what to do; --may-swap is taken for a yes. */
int keep_out_of_swap(const struct arguments *);

#endif
