/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the processes say to each other: the bodies, and one table of messages.
 *
 * A body is a list of its members (appliance/formats/layout.h), which gives the
 * struct and its bytes. A row of MESSAGES gives a message its number, its body,
 * who says it to whom, which open questions it answers and how many descriptors
 * travel with it. From that row follow the enumerator, the row of wire_table,
 * the member of union wire_body and the one way to say it:
 *
 *	SAY(KEYS_QUOTE, &body)	the body is a struct keys_quote, or the
 *				compiler refuses it
 */
#ifndef SANDOQ_MACHINE_MESSAGES_H
#define SANDOQ_MACHINE_MESSAGES_H

#include "appliance/election/box.h"
#include "appliance/record/courier.h"
#include "appliance/record/journal.h"
#include "appliance/record/lock.h"
#include "appliance/record/notices.h"
#include "appliance/record/state.h"
#include "tpm/policy/credential.h"

enum role {
	ROLE_SUPERVISOR,
	ROLE_JOURNAL,
	ROLE_KEYS,
	ROLE_MEDIA,
	ROLE_CONSOLE,
	ROLE_INTAKE,
	ROLE_DEFINE,
	ROLE_COUNT,
	ROLE_TALLY,
	ROLE_PUBLISH,
	ROLE_STARTER,
	ROLES,
};

enum {
	WIRE_TEXT_MOST = 240,
	WIRE_DESCRIPTORS_MOST = 4,
	WIRE_SOFTWARE_MOST = 4,
	WIRE_ANSWERS_MOST = 5,
	/* Of a piece of a member that may be longer than a list. */
	WIRE_PIECE_MOST = 4 << 20,
	/* A box, taken or refused: type, station and sequence, u16 each. */
	DELIVERY_RECORD_SIZE = 3 * 2,
};

/* --- bodies --- */

/* Of a message that has no members. */
#define nothing_members(X)
LAYOUT_STRUCT(nothing);
static const struct nothing nothing;

/* Clean UTF-8 ended by a zero byte; those behind it are zero too. */
#define wire_text_members(X) X(LINE, WIRE_TEXT_MOST, line)
LAYOUT_STRUCT(wire_text);

/* Software approved later, as its journal entry has it in the clear. */
#define later_software_members(X)                                              \
	X(NUMBER, uint64_t, entry)                                             \
	X(PART, boot_policy, boot)
LAYOUT_STRUCT(later_software);

/* `software`: the last ones, in the journal's order. */
#define journal_scanned_members(X)                                             \
	/* No entry 0; because the disk cannot read it. */                     \
	X(NUMBER, uint16_t, blank)                                             \
	X(NUMBER, uint16_t, unreadable)                                        \
	X(PART, journal_lock, lock)                                            \
	X(NUMBER, uint16_t, software_count)                                    \
	X(PARTS, later_software, software, WIRE_SOFTWARE_MOST)
LAYOUT_STRUCT(journal_scanned);

#define journal_key_members(X)                                                 \
	X(PART, digest, mac_key) /* secret */                                  \
	X(PART, digest, anchor)
LAYOUT_STRUCT(journal_key);

/*
 * What the fold over the journal says, once it is unlocked and after each
 * entry: nobody else folds.
 */
#define journal_folded_members(X)                                              \
	X(NUMBER, uint16_t, state)                                             \
	X(NUMBER, uint64_t, entries)                                           \
	X(NUMBER, uint16_t, anchor_due)                                        \
	/* What J is to be extended with, if due. */                           \
	X(PART, digest, anchor_chain)                                          \
	/* J after that, and the entries that it is over. */                   \
	X(PART, digest, anchor)                                                \
	X(NUMBER, uint64_t, anchored)                                          \
	/* The election's tree now, and as it was frozen by `open`. */         \
	X(NUMBER, uint64_t, size)                                              \
	X(PART, digest, root)                                                  \
	X(NUMBER, uint64_t, frozen_size)                                       \
	X(PART, digest, frozen_root)                                           \
	/* Last entry of each kind, or UINT64_MAX. */                          \
	X(NUMBER, uint64_t, enrolled)                                          \
	X(NUMBER, uint64_t, sealed)                                            \
	X(NUMBER, uint64_t, opened)                                            \
	X(NUMBER, uint64_t, closed)                                            \
	X(NUMBER, uint64_t, approved)                                          \
	X(NUMBER, uint64_t, released)                                          \
	X(NUMBER, uint64_t, abandoned)                                         \
	X(NUMBER, uint64_t, software)                                          \
	X(NUMBER, uint64_t, sealed_software) /* the last before `sealed` */    \
	X(NUMBER, uint64_t, headers)	     /* the first of the last count */ \
	X(NUMBER, uint64_t, stations)	     /* likewise */                    \
	X(NUMBER, uint64_t, revocation)                                        \
	/* Of the partition, bytes: all of it, and what no entry takes. */     \
	X(NUMBER, uint64_t, partition)                                         \
	X(NUMBER, uint64_t, free)
