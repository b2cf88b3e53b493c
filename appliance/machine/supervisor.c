/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/machine/supervisor.h"

#include "appliance/formats/crypto.h"
#include "appliance/machine/init.h"
#include "appliance/machine/memfd.h"
#include "appliance/machine/session.h"
#include "appliance/record/items.h"

#include <unistd.h>

/* Its reason is the keys role's: parts of a notice, or the wire is broken. */
static bool refuse_start(struct session *session)
{
	if (notice_check_parts(&session->machine.why, true) == NULL) {
		session->why = session->machine.why;
		return false;
	}
	session->broken = true;
	return session_refuse(
		session, "a role gave another answer than was asked for");
}

static bool start_keys(
	struct session *session, const struct journal_scanned *scanned)
{
	struct wire_message answer;
	if (!session_ask(session, &session->keys, SAY(KEYS_START, scanned),
		    NULL, 0, KEYS_STARTED, &answer))
		return false;
	session->machine = *HEARD(&answer, KEYS_STARTED);
	wipe(&answer, sizeof(answer));
	if (session->machine.refused)
		return refuse_start(session);
	if (scanned->blank && session->machine.owned)
		return session_refuse(session,
			scanned->unreadable
				? "journal entry 0: the disk cannot read it: "
				  "switch off and on; if it stays so, copy the "
				  "disk to another"
				: "journal entry 0 is missing or was changed, "
				  "but this TPM has an owner: an enrolled "
				  "machine, or whoever had it before");
	return true;
}

static bool append_boot(struct session *session, bool counting)
{
	const struct journal_append what = { .type = ENTRY_BOOT };
	uint8_t content_space[16];
	uint8_t space[64];
	struct writer content = writer_of(content_space, sizeof(content_space));
	struct writer items = writer_of(space, sizeof(space));
	int list;
	bool appended;
	write_u8(&content, counting ? 1 : 0);
	write_u32(&content, session->machine.reset_count);
	write_u32(&content, session->machine.restart_count);
	write_item(&items, ITEM_PRIVATE, entry_row_of(ENTRY_BOOT)->name,
		written(&content));
	list = memfd_written(&items);
	if (list < 0)
		return session_refuse(session, "there is no memory");
	appended = session_append(session, &what, &list, 1);
	close(list);
	return appended;
}

static bool unlock_journal(struct session *session)
{
	struct journal_key key = { session->machine.mac_key,
		session->machine.anchor };
	struct wire_message answer;
	const bool unlocked = session_ask(session, &session->journal,
		SAY(JOURNAL_UNLOCK, &key), NULL, 0, JOURNAL_UNLOCKED, &answer);
	wipe(&key, sizeof(key));
	wipe(&session->machine.mac_key, sizeof(session->machine.mac_key));
	return unlocked &&
	       session_folded(session, HEARD(&answer, JOURNAL_UNLOCKED));
}

static bool counts_now(enum machine_state state)
{
	return state == STATE_OPEN || state == STATE_APPROVED;
}

static bool find_lock(struct session *session)
{
	if (session->state == STATE_ENROLLING)
		return finish_enrolment(session);
	return session->machine.owner_locked ||
	       session_refuse(session,
		       "the TPM's owner is not as the enrolment locked it");
}

/* Of an abandoned one the phase is raised behind the airlock. */
static bool load_election(struct session *session)
{
	return session_load_election(session) &&
	       (session->state == STATE_ABANDONED || session_phase(session));
}

static bool load_enrolled(struct session *session)
{
	if (!unlock_journal(session))
		return false;
	if (!find_lock(session) ||
		(session->state >= STATE_SEALED && !load_election(session)) ||
		!finish_software(session))
		return false;
	return session->superseded ||
	       append_boot(session, counts_now(session->state));
}

static bool load(struct session *session)
{
	struct wire_message answer;
	if (!session_ask(session, &session->journal,
		    SAY(JOURNAL_SCAN, &nothing), NULL, 0, JOURNAL_SCANNED,
		    &answer) ||
		!start_keys(session, HEARD(&answer, JOURNAL_SCANNED)))
		return false;
	session->state = STATE_BLANK;
	return HEARD(&answer, JOURNAL_SCANNED)->blank != 0 ||
	       load_enrolled(session);
}

/*
 * The journal keeps why, once it is unlocked and as long as its role is there.
 * Nothing is anchored: that may be what failed. The next boot's entry covers
 * it.
 */
static void record_failure(struct session *session)
{
	const struct journal_append what = { .type = ENTRY_FAILED };
	const struct notice why = session->why;
	const struct wire_text line = text_of_notice(&why);
	uint8_t space[2 * WIRE_TEXT_MOST];
	struct writer items = writer_of(space, sizeof(space));
	int list;
	if (session->folded.entries == 0 || session->journal.process.pid <= 0)
		return;
	write_item(&items, ITEM_PUBLIC, entry_row_of(ENTRY_FAILED)->name,
		bytes_of_text(line.line));
	list = memfd_written(&items);
	if (list < 0)
		return;
	session_append(session, &what, &list, 1);
	close(list);
	session->why = why;
}

static void tell_failure(struct session *session)
{
	record_failure(session);
	session_say_why(session, session->broken ? NOTICE_PART(FAILED_AND_STOPS)
						 : NOTICE_PART(FAILED));
}

/* Init says it where this cannot: then it is no stop that was told. */
static int stop(struct session *session)
{
	return session_tell(
		       session, &session->console, SAY(CONSOLE_DRAWN, &nothing))
		       ? INIT_STOPPED
		       : INIT_UNTOLD;
}

/*
 * A machine that failed can still be asked for evidence of why, and its
 * election can be called off: then it starts again.
 */
static int fail(struct session *session)
{
	session->state = STATE_FAILED;
	tell_failure(session);
	if (session->broken)
		return stop(session);
	if (courier_boot(session))
		return INIT_REBOOT;
	tell_failure(session);
	return stop(session);
}

static bool start_roles(struct session *session)
{
	const int journal = INIT_JOURNAL;
	const int keys = INIT_TPM;
	const int console[INIT_CONSOLES] = { INIT_CONSOLE, INIT_CONSOLE + 1 };
	return session_start_role(session, &session->console, ROLE_CONSOLE,
		       console, INIT_CONSOLES) &&
	       session_start_role(
		       session, &session->journal, ROLE_JOURNAL, &journal, 1) &&
	       session_start_role(
		       session, &session->keys, ROLE_KEYS, &keys, 1) &&
	       session_start_role(
		       session, &session->media, ROLE_MEDIA, NULL, 0);
}

static int run(struct session *session)
{
	bool worked;
	if (!start_roles(session))
		return fail(session);
	if (access(MARK_OF_IMAGE, F_OK) == 0)
		session_say(session, NOTICE_PART(NOT_THE_LOCKED_IMAGE));
	worked = load(session);
	if (worked && !session->superseded)
		worked = counts_now(session->state) ? counting_boot(session)
						    : courier_boot(session);
	return worked ? INIT_REBOOT : fail(session);
}

int supervisor_main(enum sandbox_setting setting)
{
	static struct session session;
	session.setting = setting;
	session.event_log = INIT_EVENT_LOG;
	session.plan = -1;
	crypto_start();
	return run(&session);
}
