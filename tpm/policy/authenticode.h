/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The digest that firmware measures of an EFI program: PE image hash of
 * Windows Authenticode (clause "Calculating the PE Image Hash"), SHA-256,
 * for PE32+ as for PE32. Used to predict PCR 4.
 */
#ifndef SANDOQ_TPM_POLICY_AUTHENTICODE_H
#define SANDOQ_TPM_POLICY_AUTHENTICODE_H

#include "appliance/formats/bytes.h"

refusal authenticode_digest(struct bytes file, struct digest *out);

#endif
