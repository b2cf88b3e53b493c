/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The supervisor: started by init with its descriptors, it runs one boot's
 * session and exits with what init shall do (init.h).
 */
#ifndef SANDOQ_MACHINE_SUPERVISOR_H
#define SANDOQ_MACHINE_SUPERVISOR_H

#include "sandbox/sandbox.h"

int supervisor_main(enum sandbox_setting);

#endif
