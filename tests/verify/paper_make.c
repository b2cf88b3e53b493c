/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine on paper from enrolment to release: the election, the journal and
 * the archive that it sends.
 */
#include "tests/support/scalar.h"
#include "tests/verify/paper.h"

#include "appliance/election/box.h"
#include "appliance/formats/crypto.h"
#include "appliance/formats/date.h"
#include "appliance/record/members.h"
#include "appliance/verify/authorities.h"
#include "tests/support/election.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

enum {
	TEXT_MOST = 8192,
	RESULT_MOST = 1 << 23,
	SEED = 7,
	DAY = 24 * 60 * 60,
	CA_DAYS = 400,
	/* To each station of a large city, so that it is soon made. */
	BALLOTS_ISSUED = 600,
};

static const struct paper_approval quorum = { .members = QUORUM };

static struct bytes view(const struct digest *digest)
{
	return bytes_of(digest->byte, SHA256_SIZE);
}

static void extend_certificate(
	X509 *certificate, X509 *issuer, int what, const char *value)
{
	X509V3_CTX context;
	X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
	X509_EXTENSION *extension =
		X509V3_EXT_conf_nid(NULL, &context, what, value);
	assert_non_null(extension);
	assert_true(X509_add_ext(certificate, extension, -1));
	X509_EXTENSION_free(extension);
}

const struct paper_certificate paper_certificate = {
	.maker = PAPER_SOFTWARE,
	.usage = "2.23.133.8.1",
	.from = -1,
	.to = 2,
};

static X509 *certificate_of(EVP_PKEY *key, const char *name, X509 *issuer)
{
	X509 *certificate = X509_new();
	X509_NAME *subject = X509_get_subject_name(certificate);
	assert_true(X509_set_version(certificate, X509_VERSION_3));
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
	X509_time_adj_ex(X509_getm_notBefore(certificate), -CA_DAYS, 0, NULL);
	X509_time_adj_ex(X509_getm_notAfter(certificate), CA_DAYS, 0, NULL);
	X509_NAME_add_entry_by_txt(
		subject, "CN", MBSTRING_ASC, (const uint8_t *)name, -1, -1, 0);
	X509_set_issuer_name(certificate,
		X509_get_subject_name(issuer != NULL ? issuer : certificate));
	assert_true(X509_set_pubkey(certificate, key));
	return certificate;
}

static void put_authority(struct paper *paper, X509 *authority)
{
	BIO *out = BIO_new(BIO_s_mem());
	char *pem;
	assert_true(PEM_write_bio_X509(out, authority));
	long size = BIO_get_mem_data(out, &pem);
	paper->authorities.data = malloc((size_t)size);
	paper->authorities.size = (size_t)size;
	memcpy(paper->authorities.data, pem, (size_t)size);
	paper->evidence.authorities = file_bytes(&paper->authorities);
	BIO_free(out);
}

static EVP_PKEY *authority_key(void)
{
	uint8_t pem[P256_PEM_MOST];
	struct writer out = writer_of(pem, sizeof(pem));
	struct p256_private *key = scalar_key(PAPER_CA_SCALAR);
	write_p256_pem(&out, key);
	p256_free(key);
	BIO *in = BIO_new_mem_buf(pem, (int)out.size);
	EVP_PKEY *made = PEM_read_bio_PrivateKey(in, NULL, NULL, NULL);
	BIO_free(in);
	assert_non_null(made);
	return made;
}

static void put_certificate(struct paper *paper, EVP_PKEY *ek, X509 *authority,
	const struct paper_certificate *how)
{
	EVP_PKEY *key = authority_key();
	X509 *certificate = certificate_of(ek, how->maker, authority);
	uint8_t *der = NULL;
	X509_time_adj_ex(X509_getm_notBefore(certificate), how->from, 0, NULL);
	X509_time_adj_ex(X509_getm_notAfter(certificate), how->to, 0, NULL);
	if (how->usage != NULL)
		extend_certificate(
			certificate, authority, NID_ext_key_usage, how->usage);
	assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
	int size = i2d_X509(certificate, &der);
	paper_put(paper, "ek.crt", bytes_of(der, (size_t)size));
	OPENSSL_free(der);
	X509_free(certificate);
	EVP_PKEY_free(key);
}

static void certify(
	struct paper *paper, EVP_PKEY *ek, const struct paper_certificate *how)
{
	BIO *in = BIO_new_mem_buf(
		paper->authorities.data, (int)paper->authorities.size);
	X509 *authority = PEM_read_bio_X509(in, NULL, NULL, NULL);
	assert_non_null(authority);
	put_certificate(paper, ek, authority, how);
	BIO_free(in);
	X509_free(authority);
}

