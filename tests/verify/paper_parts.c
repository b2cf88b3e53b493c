/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parts of the machine on paper, each of which a test can make again with one
 * detail changed: approvals, quotes, event logs and keys.
 */
#include "tests/support/scalar.h"
#include "tests/verify/paper.h"

#include "appliance/formats/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
	ATTEST_MAGIC = 0xff544347,
	ATTEST_NV = 0x8014,
	ATTEST_CREATION = 0x801A,
	ATTEST_QUOTE = 0x8018,
	ALG_SHA256 = 0x000B,
	LOG_MOST = 8192,
	TEXT_MOST = 8192,
};

static struct bytes view(const struct digest *digest)
{
	return bytes_of(digest->byte, SHA256_SIZE);
}

static void write_sized(struct writer *out, struct bytes content)
{
	write_u16(out, (uint16_t)content.size);
	write_bytes(out, content);
}

static struct tpm_name name_of(enum key_template template, unsigned scalar)
{
	struct p256_private *key = scalar_key(scalar);
	struct p256_public public = p256_public_of(key);
	struct tpm_public area = key_encode(template, NULL, &public);
	p256_free(key);
	return public_name(tpm_public_bytes(&area));
}

/* What every TPMS_ATTEST begins with. */
static void write_head(struct writer *out, const struct paper *paper,
	uint16_t type, unsigned ak, const struct digest *qualifying)
{
	struct tpm_name name = name_of(KEY_AK, ak);
	struct tpm_name qualified = endorsement_qualified_name(&name);
	write_u32(out, ATTEST_MAGIC);
	write_u16(out, type);
	write_sized(out, tpm_name_bytes(&qualified));
	write_sized(out, view(qualifying));
	write_u64(out, 123456); /* clock, milliseconds */
	write_u32(out, 7 + paper->resets);
	write_u32(out, 0); /* restarts */
	write_u8(out, 1);  /* safe */
	write_u64(out, 1); /* firmware */
}

static void put_attested(
	struct paper *paper, const char *stem, unsigned ak, struct bytes attest)
{
	char name[64];
	uint8_t encoded[TPM_SIGNATURE_SIZE];
	struct p256_private *key = scalar_key(ak);
	struct digest digest = sha256(attest);
	struct p256_signature signature = p256_sign(key, &digest);
	p256_free(key);
	tpm_signature_encode(&signature, encoded);
	snprintf(name, sizeof(name), "%s.attest", stem);
	paper_put(paper, name, attest);
	snprintf(name, sizeof(name), "%s.signature", stem);
	paper_put(paper, name, bytes_of(encoded, sizeof(encoded)));
}

void paper_quote(struct paper *paper, const char *folder,
	const struct paper_quote *quote)
{
	char stem[32];
	uint8_t attest[ATTEST_MOST], selection[PCR_SELECTION_SIZE];
	struct writer out = writer_of(attest, sizeof(attest));
	struct pcr_set pcrs = *quote->pcrs;
	pcrs.mask = quote->mask;
	struct digest digest = pcr_set_digest(&pcrs);
	write_head(
		&out, paper, ATTEST_QUOTE, quote->ak_scalar, quote->qualifying);
	pcr_selection_encode(quote->mask, selection);
	write_bytes(&out, bytes_of(selection, sizeof(selection)));
	write_sized(&out, view(&digest));
	snprintf(stem, sizeof(stem), "%squote", folder);
	put_attested(paper, stem, quote->ak_scalar, written(&out));
}

void paper_certify_anchor(struct paper *paper, const char *stem, unsigned ak,
	const struct digest *qualifying, size_t entries)
{
	uint8_t attest[ATTEST_MOST];
	struct writer out = writer_of(attest, sizeof(attest));
	struct journal_fold fold;
	const struct tpm_name index =
		public_name(paper_get(paper, "journal.nv"));
	assert_null(journal_fold_headers(
		&fold, bytes_of(paper_get(paper, "entries").data,
			       entries * JOURNAL_HEADER_SIZE)));
	write_head(&out, paper, ATTEST_NV, ak, qualifying);
	write_sized(&out, tpm_name_bytes(&index));
	write_u16(&out, 0);
	write_sized(&out, view(&fold.anchor));
	put_attested(paper, stem, ak, written(&out));
}

uint32_t paper_quoted_mask(void)
{
	return 0x7fff;
}

