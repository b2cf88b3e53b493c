/* SPDX-License-Identifier: Apache-2.0 */
/* The table of couriers, and the labels that archives have of it. */
#include "appliance/record/courier.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct bytes label_of(enum courier_kind kind, uint64_t size)
{
	static uint8_t space[COURIER_LABEL_MOST];
	struct writer out = writer_of(space, sizeof(space));
	write_courier_label(&out, kind, size);
	assert_false(out.broken);
	return written(&out);
}

static void test_each_kind_is_found(void **state)
{
	uint64_t size;
	(void)state;
	for (size_t i = 0; i < courier_table_size; i++) {
		const struct courier_row *row = &courier_table[i];
		assert_ptr_equal(courier_of_kind(row->kind), row);
		assert_ptr_equal(courier_of_word(row->word), row);
		assert_ptr_equal(
			courier_of_label(label_of(row->kind, 0), &size), row);
		assert_int_equal(size, 0);
	}
}

/* Sticks that people have keep these bytes. */
static void test_labels_are_as_documented(void **state)
{
	static const char sent[] = "sandoq/courier/v1 sent\n";
	const struct bytes label = label_of(COURIER_SENT, 0);
	(void)state;
	assert_int_equal(label.size, strlen(sent));
	assert_memory_equal(label.data, sent, strlen(sent));
}

static void test_others_are_refused(void **state)
{
	static const char *const label[] = {
		"",
		"\n",
		"sandoq/courier/v1 ",
		"sandoq/courier/v1 \n",
		"sandoq/courier/v1 enrol",
		"sandoq/courier/v1 enrol \n",
		"sandoq/courier/v1 enrol\n\n",
		"sandoq/courier/v1 letter\n",
		"sandoq/courier/v2 enrol\n",
		"enrol\n",
		"sandoq/courier/v1 enrol 4096\n",
		"sandoq/courier/v1 outbox \n",
		"sandoq/courier/v1 outbox 0\n",
		"sandoq/courier/v1 outbox 04096\n",
		"sandoq/courier/v1 outbox 4096 \n",
		"sandoq/courier/v1 outbox -4096\n",
		"sandoq/courier/v1 outbox 9223372036854775808\n",
	};
	uint64_t size;
	(void)state;
	for (size_t i = 0; i < sizeof(label) / sizeof(label[0]); i++)
		assert_null(courier_of_label(bytes_of_text(label[i]), &size));
	assert_null(courier_of_word("letter"));
	assert_null(courier_of_word(""));
	assert_null(courier_of_kind(0));
	assert_null(courier_of_kind(COURIER_SENT + 1));
}

static void test_an_outbox_says_its_size(void **state)
{
	const struct bytes label = label_of(COURIER_OUTBOX, INT64_MAX);
	uint64_t size;
	(void)state;
	assert_true(bytes_equal(label,
		bytes_of_text(
			"sandoq/courier/v1 outbox 9223372036854775807\n")));
	assert_int_equal(courier_of_label(label, &size)->kind, COURIER_OUTBOX);
	assert_int_equal(size, INT64_MAX);
}

/* What the machine wrote is for people alone. */
static void test_the_machine_never_takes_what_it_sent(void **state)
{
	(void)state;
	for (size_t i = 0; i < courier_table_size; i++)
		assert_int_equal(courier_table[i].states == 0,
			courier_table[i].kind == COURIER_SENT);
}

static void test_the_words_are_the_tables(void **state)
{
	char words[256] = "";
	(void)state;
	for (size_t i = 0; i < courier_table_size; i++) {
		const size_t size = strlen(words);
		const char *between = i + 1 == courier_table_size ? " or "
				      : i > 0			  ? ", "
								  : "";
		snprintf(words + size, sizeof(words) - size, "%s%s", between,
			courier_table[i].word);
	}
	assert_string_equal(words, COURIER_WORDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_kind_is_found),
		cmocka_unit_test(test_labels_are_as_documented),
		cmocka_unit_test(test_others_are_refused),
		cmocka_unit_test(test_an_outbox_says_its_size),
		cmocka_unit_test(test_the_machine_never_takes_what_it_sent),
		cmocka_unit_test(test_the_words_are_the_tables),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