void paper_certify(struct paper *paper, const struct paper_certificate *how)
{
	const struct bytes old = paper_get(paper, "ek.crt");
	const uint8_t *at = old.data;
	X509 *certificate = d2i_X509(NULL, &at, (long)old.size);
	assert_non_null(certificate);
	certify(paper, X509_get0_pubkey(certificate), how);
	X509_free(certificate);
}

static void put_ek(struct paper *paper, EVP_PKEY *ek)
{
	BIGNUM *modulus = NULL;
	uint8_t raw[EK_MODULUS_SIZE];
	assert_true(EVP_PKEY_get_bn_param(ek, "n", &modulus));
	assert_int_equal(BN_bn2binpad(modulus, raw, sizeof(raw)), sizeof(raw));
	BN_free(modulus);
	struct tpm_public area = ek_encode(raw);
	paper_put(paper, "ek.pub", tpm_public_bytes(&area));
}

void paper_graft(struct paper *paper, const struct paper_certificate *how)
{
	EVP_PKEY *ek = EVP_RSA_gen(2048);
	put_ek(paper, ek);
	certify(paper, ek, how);
	EVP_PKEY_free(ek);
}

static void make_ca(struct paper *paper)
{
	EVP_PKEY *key = authority_key();
	X509 *authority = certificate_of(key, "authority", NULL);
	extend_certificate(authority, authority, NID_basic_constraints,
		"critical,CA:TRUE");
	assert_true(X509_sign(authority, key, EVP_sha256()) > 0);
	put_authority(paper, authority);
	X509_free(authority);
	EVP_PKEY_free(key);
}

static unsigned station_scalar(size_t station)
{
	return paper_scalar(BODIES, 0) + 1 + (unsigned)station;
}

static json_t *station_like(const json_t *like, size_t number)
{
	char id[ID_MOST + 1], vkey[NOTE_VKEY_MOST + 1] = "";
	struct writer out = writer_of(vkey, NOTE_VKEY_MOST);
	const struct p256_public public = scalar_public(station_scalar(number));
	struct note_key key;
	json_t *station = json_deep_copy(like);
	snprintf(id, sizeof(id), "station-%04zu", number + 1);
	assert_null(note_key_of(id, &public, &key));
	write_note_key(&out, &key);
	json_object_set_new(station, "id", json_string(id));
	json_object_set_new(station, "key", json_string(vkey));
	json_object_set_new(
		station, "ballots_issued", json_integer(BALLOTS_ISSUED));
	return station;
}

/* The city with this many stations, which have the names of its own. */
static char *large_city_json(size_t stations)
{
	char *city = city_json();
	json_t *json = json_loads(city, 0, NULL);
	const json_t *few = json_object_get(json, "stations");
	json_t *many = json_array();
	for (size_t s = 0; s < stations; s++)
		json_array_append_new(many,
			station_like(
				json_array_get(few, s % json_array_size(few)),
				s));
	json_object_set_new(json, "stations", many);
	free(city);
	city = json_dumps(json, JSON_INDENT(1));
	assert_non_null(city);
	json_decref(json);
	return city;
}

/* The city's definition, with the authority that was just made. */
static void make_definition(struct paper *paper, char *json)
{
	struct digest authority[EK_CAS_MOST];
	size_t count;
	char wanted[2 * SHA256_SIZE + 1] = { 0 }, digits[sizeof(wanted)] = "01";
	char error[DEFINITION_ERROR_MOST];
	struct writer out = writer_of(wanted, sizeof(wanted));
	memset(digits + 2, '0', sizeof(digits) - 3);
	assert_null(authorities_digests(
		file_bytes(&paper->authorities), authority, &count));
	assert_int_equal(count, 1);
	write_hex(&out, view(&authority[0]));
	paper->json = json;
	if (paper->how.election != NULL)
		paper->json = paper->how.election(paper->json);
	char *place = strstr(paper->json, digits);
	assert_non_null(place);
	memcpy(place, wanted, strlen(wanted));
	assert_true(definition_parse(
		&paper->definition, bytes_of_text(paper->json), error));
	paper_put(paper, "definition.json", bytes_of_text(paper->json));
	paper->evidence.definition = &paper->definition;
	paper->evidence.definition_file = bytes_of_text(paper->json);
}

