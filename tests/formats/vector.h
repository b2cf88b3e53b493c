/* SPDX-License-Identifier: Apache-2.0 */
/* Test vectors as their specifications print them. */
#ifndef SANDOQ_TESTS_FORMATS_VECTOR_H
#define SANDOQ_TESTS_FORMATS_VECTOR_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "appliance/formats/bytes.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* `buffer` must hold half the digits. */
static inline struct bytes unhex(const char *digits, void *buffer)
{
	size_t size = strlen(digits) / 2;
	assert_true(hex_decode(bytes_of_text(digits), buffer, size));
	return bytes_of(buffer, size);
}

static inline void assert_hex(struct bytes actual, const char *digits)
{
	uint8_t buffer[1024];
	assert_true(strlen(digits) / 2 <= sizeof(buffer));
	unhex(digits, buffer);
	assert_int_equal(actual.size, strlen(digits) / 2);
	assert_memory_equal(actual.data, buffer, actual.size);
}

static inline void assert_text(struct bytes actual, const char *expected)
{
	assert_int_equal(actual.size, strlen(expected));
	assert_memory_equal(actual.data, expected, actual.size);
}

/* NULL when it must be accepted. */
static inline void assert_refusal(refusal actual, const char *expected)
{
	if (expected == NULL)
		assert_string_equal(actual ? actual : "", "");
	else
		assert_string_equal(actual ? actual : "", expected);
}

#endif
