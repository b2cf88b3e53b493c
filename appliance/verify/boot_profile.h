/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A boot profile: the events that the firmware of one kind of machine logs
 * when it boots the image, in the PCRs that a boot approval binds. It is taken
 * once from a reference boot; only the digest of the image differs from one
 * image to the next, so every approval can be predicted.
 *
 *	{"format": "sandoq/boot-profile/v1",
 *	 "events": [{"pcr": 0, "type": 8, "digest": "<64 digits>"},
 *	            {"pcr": 4, "type": 2147483651, "image": true}, ...]}
 *
 * Exactly one event, of PCR 4, is the image's and has no digest. A profile
 * for Secure Boot may leave the operators' keys open, to be filled in later:
 *
 *	            {"pcr": 7, "type": 2147483649, "secure_boot": "PK"}
 *
 * and so "KEK", "db", and "signer" for the event that names the certificate
 * in db which the image was accepted by.
 */
#ifndef SANDOQ_VERIFY_BOOT_PROFILE_H
#define SANDOQ_VERIFY_BOOT_PROFILE_H

#include "tpm/policy/eventlog.h"
#include "tpm/policy/machine_policy.h"

#include <jansson.h>

enum {
	BOOT_PROFILE_EVENTS_MOST = 256,
	BOOT_PROFILE_SIZE_MOST = 1 << 18,
	/* PCRs that a boot approval binds: 0, 2, 3, 4, 7, 8 and 9. */
	BOOT_PROFILE_MASK = 0x39D,
};

/* Where an event's digest comes from, if not from the reference boot. */
enum open_event {
	OPEN_NOT,
	OPEN_PK,
	OPEN_KEK,
	OPEN_DB,
	OPEN_SIGNER,
	OPEN_EVENTS,
};

struct boot_profile {
	size_t count;
	struct event_rule event[BOOT_PROFILE_EVENTS_MOST];
	enum open_event open[BOOT_PROFILE_EVENTS_MOST];
	size_t image; /* place of the image's event */
};

/* From the log of a boot of the image with this digest. */
refusal boot_profile_of_log(
	struct bytes log, const struct digest *image, struct boot_profile *);
refusal boot_profile_decode(struct bytes json, struct boot_profile *);
/* Text that the caller frees; NULL when there is no memory. */
char *boot_profile_encode(const struct boot_profile *);

/*
 * Leaves the events open whose digests these are, by enum open_event; refuses
 * when the reference boot was one with other keys. And the other way: fills
 * what is open.
 */
refusal boot_profile_open(
	struct boot_profile *, const struct digest key_event[OPEN_EVENTS]);
refusal boot_profile_fill(
	struct boot_profile *, const struct digest key_event[OPEN_EVENTS]);
bool boot_profile_is_open(const struct boot_profile *);

/* From here on the profile is that of this image. */
void boot_profile_set_image(struct boot_profile *, const struct digest *image);
/* What the PCRs of BOOT_PROFILE_MASK are when the image starts. */
void boot_profile_predict(const struct boot_profile *, struct pcr_set *out);
/*
 * The same as records of TCG's Canonical Event Log in its JSON encoding: an
 * array of recnum, pcr, digests, content_type and content. The events' data
 * are not in it, for a profile holds none.
 */
json_t *boot_profile_event_log(const struct boot_profile *);

#endif