LAYOUT_STRUCT(journal_folded);

#define journal_append_members(X)                                              \
	X(NUMBER, uint16_t, type)                                              \
	X(NUMBER, uint16_t, station) /* of a box, else zero */                 \
	X(NUMBER, uint16_t, sequence)                                          \
	X(PART, digest, text) /* of a leaf, else zeros */                      \
	/* Of a refused one: as many its station may have; 0: any number. */   \
	X(NUMBER, uint32_t, most)                                              \
	/* Bytes that have to stay free behind it; 0: it may take the last. */ \
	X(NUMBER, uint64_t, leave)
LAYOUT_STRUCT(journal_append);

/* `same`: the very same; else another box in its place. */
#define journal_known_members(X)                                               \
	X(NUMBER, uint64_t, entry)                                             \
	X(NUMBER, uint16_t, same)
LAYOUT_STRUCT(journal_known);

#define journal_get_members(X) X(NUMBER, uint64_t, entry)
LAYOUT_STRUCT(journal_get);

/*
 * Of the journal's first entries: a piece of one member of the archive, from
 * this byte of it.
 */
#define journal_heads_members(X)                                               \
	X(NUMBER, uint16_t, head) /* of enum head */                           \
	X(NUMBER, uint64_t, entries)                                           \
	X(NUMBER, uint64_t, from)                                              \
	X(PART, wire_text, origin) /* of the checkpoint */
LAYOUT_STRUCT(journal_heads);

/* The piece is a memfd; the member has `size` bytes, `next` are behind it. */
#define journal_piece_members(X)                                               \
	X(NUMBER, uint64_t, size)                                              \
	X(NUMBER, uint64_t, next)
LAYOUT_STRUCT(journal_piece);

#define journal_find_members(X) X(PART, digest, definition)
LAYOUT_STRUCT(journal_find);

#define journal_entry_members(X)                                               \
	X(NUMBER, uint64_t, entry)                                             \
	X(NUMBER, uint16_t, type)                                              \
	/* Its place in the election's tree, if it has one. */                 \
	X(NUMBER, uint64_t, leaf)                                              \
	/* The entry of its type before it, or UINT64_MAX. */                  \
	X(NUMBER, uint64_t, before)                                            \
	X(NUMBER, uint16_t, station) /* of a box, else zero */                 \
	X(NUMBER, uint16_t, sequence)                                          \
	X(PART, digest, text) /* of a leaf, else zeros */
LAYOUT_STRUCT(journal_entry);

#define keys_started_members(X)                                                \
	/* The boot policy is; `why` says more. */                             \
	X(NUMBER, uint16_t, refused)                                           \
	X(PART, notice, why)                                                   \
	/* Secret; zeros when refused or blank. */                             \
	X(PART, digest, mac_key)                                               \
	/* That it has an owner; that its lock is whole. */                    \
	X(NUMBER, uint16_t, owned)                                             \
	X(NUMBER, uint16_t, owner_locked)                                      \
	X(NUMBER, uint64_t, revocation)                                        \
	X(NUMBER, uint64_t, phase)                                             \
	X(PART, digest, anchor)                                                \
	X(NUMBER, uint32_t, reset_count)                                       \
	X(NUMBER, uint32_t, restart_count)                                     \
	X(PART, tpm_name, ak)                                                  \
	X(PART, tpm_name, srk)                                                 \
	/* The software in force: its journal entry, and the R it allows. */   \
	X(NUMBER, uint64_t, software)                                          \
	X(NUMBER, uint64_t, epoch)
LAYOUT_STRUCT(keys_started);

#define keys_software_members(X)                                               \
	X(PART, approvals, approvals)                                          \
	X(PART, boot_policy, boot)
LAYOUT_STRUCT(keys_software);

/* `secret`: SHA-256 of what its operator says that this TPM finds in it. */
#define operators_credential_members(X)                                        \
	X(PART, credential, credential)                                        \
	X(PART, digest, secret)
LAYOUT_STRUCT(operators_credential);

#define keys_enrol_members(X)                                                  \
	X(PART, quorum, operators)                                             \
	X(NUMBER, uint16_t, credentials)                                       \
	X(PARTS, operators_credential, credential, QUORUM_MOST)                \
	X(PART, keys_software, software)
