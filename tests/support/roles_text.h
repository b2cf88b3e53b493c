/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docs/roles.md: the table of the roles as people read it.
 */
#ifndef SANDOQ_TESTS_SUPPORT_ROLES_TEXT_H
#define SANDOQ_TESTS_SUPPORT_ROLES_TEXT_H

#include <stdio.h>

void roles_text(FILE *);

/* `| 19 | 16 ... |`: how many system calls each role may make. */
void roles_counts(FILE *);

#endif