static void make_operators(struct paper *paper)
{
	uint8_t text[TEXT_MOST];
	struct writer out = writer_of(text, sizeof(text));
	const struct roster *roster = &paper->definition.plan.roster[OPERATORS];
	const struct quorum *operators = &roster->quorum;
	struct text_writer writer =
		text_begin(&statement_form[STATEMENT_OPERATORS], false, &out);
	text_put(&writer, OPERATORS_MACHINE, bytes_of_text("SQ-7"));
	text_put_number(&writer, OPERATORS_NEED, operators->need);
	text_put_number(&writer, OPERATORS_EACH, operators->each);
	for (size_t m = 0; m < operators->of; m++) {
		char line[512];
		struct writer line_out = writer_of(line, sizeof(line));
		struct note_key key;
		assert_null(statement_member_key(roster, m, &key));
		write_text(&line_out, operators->member[m].board == EXECUTIVE
					      ? "executive "
					      : "supervisory ");
		write_note_key(&line_out, &key);
		text_put(&writer, OPERATORS_OPERATOR, written(&line_out));
	}
	assert_null(text_end(&writer));
	paper_put(paper, "operators", written(&out));
}

static void make_authority(struct paper *paper)
{
	uint8_t text[STATEMENT_ROSTER_MOST];
	struct writer out = writer_of(text, sizeof(text));
	assert_null(write_statement_authority(
		&out, &paper->definition.plan.roster[AUTHORITY]));
	paper_put(paper, "authority", written(&out));
}

static void put_root_key(struct paper *paper, const char *name,
	enum key_template template, unsigned scalar)
{
	struct p256_private *key = scalar_key(scalar);
	struct p256_public public = p256_public_of(key);
	struct tpm_public area = key_encode(template, NULL, &public);
	p256_free(key);
	paper_put(paper, name, tpm_public_bytes(&area));
}

static void put_indices(struct paper *paper)
{
	static const char *const name[NV_COUNT] = { "approved.nv",
		"revocation.nv", "phase.nv", "journal.nv" };
	for (enum nv_index i = 0; i < NV_COUNT; i++) {
		uint8_t area[NV_PUBLIC_SIZE];
		struct digest policy = nv_policy(&paper->chain.machine, i);
		nv_encode(i, &policy, true, area);
		paper_put(paper, name[i], bytes_of(area, sizeof(area)));
	}
}

/* Two events of PCR 0, one each of 2, 4 and 7, and the image. */
static void make_profile(struct paper *paper)
{
	static const struct event_rule event[] = {
		{ 0, 8, { { 1 } } },
		{ 0, EVENT_NO_ACTION, { { 0 } } },
		{ 7, 0xC, { { 2 } } },
		{ 4, 0xC, { { 3 } } },
		{ 2, 0xB, { { 4 } } },
		{ 4, 0xB, { { 0 } } },
	};
	struct boot_profile *profile = &paper->profile;
	profile->count = sizeof(event) / sizeof(event[0]);
	memcpy(profile->event, event, sizeof(event));
	profile->image = profile->count - 1;
	boot_profile_set_image(profile, &paper->definition.image);
	paper->evidence.profile = profile;
}

/* As far as the first refusal: what was established is in the chain. */
static void look(struct paper *paper, enum verify_goal goal)
{
	verify_free(&paper->chain);
	verify(goal, &paper->evidence, &paper->chain, &paper->checks);
}

/* The operators sign for what the chain has. */
static void put_enrolment_note(struct paper *paper, int day)
{
	uint8_t text[TEXT_MOST];
	char date[DATE_SIZE + 1];
	const time_t then = time(NULL) + (time_t)day * DAY;
	struct tm broken;
	struct writer out = writer_of(text, sizeof(text));
	struct statement_value value[ENROLMENT_VALUES];
	struct text_writer writer =
		text_begin(&statement_form[STATEMENT_ENROLMENT], false, &out);
	strftime(date, sizeof(date), "%Y-%m-%d", gmtime_r(&then, &broken));
	paper->chain.date = bytes_of_text(date);
	enrolment_values(&paper->chain, value);
	for (size_t i = 0; i < ENROLMENT_VALUES; i++)
		statement_put(&writer, &value[i]);
	assert_null(text_end(&writer));
	paper_put_signed(
		paper, "enrolment.note", written(&out), OPERATORS, QUORUM);
	paper->chain.date = bytes_of(NULL, 0);
}

void paper_date(struct paper *paper, int day)
{
	look(paper, VERIFY_RELEASED);
	put_enrolment_note(paper, day);
}