LAYOUT_STRUCT(keys_enrol);

/* R goes from this value to the next. */
#define keys_revoke_members(X)                                                 \
	X(PART, approvals, approvals)                                          \
	X(NUMBER, uint64_t, from)
LAYOUT_STRUCT(keys_revoke);

#define keys_anchor_members(X) X(PART, digest, chain)
LAYOUT_STRUCT(keys_anchor);

#define keys_anchored_members(X) X(PART, digest, anchor)
LAYOUT_STRUCT(keys_anchored);

#define keys_phase_members(X) X(NUMBER, uint64_t, phase)
LAYOUT_STRUCT(keys_phase);

/* Those that the definition lists, in its order. */
#define recipients_members(X)                                                  \
	X(NUMBER, uint16_t, count)                                             \
	X(PARTS, p256_public, key, RECIPIENTS_MOST)
LAYOUT_STRUCT(recipients);

/* All that BK and RK hang on. The blobs are empty before sealing. */
#define election_members(X)                                                    \
	X(PART, digest, definition)                                            \
	X(NUMBER, uint16_t, rehearsal)                                         \
	/* p: the phase counter when the keys were made. */                    \
	X(NUMBER, uint64_t, phase)                                             \
	X(PART, quorum, officers)                                              \
	X(PART, quorum, auditors)                                              \
	/* Who recounts; for them the boxes get new headers. */                \
	X(PART, recipients, recipients)                                        \
	X(PART, blob, bk_public)                                               \
	X(PART, blob, bk_private)                                              \
	X(PART, blob, rk_public)                                               \
	X(PART, blob, rk_private)                                              \
	X(PART, tpm_name, ak)                                                  \
	X(PART, tpm_name, bk)                                                  \
	X(PART, tpm_name, rk)                                                  \
	X(OCTETS, P256_POINT_SIZE, bk_point)                                   \
	X(OCTETS, P256_POINT_SIZE, rk_point)                                   \
	X(PART, wire_text, id)                                                 \
	X(PART, wire_text, machine)                                            \
	/* As the screen has it: NOTICE_ELECTION, with its title. */           \
	X(PART, notice_part, title)                                            \
	/* What it needs of the journal's partition: appliance/record/room.h.  \
	 */                                                                    \
	X(NUMBER, uint64_t, boxes_due)                                         \
	X(NUMBER, uint64_t, boxes_room)                                        \
	X(NUMBER, uint64_t, kept_room)
LAYOUT_STRUCT(election);

#define keys_approvals_members(X)                                              \
	/* 0: to open, with BK; 1: to release, with RK. */                     \
	X(NUMBER, uint16_t, release)                                           \
	/* That may be released; zeros to open. */                             \
	X(PART, digest, result)                                                \
	X(PART, approvals, approvals)
LAYOUT_STRUCT(keys_approvals);

/* What the define role found in a medium's approvals. */
#define define_approvals_members(X)                                            \
	X(PART, keys_approvals, given)                                         \
	/* R when the count was closed; to release only. */                    \
	X(NUMBER, uint64_t, revocation)                                        \
	/* `AUDITOR HEX64`; empty ones are none. */                            \
	X(PARTS, wire_text, nonce, QUORUM_MOST)
LAYOUT_STRUCT(define_approvals);

/* What it found in a medium's approvals of software. */
#define define_boot_members(X)                                                 \
	X(PART, keys_software, given)                                          \
	X(PART, digest, image)
LAYOUT_STRUCT(define_boot);

#define keys_box_members(X)                                                    \
	X(PART, age_stanza, stanza)                                            \
	/* Whether a new header is to be made. */                              \
	X(NUMBER, uint16_t, header)
LAYOUT_STRUCT(keys_box);

#define keys_opened_members(X)                                                 \
	X(PART, age_file_key, key) /* secret */                                \
	/* The new header; empty unless it was asked for. */                   \
	X(NUMBER, uint16_t, size)                                              \
	X(REST, BOX_HEADER_MOST, header)
LAYOUT_STRUCT(keys_opened);

#define keys_sign_members(X) X(PART, digest, result)
LAYOUT_STRUCT(keys_sign);

#define keys_signed_members(X) X(PART, p256_signature, signature)
LAYOUT_STRUCT(keys_signed);

#define keys_quote_members(X) X(PART, digest, qualifying)
LAYOUT_STRUCT(keys_quote);

#define keys_certify_members(X)                                                \
	X(PART, digest, qualifying)                                            \
	/* 0: over a challenge; 1: over the result that RK has signed. */      \
	X(NUMBER, uint16_t, released)
LAYOUT_STRUCT(keys_certify);

