/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal's partition, by its GUIDs: those that image/disk gives it.
 *
 * The kernel finds partitions but does not tell their GUIDs, so the entry is
 * read again: "UEFI Specification", GUID Partition Table. A primary table
 * that is damaged leads to no partition, even if its copy is whole.
 */
#ifndef SANDOQ_MACHINE_PARTITION_H
#define SANDOQ_MACHINE_PARTITION_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether partition `number` (from 1) of `disk`, open for reading, with
 * sectors of that many bytes, is the journal's.
 */
bool partition_is_journal(int disk, size_t sector, unsigned number);

#endif
