/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/desk/paper_files.h"

#include "appliance/formats/ustar.h"
#include "tests/desk/workplace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ARCHIVE_MOST = 8 << 20 };

void paper_write_trusted(const struct paper *paper)
{
	char *profile = boot_profile_encode(&paper->profile);
	write_file("definition.json", bytes_of_text(paper->json));
	write_file("authorities.pem", file_bytes(&paper->authorities));
	write_file("profile.json", bytes_of_text(profile));
	free(profile);
}

static void write_sent_as(const struct paper *paper, const char *name)
{
	uint8_t *space = malloc(ARCHIVE_MOST);
	assert_non_null(space);
	struct writer out = writer_of(space, ARCHIVE_MOST);
	write_ustar_member(
		&out, "courier", bytes_of_text("sandoq/courier/v1 sent\n"));
	for (size_t i = 0; i < paper->sent.count; i++)
		write_ustar_member(&out, paper->sent.member[i].name,
			paper->sent.member[i].content);
	write_ustar_end(&out);
	assert_false(out.broken);
	write_file(name, written(&out));
	free(space);
}

void paper_write_sent(const struct paper *paper)
{
	write_sent_as(paper, "sent.tar");
}

static void leave(const struct paper *paper)
{
	static unsigned left;
	char name[32];
	snprintf(name, sizeof(name), "refused-%04u.tar", ++left);
	write_sent_as(paper, name);
}

void paper_leave_refused(const struct paper *paper, const char *workplace)
{
	workplace_share(workplace);
	paper_write_trusted(paper);
	paper_write_sent(paper);
	paper_refused = leave;
}
