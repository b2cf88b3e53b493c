/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/keys/key_line.h"

#include "appliance/desk/common/files.h"
#include "appliance/desk/common/report.h"
#include "appliance/formats/age.h"
#include "appliance/formats/note.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

int key_line_check(const char *name)
{
	/* Any key does. */
	struct p256_private *key = p256_generate();
	const struct p256_public public = p256_public_of(key);
	struct note_key line;
	p256_free(key);
	const refusal why = note_key_of(name, &public, &line);
	return why == NULL ? 0
			   : fail(EX_USAGE, NULL, 0,
				     "--name: %s; give the id that texts and "
				     "definitions have",
				     why);
}

static bool wants_age(const struct arguments *arguments)
{
	for (const struct option *o = arguments->options; o->name != NULL; o++)
		if (strcmp(o->name, "--age") == 0)
			return argument_given(arguments, o->name);
	return false;
}

static int print_lines(const char *vkey, const char *recipient)
{
	puts(vkey);
	if (recipient[0] != '\0')
		puts(recipient);
	return fflush(stdout) == 0
		       ? 0
		       : fail(EX_IOERR, "stdout", 0, "takes no more");
}

int key_line_print(
	const struct arguments *arguments, const struct p256_public *public)
{
	char vkey[NOTE_VKEY_MOST + 1] = { 0 };
	char recipient[AGE_RECIPIENT_SIZE + 1] = { 0 };
	struct writer line = writer_of(vkey, NOTE_VKEY_MOST);
	struct writer age = writer_of(recipient, AGE_RECIPIENT_SIZE);
	struct note_key key;
	const refusal why =
		note_key_of(argument(arguments, "--name"), public, &key);
	if (why != NULL)
		return fail(EX_USAGE, NULL, 0, "--name: %s", why);
	write_note_key(&line, &key);
	if (wants_age(arguments))
		write_age_recipient(&age, public);
	if (!argument_given(arguments, "--json"))
		return print_lines(vkey, recipient);
	struct report report = report_begin(arguments);
	report_text(&report, "key", vkey);
	if (recipient[0] != '\0')
		report_text(&report, "age", recipient);
	return report_end(&report, 0);
}
