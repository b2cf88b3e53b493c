/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/keys/token.h"

#include "appliance/desk/common/files.h"
#include "appliance/desk/keys/secret.h"
#include "appliance/desk/keys/token_point.h"

#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum {
	ID_MOST = 256,
	POINT_MOST = 128,
	PARAMETERS_MOST = 64,
	/* PKCS #11, 3.2: padded with spaces. */
	LABEL_SIZE = 32,
	/* Of one module. */
	SLOTS_MOST = 64,
	/* CKM_ECDSA: r and s, each of 32 bytes. */
	SIGNATURE_SIZE = 2 * P256_SIZE,
};

struct token {
	const char *uri;
	const char *pin_file;
	P11KitUri *parsed;
	CK_FUNCTION_LIST **modules;
	/* The module that the URI names a file of; else NULL. */
	CK_FUNCTION_LIST *alone[2];

	/* The key: where it is, and what it is. */
	CK_FUNCTION_LIST *module;
	CK_SLOT_ID slot;
	char label[LABEL_SIZE + 1];
	CK_FLAGS flags;
	uint8_t id[ID_MOST];
	size_t id_size;
	struct p256_public public;

	/* From the first signature on. */
	CK_SESSION_HANDLE session;
	bool is_open;
	CK_OBJECT_HANDLE private;
	bool asks_each_time; /* CKA_ALWAYS_AUTHENTICATE */
	bool has_signed;
	struct secret pin;
};

bool token_is_named(const char *name)
{
	static const char scheme[] = "pkcs11:";
	return strncmp(name, scheme, strlen(scheme)) == 0;
}

static int wrong_uri(const struct token *token, const char *why)
{
	return fail(EX_USAGE, NULL, 0, "%s: %s", token->uri, why);
}

static int went_wrong(const struct token *token, const char *what, CK_RV why)
{
	return fail(EX_UNAVAILABLE, token->uri, 0,
		"the token does not %s: %s; plug it in again", what,
		p11_kit_strerror(why));
}

static int parse(struct token *token)
{
	token->parsed = p11_kit_uri_new();
	const int wrong = p11_kit_uri_parse(
		token->uri, P11_KIT_URI_FOR_ANY, token->parsed);
	/* Without the URI, which has the PIN. */
	if (wrong == P11_KIT_URI_OK &&
		(p11_kit_uri_get_pin_value(token->parsed) != NULL ||
			p11_kit_uri_get_pin_source(token->parsed) != NULL))
		return fail(EX_USAGE, NULL, 0,
			"--key: everybody on this computer can read a PIN in a "
			"URI; leave pin-value and pin-source out and give "
			"--pin-file, or type the PIN");
	if (wrong != P11_KIT_URI_OK)
		return wrong_uri(token, "is no PKCS #11 URI; write it as "
					"'pkcs11:token=NAME;object=NAME'");
	if (p11_kit_uri_any_unrecognized(token->parsed))
		return wrong_uri(token,
			"has a part that nobody here knows; leave it out");
	return 0;
}

/* The module of the URI's module-path, or all that the computer knows. */
static int load_modules(struct token *token)
{
	const char *path = p11_kit_uri_get_module_path(token->parsed);
	if (path == NULL) {
		token->modules = p11_kit_modules_load_and_initialize(0);
		return token->modules != NULL
			       ? 0
			       : fail(EX_UNAVAILABLE, token->uri, 0,
					 "the modules for tokens cannot be "
					 "loaded: %s; install the token's "
					 "software",
					 p11_kit_message());
	}
	token->alone[0] = p11_kit_module_load(path, 0);
	if (token->alone[0] == NULL ||
		p11_kit_module_initialize(token->alone[0]) != CKR_OK)
		return fail(EX_UNAVAILABLE, path, 0,
			"is no module for tokens; correct module-path, or "
			"leave it out");
	token->modules = token->alone;
	return 0;
}

static void unload_modules(struct token *token)
{
	if (token->alone[0] != NULL) {
		p11_kit_module_finalize(token->alone[0]);
		p11_kit_module_release(token->alone[0]);
	} else if (token->modules != NULL) {
		p11_kit_modules_finalize_and_release(token->modules);
	}
}

/* Attributes of a public key, and where they are put. */
struct found {
	CK_KEY_TYPE type;
	uint8_t parameters[PARAMETERS_MOST];
	uint8_t point[POINT_MOST];
	CK_ATTRIBUTE value[4];
};

