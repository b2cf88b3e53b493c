/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded, it gives libcrypto's users the same random bytes in each run, as
 * station.mjs does to station.wasm: a linear congruential generator.
 */
#include <stdint.h>

int RAND_bytes(unsigned char *out, int size);

int RAND_bytes(unsigned char *out, int size)
{
	static uint32_t state = 1;
	for (int i = 0; i < size; i++) {
		state = state * 1664525 + 1013904223;
		out[i] = (unsigned char)(state >> 24);
	}
	return 1;
}