void paper_pcrs(const struct paper *paper, struct pcr_set *out)
{
	boot_profile_predict(&paper->profile, out);
	out->mask = paper_quoted_mask();
}

/* Firmware writes little-endian. */
static void write_le16(struct writer *out, unsigned value)
{
	write_u8(out, (uint8_t)value);
	write_u8(out, (uint8_t)(value >> 8));
}

static void write_le32(struct writer *out, uint32_t value)
{
	write_le16(out, value & 0xffff);
	write_le16(out, value >> 16);
}

static void write_log_header(struct writer *out)
{
	static const uint8_t spec[] = "Spec ID Event03\0"
				      "\0\0\0\0\0\2\0\2"
				      "\1\0\0\0\x0b\0\x20\0";
	static const uint8_t sha1[20];
	write_le32(out, 0);
	write_le32(out, EVENT_NO_ACTION);
	write_bytes(out, bytes_of(sha1, sizeof(sha1)));
	write_le32(out, sizeof(spec)); /* its NUL is the vendor's size, 0 */
	write_bytes(out, bytes_of(spec, sizeof(spec)));
}

void paper_log(struct paper *paper, const char *name,
	const struct event_rule *event, size_t count)
{
	uint8_t log[LOG_MOST];
	struct writer out = writer_of(log, sizeof(log));
	write_log_header(&out);
	for (size_t i = 0; i < count; i++) {
		write_le32(&out, event[i].pcr);
		write_le32(&out, event[i].type);
		write_le32(&out, 1);
		write_le16(&out, ALG_SHA256);
		write_bytes(&out, view(&event[i].digest));
		write_le32(&out, 0);
	}
	assert_false(out.broken);
	paper_put(paper, name, written(&out));
}

void paper_election_key(struct paper *paper, const char *stem,
	enum key_template template, unsigned scalar,
	const struct paper_creation *creation)
{
	char name[32];
	uint8_t data[CREATION_MOST], attest[ATTEST_MOST];
	uint8_t selection[PCR_SELECTION_SIZE];
	struct writer created = writer_of(data, sizeof(data));
	struct writer out = writer_of(attest, sizeof(attest));
	struct p256_private *key = scalar_key(scalar);
	struct p256_public public = p256_public_of(key);
	struct tpm_public area =
		key_encode(template, &creation->policy, &public);
	struct tpm_name object = public_name(tpm_public_bytes(&area));
	struct tpm_name srk = name_of(KEY_SRK, PAPER_SRK_SCALAR);
	p256_free(key);

	pcr_selection_encode(0xffff, selection);
	write_bytes(&created, bytes_of(selection, sizeof(selection)));
	write_sized(&created, view(&creation->policy)); /* any PCR digest */
	write_u8(&created, 1);				/* locality 0 */
	write_u16(&created, ALG_SHA256);
	write_sized(&created, tpm_name_bytes(&srk));
	write_sized(&created, tpm_name_bytes(&srk));
	write_sized(&created, view(&creation->outside_info));
	struct digest hash = sha256(written(&created));

	write_head(&out, paper, ATTEST_CREATION, creation->ak_scalar,
		&creation->outside_info);
	write_sized(&out, tpm_name_bytes(&object));
	write_sized(&out, view(&hash));

	snprintf(name, sizeof(name), "%s.pub", stem);
	paper_put(paper, name, tpm_public_bytes(&area));
	snprintf(name, sizeof(name), "%s.creation", stem);
	paper_put(paper, name, written(&created));
	put_attested(paper, stem, creation->ak_scalar, written(&out));
}

/* One kind of approval, as it should be. */
struct form {
	enum statement_kind kind;
	const char *stem;
	enum body body;
	struct approval_scope scope;
	const struct digest *cp_hash;
	const struct statement_value *value;
	size_t count;
	const struct boot_policy *boot; /* its PCRs go behind the image */
	bool enrolment; /* each has a credential, which the TPM opens */
};

static struct digest wanted_of(
	const struct form *form, const struct paper_approval *how)
{
	struct approval_scope scope = form->scope;
	scope.rehearsal = scope.rehearsal != how->rehearsal;
	if (how->other_purpose)
		scope.purpose = APPROVE_REVOKE;
	if (how->definition != NULL)
		scope.definition = *how->definition;
	if (how->ak != NULL)
		scope.ak = *how->ak;
	if (how->note_in_place != NULL)
		return sha256(bytes_of_text(how->note_in_place));
	return approval_digest(&scope, how->unbound ? NULL : form->cp_hash);
}