enum { FOUND_TYPE, FOUND_PARAMETERS, FOUND_POINT, FOUND_ID, FOUND_COUNT };

static void found_begin(struct token *token, struct found *found)
{
	found->value[FOUND_TYPE] = (CK_ATTRIBUTE){ CKA_KEY_TYPE, &found->type,
		sizeof(found->type) };
	found->value[FOUND_PARAMETERS] = (CK_ATTRIBUTE){ CKA_EC_PARAMS,
		found->parameters, PARAMETERS_MOST };
	found->value[FOUND_POINT] =
		(CK_ATTRIBUTE){ CKA_EC_POINT, found->point, POINT_MOST };
	found->value[FOUND_ID] = (CK_ATTRIBUTE){ CKA_ID, token->id, ID_MOST };
}

static struct bytes attribute_bytes(const CK_ATTRIBUTE *attribute)
{
	const bool is_there =
		attribute->ulValueLen != CK_UNAVAILABLE_INFORMATION;
	return bytes_of(
		attribute->pValue, is_there ? attribute->ulValueLen : 0);
}

/* Where a session on a token of the URI is. */
struct place {
	CK_FUNCTION_LIST *module;
	CK_SLOT_ID slot;
	CK_TOKEN_INFO info;
	CK_SESSION_HANDLE session;
};

/* This one it is. */
static void take_place(struct token *token, const struct place *place)
{
	size_t size = LABEL_SIZE;
	while (size > 0 && place->info.label[size - 1] == ' ')
		size--;
	memcpy(token->label, place->info.label, size);
	token->flags = place->info.flags;
	token->module = place->module;
	token->slot = place->slot;
}

static int take_public(
	struct token *token, const struct place *place, CK_OBJECT_HANDLE key)
{
	struct found found = { 0 };
	found_begin(token, &found);
	/* What an object has not is said attribute by attribute. */
	place->module->C_GetAttributeValue(
		place->session, key, found.value, FOUND_COUNT);
	const refusal why =
		found.type == CKK_EC
			? token_point(attribute_bytes(
					      &found.value[FOUND_PARAMETERS]),
				  attribute_bytes(&found.value[FOUND_POINT]),
				  &token->public)
			: TOKEN_OTHER_KEY;
	if (why != NULL)
		return fail(EX_DATAERR, token->uri, 0,
			"%s; name the token's P-256 key", why);
	token->id_size = attribute_bytes(&found.value[FOUND_ID]).size;
	take_place(token, place);
	return 0;
}

/* What was found so far: a second one is counted, and taken by nobody. */
struct matches {
	int tokens;
	int keys;
};

/* Objects of this class that have the id and the label of the URI, at most 2.
 */
static CK_RV find_objects(const struct token *token, const struct place *place,
	CK_OBJECT_CLASS class, CK_OBJECT_HANDLE found[2], CK_ULONG *count)
{
	static const CK_ATTRIBUTE_TYPE named[] = { CKA_ID, CKA_LABEL };
	CK_ATTRIBUTE wanted[3] = { { CKA_CLASS, &class, sizeof(class) } };
	CK_ULONG size = 1;
	*count = 0;
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		const CK_ATTRIBUTE *is =
			p11_kit_uri_get_attribute(token->parsed, named[i]);
		if (is != NULL)
			wanted[size++] = *is;
	}
	CK_RV why =
		place->module->C_FindObjectsInit(place->session, wanted, size);
	if (why != CKR_OK)
		return why;
	why = place->module->C_FindObjects(place->session, found, 2, count);
	place->module->C_FindObjectsFinal(place->session);
	return why;
}

static int look_on_token(
	struct token *token, const struct place *place, struct matches *matches)
{
	CK_OBJECT_HANDLE found[2];
	CK_ULONG count;
	const CK_RV why =
		find_objects(token, place, CKO_PUBLIC_KEY, found, &count);
	if (why != CKR_OK)
		return went_wrong(token, "list its keys", why);
	matches->keys += (int)count;
	return count == 1 && matches->keys == 1
		       ? take_public(token, place, found[0])
		       : 0;
}

