/*
 * docs/roles.md: the table of the roles as people read it.
 */
#ifndef SANDOQ_SUPPORT_ROLES_TEXT_H
#define SANDOQ_SUPPORT_ROLES_TEXT_H

#include <stdio.h>

void roles_text(FILE *);

#endif
