/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/rehearsal/other_city.h"

#include "appliance/desk/common/evidence.h"
#include "appliance/desk/common/files.h"
#include "appliance/desk/keys/key_read.h"
#include "appliance/election/statement.h"
#include "appliance/formats/crypto.h"
#include "appliance/record/members.h"
#include "tpm/policy/public.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum { NOTE_MOST = 4096, NAME_MOST = 64 };

/* A file of the city. */
static char *file_of(const char *folder, const char *name)
{
	return path_join(folder, name);
}

static int write_file(const char *folder, const char *name, struct bytes what)
{
	char *path = file_of(folder, name);
	const int status = file_write(path, what, 0644);
	free(path);
	return status;
}

/* A box key that is nobody's: what is sealed to it nobody opens. */
static struct tpm_public make_box_key(void)
{
	const struct digest none = { { 0 } };
	struct p256_private *key = p256_generate();
	const struct p256_public public = p256_public_of(key);
	p256_free(key);
	return key_encode(KEY_BK, &none, &public);
}

static refusal write_keys(const struct plan *plan,
	const struct tpm_public *area, struct writer *out)
{
	const struct digest none = { { 0 } };
	const struct tpm_name name = public_name(tpm_public_bytes(area));
	struct text_writer text = text_begin(
		&statement_form[STATEMENT_ELECTION_KEYS], plan->rehearsal, out);
	text_put(&text, ELECTION_KEYS_ELECTION, bytes_of_text(plan->id));
	text_put(&text, ELECTION_KEYS_DEFINITION,
		bytes_of(plan->definition.byte, SHA256_SIZE));
	text_put(&text, ELECTION_KEYS_ENROLMENT,
		bytes_of(none.byte, SHA256_SIZE));
	for (size_t field = ELECTION_KEYS_AK; field <= ELECTION_KEYS_RK;
		field++)
		text_put(&text, field, tpm_name_bytes(&name));
	for (size_t field = ELECTION_KEYS_BK_POLICY;
		field <= ELECTION_KEYS_RK_CREATION; field++)
		text_put(&text, field, bytes_of(none.byte, SHA256_SIZE));
	text_put_number(&text, ELECTION_KEYS_PHASE, 1);
	return text_end(&text);
}

/* By one member, whose key lies where the sample put it. */
static int sign(const char *folder, const struct roster *roster, size_t member,
	struct bytes text, struct writer *note)
{
	char name[NAME_MOST];
	struct note_key who;
	struct p256_private *key = NULL;
	refusal refused = statement_member_key(roster, member, &who);
	if (refused != NULL)
		return fail(EX_DATAERR, folder, 0, "%s", refused);
	snprintf(name, sizeof(name), "keys/authority-%zu.pem", member + 1);
	char *path = file_of(folder, name);
	const int status = key_read(path, NULL, &key);
	free(path);
	if (status != 0)
		return status;
	const struct digest digest = sha256(text);
	const struct p256_signature signature = p256_sign(key, &digest);
	write_note_signature(note, &who, &signature);
	p256_free(key);
	return 0;
}

static int write_note_of(
	const char *folder, const struct plan *plan, struct bytes text)
{
	uint8_t space[NOTE_MOST];
	struct writer note = writer_of(space, sizeof(space));
	const struct roster *roster = &plan->roster[AUTHORITY];
	int status = 0;
	write_note_text(&note, text);
	for (size_t m = 0; m < roster->quorum.of && status == 0; m++)
		status = sign(folder, roster, m, text, &note);
	return status != 0 ? status
			   : write_file(folder, MEMBER_ELECTION_KEYS,
				     written(&note));
}

static int make_keys(const char *folder, const struct plan *plan)
{
	uint8_t space[NOTE_MOST];
	struct writer text = writer_of(space, sizeof(space));
	const struct tpm_public area = make_box_key();
	refusal refused = write_keys(plan, &area, &text);
	if (refused != NULL)
		return fail(EX_SOFTWARE, folder, 0, "%s", refused);
	int status = write_file(
		folder, bk_members.public_area, tpm_public_bytes(&area));
	return status != 0 ? status
			   : write_note_of(folder, plan, written(&text));
}

int other_city_keys(const char *folder)
{
	struct file file;
	struct definition definition;
	char *path = file_of(folder, "definition.json");
	int status = definition_read(path, &file, &definition);
	free(path);
	if (status != 0)
		return status;
	status = make_keys(folder, &definition.plan);
	definition_free(&definition);
	file_free(&file);
	return status;
}