static void enrol(struct paper *paper, int day)
{
	struct boot_policy boot = { .epoch = PAPER_REVOCATION };
	put_root_key(paper, "ak.pub", KEY_AK, PAPER_AK_SCALAR);
	put_root_key(paper, "srk.pub", KEY_SRK, PAPER_SRK_SCALAR);
	look(paper, VERIFY_ENROLMENT);
	put_indices(paper);
	boot_profile_predict(&paper->profile, &boot.pcrs);
	paper_approve_boot(paper, &quorum, &boot, &paper->definition.image);
	paper_accepts(paper, VERIFY_ENROLMENT);
	paper->chain.revocation_base = PAPER_REVOCATION;
	put_enrolment_note(paper, day);
}

static void put_definition_note(struct paper *paper)
{
	uint8_t text[TEXT_MOST];
	struct writer out = writer_of(text, sizeof(text));
	struct text_writer writer =
		text_begin(&statement_form[STATEMENT_DEFINITION],
			paper->definition.plan.rehearsal, &out);
	text_put(&writer, DEFINITION_ELECTION,
		bytes_of_text(paper->definition.plan.id));
	text_put(&writer, DEFINITION_DIGEST,
		view(&paper->definition.plan.definition));
	assert_null(text_end(&writer));
	paper_put_signed(
		paper, "definition.note", written(&out), AUTHORITY, QUORUM);
}

static void put_keys_note(struct paper *paper)
{
	uint8_t text[TEXT_MOST];
	struct writer out = writer_of(text, sizeof(text));
	struct statement_value value[ELECTION_KEYS_VALUES];
	struct text_writer writer =
		text_begin(&statement_form[STATEMENT_ELECTION_KEYS],
			paper->definition.plan.rehearsal, &out);
	election_keys_values(&paper->chain, value);
	for (size_t i = 0; i < ELECTION_KEYS_VALUES; i++)
		statement_put(&writer, &value[i]);
	assert_null(text_end(&writer));
	paper_put_signed(
		paper, "election-keys.note", written(&out), AUTHORITY, QUORUM);
}

static void put_phase(struct paper *paper)
{
	uint8_t phase[8];
	struct writer out = writer_of(phase, sizeof(phase));
	write_u64(&out, PAPER_PHASE);
	paper_put(paper, "phase", written(&out));
}

static void seal(struct paper *paper)
{
	put_definition_note(paper);
	look(paper, VERIFY_SEALED);
	struct election_terms terms = paper->chain.terms;
	terms.ak = paper->chain.machine.ak;
	terms.nv = paper->chain.indices;
	terms.phase = PAPER_PHASE;
	struct paper_creation creation = {
		.ak_scalar = PAPER_AK_SCALAR,
		.policy = bk_policy(&terms),
		.outside_info = terms.definition,
	};
	paper_election_key(paper, "bk", KEY_BK, PAPER_BK_SCALAR, &creation);
	put_phase(paper);
	creation.policy = rk_policy(&terms);
	paper_election_key(paper, "rk", KEY_RK, PAPER_RK_SCALAR, &creation);
	paper_accepts(paper, VERIFY_SEALED);
	put_keys_note(paper);
}

static void add_entry(struct paper *paper, enum entry_type type)
{
	paper_entry(paper, type, 0, 0);
}

static void box_member(const struct paper *paper, size_t box, const char *item,
	char name[MEMBER_NAME_SIZE])
{
	member_of_entry(
		ENTRY_BOX, paper->box[box].leaf, bytes_of_text(item), name);
}

static void put_box_note(struct paper *paper, uint16_t station,
	struct bytes payload, struct bytes sealed)
{
	uint8_t text[TEXT_MOST], note[TEXT_MOST];
	struct writer out = writer_of(text, sizeof(text));
	struct writer note_out = writer_of(note, sizeof(note));
	const struct plan *plan = &paper->definition.plan;
	const struct box_terms terms = { .plan = plan,
		.bk_name = paper->chain.bk.name };
	char name[MEMBER_NAME_SIZE];
	uint32_t ballots;
	assert_null(ballots_check(payload, plan, station, 1, &ballots));
	assert_null(write_box_text(&out, &terms, station, 1, ballots, sealed));
	paper_sign(&note_out, written(&out), plan->station[station].id,
		station_scalar(station));
	box_member(paper, station, MEMBER_BOX_NOTE, name);
	paper_put(paper, name, written(&note_out));
}

static struct bytes ballots_of(const struct paper *paper, uint16_t station)
{
	const struct plan *plan = &paper->definition.plan;
	return paper->how.ballots != NULL ? paper->how.ballots(plan, station)
					  : sampled_box(plan, station, SEED);
}

