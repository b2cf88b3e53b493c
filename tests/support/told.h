/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a notice says in English, as the serial port has it, or the screen where
 * that has no line. Until it is asked for the next one.
 */
#ifndef SANDOQ_TESTS_SUPPORT_TOLD_H
#define SANDOQ_TESTS_SUPPORT_TOLD_H

#include "appliance/record/notices.h"

const char *notice_told(const struct notice *);
/* A notice that is a text alone: what a made-up role says. */
struct notice notice_saying(const char *);

#endif