/* One stretch of a medium, in bytes. */
#define publish_begin_members(X)                                               \
	X(NUMBER, uint64_t, at)                                                \
	X(NUMBER, uint64_t, size)
LAYOUT_STRUCT(publish_begin);

/* Of an outbox: what lies on it, and where the machine may write. */
#define intake_kind_members(X)                                                 \
	X(NUMBER, uint16_t, kind)                                              \
	X(PART, publish_begin, room)                                           \
	/* `AUDITOR HEX64`; empty when it has none. */                         \
	X(PART, wire_text, nonce)                                              \
	/* SHA-256 of the definition that it asks for; else zeros. */          \
	X(PART, digest, definition)
LAYOUT_STRUCT(intake_kind);

#define intake_box_members(X)                                                  \
	X(NUMBER, uint16_t, station)                                           \
	X(NUMBER, uint16_t, sequence)                                          \
	X(PART, digest, digest) /* of the ciphertext */                        \
	X(PART, digest, text)	/* of the note, if a station signed it */      \
	X(PART, wire_text, why) /* empty unless void */
LAYOUT_STRUCT(intake_box);

#define intake_delivery_members(X)                                             \
	X(PART, intake_box, box)                                               \
	X(PART, wire_text, name) /* delivery_write_box() */                    \
	X(NUMBER, uint16_t, due) /* boxes that its station is to deliver */    \
	/* Its entry is no larger, were all the station's ballots in it. */    \
	X(NUMBER, uint64_t, room)
LAYOUT_STRUCT(intake_delivery);

#define intake_keys_members(X) X(PART, digest, text) /* of the note */
LAYOUT_STRUCT(intake_keys);

#define intake_end_members(X)                                                  \
	X(NUMBER, uint32_t, boxes)                                             \
	X(NUMBER, uint32_t, refused)
LAYOUT_STRUCT(intake_end);

/* Keys and facts of this machine that texts are compared with. */
#define define_facts_members(X)                                                \
	X(PART, tpm_name, ak)                                                  \
	X(PART, tpm_name, srk)                                                 \
	X(NUMBER, uint64_t, phase)
LAYOUT_STRUCT(define_facts);

#define define_open_members(X)                                                 \
	X(PART, election, election)                                            \
	X(NUMBER, uint64_t, size)                                              \
	X(PART, digest, root)
LAYOUT_STRUCT(define_open);

#define define_release_members(X)                                              \
	X(PART, election, election)                                            \
	X(NUMBER, uint64_t, size)                                              \
	X(PART, digest, root)
LAYOUT_STRUCT(define_release);

#define define_abandon_members(X)                                              \
	X(PART, election, election)                                            \
	/* The count is closed: the auditors' quorum has to sign, too. */      \
	X(NUMBER, uint16_t, closed)
LAYOUT_STRUCT(define_abandon);

/* Of the result's text, if the list has one; else of the challenge. */
#define define_digest_members(X)                                               \
	X(NUMBER, uint16_t, result)                                            \
	X(PART, digest, digest)
LAYOUT_STRUCT(define_digest);

#define count_box_members(X)                                                   \
	X(PART, digest, definition)                                            \
	X(PART, tpm_name, bk)                                                  \
	X(OCTETS, P256_POINT_SIZE, bk_point)                                   \
	/* Whose stanza is to be opened. */                                    \
	X(OCTETS, P256_POINT_SIZE, key_point)                                  \
	/* Compared with those of the plan. */                                 \
	X(PART, recipients, recipients)                                        \
	X(PART, wire_text, id)
LAYOUT_STRUCT(count_box);

#define count_stanza_members(X)                                                \
	X(NUMBER, uint16_t, station)                                           \
	X(NUMBER, uint16_t, sequence)                                          \
	X(PART, digest, digest)                                                \
	X(PART, digest, text) /* of the note */                                \
	X(PART, age_stanza, stanza)                                            \
	/* In a recount: that of the machine's header, if there is one. */     \
	X(NUMBER, uint16_t, has_machine)                                       \
	X(PART, age_stanza, machine)
LAYOUT_STRUCT(count_stanza);

/* What they opened to, as far as they did. Secret. */
#define count_key_members(X)                                                   \
	X(NUMBER, uint16_t, has_station)                                       \
	X(PART, age_file_key, station)                                         \
	X(NUMBER, uint16_t, has_machine)                                       \
	X(PART, age_file_key, machine)
LAYOUT_STRUCT(count_key);

/* Whose key is the box's: the MACs hold under it. */
enum count_opened { OPENED_BY_STATION = 1, OPENED_BY_MACHINE = 2 };