static void put_box(struct paper *paper, uint16_t station)
{
	char name[MEMBER_NAME_SIZE];
	const struct plan *plan = &paper->definition.plan;
	const struct p256_public recipient[] = { paper->chain.bk.key,
		plan->recipient[0].key };
	struct bytes payload = ballots_of(paper, station);
	size_t size = AGE_FILE_SIZE(2, payload.size);
	uint8_t *sealed = malloc(size);
	struct writer out = writer_of(sealed, size);
	write_age_file(&out, recipient, 2, payload);
	box_member(paper, station, MEMBER_BOX_FILE, name);
	paper_put(paper, name, written(&out));
	put_box_note(paper, station, payload, written(&out));
	free((void *)payload.data);
	paper->box[station].digest = sha256(written(&out));
	free(sealed);
}

/* The first one of each of these stations. */
static void add_boxes(struct paper *paper, size_t boxes)
{
	struct paper_entry *entry = calloc(boxes, sizeof(*entry));
	paper->box = calloc(boxes, sizeof(*paper->box));
	if (entry == NULL || paper->box == NULL)
		abort();
	for (size_t i = 0; i < boxes; i++) {
		paper->box[i].leaf = paper->fold.tree.size + i;
		put_box(paper, (uint16_t)i);
		entry[i] = (struct paper_entry){
			.type = ENTRY_BOX,
			.station = (uint16_t)i,
			.sequence = 1,
		};
	}
	paper->boxes = boxes;
	paper_entries(paper, entry, boxes);
	free(entry);
}

/* A delivery that it did not take: of the fourth station, or the last. */
static void add_refusal(struct paper *paper)
{
	const struct plan *plan = &paper->definition.plan;
	const uint16_t station =
		(uint16_t)(plan->stations < 4 ? plan->stations - 1u : 3u);
	const struct digest came = sha256(bytes_of_text("another box"));
	char line[256], name[64];
	struct writer out = writer_of(line, sizeof(line));
	write_hex(&out, view(&came));
	write_text(&out, " ");
	write_text(&out, plan->station[station].id);
	write_text(&out, ", box 1: " PAPER_REASON "\n");
	paper->refusal_leaf = paper->fold.tree.size;
	snprintf(name, sizeof(name), "refused/%04u",
		(unsigned)paper->refusal_leaf);
	paper_put(paper, name, written(&out));
	paper_entry(paper, ENTRY_REFUSED, station, 1);
}

static void take_boxes(struct paper *paper, size_t boxes)
{
	look(paper, VERIFY_INTAKE);
	add_entry(paper, ENTRY_ENROLLED);
	add_entry(paper, ENTRY_LOCKED);
	add_entry(paper, ENTRY_SEALED);
	add_entry(paper, ENTRY_INTAKE);
	add_boxes(paper, boxes);
	add_refusal(paper);
	add_entry(paper, ENTRY_MEDIUM);
	paper_accepts(paper, VERIFY_INTAKE);
	paper_approve_open(paper, &quorum);
	add_entry(paper, ENTRY_OPEN);
	add_entry(paper, ENTRY_BOOT);
}

/* The header that the machine makes for this box, as it has opened it. */
static void write_header(
	const struct paper *paper, const char *box, struct writer *out)
{
	const struct p256_public *recipient =
		&paper->definition.plan.recipient[0].key;
	struct p256_private *bk = scalar_key(PAPER_BK_SCALAR);
	struct age_header header;
	struct age_file_key key;
	struct age_stanza stanza;
	assert_null(age_header_parse(paper_get(paper, box), &header));
	assert_null(age_unwrap(&header.stanza[0], bk, &key));
	p256_free(bk);
	age_wrap(&key, recipient, &stanza);
	write_age_header(out, &key, &stanza, 1);
}

static void put_header(struct paper *paper, size_t box)
{
	char name[MEMBER_NAME_SIZE];
	uint8_t space[BOX_HEADER_MOST];
	struct writer header = writer_of(space, sizeof(space));
	box_member(paper, box, MEMBER_BOX_FILE, name);
	write_header(paper, name, &header);
	box_member(paper, box, MEMBER_BOX_HEADER, name);
	paper_put(paper, name, written(&header));
}

/* As many of an entry as it can list. */
static void add_headers(struct paper *paper)
{
	for (size_t box = 0; box < paper->boxes; box++)
		put_header(paper, box);
	for (size_t box = 0; box < paper->boxes; box += ITEM_COUNT_MOST) {
		const size_t left = paper->boxes - box;
		const struct paper_entry entry = {
			.type = ENTRY_HEADERS,
			.first_box = box,
			.boxes =
				left < ITEM_COUNT_MOST ? left : ITEM_COUNT_MOST,
		};
		paper_entries(paper, &entry, 1);
	}
}

