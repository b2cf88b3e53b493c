/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Courier archives: what people carry to the machine and away from it.
 */
#ifndef SANDOQ_RECORD_COURIER_H
#define SANDOQ_RECORD_COURIER_H

enum courier_kind {
	COURIER_ENROL = 1,
	COURIER_ELECTION,
	COURIER_BOXES,
	COURIER_APPROVALS,
	COURIER_OUTBOX,
	COURIER_SOFTWARE,
	COURIER_REVOCATION,
};

#endif
