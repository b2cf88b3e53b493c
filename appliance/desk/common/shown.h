/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A foreign text inside a line of ours. A terminal that shows right-to-left
 * text moves the numbers beside a Persian name, unless the name is between FSI
 * and PDI (UAX 9): then it has no part in the order of the rest. For terminals
 * that do not know these two, an LRM on either side does the same. None of
 * the marks takes a column, and no clean text holds one (text_is_clean).
 */
#ifndef SANDOQ_DESK_COMMON_SHOWN_H
#define SANDOQ_DESK_COMMON_SHOWN_H

#define LRM "\u200e"
/* In a format, in the place of %s. */
#define SHOWN LRM "\u2068%s\u2069" LRM

#endif
