/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Result pages in Chromium: one of a bundle that verifies shows numbers, and
 * one in which anything was changed shows which check refused it, and none.
 * What Chromium says of forged bundles is asked by those who forge them
 * (verdicts.h).
 */
#include "tests/desk/paper_files.h"
#include "tests/desk/verdicts.h"
#include "tests/desk/workplace.h"

#include "appliance/desk/common/files.h"
#include "appliance/formats/base64.h"
#include "appliance/formats/ustar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <cmocka.h>

#define BUNDLE "bundle page --sent sent.tar " TRUSTED " "

enum {
	PAGE_MOST = 16 << 20,
	/* In an archive; and of the size of what is packed, in base64. */
	LABEL = USTAR_BLOCK_SIZE + 13,
	PACKED_SIZE = 26,
};

static struct paper *original;

static int make(void **state)
{
	(void)state;
	workplace_make();
	if (!browser_is_wanted())
		return 0;
	original = paper_make();
	paper_write_trusted(original);
	paper_write_sent(original);
	assert_status(run(BUNDLE "--output page.html"), 0);
	return 0;
}

static int drop(void **state)
{
	(void)state;
	if (original != NULL)
		paper_free(original);
	workplace_drop();
	return 0;
}

static struct file read_file(const char *name)
{
	struct file file;
	char path[512];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(file_read(path, PAGE_MOST, &file), 0);
	return file;
}

/* The page, `place` bytes behind the text changed to another of base64. */
static void write_changed(const char *name, const char *behind, size_t place)
{
	struct file page = read_file("page.html");
	char *at = strstr((char *)page.data, behind);
	assert_non_null(at);
	at += strlen(behind) + place;
	*at = *at == 'A' ? 'B' : 'A';
	write_file(name, file_bytes(&page));
	file_free(&page);
}

/* Names that a page of numbers shows, with "|" between them. */
static void names(char *out, size_t most)
{
	const struct definition *definition = &original->definition;
	out[0] = '\0';
	for (size_t i = 0; i < definition->plan.candidates; i++) {
		const size_t size = strlen(out);
		snprintf(out + size, most - size, "%s%s", i > 0 ? "|" : "",
			definition->candidate_name[i].fa);
	}
}

/* What Chromium makes of these pages, in the folder. */
static void open_pages(const char *pages)
{
	char shown[8192];
	names(shown, sizeof(shown));
	assert_status(shell("cd %s && SHOWN='%s' node "
			    "\"$OLDPWD/build/page-tests/verdicts.mjs\" %s",
			      folder, shown, pages),
		0);
}

static void a_true_bundle_passes(void **state)
{
	(void)state;
	if (original == NULL)
		skip();
	open_pages("page.html");
	assert_said("file:page.html passed - shown=all asked=0 crypto=yes "
		    "held=2 errors=0\n");
	/* Without WebCrypto, as from any server without https. */
	assert_said("http:page.html passed - shown=all asked=0 crypto=no "
		    "held=0 errors=0\n");
}

static void the_same_bytes_come_again(void **state)
{
	(void)state;
	if (original == NULL)
		skip();
	assert_status(run(BUNDLE "--output again.html"), 0);
	assert_int_equal(
		shell("cmp %s/page.html %s/again.html", folder, folder), 0);
}

static void no_page_of_what_is_refused(void **state)
{
	struct paper *paper;
	(void)state;
	if (original == NULL)
		skip();
	paper = paper_copy(original);
	paper_change_result(paper, "cast=", "cast=1");
	paper_write_sent(paper);
	assert_status(run(BUNDLE "--output none.html"), EX_DATAERR);
	assert_said("result: ");
	assert_int_not_equal(shell("test -e %s/none.html", folder), 0);
	paper_write_sent(original);
	paper_free(paper);
}