/* Of those that are there. */
static struct digest headers_root(const struct paper *paper)
{
	struct merkle_tree tree = { .size = 0 };
	for (size_t box = 0; box < paper->boxes; box++) {
		char name[MEMBER_NAME_SIZE];
		box_member(paper, box, MEMBER_BOX_HEADER, name);
		const struct digest leaf =
			merkle_leaf(archive_find(&paper->sent, name));
		merkle_append(&tree, &leaf);
	}
	return merkle_root(&tree);
}

static void bind_result(const struct chain *chain, struct result_binding *out)
{
	*out = (struct result_binding){
		.ak = chain->machine.ak,
		.bk = chain->bk.name,
		.rk = chain->rk.name,
		.checkpoint_size = chain->checkpoint_size,
		.checkpoint_root = chain->checkpoint_root,
		.phase = chain->terms.phase + 2,
		.revocation = PAPER_REVOCATION,
	};
}

static void count(struct paper *paper, struct result *result)
{
	const struct plan *plan = &paper->definition.plan;
	assert_true(result_init(result, plan));
	bind_result(&paper->chain, &result->binding);
	for (size_t station = 0; station < paper->boxes; station++) {
		struct tally tally;
		struct bytes payload = ballots_of(paper, (uint16_t)station);
		count_box(plan, (uint16_t)station, 1, payload, &tally);
		free((void *)payload.data);
		const struct result_box box = {
			.entry = paper->box[station].leaf,
			.station = (uint16_t)station,
			.sequence = 1,
			.sealed = paper->box[station].digest,
			.ballots = tally_ballots(&tally),
		};
		assert_null(result_add_box(result, &box, &tally));
		tally_free(&tally);
	}
}

static void put_challenge(struct paper *paper, const char *name, size_t entries,
	const struct digest *result, const struct digest *headers)
{
	struct journal_fold fold;
	uint8_t text[TEXT_MOST];
	struct writer out = writer_of(text, sizeof(text));
	const struct chain *chain = &paper->chain;
	struct text_writer writer =
		text_begin(&statement_form[STATEMENT_CHALLENGE],
			paper->definition.plan.rehearsal, &out);
	text_put(&writer, CHALLENGE_ELECTION,
		bytes_of_text(paper->definition.plan.id));
	paper_put_nonce(&writer, CHALLENGE_NONCE);
	text_put(&writer, CHALLENGE_DEFINITION, view(&chain->terms.definition));
	text_put(&writer, CHALLENGE_AK, tpm_name_bytes(&chain->machine.ak));
	text_put(&writer, CHALLENGE_RK, tpm_name_bytes(&chain->rk.name));
	text_put_number(
		&writer, CHALLENGE_CHECKPOINT_SIZE, chain->checkpoint_size);
	text_put(&writer, CHALLENGE_CHECKPOINT_ROOT,
		view(&chain->checkpoint_root));
	assert_null(journal_fold_headers(
		&fold, bytes_of(paper_get(paper, "entries").data,
			       entries * JOURNAL_HEADER_SIZE)));
	text_put_number(&writer, CHALLENGE_JOURNAL_SIZE, fold.anchored);
	text_put(&writer, CHALLENGE_JOURNAL_ANCHOR, view(&fold.anchor));
	text_put_number(&writer, CHALLENGE_REVOCATION, PAPER_REVOCATION);
	text_put(&writer, CHALLENGE_RESULT, view(result));
	text_put(&writer, CHALLENGE_HEADERS, view(headers));
	assert_null(text_end(&writer));
	paper_put(paper, name, written(&out));
}

static void put_nonce(struct paper *paper)
{
	uint8_t text[512];
	struct writer out = writer_of(text, sizeof(text));
	const struct digest nonce = { { 9 } };
	struct text_writer writer =
		text_begin(&statement_form[STATEMENT_NONCE], false, &out);
	text_put(&writer, NONCE_AUDITOR, bytes_of_text("auditor-1"));
	text_put(&writer, NONCE_NONCE, view(&nonce));
	assert_null(text_end(&writer));
	paper->nonce.data = malloc(out.size);
	paper->nonce.size = out.size;
	memcpy(paper->nonce.data, text, out.size);
	paper->evidence.nonce = file_bytes(&paper->nonce);
}

static char *note_text_of(struct bytes note)
{
	struct note parsed;
	assert_null(note_parse(note, &parsed));
	char *text = strndup((const char *)parsed.text.data, parsed.text.size);
	assert_non_null(text);
	return text;
}

