/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Another city, of which nothing but sticks is seen: the keys of a machine
 * that does not exist, signed for by that city's authority, so that its
 * stations can seal boxes as any others do.
 */
#ifndef SANDOQ_DESK_REHEARSAL_OTHER_CITY_H
#define SANDOQ_DESK_REHEARSAL_OTHER_CITY_H

/*
 * Writes election-keys.note and bk.pub for the city in `folder`, which `sandoq
 * election sample` made. 0, or a status of sysexits.h after saying why not.
 */
int other_city_keys(const char *folder);

#endif
