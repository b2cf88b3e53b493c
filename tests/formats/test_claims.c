/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known is known by every byte of it, however much it is; while
 * somebody listens, claims are only told.
 */
#include "appliance/formats/claims.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { MANY = 5000 };

static struct claim numbered(uint32_t number)
{
	struct claim claim = { 0 };
	struct writer out = writer_of(claim.signature.s, P256_SIZE);
	write_u32(&out, number);
	return claim;
}

static void every_byte_counts(void **state)
{
	struct claim claim = numbered(MANY + 1);
	uint8_t *const byte = (uint8_t *)&claim;
	(void)state;
	assert_false(claims_have(&claim));
	claims_add(&claim);
	assert_true(claims_have(&claim));
	for (size_t i = 0; i < sizeof(claim); i++) {
		byte[i] ^= 1;
		assert_false(claims_have(&claim));
		byte[i] ^= 1;
	}
	assert_true(claims_have(&claim));
}

static void many_are_known(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < MANY; i++) {
		const struct claim claim = numbered(2 * i);
		claims_add(&claim);
		claims_add(&claim);
	}
	for (uint32_t i = 0; i < 2 * MANY; i++) {
		const struct claim claim = numbered(i);
		assert_int_equal(
			claims_have(&claim), i % 2 == 0 || i == MANY + 1);
	}
}

static void who_listens_hears(void **state)
{
	const struct claim one = numbered(1), other = numbered(3);
	struct claim last;
	(void)state;
	assert_false(claims_tell(&one));
	claims_listen();
	assert_true(claims_tell(&one));
	assert_true(claims_tell(&other));
	assert_int_equal(claims_heard(&last), 2);
	assert_memory_equal(&last, &other, sizeof(last));
	assert_false(claims_tell(&one));
	assert_false(claims_have(&one));
	claims_listen();
	assert_int_equal(claims_heard(&last), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_counts),
		cmocka_unit_test(many_are_known),
		cmocka_unit_test(who_listens_hears),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