/* The page with other evidence in it. */
static void write_with(const char *name, const char *sent)
{
	static const char behind[] = "id=\"data-sent\">";
	struct file page = read_file("page.html");
	struct file other = read_file(sent);
	const size_t most = page.size + other.size * 2;
	uint8_t *space = malloc(most);
	struct writer out = writer_of(space, most);
	char *at = strstr((char *)page.data, behind);
	char *end = at != NULL ? strstr(at, "</script>") : NULL;
	assert_true(space != NULL && end != NULL);
	at += strlen(behind);
	write_bytes(
		&out, bytes_of(page.data, (size_t)(at - (char *)page.data)));
	write_base64(&out, BASE64_PADDED, file_bytes(&other));
	write_text(&out, end);
	assert_false(out.broken);
	write_file(name, written(&out));
	file_free(&page);
	file_free(&other);
	free(space);
}

/* No check looks at all of what says that it is an archive of ours. */
static void write_with_another_label(void)
{
	assert_status(
		run("bundle public --sent sent.tar --output public.tar"), 0);
	struct file sent = read_file("public.tar");
	sent.data[LABEL] ^= 1;
	write_file("label.tar", file_bytes(&sent));
	file_free(&sent);
	write_with("label.html", "label.tar");
}

/* A letter of each of the page's parts. */
static void a_changed_byte_shows_no_numbers(void **state)
{
	(void)state;
	if (original == NULL)
		skip();
	write_changed("sent.html", "id=\"data-sent\">", 20000);
	write_changed("packed.html", "id=\"data-sent\">", PACKED_SIZE);
	write_with_another_label();
	write_changed("definition.html", "id=\"data-definition\">", 400);
	write_changed("authorities.html", "id=\"data-authorities\">", 400);
	write_changed("profile.html", "id=\"data-profile\">", 200);
	write_changed("wasm.html", "const WASM = '", 90000);
	write_changed("script.html", "const sandoq", 1);
	open_pages("sent.html packed.html label.html definition.html "
		   "authorities.html profile.html wasm.html script.html");
	assert_null(strstr(said, " passed "));
	assert_null(strstr(said, "shown=all"));
	assert_null(strstr(said, "shown=some"));
	assert_said("file:packed.html refused archive shown=none");
	assert_said("file:label.html refused page shown=none");
	assert_said("file:definition.html refused definition shown=none");
	assert_said("file:authorities.html refused endorsement_key shown=none");
	assert_said("file:wasm.html static - shown=none");
	assert_said("file:script.html static - shown=none");
}

static bool is_digit_of_base64(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9');
}

/* Another bit close to the end of a station's signature. */
static void change_signature(struct paper *paper)
{
	static const char name[] = "boxes/0002.note";
	const struct bytes note = paper_get(paper, name);
	size_t at = note.size - 10;
	while (!is_digit_of_base64(note.data[at] ^ 1))
		at--;
	paper_flip(paper, name, (long)at);
	paper_journal(paper);
}

/* By WebCrypto and without, in the same words. */
static void a_signature_that_fails_is_refused(void **state)
{
	struct paper *paper;
	(void)state;
	if (original == NULL)
		skip();
	paper = paper_copy(original);
	change_signature(paper);
	paper_write_sent(paper);
	assert_status(run("bundle verify --sent sent.tar --definition "
			  "definition.json --authorities authorities.pem"),
		EX_DATAERR);
	assert_said("boxes: box 0002: "
		    "the signature of the note does not verify");
	write_with("forged.html", "sent.tar");
	open_pages("forged.html");
	assert_said("file:forged.html refused boxes shown=none asked=0 "
		    "crypto=yes held=1 errors=0\n");
	assert_said("http:forged.html refused boxes shown=none asked=0 "
		    "crypto=no held=0 errors=0\n");
	assert_null(strstr(said, "shows another text"));
	paper_write_sent(original);
	paper_free(paper);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_true_bundle_passes),
		cmocka_unit_test(the_same_bytes_come_again),
		cmocka_unit_test(no_page_of_what_is_refused),
		cmocka_unit_test(a_changed_byte_shows_no_numbers),
		cmocka_unit_test(a_signature_that_fails_is_refused),
	};
	return cmocka_run_group_tests(tests, make, drop);
}