static void put_evidence(
	struct paper *paper, const char *folder, const struct pcr_set *pcrs)
{
	char name[64];
	snprintf(name, sizeof(name), "%schallenge", folder);
	struct digest challenge = sha256(paper_get(paper, name));
	const struct paper_quote quote = { paper_quoted_mask(), PAPER_AK_SCALAR,
		pcrs, &challenge };
	paper_quote(paper, folder, &quote);
	snprintf(name, sizeof(name), "%sevent-log", folder);
	paper_log(paper, name, paper->profile.event, paper->profile.count);
}

/* PCRs of a boot that let media in. */
static void put_present(struct paper *paper)
{
	static const struct digest none;
	struct pcr_set pcrs;
	const struct digest event =
		sha256(bytes_of_text("sandoq courier boot"));
	paper_pcrs(paper, &pcrs);
	const struct bytes part[] = { view(&pcrs.value[PCR_AIRLOCK]),
		view(&event) };
	pcrs.value[PCR_AIRLOCK] = sha256_parts(part, 2);
	put_challenge(paper, "now/challenge", paper->entries, &none, &none);
	put_evidence(paper, "now/", &pcrs);
	const struct digest challenge =
		sha256(paper_get(paper, "now/challenge"));
	paper_certify_anchor(paper, "now/journal", PAPER_AK_SCALAR, &challenge,
		paper->entries);
}

void paper_certify_journal(struct paper *paper)
{
	const struct bytes note = archive_find(&paper->sent, "result.note");
	if (note.size > 0) {
		const struct digest digest = sha256(note);
		paper_certify_anchor(paper, "released", PAPER_AK_SCALAR,
			&digest, paper_find(paper, ENTRY_RELEASED));
		paper_journal(paper);
	}
	put_present(paper);
}

/* The machine has closed the count with this text. */
static void close_with(struct paper *paper, struct bytes text)
{
	const struct digest headers = headers_root(paper);
	struct pcr_set pcrs;
	const struct digest digest = sha256(text);
	const size_t entries = paper_find(paper, ENTRY_CLOSED);
	put_challenge(paper, "challenge", entries, &digest, &headers);
	paper_pcrs(paper, &pcrs);
	put_evidence(paper, "", &pcrs);
	const struct digest challenge = sha256(paper_get(paper, "challenge"));
	paper_certify_anchor(
		paper, "journal", PAPER_AK_SCALAR, &challenge, entries);
}

/* A result as its head and what follows, which begins where a part does. */
struct whole {
	struct bytes head;
	struct bytes parts;
};

static const char part_begins[] = "\nstation: ";

static struct whole whole_of(const char *text)
{
	const char *end = strstr(text, part_begins);
	assert_non_null(end);
	const char *parts = end + 1;
	return (struct whole){ bytes_of(text, (size_t)(parts - text)),
		bytes_of_text(parts) };
}

/* The first part off the front. */
static struct bytes take_part(struct bytes *parts)
{
	const char *next = memmem(
		parts->data, parts->size, part_begins, strlen(part_begins));
	const size_t size =
		next != NULL ? (size_t)((const uint8_t *)next - parts->data) + 1
			     : parts->size;
	const struct bytes part = bytes_of(parts->data, size);
	*parts = bytes_of(parts->data + size, parts->size - size);
	return part;
}

/* In two pieces. */
static void put_parts(struct paper *paper, struct bytes parts)
{
	const struct bytes first = take_part(&parts);
	paper_put(paper, "stations/0000", first);
	paper_put(paper, "stations/0001", parts);
}

/* The head names the tree of these parts. */
static void set_root(char *text)
{
	char *at =
		strstr(text, "\nstations-root: ") + strlen("\nstations-root: ");
	struct bytes parts = whole_of(text).parts;
	struct merkle_tree tree = { .size = 0 };
	char hex[2 * SHA256_SIZE];
	struct writer out = writer_of(hex, sizeof(hex));
	while (parts.size > 0) {
		const struct digest leaf = merkle_leaf(take_part(&parts));
		merkle_append(&tree, &leaf);
	}
	const struct digest root = merkle_root(&tree);
	write_hex(&out, view(&root));
	memcpy(at, hex, sizeof(hex));
}

/* The result key has signed this head. */
static void release_with(struct paper *paper, struct bytes text)
{
	static uint8_t note[1 << 20];
	struct writer out = writer_of(note, sizeof(note));
	paper_sign(&out, text, "result", PAPER_RK_SCALAR);
	paper_put(paper, "result.note", written(&out));
	paper_certify_journal(paper);
}

