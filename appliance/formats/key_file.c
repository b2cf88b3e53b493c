/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/formats/key_file.h"

#include "appliance/formats/base64.h"
#include "appliance/formats/crypto.h"
#include "appliance/formats/pbes2.h"

#include <string.h>

#define PEM_BEGIN "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
#define PEM_END "-----END ENCRYPTED PRIVATE KEY-----\n"
#define KEY_BEGIN "-----BEGIN PRIVATE KEY-----\n"
#define KEY_END "-----END PRIVATE KEY-----\n"

enum {
	PEM_LINE = 64,
	DER_INTEGER = 0x02,
	DER_OCTETS = 0x04,
	DER_NULL = 0x05,
	DER_SEQUENCE = 0x30,
	DER_SHORT = 0x80,
	DER_ONE_BYTE = 0x81,
	DER_TWO_BYTES = 0x82,
	/* Tag and length of what is shorter than 64 KiB. */
	DER_HEAD_MOST = 4,
};

/* RFC 8018, A.2, A.4, B.1.2; NIST's arc for AES. With tag and length. */
static const uint8_t pbes2[] = { 0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1,
	5, 13 };
static const uint8_t pbkdf2[] = { 0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
	1, 5, 12 };
static const uint8_t hmac_with_sha256[] = { 0x06, 8, 0x2a, 0x86, 0x48, 0x86,
	0xf7, 0x0d, 2, 9, DER_NULL, 0 };
static const uint8_t aes256_cbc[] = { 0x06, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4,
	1, 42 };

#define LITERAL(bytes) bytes_of(bytes, sizeof(bytes))

/* What a file says of how it is protected. */
struct protection {
	struct bytes salt;
	uint64_t rounds;
	struct bytes iv;
	struct bytes sealed;
};

/* --- PEM --- */

/* Where a line begins with it; NULL when none does. */
static const uint8_t *find_line(struct bytes text, const char *start)
{
	const size_t size = strlen(start);
	for (size_t at = 0; at + size <= text.size; at++) {
		if ((at == 0 || text.data[at - 1] == '\n') &&
			memcmp(text.data + at, start, size) == 0)
			return text.data + at;
	}
	return NULL;
}

/* Drops what every line ends in, and the lines' ends. */
static bool unfold(struct bytes text, struct writer *out)
{
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] != '\n' && text.data[i] != '\r')
			write_u8(out, text.data[i]);
	}
	return !out->broken;
}

/* Between the two lines, decoded; what stands before the first is skipped. */
static bool pem_decode(struct bytes pem, const char *begin, const char *end,
	struct writer *der)
{
	uint8_t plain[KEY_FILE_MOST];
	struct writer text = writer_of(plain, sizeof(plain));
	const uint8_t *from = find_line(pem, begin);
	bool decoded;
	if (pem.size > KEY_FILE_MOST || from == NULL)
		return false;
	from += strlen(begin);
	const size_t left = pem.size - (size_t)(from - pem.data);
	const uint8_t *to = memmem(from, left, end, strlen(end));
	decoded = to != NULL &&
		  unfold(bytes_of(from, (size_t)(to - from)), &text) &&
		  base64_decode(BASE64_PADDED, written(&text), der);
	wipe(plain, sizeof(plain));
	return decoded;
}

static void write_pem(struct writer *out, const char *begin, const char *end,
	struct bytes der)
{
	char line[2 * KEY_FILE_MOST];
	struct writer text = writer_of(line, sizeof(line));
	write_base64(&text, BASE64_PADDED, der);
	write_text(out, begin);
	for (size_t at = 0; at < text.size; at += PEM_LINE) {
		const size_t left = text.size - at;
		write_bytes(out,
			bytes_of(line + at, left < PEM_LINE ? left : PEM_LINE));
		write_u8(out, '\n');
	}
	write_text(out, end);
	out->broken = out->broken || text.broken;
	wipe(line, sizeof(line));
}

/* --- DER --- */

/* A length has one form (X.690, 10.1). */
static struct bytes der_take(struct cursor *der, uint8_t tag)
{
	const uint8_t found = cursor_u8(der);
	size_t size = cursor_u8(der);
	size_t least = 0;
	if (size == DER_ONE_BYTE) {
		size = cursor_u8(der);
		least = DER_SHORT;
	} else if (size == DER_TWO_BYTES) {
		size = cursor_u16(der);
		least = 256;
	} else if (size >= DER_SHORT) {
		der->broken = true;
	}
	if (found != tag || size < least)
		der->broken = true;
	return cursor_take(der, size);
}

static struct cursor der_enter(struct cursor *der)
{
	const struct bytes content = der_take(der, DER_SEQUENCE);
	struct cursor inner = cursor_of(content);
	inner.broken = der->broken;
	return inner;
}

