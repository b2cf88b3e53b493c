/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that tests start; they die with the test. */
#ifndef SANDOQ_TESTS_SUPPORT_PROGRAM_H
#define SANDOQ_TESTS_SUPPORT_PROGRAM_H

#include <sys/types.h>

/* Found in PATH; silent but for standard error. */
pid_t program_start(char *const arguments[]);
/*
 * Waits for it; its exit status. The test fails when it was killed, as it is
 * after a minute of processor time.
 */
int program_run(char *const arguments[]);

#endif
