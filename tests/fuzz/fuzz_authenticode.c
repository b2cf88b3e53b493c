/* SPDX-License-Identifier: Apache-2.0 */
/* The image hash of an EFI program. */
#include "tests/fuzz/property.h"
#include "tpm/policy/authenticode.h"

#include <string.h>

enum {
	PROGRAM_SIZE = 0x400,
	COFF = 0x40,
	OPTIONAL = COFF + 24,
	OPTIONAL_SIZE = 240,
	SECTION = OPTIONAL + OPTIONAL_SIZE,
};

/* PE32+, headers of 512 bytes, one section of 256 bytes at 512. */
static struct bytes valid_program(uint8_t program[PROGRAM_SIZE])
{
	memset(program, 0, PROGRAM_SIZE);
	program[0] = 'M';
	program[1] = 'Z';
	program[0x3C] = COFF;
	program[COFF] = 'P';
	program[COFF + 1] = 'E';
	program[COFF + 6] = 1;
	program[COFF + 20] = OPTIONAL_SIZE;
	program[OPTIONAL] = 0x0B;
	program[OPTIONAL + 1] = 0x02;
	program[OPTIONAL + 61] = 0x02;
	program[OPTIONAL + 108] = 16;
	program[SECTION + 17] = 0x01;
	program[SECTION + 21] = 0x02;
	return bytes_of(program, PROGRAM_SIZE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t program[PROGRAM_SIZE];
	uint8_t buffer[EDITED_MOST];
	struct bytes input = bytes_of(data, size);
	struct bytes valid = valid_program(program);
	struct digest digest;
	property(authenticode_digest(valid, &digest) == NULL);
	authenticode_digest(input, &digest);
	authenticode_digest(edited(valid, input, buffer), &digest);
	return 0;
}