static void close_and_release(struct paper *paper)
{
	char *text = calloc(1, RESULT_MOST);
	struct writer out = writer_of(text, RESULT_MOST - 1);
	struct result result;
	look(paper, VERIFY_CLOSED);
	count(paper, &result);
	assert_null(result_write(&out, &result));
	result_free(&result);
	const struct whole whole = whole_of(text);
	add_headers(paper);
	put_nonce(paper);
	close_with(paper, whole.head);
	add_entry(paper, ENTRY_CLOSED);
	paper_accepts(paper, VERIFY_CLOSED);
	paper_approve_release(paper, &quorum);
	add_entry(paper, ENTRY_APPROVED);
	put_parts(paper, whole.parts);
	add_entry(paper, ENTRY_STATIONS);
	release_with(paper, whole.head);
	add_entry(paper, ENTRY_RELEASED);
	free(text);
}

static void close_again_with(struct paper *paper, const char *text)
{
	const struct whole whole = whole_of(text);
	put_parts(paper, whole.parts);
	paper_journal(paper);
	close_with(paper, whole.head);
	paper_journal(paper);
	paper_certify_journal(paper);
	paper_accepts(paper, VERIFY_CLOSED);
	paper_approve_release(paper, &quorum);
	paper_journal(paper);
	release_with(paper, whole.head);
}

char *paper_result(const struct paper *paper)
{
	char *head = note_text_of(archive_find(&paper->sent, "result.note"));
	const struct bytes first = archive_find(&paper->sent, "stations/0000");
	const struct bytes rest = archive_find(&paper->sent, "stations/0001");
	char *text;
	assert_true(asprintf(&text, "%s%.*s%.*s", head, (int)first.size,
			    first.data, (int)rest.size, rest.data) > 0);
	free(head);
	return text;
}

void paper_close_again(struct paper *paper)
{
	char *text = paper_result(paper);
	close_again_with(paper, text);
	free(text);
}

void paper_another_image(struct paper *paper)
{
	const struct boot_policy first = paper->chain.in_force->boot;
	const struct digest image = paper->chain.in_force->image;
	struct boot_profile profile = paper->profile;
	struct boot_policy second = { .epoch = PAPER_REVOCATION + 1 };
	const struct digest other = { { 0x22 } };
	boot_profile_set_image(&profile, &other);
	boot_profile_predict(&profile, &second.pcrs);
	paper_approve_software(paper, &quorum, &second, &other, ENTRY_OPEN);
	paper_approve_software(paper, &quorum, &first, &image, ENTRY_OPEN);
	paper_close_again(paper);
}

void paper_change_result(struct paper *paper, const char *from, const char *to)
{
	char *text = paper_result(paper);
	char *at = strstr(text, from);
	char *changed;
	assert_non_null(at);
	assert_true(asprintf(&changed, "%.*s%s%s", (int)(at - text), text, to,
			    at + strlen(from)) > 0);
	paper_set_result(paper, changed);
	free(changed);
	free(text);
}

void paper_set_result(struct paper *paper, const char *text)
{
	char *whole = strdup(text);
	assert_non_null(whole);
	set_root(whole);
	close_again_with(paper, whole);
	free(whole);
}

void paper_drop_header(struct paper *paper, size_t box)
{
	char *text = paper_result(paper);
	char name[MEMBER_NAME_SIZE];
	box_member(paper, box, MEMBER_BOX_HEADER, name);
	paper_put(paper, name, bytes_of(NULL, 0));
	close_again_with(paper, text);
	free(text);
}

static const struct paper_how plain;

/* With this definition, which it takes, and as many boxes. */
static struct paper *make(char *json, size_t boxes, const struct paper_how *how)
{
	struct paper *paper = calloc(1, sizeof(*paper));
	assert_non_null(paper);
	paper->how = *how;
	paper->evidence.sent = &paper->sent;
	paper->evidence.now = time(NULL) + (time_t)how->day * DAY;
	make_ca(paper);
	paper_graft(paper, how->certificate != NULL ? how->certificate
						    : &paper_certificate);
	make_definition(paper, json);
	make_operators(paper);
	make_authority(paper);
	make_profile(paper);
	enrol(paper, how->day);
	paper->evidence.now = time(NULL);
	seal(paper);
	take_boxes(paper, boxes);
	close_and_release(paper);
	paper_accepts(paper, VERIFY_RELEASED);
	return paper;
}

struct paper *paper_make_as(const struct paper_how *how)
{
	return make(city_json(), PAPER_BOXES, how);
}

struct paper *paper_make(void)
{
	return paper_make_as(&plain);
}

struct paper *paper_make_enrolled(
	const struct paper_certificate *certificate, int day)
{
	const struct paper_how how = { .certificate = certificate, .day = day };
	return paper_make_as(&how);
}

struct paper *paper_make_city(size_t stations)
{
	return make(large_city_json(stations), stations, &plain);
}
