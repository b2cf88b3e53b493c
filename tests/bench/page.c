/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Result pages of large elections in Chromium, against the limits that they
 * were given. Every station has 60 candidates and has delivered one box.
 */
#include "tests/desk/large_page.h"
#include "tests/desk/workplace.h"

#include "appliance/formats/crypto.h"

#include <stdio.h>

enum {
	BOXES = 4000,
	TIME_MOST = 10000,
	STATIONS = 500,
	SIZE_MOST = 2000000,
	MEMORY_MOST = 256 << 20,
};

/* A limit of 0: there is none. */
static void figure(const char *what, size_t value, size_t limit)
{
	printf("%-32s %10zu", what, value);
	if (limit > 0)
		printf("   limit %8zu   ratio %5.2f", limit,
			(double)value / (double)limit);
	printf("\n");
}

int main(void)
{
	struct large_page many, few;
	crypto_start();
	workplace_make();
	setvbuf(stdout, NULL, _IOLBF, 0);
	large_page_open(STATIONS, &few);
	figure("page of 500 stations, bytes", few.size, SIZE_MOST);
	figure("its verdict, ms", few.file.ms, 0);
	large_page_open(BOXES, &many);
	figure("page of 4000 boxes, bytes", many.size, 0);
	figure("its verdict, ms", many.file.ms, TIME_MOST);
	figure("without WebCrypto, ms", many.http.ms, 0);
	figure("memory of its module, bytes", many.file.module, MEMORY_MOST);
	figure("of its process alone, bytes", many.file.renderer, MEMORY_MOST);
	workplace_drop();
	return 0;
}
