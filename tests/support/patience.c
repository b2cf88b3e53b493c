/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/patience.h"

#include <sys/time.h>
#include <unistd.h>

void patience(unsigned seconds)
{
	const struct itimerval used = { .it_value.tv_sec = (time_t)seconds };
	setitimer(ITIMER_PROF, &used, NULL);
	alarm(seconds == 0 ? 0 : LONG_MS / 1000);
}