static int look_into_slot(
	struct token *token, struct place *place, struct matches *matches)
{
	CK_TOKEN_INFO *info = &place->info;
	/* SoftHSM always has one more, which nobody has initialized. */
	if (place->module->C_GetTokenInfo(place->slot, info) != CKR_OK ||
		(info->flags & CKF_TOKEN_INITIALIZED) == 0 ||
		!p11_kit_uri_match_token_info(token->parsed, info))
		return 0;
	matches->tokens++;
	const CK_RV why = place->module->C_OpenSession(
		place->slot, CKF_SERIAL_SESSION, NULL, NULL, &place->session);
	if (why != CKR_OK)
		return went_wrong(token, "open a session", why);
	const int status = look_on_token(token, place, matches);
	place->module->C_CloseSession(place->session);
	return status;
}

static int look_into_module(
	struct token *token, struct place *place, struct matches *matches)
{
	CK_SLOT_ID slot[SLOTS_MOST];
	CK_ULONG slots = SLOTS_MOST;
	CK_INFO info;
	int status = 0;
	if (place->module->C_GetInfo(&info) != CKR_OK ||
		!p11_kit_uri_match_module_info(token->parsed, &info) ||
		place->module->C_GetSlotList(CK_TRUE, slot, &slots) != CKR_OK)
		return 0;
	for (CK_ULONG i = 0; i < slots && status == 0; i++) {
		place->slot = slot[i];
		status = look_into_slot(token, place, matches);
	}
	return status;
}

static int not_one(const struct token *token, const struct matches *matches)
{
	if (matches->keys > 1)
		return fail(EX_DATAERR, token->uri, 0,
			"more than one key matches; add 'object=' or 'id=', "
			"and the token's 'serial=', so that one does");
	return fail(EX_NOINPUT, token->uri, 0,
		matches->tokens == 0
			? "no token that is plugged in matches; plug it in, or "
			  "correct the URI"
			: "the token has no such key; correct 'object=' or "
			  "'id='");
}

/* Public keys are seen without a PIN: nobody types one for a wrong URI. */
static int find_public(struct token *token)
{
	struct matches matches = { 0 };
	struct place place = { 0 };
	CK_FUNCTION_LIST **module = token->modules;
	int status = 0;
	for (; module != NULL && *module != NULL && status == 0; module++) {
		place.module = *module;
		status = look_into_module(token, &place, &matches);
	}
	if (status != 0 || matches.keys == 1)
		return status;
	return not_one(token, &matches);
}

int token_open(const char *uri, const char *pin_file, struct token **out)
{
	struct token *token = calloc(1, sizeof(*token));
	if (token == NULL)
		return fail(EX_OSERR, NULL, 0, "no memory is left");
	token->uri = uri;
	token->pin_file = pin_file;
	int status = secrets_begin();
	if (status == 0)
		status = parse(token);
	if (status == 0)
		status = load_modules(token);
	if (status == 0)
		status = find_public(token);
	if (status == 0)
		*out = token;
	else
		token_close(token);
	return status;
}

void token_close(struct token *token)
{
	if (token == NULL)
		return;
	if (token->is_open)
		token->module->C_CloseSession(token->session);
	unload_modules(token);
	p11_kit_uri_free(token->parsed);
	secret_free(&token->pin);
	free(token);
}

struct p256_public token_public(const struct token *token)
{
	return token->public;
}

