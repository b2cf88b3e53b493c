/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/formats/claims.h"

#include "appliance/formats/crypto.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 256 };

/* Digests of claims, each where its first bytes say, or behind that. */
struct table {
	struct digest *place;
	size_t room; /* a power of two; at most half of it is taken */
	size_t count;
};

struct ear {
	bool listens;
	size_t count;
	struct claim last;
};

static struct table *known(void)
{
	static struct table table;
	return &table;
}

static struct ear *ear(void)
{
	static struct ear ear;
	return &ear;
}

/* Each part has one size, so that no two claims have the same bytes. */
static struct digest digest_of(const struct claim *claim)
{
	const struct bytes part[] = {
		bytes_of(claim->key.x, P256_SIZE),
		bytes_of(claim->key.y, P256_SIZE),
		bytes_of(claim->digest.byte, SHA256_SIZE),
		bytes_of(claim->signature.r, P256_SIZE),
		bytes_of(claim->signature.s, P256_SIZE),
	};
	return sha256_parts(part, sizeof(part) / sizeof(part[0]));
}

/* Where it is, or would be; no digest of a claim is all zeros. */
static struct digest *place_of(
	const struct table *table, const struct digest *digest)
{
	static const struct digest none;
	size_t at;
	memcpy(&at, digest->byte, sizeof(at));
	for (;; at++) {
		struct digest *place = &table->place[at & (table->room - 1)];
		if (digest_equal(place, &none) || digest_equal(place, digest))
			return place;
	}
}

static void grow(struct table *table)
{
	static const struct digest none;
	struct table wider = {
		.room = table->room > 0 ? 2 * table->room : FIRST_ROOM,
		.count = table->count,
	};
	wider.place = calloc(wider.room, sizeof(*wider.place));
	if (wider.place == NULL)
		abort();
	for (size_t i = 0; i < table->room; i++)
		if (!digest_equal(&table->place[i], &none))
			*place_of(&wider, &table->place[i]) = table->place[i];
	free(table->place);
	*table = wider;
}

void claims_add(const struct claim *claim)
{
	struct table *table = known();
	const struct digest digest = digest_of(claim);
	if (claims_have(claim))
		return;
	if (2 * table->count >= table->room)
		grow(table);
	*place_of(table, &digest) = digest;
	table->count++;
}

bool claims_have(const struct claim *claim)
{
	const struct table *table = known();
	const struct digest digest = digest_of(claim);
	return table->room > 0 &&
	       digest_equal(place_of(table, &digest), &digest);
}

void claims_listen(void)
{
	*ear() = (struct ear){ .listens = true };
}

size_t claims_heard(struct claim *last)
{
	ear()->listens = false;
	*last = ear()->last;
	return ear()->count;
}

bool claims_tell(const struct claim *claim)
{
	if (!ear()->listens)
		return false;
	ear()->last = *claim;
	ear()->count++;
	return true;
}
