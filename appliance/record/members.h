/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names of what the record consists of: items of journal entries, members
 * of courier archives. A public item is published under its own name, unless
 * its entry's type says otherwise. docs/protocols/courier.md has who writes
 * which. Pure.
 */
#ifndef SANDOQ_RECORD_MEMBERS_H
#define SANDOQ_RECORD_MEMBERS_H

#include "appliance/formats/ustar.h"
#include "appliance/record/journal.h"
#include "tpm/policy/public.h"

/* Identity and enrolment. */
#define MEMBER_EK_CERTIFICATE "ek.crt"
#define MEMBER_EK "ek.pub"
#define MEMBER_AK "ak.pub"
#define MEMBER_SRK "srk.pub"
#define MEMBER_OPERATORS "operators"
#define MEMBER_AUTHORITY "authority"
#define MEMBER_LOCK "lock"	       /* private */
#define MEMBER_BOOT_STATE "boot-state" /* private; of later software */

/* Sealing. */
#define MEMBER_DEFINITION "definition.json"
#define MEMBER_DEFINITION_NOTE "definition.note"
#define MEMBER_ENROLMENT_NOTE "enrolment.note"
#define MEMBER_PHASE "phase"

/* Intake. The note and the file are those of one box. */
#define MEMBER_ELECTION_KEYS "election-keys.note"
#define MEMBER_BOX_NOTE "note"
#define MEMBER_BOX_FILE "age"
/* Made in the closing, of an entry of its own: NNNN.header, as published. */
#define MEMBER_BOX_HEADER "header"

/* The journal's head. */
#define MEMBER_CHECKPOINT "checkpoint"
#define MEMBER_ENTRIES "entries" /* all headers */
/* Behind those of an earlier election: headers alone, up to the last. */
#define MEMBER_LATER "later"
#define MEMBER_ITEMS "items" /* all listings */

/* Those four: members without an entry, whose length has no limit. */
enum head { HEAD_CHECKPOINT, HEAD_ENTRIES, HEAD_LATER, HEAD_ITEMS, HEADS };
extern const char *const head_members[HEADS];

/* Evidence and result. */
#define MEMBER_CHALLENGE "challenge"
#define MEMBER_QUOTE "quote.attest"
#define MEMBER_QUOTE_SIGNATURE "quote.signature"
#define MEMBER_EVENT_LOG "event-log"
#define MEMBER_ANCHOR "journal.attest" /* J, over the challenge */
#define MEMBER_ANCHOR_SIGNATURE "journal.signature"
#define MEMBER_STATE "state"
#define MEMBER_RESULT "result.note"
#define MEMBER_RELEASED "released.attest" /* J, over the result note */
#define MEMBER_RELEASED_SIGNATURE "released.signature"
#define MEMBER_ABANDONMENT "abandonment.note"

#define MEMBER_NONCE "nonce" /* of an outbox */

/* Numbered from 1: "approval-1". */
#define MEMBER_APPROVAL "approval"
#define MEMBER_CREDENTIAL "credential" /* of whose approval has its number */
#define MEMBER_ACTIVATION "activation" /* what the TPM found in that */

/* Folders and other beginnings of an archive's names. */
#define MEMBERS_NOW "now/" /* made for this outbox */
#define MEMBERS_BOXES "boxes/"
#define MEMBERS_STATIONS "stations/"
#define MEMBERS_OPEN "open-"
#define MEMBERS_RELEASE "release-"

/* What is known of a key that was made in the TPM for one election. */
struct key_members {
	const char *public_area;
	const char *creation;
	const char *attest;
	const char *signature;
	const char *private_area; /* private */
};
extern const struct key_members bk_members;
extern const struct key_members rk_members;

/* The public areas of the four indices. */
extern const char *const nv_members[NV_COUNT];

enum { MEMBER_NAME_SIZE = USTAR_NAME_MOST + 1 };

/*
 * How an archive names an item of an entry of this type; type 0: of no entry,
 * but made for this outbox. `number` is the leaf of a box or of a reason why
 * it was refused, else the entry; other types have none in their names.
 */
void member_of_entry(unsigned type, uint64_t number, struct bytes item,
	char name[MEMBER_NAME_SIZE]);
/* The item that is the new header of a box. */
void member_header_item(uint64_t leaf, char name[MEMBER_NAME_SIZE]);
/* The item that is a piece of the stations' parts, numbered from 0. */
void member_piece_item(size_t number, char name[MEMBER_NAME_SIZE]);
/* How an archive names it. */
void member_piece(size_t number, char name[MEMBER_NAME_SIZE]);
/* Whether such names have the number of the entry, and not of its leaf. */
bool member_has_entry_number(unsigned type);
/* Whether it is a box's ciphertext, which a public bundle does without. */
bool member_is_ciphertext(const char *name);
/* STEM-NUMBER. */
void member_numbered(
	const char *stem, size_t number, char name[MEMBER_NAME_SIZE]);

#endif