static void der_expect(struct cursor *der, struct bytes literal)
{
	if (!bytes_equal(cursor_take(der, literal.size), literal))
		der->broken = true;
}

/* A number that is not negative, without zeros before it. */
static uint64_t der_number(struct cursor *der)
{
	const struct bytes digits = der_take(der, DER_INTEGER);
	uint64_t number = 0;
	if (digits.size == 0 || digits.size > 5 || digits.data[0] > 0x7f ||
		(digits.size > 1 && digits.data[0] == 0 &&
			digits.data[1] <= 0x7f)) {
		der->broken = true;
		return 0;
	}
	for (size_t i = 0; i < digits.size; i++)
		number = number << 8 | digits.data[i];
	return number;
}

/* All of `inner` must have been read. */
static void der_leave(struct cursor *der, const struct cursor *inner)
{
	if (!cursor_done(inner))
		der->broken = true;
}

static void read_derivation(struct cursor *der, struct protection *out)
{
	struct cursor algorithm = der_enter(der);
	der_expect(&algorithm, LITERAL(pbkdf2));
	struct cursor parameters = der_enter(&algorithm);
	out->salt = der_take(&parameters, DER_OCTETS);
	out->rounds = der_number(&parameters);
	/* keyLength is optional. */
	if (parameters.rest.size > 0 &&
		parameters.rest.data[0] == DER_INTEGER &&
		der_number(&parameters) != AES256_KEY_SIZE)
		parameters.broken = true;
	struct cursor function = der_enter(&parameters);
	der_expect(&function, LITERAL(hmac_with_sha256));
	der_leave(&parameters, &function);
	der_leave(&algorithm, &parameters);
	der_leave(der, &algorithm);
}

static void read_cipher(struct cursor *der, struct protection *out)
{
	struct cursor algorithm = der_enter(der);
	der_expect(&algorithm, LITERAL(aes256_cbc));
	out->iv = der_take(&algorithm, DER_OCTETS);
	der_leave(der, &algorithm);
}

static bool read_protection(struct bytes whole, struct protection *out)
{
	struct cursor file = cursor_of(whole);
	struct cursor info = der_enter(&file);
	struct cursor algorithm = der_enter(&info);
	der_expect(&algorithm, LITERAL(pbes2));
	struct cursor parameters = der_enter(&algorithm);
	read_derivation(&parameters, out);
	read_cipher(&parameters, out);
	der_leave(&algorithm, &parameters);
	der_leave(&info, &algorithm);
	out->sealed = der_take(&info, DER_OCTETS);
	der_leave(&file, &info);
	return cursor_done(&file);
}

/* Puts tag and length before what was written since `start`. */
static void der_close(struct writer *out, size_t start, uint8_t tag)
{
	const size_t size = out->size - start;
	uint8_t head[DER_HEAD_MOST];
	struct writer length = writer_of(head, sizeof(head));
	write_u8(&length, tag);
	if (size >= 256) {
		write_u8(&length, DER_TWO_BYTES);
		write_u16(&length, (uint16_t)size);
	} else {
		if (size >= DER_SHORT)
			write_u8(&length, DER_ONE_BYTE);
		write_u8(&length, (uint8_t)size);
	}
	/* Grows by its head, and makes room before itself. */
	write_bytes(out, written(&length));
	if (out->broken)
		return;
	memmove(out->data + start + length.size, out->data + start, size);
	memcpy(out->data + start, head, length.size);
}

static void put_octets(struct writer *out, struct bytes content)
{
	const size_t start = out->size;
	write_bytes(out, content);
	der_close(out, start, DER_OCTETS);
}

static void put_number(struct writer *out, uint32_t number)
{
	const size_t start = out->size;
	int shift = 24;
	while (shift > 0 && number >> shift == 0)
		shift -= 8;
	if ((number >> shift & 0x80) != 0)
		write_u8(out, 0);
	for (; shift >= 0; shift -= 8)
		write_u8(out, (uint8_t)(number >> shift));
	der_close(out, start, DER_INTEGER);
}

static void put_derivation(struct writer *out, const struct protection *how)
{
	const size_t algorithm = out->size;
	write_bytes(out, LITERAL(pbkdf2));
	const size_t parameters = out->size;
	put_octets(out, how->salt);
	put_number(out, (uint32_t)how->rounds);
	const size_t function = out->size;
	write_bytes(out, LITERAL(hmac_with_sha256));
	der_close(out, function, DER_SEQUENCE);
	der_close(out, parameters, DER_SEQUENCE);
	der_close(out, algorithm, DER_SEQUENCE);
}

static void put_cipher(struct writer *out, const struct protection *how)
{
	const size_t algorithm = out->size;
	write_bytes(out, LITERAL(aes256_cbc));
	put_octets(out, how->iv);
	der_close(out, algorithm, DER_SEQUENCE);
}

