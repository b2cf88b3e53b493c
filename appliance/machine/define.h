/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The define role's tasks: what people wrote, read into fixed structs.
 *
 *   define_enrolment.c  operators, credential, boot approvals
 *   define_election.c   definition and the notes that go with it
 *   define_approvals.c  approvals to open and to release
 *   define_software.c   approvals of later software, and of a revocation
 *   define_abandon.c    the authority calls an election off
 *   define_delivery.c   which boxes have come, for the screen
 *   define_names.c      how the stations are called there
 *   define_digest.c     what a telephone reads from it
 */
#ifndef SANDOQ_MACHINE_DEFINE_H
#define SANDOQ_MACHINE_DEFINE_H

#include "appliance/election/definition.h"
#include "appliance/election/statement.h"
#include "appliance/machine/role.h"
#include "tpm/policy/machine_policy.h"

/* The lists of one task, mapped, and the place of what is wrong. */
struct task {
	struct bytes list[WIRE_DESCRIPTORS_MOST];
	char place[DEFINITION_ERROR_MOST];
};

/* Names the place that the next refusal is about. */
void task_say(struct task *, const char *place);
/* Whatever the message carries; and the same of lists of items. */
refusal task_map_any(struct task *, const struct wire_message *);
refusal task_map(struct task *, const struct wire_message *);
/* An item of one of the lists, which becomes the place. */
refusal task_find(
	struct task *, size_t list, const char *name, struct bytes *content);
/* Unmaps the lists; answers with the message, or with place and refusal. */
refusal task_answer(
	struct wire_end *, struct task *, refusal, struct wire_said);

/* What every text of one set of approvals must say, and where it signs. */
struct approval_form {
	enum statement_kind kind;
	const struct roster *roster;
	/* Its signatures are over a cpHash too. */
	bool bound;
	bool rehearsal;
	const struct statement_value *says;
	size_t count;
	size_t authorization;
	/* What else the first text says, which the others must say too. */
	refusal (*first)(const struct text *, void *context);
	void *context;
};

/* Every item of list 0 that is named approval-N, members ascending. */
refusal task_approvals(
	struct task *, const struct approval_form *, struct approvals *out);

/* Whose approvals: the machine, and who its operators are. */
struct operators {
	struct roster roster;
	struct machine machine;
	struct bytes serial;
	struct digest text; /* that names them */
	/* Of the text that names the authority that the machine is for. */
	struct digest authority;
};
/* Of the texts `operators` and `authority` in a list. */
refusal read_machine(struct task *, size_t list, const struct tpm_name *ak,
	struct operators *out);
/*
 * Boot approvals of list 0, which meet the operators' quorum. `written`: they
 * are for index A as it is after its first write.
 */
refusal read_boot_approvals(struct task *, const struct operators *,
	bool written, struct keys_software *out, struct digest *image);
refusal read_definition(struct task *, size_t list, struct definition *);

/* A memfd, or -1; and one name after the other. */
int names_memfd(const struct definition *);
bool names_next(struct cursor *, struct bytes *en, struct bytes *fa);

role_handler define_enrolment;
role_handler define_election;
role_handler define_open;
role_handler define_release;
role_handler define_software;
role_handler define_revocation;
role_handler define_abandonment;
role_handler define_delivery;
role_handler define_digest;

#endif
