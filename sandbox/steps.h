/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of sandbox_enter(), one or a few to a file; sandbox.c has their
 * order. Each returns false when the state it stands for was not reached and
 * the setting does not let it be missing; what is missing it adds to the bits.
 * What is not a step does a part of one, for sandbox_enter_inner().
 */
#ifndef SANDOQ_SANDBOX_STEPS_H
#define SANDOQ_SANDBOX_STEPS_H

#include "sandbox/sandbox.h"

typedef bool sandbox_step(
	const struct sandbox_spec *, enum sandbox_setting, unsigned *missing);

/* descriptors.c */
sandbox_step step_descriptors;
bool keep_descriptors(const struct sandbox_spec *);
/* privileges.c */
sandbox_step step_namespaces;
sandbox_step step_limits;
sandbox_step step_bounding;
sandbox_step step_identity;
sandbox_step step_capabilities;
sandbox_step step_no_dump;
sandbox_step step_no_new_privs;
/* landlock.c */
sandbox_step step_landlock;
/* filter.c */
sandbox_step step_filter;
bool load_filter(const struct sock_fprog *);

#endif