static void put_protection(struct writer *out, const struct protection *how)
{
	const size_t info = out->size;
	const size_t algorithm = out->size;
	write_bytes(out, LITERAL(pbes2));
	const size_t parameters = out->size;
	put_derivation(out, how);
	put_cipher(out, how);
	der_close(out, parameters, DER_SEQUENCE);
	der_close(out, algorithm, DER_SEQUENCE);
	put_octets(out, how->sealed);
	der_close(out, info, DER_SEQUENCE);
}

/* --- keys --- */

bool key_file_is_protected(struct bytes pem)
{
	return find_line(pem, PEM_BEGIN) != NULL;
}

static refusal check_protection(const struct protection *how)
{
	if (how->salt.size < KEY_FILE_SALT_LEAST ||
		how->salt.size > KEY_FILE_SALT_MOST)
		return "the key file has a salt of another size";
	if (how->rounds < KEY_FILE_ROUNDS_LEAST)
		return "the passphrase protects the key file too little";
	if (how->rounds > KEY_FILE_ROUNDS_MOST)
		return "the key file asks for too much work";
	if (how->iv.size != AES_BLOCK_SIZE)
		return "the key file is no key";
	return NULL;
}

/* The key that is in there, as it would stand in a file without passphrase. */
static refusal take_key(struct bytes der, struct p256_private **out)
{
	char pem[2 * KEY_FILE_MOST];
	struct writer text = writer_of(pem, sizeof(pem));
	write_pem(&text, KEY_BEGIN, KEY_END, der);
	const refusal why = p256_from_pem(written(&text), out);
	wipe(pem, sizeof(pem));
	return why;
}

static refusal unseal(const struct protection *how, struct bytes passphrase,
	struct p256_private **out)
{
	uint8_t key[AES256_KEY_SIZE];
	uint8_t der[KEY_FILE_MOST];
	struct writer plain = writer_of(der, sizeof(der));
	refusal why = "the passphrase is wrong";
	pbkdf2_sha256(
		passphrase, how->salt, (uint32_t)how->rounds, key, sizeof(key));
	/* One in 256 wrong keys leaves padding that looks right. */
	if (aes256_cbc_open(key, how->iv.data, how->sealed, &plain) &&
		take_key(written(&plain), out) == NULL)
		why = NULL;
	wipe(key, sizeof(key));
	wipe(der, sizeof(der));
	return why;
}

/* `der` holds what `how` borrows. */
static refusal read_file(
	struct bytes pem, struct writer *der, struct protection *how)
{
	if (!pem_decode(pem, PEM_BEGIN, PEM_END, der) ||
		!read_protection(written(der), how))
		return "the key file is no key";
	return check_protection(how);
}

refusal key_file_rounds(struct bytes pem, uint32_t *rounds)
{
	uint8_t der[KEY_FILE_MOST];
	struct writer content = writer_of(der, sizeof(der));
	struct protection how;
	const refusal why = read_file(pem, &content, &how);
	*rounds = why == NULL ? (uint32_t)how.rounds : 0;
	return why;
}

refusal key_file_open(
	struct bytes pem, struct bytes passphrase, struct p256_private **out)
{
	uint8_t der[KEY_FILE_MOST];
	struct writer content = writer_of(der, sizeof(der));
	struct protection how;
	const refusal why = read_file(pem, &content, &how);
	*out = NULL;
	return why != NULL ? why : unseal(&how, passphrase, out);
}

void write_key_file(struct writer *out, const struct p256_private *private,
	struct bytes passphrase)
{
	uint8_t salt[KEY_FILE_SALT_SIZE], iv[AES_BLOCK_SIZE];
	uint8_t key[AES256_KEY_SIZE];
	uint8_t der[KEY_FILE_MOST], sealed[KEY_FILE_MOST], file[KEY_FILE_MOST];
	char pem[P256_PEM_MOST];
	struct writer text = writer_of(pem, sizeof(pem));
	struct writer plain = writer_of(der, sizeof(der));
	struct writer cipher = writer_of(sealed, sizeof(sealed));
	struct writer content = writer_of(file, sizeof(file));
	write_p256_pem(&text, private);
	pem_decode(written(&text), KEY_BEGIN, KEY_END, &plain);
	wipe(pem, sizeof(pem));
	random_bytes(salt, sizeof(salt));
	random_bytes(iv, sizeof(iv));
	pbkdf2_sha256(
		passphrase, LITERAL(salt), KEY_FILE_ROUNDS, key, sizeof(key));
	aes256_cbc_seal(key, iv, written(&plain), &cipher);
	wipe(der, sizeof(der));
	wipe(key, sizeof(key));
	put_protection(
		&content, &(struct protection){ LITERAL(salt), KEY_FILE_ROUNDS,
				  LITERAL(iv), written(&cipher) });
	write_pem(out, PEM_BEGIN, PEM_END, written(&content));
}