#define count_vector_members(X)                                                \
	X(NUMBER, uint16_t, station)                                           \
	X(NUMBER, uint16_t, sequence)                                          \
	X(PART, digest, digest)                                                \
	X(NUMBER, uint64_t, ballots)                                           \
	X(NUMBER, uint16_t, opened) /* of enum count_opened */
LAYOUT_STRUCT(count_vector);

#define count_void_members(X)                                                  \
	X(PART, intake_box, box)                                               \
	X(NUMBER, uint16_t, opened)
LAYOUT_STRUCT(count_void);

#define tally_add_members(X)                                                   \
	X(NUMBER, uint64_t, entry)                                             \
	X(PART, count_vector, box)
LAYOUT_STRUCT(tally_add);

#define tally_void_members(X)                                                  \
	X(NUMBER, uint64_t, entry)                                             \
	X(PART, intake_box, box)
LAYOUT_STRUCT(tally_void);

/* What the result says beside the votes. */
#define tally_close_members(X)                                                 \
	X(PART, tpm_name, ak)                                                  \
	X(PART, tpm_name, bk)                                                  \
	X(PART, tpm_name, rk)                                                  \
	X(NUMBER, uint64_t, size)                                              \
	X(PART, digest, root)                                                  \
	X(NUMBER, uint64_t, phase)                                             \
	X(NUMBER, uint64_t, revocation)
LAYOUT_STRUCT(tally_close);

#define tally_result_members(X)                                                \
	X(PART, digest, digest)                                                \
	X(NUMBER, uint64_t, counted) /* boxes */                               \
	X(NUMBER, uint64_t, voided)
LAYOUT_STRUCT(tally_result);

/* How members are named in the archive. */
#define publish_members_of_members(X)                                          \
	/* The leaf of a box; the entry of software. */                        \
	X(NUMBER, uint64_t, number)                                            \
	/* Of the journal entry; 0: made for this outbox. */                   \
	X(NUMBER, uint16_t, type)
LAYOUT_STRUCT(publish_members_of);

/* The next piece of a member of that many bytes. */
#define publish_piece_members(X)                                               \
	X(NUMBER, uint16_t, head) /* of enum head */                           \
	X(NUMBER, uint64_t, size)
LAYOUT_STRUCT(publish_piece);

#define starter_started_members(X) X(NUMBER, uint32_t, pid)
LAYOUT_STRUCT(starter_started);

/* --- messages --- */

/*
 * name, number, body, the role that is asked or that answers, and then what
 * there is to say of it: DEVICE when a descriptor is no sealed memfd,
 * TO(the questions it answers), CARRIES(descriptors at
 * least, at most).
 *
 * DONE, REFUSED and UNABLE are any role's to say, to whatever was asked, so
 * ROLES stands for all of them. After UNABLE, with its reason, the role can do
 * its duties no more: it ends the boot. A reason is parts of a notice.
 */
