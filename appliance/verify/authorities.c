/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/verify/authorities.h"

#include "appliance/formats/base64.h"
#include "appliance/formats/crypto.h"

#include <string.h>

#define ANY_BEGIN "-----BEGIN "
#define BEGIN ANY_BEGIN "CERTIFICATE-----"
#define END "-----END CERTIFICATE-----"

enum { CERTIFICATE_MOST = 8192, BASE64_MOST = (CERTIFICATE_MOST + 2) / 3 * 4 };

static struct bytes next_line(struct cursor *pem)
{
	struct bytes line = cursor_line(pem);
	if (line.size > 0 && line.data[line.size - 1] == '\r')
		line.size--;
	return line;
}

static bool is_line(struct bytes line, const char *text)
{
	return bytes_equal(line, bytes_of_text(text));
}

/* Of the lines up to END. */
static bool certificate_digest(struct cursor *pem, struct digest *out)
{
	uint8_t base64[BASE64_MOST], der[CERTIFICATE_MOST];
	struct writer text = writer_of(base64, sizeof(base64));
	struct writer binary = writer_of(der, sizeof(der));
	struct bytes line = next_line(pem);
	while (!pem->broken && !is_line(line, END)) {
		write_bytes(&text, line);
		line = next_line(pem);
	}
	if (pem->broken || text.broken ||
		!base64_decode(BASE64_PADDED, written(&text), &binary))
		return false;
	*out = sha256(written(&binary));
	return true;
}

/* Other readers of PEM may see more than whole lines that say BEGIN. */
static size_t count_begins(struct bytes pem)
{
	const size_t size = sizeof(ANY_BEGIN) - 1;
	size_t count = 0;
	for (size_t i = 0; i + size <= pem.size; i++)
		count += memcmp(pem.data + i, ANY_BEGIN, size) == 0;
	return count;
}

refusal authorities_digests(
	struct bytes pem, struct digest out[EK_CAS_MOST], size_t *count)
{
	struct cursor cursor = cursor_of(pem);
	*count = 0;
	for (struct bytes line = next_line(&cursor); !cursor.broken;
		line = next_line(&cursor)) {
		if (!is_line(line, BEGIN))
			continue;
		if (*count == EK_CAS_MOST)
			return "there are too many CA certificates";
		if (!certificate_digest(&cursor, &out[(*count)++]))
			return "a CA certificate is not in PEM";
	}
	if (*count != count_begins(pem))
		return "something in it is no CA certificate in PEM";
	return *count == 0 ? "there is no CA certificate" : NULL;
}

static bool is_listed(
	const struct digest *digest, const struct definition *definition)
{
	for (size_t i = 0; i < definition->ek_cas; i++)
		if (digest_equal(digest, &definition->ek_ca[i]))
			return true;
	return false;
}

refusal authorities_check(struct bytes pem, const struct definition *definition)
{
	struct digest digest[EK_CAS_MOST];
	size_t count;
	refusal refused = authorities_digests(pem, digest, &count);
	if (refused != NULL)
		return refused;
	for (size_t i = 0; i < count; i++)
		if (!is_listed(&digest[i], definition))
			return "a CA certificate is not among the "
			       "definition's ek_cas";
	return NULL;
}

bool ek_is_software(struct bytes certificate)
{
	/* The manufacturer's id that swtpm_localca writes. */
	static const char manufacturer[] = "id:00001014";
	return memmem(certificate.data, certificate.size, manufacturer,
		       sizeof(manufacturer) - 1) != NULL;
}
