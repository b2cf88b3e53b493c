/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/record/lock.h"

LAYOUT_DEFINE(journal_lock)

void journal_lock_encode(struct writer *out, const struct journal_lock *lock)
{
	layout_encode(out, journal_lock_layout(), lock);
}

refusal journal_lock_decode(struct bytes encoded, struct journal_lock *lock)
{
	return layout_decode_whole(encoded, journal_lock_layout(), lock);
}

void journal_boot_encode(struct writer *out, const struct boot_policy *boot)
{
	layout_encode(out, boot_policy_layout(), boot);
}

refusal journal_boot_decode(struct bytes encoded, struct boot_policy *boot)
{
	return layout_decode_whole(encoded, boot_policy_layout(), boot);
}
