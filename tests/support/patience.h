/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bounds for tests that hold on a busy computer, too. What is expected to
 * come is waited for LONG_MS; a test that waits for ever is ended before by
 * tests/run, because nothing of it makes progress.
 */
#ifndef SANDOQ_TESTS_SUPPORT_PATIENCE_H
#define SANDOQ_TESTS_SUPPORT_PATIENCE_H

enum { LONG_MS = 1800000 };

/*
 * This process dies of SIGPROF once it has used so many seconds of processor
 * time from now on, and of SIGALRM after LONG_MS. A child made by fork() has
 * no bound, a program that takes its place by exec() keeps it. 0 takes both
 * bounds away.
 */
void patience(unsigned seconds);

#endif