static bool has_keypad(const struct token *token)
{
	return (token->flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0;
}

static int ask_pin(struct token *token)
{
	const struct filling filling = { .text = { token->label } };
	const struct secret_request request = {
		.question = WORD_ASK_PIN,
		.of = token->label,
		.file = token->pin_file,
	};
	if ((token->flags & CKF_USER_PIN_LOCKED) != 0)
		return fail(EX_NOPERM, token->uri, 0,
			"the token is locked after wrong PINs; unlock it with "
			"its maker's program");
	if ((token->flags & CKF_USER_PIN_FINAL_TRY) != 0)
		tell(stderr, WORD_PIN_LAST_TRY, &filling);
	if (!has_keypad(token))
		return secret_ask(&request, &token->pin);
	tell(stderr, WORD_PIN_ON_KEYPAD, &filling);
	return 0;
}

static int wrong_pin(const struct token *token, CK_RV why)
{
	switch (why) {
	case CKR_PIN_INCORRECT:
	case CKR_PIN_LEN_RANGE:
	case CKR_PIN_INVALID:
		return fail(EX_NOPERM, token->uri, 0,
			"the PIN is wrong, and was tried once; nothing was "
			"signed: find the right one first, for a token locks "
			"itself after a few");
	case CKR_PIN_LOCKED:
		return fail(EX_NOPERM, token->uri, 0,
			"the token is locked after wrong PINs; unlock it with "
			"its maker's program");
	default:
		return went_wrong(token, "take the PIN", why);
	}
}

static int give_pin(struct token *token, CK_USER_TYPE user)
{
	const bool is_typed_there = has_keypad(token);
	const CK_RV why = token->module->C_Login(token->session, user,
		is_typed_there ? NULL : (CK_UTF8CHAR *)token->pin.text,
		is_typed_there ? 0 : token->pin.size);
	return why == CKR_OK || why == CKR_USER_ALREADY_LOGGED_IN
		       ? 0
		       : wrong_pin(token, why);
}

static int log_in(struct token *token)
{
	const CK_RV why = token->module->C_OpenSession(
		token->slot, CKF_SERIAL_SESSION, NULL, NULL, &token->session);
	if (why != CKR_OK)
		return went_wrong(token, "open a session", why);
	token->is_open = true;
	if ((token->flags & CKF_LOGIN_REQUIRED) == 0)
		return 0;
	const int status = ask_pin(token);
	return status != 0 ? status : give_pin(token, CKU_USER);
}

/* The private key that has the id of the public one. */
static int find_private(struct token *token)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_BBOOL each_time = CK_FALSE;
	CK_ATTRIBUTE wanted[] = { { CKA_CLASS, &class, sizeof(class) },
		{ CKA_ID, token->id, token->id_size } };
	CK_ATTRIBUTE always = { CKA_ALWAYS_AUTHENTICATE, &each_time,
		sizeof(each_time) };
	CK_OBJECT_HANDLE found[2];
	CK_ULONG count = 0;
	CK_RV why = token->module->C_FindObjectsInit(
		token->session, wanted, token->id_size > 0 ? 2 : 1);
	if (why == CKR_OK) {
		why = token->module->C_FindObjects(
			token->session, found, 2, &count);
		token->module->C_FindObjectsFinal(token->session);
	}
	if (why != CKR_OK)
		return went_wrong(token, "list its keys", why);
	if (count != 1)
		return fail(EX_DATAERR, token->uri, 0,
			"the token has %s private key to this public key; make "
			"a key pair on it",
			count == 0 ? "no" : "more than one");
	token->private = found[0];
	if (token->module->C_GetAttributeValue(
		    token->session, found[0], &always, 1) == CKR_OK)
		token->asks_each_time = each_time == CK_TRUE;
	return 0;
}

/* A key that wants its PIN for each signature: CKA_ALWAYS_AUTHENTICATE. */
static int give_pin_again(struct token *token)
{
	if (!token->asks_each_time)
		return 0;
	if (token->has_signed && has_keypad(token))
		tell(stderr, WORD_PIN_AGAIN, NULL);
	return give_pin(token, CKU_CONTEXT_SPECIFIC);
}

static int sign(struct token *token, const struct digest *digest,
	uint8_t out[SIGNATURE_SIZE])
{
	CK_MECHANISM mechanism = { CKM_ECDSA, NULL, 0 };
	struct digest copy = *digest;
	CK_ULONG size = SIGNATURE_SIZE;
	CK_RV why = token->module->C_SignInit(
		token->session, &mechanism, token->private);
	if (why != CKR_OK)
		return went_wrong(token, "sign", why);
	const int status = give_pin_again(token);
	if (status != 0)
		return status;
	why = token->module->C_Sign(
		token->session, copy.byte, SHA256_SIZE, out, &size);
	if (why == CKR_OK && size == SIGNATURE_SIZE)
		return 0;
	return went_wrong(
		token, "sign", why == CKR_OK ? CKR_DATA_LEN_RANGE : why);
}

int token_sign(struct token *token, const struct digest *digest,
	struct p256_signature *out)
{
	uint8_t both[SIGNATURE_SIZE];
	int status = token->is_open ? 0 : log_in(token);
	if (status == 0 && token->private == 0)
		status = find_private(token);
	if (status == 0)
		status = sign(token, digest, both);
	if (status != 0)
		return status;
	memcpy(out->r, both, P256_SIZE);
	memcpy(out->s, both + P256_SIZE, P256_SIZE);
	token->has_signed = true;
	return 0;
}
