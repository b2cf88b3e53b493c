/* SPDX-License-Identifier: Apache-2.0 */
#include "tpm/policy/authenticode.h"

#include "appliance/formats/crypto.h"

#include <stdlib.h>
#include <string.h>

/* Offsets of Microsoft's PE Format; numbers are little-endian. */
enum {
	DOS_LFANEW = 0x3C,
	COFF_SIZE = 24, /* "PE\0\0" and the file header */
	COFF_SECTIONS = 6,
	COFF_OPTIONAL_SIZE = 20,
	OPTIONAL_HEADERS_SIZE = 60,
	OPTIONAL_CHECKSUM = 64,
	PE32_MAGIC = 0x10B,
	PE32_PLUS_MAGIC = 0x20B,
	PE32_DIRECTORIES = 96,
	PE32_PLUS_DIRECTORIES = 112,
	DIRECTORY_SIZE = 8,
	CERTIFICATE_DIRECTORY = 4,
	CERTIFICATE_ENTRY = CERTIFICATE_DIRECTORY * DIRECTORY_SIZE,
	SECTION_SIZE = 40,
	SECTION_RAW_SIZE = 16,
	SECTION_RAW_AT = 20,
	SECTIONS_MOST = 96,
};

struct range {
	size_t at;
	size_t size;
};

/* What the hash needs of the headers. */
struct image {
	struct bytes file;
	size_t checksum_at;
	size_t certificate_at; /* its directory entry; 0 when there is none */
	size_t certificate_size;
	size_t headers_size;
	struct range section[SECTIONS_MOST];
	size_t sections;
};

static bool within(struct bytes file, size_t at, size_t size)
{
	return at <= file.size && size <= file.size - at;
}

static uint32_t number(struct bytes file, size_t at, size_t size)
{
	uint32_t value = 0;
	while (size-- > 0)
		value = value << 8 | file.data[at + size];
	return value;
}

/* The certificate table is not hashed; it must be what the file ends with. */
static refusal read_certificates(
	struct image *image, size_t directories, size_t optional_end)
{
	struct bytes file = image->file;
	const size_t entry = directories + CERTIFICATE_ENTRY;
	uint32_t count = number(file, directories - 4, 4);
	uint32_t at;
	if (count <= CERTIFICATE_DIRECTORY)
		return NULL;
	if (entry + DIRECTORY_SIZE > optional_end)
		return "the program's data directories are cut off";
	image->certificate_at = entry;
	at = number(file, entry, 4);
	image->certificate_size = number(file, entry + 4, 4);
	if (image->certificate_size > 0 &&
		(!within(file, at, image->certificate_size) ||
			at + image->certificate_size != file.size))
		return "the program's certificates are not at its end";
	return NULL;
}

static int by_place(const void *left, const void *right)
{
	const struct range *a = left;
	const struct range *b = right;
	return (a->at > b->at) - (a->at < b->at);
}

static refusal read_sections(struct image *image, size_t at, size_t count)
{
	if (count > SECTIONS_MOST)
		return "the program has more than 96 sections";
	if (!within(image->file, at, count * SECTION_SIZE))
		return "the program's section table is cut off";
	for (size_t i = 0; i < count; i++, at += SECTION_SIZE) {
		struct range raw = {
			.at = number(image->file, at + SECTION_RAW_AT, 4),
			.size = number(image->file, at + SECTION_RAW_SIZE, 4),
		};

		if (raw.size == 0)
			continue;
		if (!within(image->file, raw.at, raw.size))
			return "a section of the program is cut off";
		image->section[image->sections++] = raw;
	}
	qsort(image->section, image->sections, sizeof(struct range), by_place);
	return NULL;
}

static refusal read_optional(
	struct image *image, size_t optional, size_t optional_size)
{
	struct bytes file = image->file;
	size_t directories = PE32_DIRECTORIES;
	uint32_t magic;
	if (optional_size < PE32_DIRECTORIES)
		return "the program's optional header is too short";
	magic = number(file, optional, 2);
	if (magic == PE32_PLUS_MAGIC)
		directories = PE32_PLUS_DIRECTORIES;
	else if (magic != PE32_MAGIC)
		return "the program is neither PE32 nor PE32+";
	if (optional_size < directories)
		return "the program's optional header is too short";
	image->checksum_at = optional + OPTIONAL_CHECKSUM;
	image->headers_size = number(file, optional + OPTIONAL_HEADERS_SIZE, 4);
	return read_certificates(
		image, optional + directories, optional + optional_size);
}

static refusal read_image(struct image *image)
{
	struct bytes file = image->file;
	size_t coff;
	size_t optional;
	size_t optional_size;
	refusal why;
	if (!within(file, 0, DOS_LFANEW + 4) || number(file, 0, 2) != 0x5A4D)
		return "the program is not a PE file";
	coff = number(file, DOS_LFANEW, 4);
	if (!within(file, coff, COFF_SIZE) || number(file, coff, 4) != 0x4550)
		return "the program is not a PE file";
	optional = coff + COFF_SIZE;
	optional_size = number(file, coff + COFF_OPTIONAL_SIZE, 2);
	if (!within(file, optional, optional_size))
		return "the program's optional header is cut off";
	why = read_optional(image, optional, optional_size);
	if (why != NULL)
		return why;
	if (!within(file, 0, image->headers_size) ||
		image->headers_size < optional + optional_size)
		return "the program's headers are cut off";
	return read_sections(image, optional + optional_size,
		number(file, coff + COFF_SECTIONS, 2));
}

static struct bytes slice(struct bytes file, size_t from, size_t to)
{
	return bytes_of(file.data + from, to - from);
}

/* Headers without the checksum and the certificates' directory entry. */
static void hash_headers(struct sha256 *hash, const struct image *image)
{
	size_t from = image->checksum_at + 4;
	sha256_add(hash, slice(image->file, 0, image->checksum_at));
	if (image->certificate_at) {
		sha256_add(
			hash, slice(image->file, from, image->certificate_at));
		from = image->certificate_at + DIRECTORY_SIZE;
	}
	sha256_add(hash, slice(image->file, from, image->headers_size));
}

refusal authenticode_digest(struct bytes file, struct digest *out)
{
	struct image image = { .file = file };
	refusal why = read_image(&image);
	struct sha256 *hash;
	size_t hashed = image.headers_size;
	memset(out, 0, sizeof(*out));
	if (why != NULL)
		return why;
	hash = sha256_begin();
	hash_headers(hash, &image);
	for (size_t i = 0; i < image.sections; i++) {
		const struct range *raw = &image.section[i];

		sha256_add(hash, bytes_of(file.data + raw->at, raw->size));
		hashed += raw->size;
	}
	if (hashed < file.size - image.certificate_size)
		sha256_add(hash, slice(file, hashed,
					 file.size - image.certificate_size));
	*out = sha256_end(hash);
	return NULL;
}
