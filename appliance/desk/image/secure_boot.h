/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secure Boot with the operators' own keys (UEFI 2.10, chapter 32): what a
 * firmware measures of them into PCR 7, and EDK II's variable store with them
 * in it. Each of PK, KEK and db holds one X.509 certificate; dbx is empty.
 */
#ifndef SANDOQ_DESK_IMAGE_SECURE_BOOT_H
#define SANDOQ_DESK_IMAGE_SECURE_BOOT_H

#include "appliance/verify/boot_profile.h"

enum secure_boot_key {
	SECURE_BOOT_PK,
	SECURE_BOOT_KEK,
	SECURE_BOOT_DB,
	SECURE_BOOT_KEYS,
};

/* Borrowed certificates, DER. */
struct secure_boot {
	struct bytes certificate[SECURE_BOOT_KEYS];
};

/* "PK", "KEK", "db" */
const char *secure_boot_name(enum secure_boot_key);

/* Whether it is one X.509 certificate of an RSA key. */
refusal secure_boot_certificate_check(struct bytes der);

/* EV_EFI_VARIABLE_DRIVER_CONFIG of the variable. */
struct digest secure_boot_variable_event(
	const struct secure_boot *, enum secure_boot_key);
/* EV_EFI_VARIABLE_AUTHORITY of an image that the key in db has signed. */
struct digest secure_boot_signer_event(const struct secure_boot *);
/* All of them, as a boot profile leaves them open. */
void secure_boot_events(
	const struct secure_boot *, struct digest out[OPEN_EVENTS]);

/*
 * Writes the keys into an empty store, in place, and turns Secure Boot on.
 * The same keys give the same bytes.
 */
refusal secure_boot_write_store(
	const struct secure_boot *, uint8_t *store, size_t size);

#endif
