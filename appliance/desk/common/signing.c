/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/signing.h"

#include "appliance/desk/common/asking.h"
#include "appliance/desk/common/signed_words.h"
#include "appliance/desk/common/words.h"
#include "appliance/formats/crypto.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static void find_signer(struct signer *signer, const struct roster *roster)
{
	struct p256_public key = signing_key_public(signer->key);
	for (size_t i = 0; i < roster->quorum.of; i++)
		if (p256_equal(&key, &roster->quorum.member[i].key))
			*signer = (struct signer){ signer->key, roster, i };
}

int signer_read(const struct arguments *arguments, const struct roster *roster,
	struct signer *out)
{
	return signer_read_of(arguments, &roster, 1, out);
}

int signer_read_of(const struct arguments *arguments,
	const struct roster *const *rosters, size_t count, struct signer *out)
{
	*out = (struct signer){ 0 };
	int status = signing_key_open(arguments, &out->key);
	if (status != 0)
		return status;
	for (size_t i = 0; i < count; i++)
		find_signer(out, rosters[i]);
	if (out->roster != NULL)
		return 0;
	signer_free(out);
	return fail(EX_NOPERM, argument(arguments, "--key"), 0,
		"this key may not sign it; use the one that the definition "
		"or the operators text names");
}

void signer_free(struct signer *signer)
{
	signing_key_close(signer->key);
	*signer = (struct signer){ 0 };
}

static int put_authorization(struct text_writer *text,
	const struct signer *signer, const struct authorization *wanted)
{
	uint8_t der[P256_DER_MOST];
	struct writer writer = writer_of(der, sizeof(der));
	struct digest digest = approval_digest(&wanted->scope, wanted->cp_hash);
	struct p256_signature signature;
	const int status = signing_key_sign(signer->key, &digest, &signature);
	if (status != 0)
		return status;
	write_p256_signature(&writer, &signature);
	text_put(text, wanted->field, written(&writer));
	return 0;
}

static bool has_option(const struct arguments *arguments, const char *name)
{
	for (const struct option *o = arguments->options; o->name != NULL; o++)
		if (strcmp(o->name, name) == 0)
			return true;
	return false;
}

static int show_and_ask(struct bytes text, bool authorizes)
{
	const struct asking asking = {
		.question = WORD_SIGN_QUESTION,
		.nobody = WORD_SIGN_NOBODY,
		.declined = WORD_SIGN_DECLINED,
	};
	tell_signed(stderr, text);
	fprintf(stderr, "\n%.*s", (int)text.size, (const char *)text.data);
	if (authorizes)
		tell(stderr, WORD_SIGN_AUTHORIZES, NULL);
	fprintf(stderr, "\n");
	return ask(&asking);
}

/* The note so far: that of the others, or the bare text. */
static int write_before(
	struct bytes text, const char *others, struct writer *out)
{
	struct file file;
	struct note note;
	if (others == NULL) {
		write_note_text(out, text);
		return 0;
	}
	int status = file_read(others, STATEMENT_MOST, &file);
	if (status != 0)
		return status;
	refusal refused = note_parse(file_bytes(&file), &note);
	if (refused == NULL && !bytes_equal(note.text, text))
		refused = "it is another text than you are about to sign";
	if (refused == NULL)
		write_bytes(out, file_bytes(&file));
	file_free(&file);
	return refused == NULL ? 0
			       : fail(EX_DATAERR, others, 0,
					 "%s; ask the others what they signed",
					 refused);
}

static struct bytes text_so_far(const struct text_writer *text)
{
	return bytes_of(
		text->out->data + text->start, text->out->size - text->start);
}

/* All that can be wrong is said before anybody is asked. */
static int prepare(const struct arguments *arguments, struct text_writer *text,
	bool authorizes, struct writer *before)
{
	const char *others = has_option(arguments, "--note")
				     ? argument(arguments, "--note")
				     : NULL;
	if (authorizes)
		return 0;
	refusal refused = text_end(text);
	if (refused != NULL)
		return fail(EX_DATAERR, NULL, 0, "%s", refused);
	return write_before(text_so_far(text), others, before);
}

/* Of a text that was agreed to, but for its authorization. */
static int sign_agreed(const struct arguments *arguments,
	struct text_writer *text, const struct signer *signer,
	const struct authorization *authorization, struct writer *out)
{
	struct note_key who;
	struct note check;
	struct p256_signature signature;
	refusal refused = NULL;
	int status = 0;
	if (authorization != NULL) {
		status = put_authorization(text, signer, authorization);
		refused = text_end(text);
		write_note_text(out, text_so_far(text));
	}
	const struct digest digest = sha256(text_so_far(text));
	if (status == 0 && refused == NULL)
		status = signing_key_sign(signer->key, &digest, &signature);
	if (status != 0)
		return status;
	if (refused == NULL)
		refused = statement_member_key(
			signer->roster, signer->member, &who);
	if (refused == NULL) {
		write_note_signature(out, &who, &signature);
		refused = note_parse(written(out), &check);
	}
	if (refused != NULL)
		return fail(EX_DATAERR, NULL, 0, "%s", refused);
	return file_write(argument_output(arguments), written(out), 0644);
}

int sign_text(const struct arguments *arguments, struct text_writer *text,
	const struct signer *signer, const struct authorization *authorization)
{
	static uint8_t whole[STATEMENT_MOST];
	struct writer out = writer_of(whole, sizeof(whole));
	const bool authorizes = authorization != NULL;
	int status = prepare(arguments, text, authorizes, &out);
	if (status == 0 && !argument_given(arguments, "--yes"))
		status = show_and_ask(text_so_far(text), authorizes);
	return status != 0 ? status
			   : sign_agreed(arguments, text, signer, authorization,
				     &out);
}

int sign_values_as(const struct arguments *arguments, enum statement_kind kind,
	bool rehearsal, const struct signer *signer,
	const struct statement_value *value, size_t count)
{
	static uint8_t text[STATEMENT_MOST];
	struct writer out = writer_of(text, sizeof(text));
	struct text_writer writer =
		text_begin(&statement_form[kind], rehearsal, &out);
	for (size_t i = 0; i < count; i++)
		statement_put(&writer, &value[i]);
	return sign_text(arguments, &writer, signer, NULL);
}

int sign_values(const struct arguments *arguments, enum statement_kind kind,
	bool rehearsal, const struct roster *roster,
	const struct statement_value *value, size_t count)
{
	struct signer signer;
	int status = signer_read(arguments, roster, &signer);
	if (status != 0)
		return status;
	status = sign_values_as(
		arguments, kind, rehearsal, &signer, value, count);
	signer_free(&signer);
	return status;
}