static void put_pcrs(struct text_writer *text, const struct boot_policy *boot)
{
	for (unsigned i = 0; i < PCR_COUNT; i++) {
		char line[128];
		struct writer out = writer_of(line, sizeof(line));
		const struct statement_pcr pcr = { i, boot->pcrs.value[i] };
		if ((boot->pcrs.mask >> i & 1) == 0)
			continue;
		write_statement_pcr(&out, &pcr);
		text_put(text, BOOT_PCR, written(&out));
	}
}

/* Of who has this key. */
static struct digest secret_of(unsigned scalar)
{
	const uint8_t byte = (uint8_t)scalar;
	return sha256(bytes_of(&byte, 1));
}

static void put_value(struct text_writer *text, const struct form *form,
	const struct statement_value *value, unsigned scalar)
{
	const struct digest secret = secret_of(scalar);
	const struct digest digest = sha256(view(&secret));
	struct statement_value own = *value;
	if (form->enrolment && value->field == BOOT_CREDENTIAL)
		own.value = view(&digest);
	statement_put(text, &own);
}

void paper_put_nonce(struct text_writer *text, size_t field)
{
	const struct statement_nonce nonce = { bytes_of_text("auditor-1"),
		{ { 9 } } };
	char line[256];
	struct writer out = writer_of(line, sizeof(line));
	write_statement_nonce(&out, &nonce);
	text_put(text, field, written(&out));
}

static struct bytes approval_of(struct writer *out, const struct form *form,
	const struct paper_approval *how, unsigned scalar)
{
	uint8_t der[P256_DER_MOST];
	struct writer authorization = writer_of(der, sizeof(der));
	struct digest wanted = wanted_of(form, how);
	struct p256_private *key = scalar_key(scalar);
	struct p256_signature signature = p256_sign(key, &wanted);
	struct text_writer text = text_begin(&statement_form[form->kind],
		form->scope.rehearsal != how->rehearsal, out);
	p256_free(key);
	for (size_t i = 0; i < form->count; i++) {
		if (form->boot != NULL && form->value[i].field > BOOT_PCR &&
			form->value[i - 1].field < BOOT_PCR)
			put_pcrs(&text, form->boot);
		put_value(&text, form, &form->value[i], scalar);
	}
	if (form->kind == STATEMENT_OPEN)
		paper_put_nonce(&text, OPEN_NONCE);
	write_p256_signature(&authorization, &signature);
	text_put(&text, text.form->field_count - 1, written(&authorization));
	assert_null(text_end(&text));
	return written(out);
}

static void put_activation(
	struct paper *paper, unsigned number, unsigned scalar)
{
	char name[32];
	const struct digest secret = secret_of(scalar);
	snprintf(name, sizeof(name), "activation-%u", number);
	paper_put(paper, name, view(&secret));
	snprintf(name, sizeof(name), "credential-%u", number);
	paper_put(paper, name, bytes_of_text("for a TPM to open"));
}

static void approve(struct paper *paper, const struct form *form,
	const struct paper_approval *how)
{
	const struct roster *roster =
		&paper->definition.plan.roster[form->body];
	unsigned number = 0;
	for (unsigned n = 1; n <= 9; n++) {
		char name[64];
		snprintf(name, sizeof(name), "%s-%u", form->stem, n);
		paper_put(paper, name, bytes_of(NULL, 0));
	}
	for (unsigned m = 0; m < roster->quorum.of; m++) {
		char name[64];
		uint8_t text[TEXT_MOST], note[TEXT_MOST];
		struct writer text_out = writer_of(text, sizeof(text));
		struct writer note_out = writer_of(note, sizeof(note));
		unsigned scalar = paper_scalar(form->body, m);
		if ((how->members >> m & 1) == 0)
			continue;
		paper_sign(&note_out, approval_of(&text_out, form, how, scalar),
			roster->id[m],
			how->note_scalar != 0 ? how->note_scalar : scalar);
		snprintf(name, sizeof(name), "%s-%u", form->stem, ++number);
		paper_put(paper, name, written(&note_out));
		if (form->enrolment)
			put_activation(paper, number, scalar);
	}
}

