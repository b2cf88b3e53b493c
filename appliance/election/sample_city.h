/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of a made-up city and its people, in Persian and English.
 */
#ifndef SANDOQ_ELECTION_SAMPLE_CITY_H
#define SANDOQ_ELECTION_SAMPLE_CITY_H

#include "appliance/election/definition.h"
#include "appliance/election/sample.h"

enum { SAMPLE_GIVEN_NAMES = 20, SAMPLE_FAMILY_NAMES = 30 };

extern const struct name sample_election_title;
extern const struct name sample_contest_title;
extern const struct name sample_given_name[SAMPLE_GIVEN_NAMES];
extern const struct name sample_family_name[SAMPLE_FAMILY_NAMES];
extern const struct name sample_station_name[SAMPLE_STATIONS];

#endif