#define MESSAGES(ASK, ANSWER)                                                  \
	ANSWER(DONE, 1, nothing, ROLES)                                        \
	ANSWER(REFUSED, 2, notice, ROLES)                                      \
	ANSWER(UNABLE, 3, notice, ROLES)                                       \
                                                                               \
	ASK(JOURNAL_SCAN, 16, nothing, ROLE_JOURNAL)                           \
	ANSWER(JOURNAL_SCANNED, 17, journal_scanned, ROLE_JOURNAL,             \
		TO(JOURNAL_SCAN))                                              \
	/* Of a blank partition, under a new MAC key. */                       \
	ASK(JOURNAL_BEGIN, 18, journal_key, ROLE_JOURNAL)                      \
	ASK(JOURNAL_UNLOCK, 19, journal_key, ROLE_JOURNAL)                     \
	ANSWER(JOURNAL_UNLOCKED, 20, journal_folded, ROLE_JOURNAL,             \
		TO(JOURNAL_UNLOCK))                                            \
	/* With memfds of members. */                                          \
	ASK(JOURNAL_APPEND, 21, journal_append, ROLE_JOURNAL, CARRIES(1, 3))   \
	/* The new entry is the last. */                                       \
	ANSWER(JOURNAL_APPENDED, 22, journal_folded, ROLE_JOURNAL,             \
		TO(JOURNAL_APPEND))                                            \
	/* This box, or this refusal of one, is there already. */              \
	ANSWER(JOURNAL_KNOWN, 23, journal_known, ROLE_JOURNAL,                 \
		TO(JOURNAL_APPEND))                                            \
	/* Of this station as many were refused as may be told alone. */       \
	ANSWER(JOURNAL_ENOUGH, 30, nothing, ROLE_JOURNAL, TO(JOURNAL_APPEND))  \
	ASK(JOURNAL_GET, 24, journal_get, ROLE_JOURNAL)                        \
	ANSWER(JOURNAL_ENTRY, 25, journal_entry, ROLE_JOURNAL,                 \
		TO(JOURNAL_GET), CARRIES(1, 1))                                \
	/* A checkpoint, and the headers of entries with their listings. */    \
	ASK(JOURNAL_HEADS, 26, journal_heads, ROLE_JOURNAL)                    \
	ANSWER(JOURNAL_PIECE, 27, journal_piece, ROLE_JOURNAL,                 \
		TO(JOURNAL_HEADS), CARRIES(1, 1))                              \
	/* What came in this election: a memfd of enum delivery_record. */     \
	ASK(JOURNAL_DELIVERIES, 31, nothing, ROLE_JOURNAL)                     \
	ANSWER(JOURNAL_CAME, 15, nothing, ROLE_JOURNAL,                        \
		TO(JOURNAL_DELIVERIES), CARRIES(1, 1))                         \
                                                                               \
	/* What the fold said before the election after this one was sealed.   \
	 */                                                                    \
	ASK(JOURNAL_FIND, 28, journal_find, ROLE_JOURNAL)                      \
	ANSWER(JOURNAL_FOUND, 29, journal_folded, ROLE_JOURNAL,                \
		TO(JOURNAL_FIND))                                              \
                                                                               \
	ASK(KEYS_START, 32, journal_scanned, ROLE_KEYS)                        \
	ANSWER(KEYS_STARTED, 33, keys_started, ROLE_KEYS, TO(KEYS_START))      \
	ASK(KEYS_IDENTITY, 34, nothing, ROLE_KEYS)                             \
	/* A memfd of members made by the TPM. */                              \
	ANSWER(KEYS_MEMBERS, 35, nothing, ROLE_KEYS,                           \
		TO(KEYS_IDENTITY, KEYS_SEAL, KEYS_QUOTE, KEYS_SOFTWARE,        \
			KEYS_CERTIFY),                                         \
		CARRIES(1, 1))                                                 \
	ASK(KEYS_ENROL, 36, keys_enrol, ROLE_KEYS)                             \
	ANSWER(KEYS_ENROLLED, 37, journal_key, ROLE_KEYS, TO(KEYS_ENROL),      \
		CARRIES(1, 1))                                                 \
	/* Locks the owner, and reads that back. */                            \
	ASK(KEYS_LOCK, 38, nothing, ROLE_KEYS)                                 \
	ASK(KEYS_ANCHOR, 39, keys_anchor, ROLE_KEYS)                           \
	ANSWER(KEYS_ANCHORED, 40, keys_anchored, ROLE_KEYS, TO(KEYS_ANCHOR))   \
	ASK(KEYS_PHASE, 41, keys_phase, ROLE_KEYS)                             \
	ANSWER(KEYS_PHASED, 42, keys_phase, ROLE_KEYS, TO(KEYS_PHASE))         \
	ASK(KEYS_AIRLOCK, 43, nothing, ROLE_KEYS)                              \
	/* How the TPM refuses BK and RK now. */                               \
	ANSWER(KEYS_AIRLOCKED, 44, notice, ROLE_KEYS, TO(KEYS_AIRLOCK))        \
	ASK(KEYS_SEAL, 45, election, ROLE_KEYS)                                \
	ASK(KEYS_ELECTION, 46, election, ROLE_KEYS)                            \
	ASK(KEYS_APPROVALS, 47, keys_approvals, ROLE_KEYS)                     \
	ASK(KEYS_BOX, 48, keys_box, ROLE_KEYS)                                 \
	/* Secret. */                                                          \
	ANSWER(KEYS_OPENED, 49, keys_opened, ROLE_KEYS, TO(KEYS_BOX))          \
	ANSWER(KEYS_VOID, 50, wire_text, ROLE_KEYS, TO(KEYS_BOX))              \
	ASK(KEYS_SIGN, 51, keys_sign, ROLE_KEYS)                               \
	ANSWER(KEYS_SIGNED, 52, keys_signed, ROLE_KEYS, TO(KEYS_SIGN))         \
	ASK(KEYS_QUOTE, 53, keys_quote, ROLE_KEYS)                             \
	/* Checks approvals; gives what the journal keeps. */                  \
	ASK(KEYS_SOFTWARE, 54, keys_software, ROLE_KEYS)                       \
	/* Writes the approved boot policy into the TPM. */                    \
	ASK(KEYS_APPROVE, 55, keys_software, ROLE_KEYS)                        \
	ASK(KEYS_REVOKE, 56, keys_revoke, ROLE_KEYS)                           \
	/* What the TPM says that the journal's anchor is. */                  \
	ASK(KEYS_CERTIFY, 57, keys_certify, ROLE_KEYS)                         \
                                                                               \
	ASK(MEDIA_BIND, 64, nothing, ROLE_MEDIA)                               \
	ANSWER(MEDIA_HERE, 65, nothing, ROLE_MEDIA, CARRIES(1, 1), DEVICE)     \
	ANSWER(MEDIA_GONE, 66, nothing, ROLE_MEDIA)                            \
	/* Another one, and what it calls itself. */                           \
	ANSWER(MEDIA_WAITS, 70, wire_text, ROLE_MEDIA)                         \
	ASK(MEDIA_WRITE, 67, nothing, ROLE_MEDIA)                              \
	ANSWER(MEDIA_WRITABLE, 68, nothing, ROLE_MEDIA, TO(MEDIA_WRITE),       \
		CARRIES(1, 1), DEVICE)                                         \
	ASK(MEDIA_NONE, 69, nothing, ROLE_MEDIA)                               \
                                                                               \
	ASK(CONSOLE_NOTICE, 81, notice, ROLE_CONSOLE)                          \
	/* Answered when all that was said is seen. */                         \
	ASK(CONSOLE_DRAWN, 82, nothing, ROLE_CONSOLE)                          \
                                                                               \
	ASK(INTAKE_START, 96, nothing, ROLE_INTAKE)                            \
	ANSWER(INTAKE_KIND, 97, intake_kind, ROLE_INTAKE, TO(INTAKE_START))    \
	ASK(INTAKE_TAKE, 98, nothing, ROLE_INTAKE)                             \
	ASK(INTAKE_TAKE_BOXES, 99, election, ROLE_INTAKE, CARRIES(1, 1))       \
	ANSWER(INTAKE_MEMBERS, 100, nothing, ROLE_INTAKE, TO(INTAKE_TAKE),     \
		CARRIES(1, 1))                                                 \
	ANSWER(INTAKE_KEYS, 101, intake_keys, ROLE_INTAKE,                     \
		TO(INTAKE_TAKE_BOXES), CARRIES(1, 1))                          \
	/* The next box: no more than one is on its way. */                    \
	ASK(INTAKE_NEXT, 105, nothing, ROLE_INTAKE)                            \
	ANSWER(INTAKE_BOX, 102, intake_delivery, ROLE_INTAKE, TO(INTAKE_NEXT), \
		CARRIES(1, 1))                                                 \
	ANSWER(INTAKE_VOID, 103, intake_delivery, ROLE_INTAKE,                 \
		TO(INTAKE_NEXT))                                               \
	ANSWER(INTAKE_END, 104, intake_end, ROLE_INTAKE, TO(INTAKE_NEXT))      \
                                                                               \
	ASK(DEFINE_ENROL, 112, define_facts, ROLE_DEFINE, CARRIES(1, 1))       \
	ANSWER(DEFINE_ENROLMENT, 113, keys_enrol, ROLE_DEFINE,                 \
		TO(DEFINE_ENROL))                                              \
	ASK(DEFINE_SEAL, 114, define_facts, ROLE_DEFINE, CARRIES(2, 3))        \
	ASK(DEFINE_LOAD, 115, define_facts, ROLE_DEFINE, CARRIES(2, 3))        \
	/* The plan, and the names of its stations. */                         \
	ANSWER(DEFINE_ELECTION, 116, election, ROLE_DEFINE,                    \
		TO(DEFINE_SEAL, DEFINE_LOAD), CARRIES(2, 2))                   \
	ASK(DEFINE_OPEN, 117, define_open, ROLE_DEFINE, CARRIES(2, 2))         \
	ASK(DEFINE_RELEASE, 118, define_release, ROLE_DEFINE, CARRIES(3, 3))   \
	ANSWER(DEFINE_APPROVALS, 119, define_approvals, ROLE_DEFINE,           \
		TO(DEFINE_OPEN, DEFINE_RELEASE))                               \
	ASK(DEFINE_SOFTWARE, 120, define_facts, ROLE_DEFINE, CARRIES(2, 2))    \
	ANSWER(DEFINE_BOOT, 121, define_boot, ROLE_DEFINE,                     \
		TO(DEFINE_SOFTWARE))                                           \
	ASK(DEFINE_REVOKE, 122, define_facts, ROLE_DEFINE, CARRIES(2, 2))      \
	ANSWER(DEFINE_REVOCATION, 123, keys_revoke, ROLE_DEFINE,               \
		TO(DEFINE_REVOKE))                                             \
	/* Why the authority calls the election off. */                        \
	ASK(DEFINE_ABANDON, 126, define_abandon, ROLE_DEFINE, CARRIES(2, 2))   \
	ANSWER(DEFINE_ABANDONED, 127, wire_text, ROLE_DEFINE,                  \
		TO(DEFINE_ABANDON))                                            \
	/* Plan, names, what came, and the result if there is one. */          \
	ASK(DEFINE_DELIVERY, 124, nothing, ROLE_DEFINE, CARRIES(3, 4))         \
	/* What was delivered, to be shown. */                                 \
	ANSWER(DEFINE_DELIVERED, 125, notice, ROLE_DEFINE,                     \
		TO(DEFINE_DELIVERY))                                           \
                                                                               \
	/* SHA-256 of what an entry closes or releases: its list of items. */  \
	ASK(DEFINE_DIGEST, 110, nothing, ROLE_DEFINE, CARRIES(1, 1))           \
	ANSWER(DEFINE_DIGESTED, 111, define_digest, ROLE_DEFINE,               \
		TO(DEFINE_DIGEST))                                             \
                                                                               \
	ASK(COUNT_BOX, 128, count_box, ROLE_COUNT)                             \
	ANSWER(COUNT_STANZA, 129, count_stanza, ROLE_COUNT, TO(COUNT_BOX))     \
	/* Secret. */                                                          \
	ASK(COUNT_KEY, 130, count_key, ROLE_COUNT)                             \
	ANSWER(COUNT_VECTOR, 131, count_vector, ROLE_COUNT, TO(COUNT_KEY),     \
		CARRIES(1, 1))                                                 \
	ANSWER(COUNT_VOID, 132, count_void, ROLE_COUNT,                        \
		TO(COUNT_BOX, COUNT_KEY))                                      \
                                                                               \
	ASK(TALLY_ADD, 144, tally_add, ROLE_TALLY, CARRIES(1, 1))              \
	ASK(TALLY_VOID, 145, tally_void, ROLE_TALLY)                           \
	ASK(TALLY_CLOSE, 146, tally_close, ROLE_TALLY)                         \
	/* The head. */                                                        \
	ANSWER(TALLY_RESULT, 147, tally_result, ROLE_TALLY, TO(TALLY_CLOSE),   \
		CARRIES(1, 1))                                                 \
	/* The next piece of the stations' parts; DONE behind the last. */     \
	ASK(TALLY_NEXT, 148, nothing, ROLE_TALLY)                              \
	ANSWER(TALLY_PIECE, 149, nothing, ROLE_TALLY, TO(TALLY_NEXT),          \
		CARRIES(1, 1))                                                 \
                                                                               \
	/* Where the outbox lies, before all else. */                          \
	ASK(PUBLISH_BEGIN, 164, publish_begin, ROLE_PUBLISH)                   \
	ASK(PUBLISH_MEMBERS_OF, 160, publish_members_of, ROLE_PUBLISH,         \
		CARRIES(1, 1))                                                 \
	ASK(PUBLISH_STATE, 161, wire_text, ROLE_PUBLISH)                       \
	ASK(PUBLISH_PIECE, 163, publish_piece, ROLE_PUBLISH, CARRIES(1, 1))    \
	ASK(PUBLISH_END, 162, nothing, ROLE_PUBLISH)                           \
                                                                               \
	/* The count role's socket, and its box; answered with its pidfd. */   \
	ASK(STARTER_COUNT, 176, nothing, ROLE_STARTER, CARRIES(2, 2))          \
	ANSWER(STARTER_STARTED, 177, starter_started, ROLE_STARTER,            \
		TO(STARTER_COUNT), CARRIES(1, 1), DEVICE)

#define MESSAGE_NUMBER(name, number, ...) name = number,
enum wire_type { MESSAGES(MESSAGE_NUMBER, MESSAGE_NUMBER) };

#define MESSAGE_BODY(name, number, body, ...) struct body name;
union wire_body {
	MESSAGES(MESSAGE_BODY, MESSAGE_BODY)
};

/* A message about to be sent: made by SAY alone, the body is borrowed. */
struct wire_said {
	enum wire_type type;
	const void *body;
};

#define SAY(name, body) say_##name(body)
#define MESSAGE_SAY(name, number, tag, ...)                                    \
	__attribute__((nonnull)) static inline struct wire_said say_##name(    \
		const struct tag *body)                                        \
	{                                                                      \
		return (struct wire_said){ name, body };                       \
	}
MESSAGES(MESSAGE_SAY, MESSAGE_SAY)

#endif
