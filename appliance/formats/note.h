/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed notes (C2SP signed-note.md) with signatures of type 0x02: ECDSA
 * P-256 over the SHA-256 of the text, in DER. The key ID is the first four
 * bytes of SHA-256 of the SubjectPublicKeyInfo.
 *
 * Strict subset: key names are printable ASCII without '+', a note has 1 to 16
 * signatures, none twice by the same name and key ID, and none is longer than
 * NOTE_SIGNATURE_MOST.
 */
#ifndef SANDOQ_FORMATS_NOTE_H
#define SANDOQ_FORMATS_NOTE_H

#include "appliance/formats/p256.h"

enum {
	NOTE_SIGNATURES_MOST = 16,
	NOTE_NAME_MOST = 128,
	NOTE_SIGNATURE_MOST = 128,
	/* Name, '+', 8 digits, '+', base64 of 1 + P256_SPKI_SIZE bytes. */
	NOTE_VKEY_MOST = NOTE_NAME_MOST + 1 + 8 + 1 + 124,
	/* Dash, name, base64 of key ID and DER, and what is between them. */
	NOTE_LINE_MOST = 3 + 1 + NOTE_NAME_MOST + 1 + 104 + 1,
};

/* Who signs: what a verifier key ("vkey") says. */
struct note_key {
	char name[NOTE_NAME_MOST + 1];
	uint32_t id;
	struct p256_public key;
};

refusal note_key_of(
	const char *name, const struct p256_public *, struct note_key *out);
/* name+hex+base64 */
refusal note_key_decode(struct bytes vkey, struct note_key *out);
void write_note_key(struct writer *, const struct note_key *);
/* Same name and same key. */
bool note_key_equal(const struct note_key *a, const struct note_key *b);

/* Borrows the name from the note. */
struct note_signature {
	struct bytes name;
	uint32_t id;
	size_t size;
	uint8_t data[NOTE_SIGNATURE_MOST];
};

/* Borrows the text, with its last '\n', from the note. */
struct note {
	struct bytes text;
	size_t signature_count;
	struct note_signature signature[NOTE_SIGNATURES_MOST];
};

refusal note_parse(struct bytes whole, struct note *out);
/* Is it signed by this key? Other keys' signatures are not looked at. */
refusal note_verify(const struct note *, const struct note_key *);

/* Clean text (bytes.h) but for '\n', at its end at least. */
refusal note_text_check(struct bytes text);
/*
 * A note is written as its text, then a line for each signer. The text must
 * pass note_text_check; the writer breaks otherwise.
 */
void write_note_text(struct writer *, struct bytes text);
/* `signature` is over sha256(text), made by whatever holds the key. */
void write_note_signature(struct writer *, const struct note_key *,
	const struct p256_signature *signature);
/* Text and one signature. The private key must be that of `who`. */
void write_note(struct writer *, struct bytes text, const struct note_key *who,
	const struct p256_private *);

#endif
