/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hostile station: it knows the file key of its box, and puts what it likes
 * under the tags of the recipients.
 */
#ifndef SANDOQ_TESTS_FORGERIES_STATION_H
#define SANDOQ_TESTS_FORGERIES_STATION_H

#include <stdbool.h>

/*
 * {PROGRAM, "garble", BOX, KEY, INDEX}: the age file BOX, which the private key
 * in KEY opens, gets a body of nothing in its stanza INDEX, and a MAC that
 * holds. False when the list is not of that form.
 */
bool station_main(int argc, char **argv, int *status);

#endif