void paper_approve_release(
	struct paper *paper, const struct paper_approval *how)
{
	struct chain *chain = &paper->chain;
	struct statement_value value[RELEASE_VALUES];
	if (how->result != NULL)
		chain->result_digest = *how->result;
	struct digest cp_hash = release_cp_hash(chain);
	release_values(chain, &cp_hash, value);
	if (how->definition != NULL)
		value[RELEASE_DEFINITION].value = view(how->definition);
	if (how->ak != NULL)
		value[RELEASE_AK].value = tpm_name_bytes(how->ak);
	const struct form form = {
		.kind = STATEMENT_RELEASE,
		.stem = "release-approval",
		.body = AUDITORS,
		.scope = election_scope(&chain->terms, APPROVE_RELEASE),
		.cp_hash = &cp_hash,
		.value = value,
		.count = RELEASE_VALUES,
	};
	approve(paper, &form, how);
}

void paper_approve_open(struct paper *paper, const struct paper_approval *how)
{
	struct statement_value value[OPEN_VALUES];
	open_values(&paper->chain, value);
	const struct form form = {
		.kind = STATEMENT_OPEN,
		.stem = "open-approval",
		.body = OFFICERS,
		.scope = election_scope(&paper->chain.terms, APPROVE_OPEN),
		.value = value,
		.count = OPEN_VALUES,
	};
	approve(paper, &form, how);
}

static void write_abandonment(struct writer *out, const struct paper *paper)
{
	struct statement_value value[ABANDONMENT_VALUES];
	struct text_writer writer =
		text_begin(&statement_form[STATEMENT_ABANDONMENT],
			paper->definition.plan.rehearsal, out);
	abandonment_values(&paper->chain, value);
	for (size_t i = 0; i < ABANDONMENT_VALUES; i++)
		statement_put(&writer, &value[i]);
	text_put(&writer, ABANDONMENT_REASON, bytes_of_text("A reason."));
	assert_null(text_end(&writer));
}

void paper_abandon(struct paper *paper, enum entry_type last,
	unsigned authority, unsigned auditors)
{
	uint8_t text[TEXT_MOST], note[STATEMENT_MOST];
	struct writer out = writer_of(text, sizeof(text));
	struct writer note_out = writer_of(note, sizeof(note));
	const struct roster *rosters = paper->definition.plan.roster;
	size_t entries = paper->entries;
	while (paper->entry[entries - 1].type != last)
		entries--;
	write_abandonment(&out, paper);
	write_note_text(&note_out, written(&out));
	paper_add_signatures(&note_out, written(&out), &rosters[AUTHORITY],
		AUTHORITY, authority);
	paper_add_signatures(&note_out, written(&out), &rosters[AUDITORS],
		AUDITORS, auditors);
	paper_end_after(paper, entries);
	paper_put(paper, "abandonment.note", written(&note_out));
	paper_entry(paper, ENTRY_ABANDONED, 0, 0);
}

static void approve_boot(struct paper *paper, const struct paper_approval *how,
	const struct boot_policy *boot, const struct digest *image,
	const char *stem)
{
	struct statement_value value[BOOT_VALUES];
	const bool enrolment = strcmp(stem, "approval") == 0;
	struct boot_terms terms = {
		.serial = paper->chain.serial,
		.machine = &paper->chain.machine,
		.authority = &paper->chain.authority,
		.boot = boot,
		.image = image,
	};
	boot_terms_of(&terms, !enrolment);
	boot_values(&terms, value);
	const struct form form = {
		.kind = STATEMENT_BOOT_APPROVAL,
		.stem = stem,
		.body = OPERATORS,
		.scope = machine_scope(&paper->chain.machine, APPROVE_BOOT),
		.cp_hash = &terms.cp_hash,
		.value = value,
		.count = BOOT_VALUES,
		.boot = boot,
		.enrolment = enrolment,
	};
	approve(paper, &form, how);
}

void paper_approve_boot(struct paper *paper, const struct paper_approval *how,
	const struct boot_policy *boot, const struct digest *image)
{
	approve_boot(paper, how, boot, image, "approval");
}

uint64_t paper_approve_software(struct paper *paper,
	const struct paper_approval *how, const struct boot_policy *boot,
	const struct digest *image, enum entry_type before)
{
	const size_t number = paper_insert(paper, ENTRY_SOFTWARE, before);
	char stem[64];
	snprintf(
		stem, sizeof(stem), "software/%04u.approval", (unsigned)number);
	approve_boot(paper, how, boot, image, stem);
	paper_journal(paper);
	return number;
}
