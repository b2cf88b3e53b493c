/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/rehearsal/elsewhere.h"

#include "appliance/desk/common/evidence.h"
#include "appliance/desk/common/files.h"
#include "appliance/desk/common/profiles.h"
#include "appliance/desk/common/tool.h"
#include "appliance/desk/common/words.h"
#include "appliance/desk/rehearsal/other_city.h"
#include "appliance/desk/rehearsal/sticks.h"
#include "appliance/election/sample.h"
#include "appliance/record/members.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

enum {
	LINE_MOST = 16384,
	WORDS_MOST = 128,
	CANNOT_START = 127,
	GARBAGE_SIZE = 4 << 20,
	/* Bytes: less than the little that a new machine has to say. */
	SMALL_SIZE = 8192,
	JOURNAL_MIB = 64,
};

#define LOG "log"

/*
 * What people type, one command a line. A word that begins with '@' stands
 * for what is known only when it is run:
 *
 *	@operators, @authority	their boards and keys, as the definition has it
 *	@day			today
 *	@station		a station: the line is run for each of them
 *	@1 @2 @late		boxes of these stations, as members of a stick
 *
 * A line "@forget FOLDER" is no command: the folder goes, if it is there. So
 * each list of lines can be run again from its begin, wherever it was broken
 * off.
 *
 * Both cities have three of each body, of whom the first and the third sign.
 */
#define FORGET "@forget "

static const char *const begin[] = {
	"machine create machine --profile ./profile --disk disk",
	NULL,
};

static const char *const cities[] = {
	"election sample desk --image image.efi --authorities "
	"desk/authorities.pem --id rehearsal --rehearsal --software-tpm",
	"election sample other --image image.efi --authorities "
	"desk/authorities.pem --id other-city --seed 2 --rehearsal "
	"--software-tpm",
	NULL,
};

static const char *const other[] = {
	"box seal other/ballots/station-01.csv --definition "
	"other/definition.json --election-keys other/election-keys.note "
	"--box-key other/bk.pub --key other/keys/station-01.pem --force "
	"--output "
	"other/station-01",
	"courier pack other/boxes.tar --kind boxes " MEMBER_ELECTION_KEYS
	"=other/election-keys.note "
	"boxes/station-01.note=other/station-01.note "
	"boxes/station-01.age=other/station-01.age --to sticks/other",
	"courier pack sticks/small --kind outbox",
	NULL,
};

static const char *const outbox[] = {
	"courier pack desk/outbox.tar --kind outbox --capacity 8 --to "
	"sticks/outbox",
	NULL,
};

#define PROVES_TPM(n, who)                                                     \
	"machine enrol desk/identity --authorities desk/authorities.pem "      \
	"--force --credential desk/credential-" n " --secret desk/keys/" who   \
	".secret"
#define APPROVES_IMAGE(n, who)                                                 \
	"image approve image.efi --profile ./boot.json --sent desk/identity "  \
	"--operators desk/operators --authority desk/authority --secret "      \
	"desk/keys/" who ".secret --authorities desk/authorities.pem --key "   \
	"desk/keys/" who ".pem --yes --force --output desk/boot-approval-" n

static const char *const identity[] = {
	"machine operators @operators --machine REHEARSAL --need 2 --force "
	"--output "
	"desk/operators",
	"machine authority @authority --need 2 --force --output desk/authority",
	PROVES_TPM("1", "operator-1"),
	APPROVES_IMAGE("1", "operator-1"),
	PROVES_TPM("2", "operator-3"),
	APPROVES_IMAGE("2", "operator-3"),
	"courier pack desk/enrol.tar --kind enrol operators=desk/operators "
	"authority=desk/authority credential-1=desk/credential-1 "
	"approval-1=desk/boot-approval-1 credential-2=desk/credential-2 "
	"approval-2=desk/boot-approval-2 --to sticks/enrol",
	NULL,
};

#define ENROLMENT(who, more)                                                   \
	"machine enrolment --sent desk/enrolled --operators desk/operators "   \
	"--authorities desk/authorities.pem --date @day --key desk/keys/" who  \
	".pem --yes " more

static const char *const enrolled[] = {
	ENROLMENT("operator-1", "--force --output desk/enrolment.1"),
	ENROLMENT("operator-3",
		"--note desk/enrolment.1 --force --output desk/enrolment.note"),
	"election sign desk/definition.json --key desk/keys/authority-1.pem "
	"--yes --force --output desk/definition.1",
	"election sign desk/definition.json --key desk/keys/authority-3.pem "
	"--note desk/definition.1 --yes --force --output desk/definition.note",
	"courier pack desk/election.tar --kind election " MEMBER_DEFINITION
	"=desk/definition.json " MEMBER_DEFINITION_NOTE
	"=desk/definition.note " MEMBER_ENROLMENT_NOTE
	"=desk/enrolment.note --to sticks/election",
	NULL,
};

#define ELECTION_KEYS(who, more)                                               \
	"election keys --definition desk/definition.json --sent desk/sealed "  \
	"--authorities desk/authorities.pem --key desk/keys/" who              \
	".pem --yes " more
#define BOXES(name)                                                            \
	"courier pack desk/boxes-" name                                        \
	".tar --kind boxes " MEMBER_ELECTION_KEYS                              \
	"=desk/election-keys.note @" name " --to sticks/boxes-" name

static const char *const sealed[] = {
	ELECTION_KEYS("authority-1", "--force --output desk/election-keys.1"),
	ELECTION_KEYS("authority-3",
		"--note desk/election-keys.1 --force --output "
		"desk/election-keys.note"),
	FORGET "desk/sealed.d",
	"courier unpack desk/sealed desk/sealed.d",
	"box seal desk/ballots/@station.csv --definition desk/definition.json "
	"--election-keys desk/election-keys.note --box-key "
	"desk/sealed.d/bk.pub "
	"--key desk/keys/@station.pem --force --output desk/boxes/@station",
	BOXES("1"),
	BOXES("2"),
	BOXES("late"),
	NULL,
};

/* One station, the last, never brings its box. */
#define NEVER_COMES "1"
#define OPENS(n, who, without)                                                 \
	"approve open --definition desk/definition.json --sent desk/received " \
	"--authorities desk/authorities.pem --nonce desk/nonce " without       \
	"--key desk/keys/" who ".pem --yes --force --output desk/open-" n
#define APPROVALS(what)                                                        \
	"courier pack desk/" what                                              \
	".tar --kind approvals approval-1=desk/" what                          \
	"-1 approval-2=desk/" what "-2 --to sticks/" what

static const char *const nonce[] = {
	"audit nonce --auditor auditor-1 --rehearsal --force --output "
	"desk/nonce",
	NULL,
};

/* Verifies all, and signs nothing: nobody is there to be asked. */
static const char is_missing[] = OPENS("1", "officer-1", "");
/* Is not signed when it is another number of boxes. */
static const char is_that_one[] =
	OPENS("1", "officer-1", "--without " NEVER_COMES " ");

static const char *const received[] = {
	OPENS("2", "officer-3", "--without " NEVER_COMES " "),
	APPROVALS("open"),
	NULL,
};

#define RELEASES(n, who)                                                       \
	"approve release --definition desk/definition.json --sent "            \
	"desk/evidence --authorities desk/authorities.pem --profile "          \
	"./boot.json --nonce desk/nonce --without " NEVER_COMES                \
	" --key desk/keys/" who ".pem --yes --force --output desk/release-" n

static const char *const evidence[] = {
	"audit verify --sent desk/evidence --definition desk/definition.json "
	"--authorities desk/authorities.pem --profile ./boot.json --nonce "
	"desk/nonce",
	RELEASES("1", "auditor-1"),
	RELEASES("2", "auditor-3"),
	APPROVALS("release"),
	NULL,
};

static const char *const bundle[] = {
	"bundle verify --sent desk/bundle --definition desk/definition.json "
	"--authorities desk/authorities.pem --profile ./boot.json",
	NULL,
};

/* What an outbox is called by the state in which it was written. */
static const struct work {
	enum machine_state state;
	const char *outbox; /* where it goes */
	const char *const *lines;
	enum stick_id makes; /* STICKS: none */
	enum word tells;
} works[] = {
	{ STATE_BLANK, "desk/identity", identity, STICK_ENROL,
		WORD_WORK_BLANK },
	{ STATE_ENROLLED, "desk/enrolled", enrolled, STICK_ELECTION,
		WORD_WORK_ENROLLED },
	{ STATE_SEALED, "desk/sealed", sealed, STICK_BOXES_LATE,
		WORD_WORK_SEALED },
	{ STATE_INTAKE, "desk/received", received, STICK_OPEN,
		WORD_WORK_INTAKE },
	{ STATE_CLOSED, "desk/evidence", evidence, STICK_RELEASE,
		WORD_WORK_CLOSED },
	{ STATE_RELEASED, "desk/bundle", bundle, STICKS, WORD_WORK_RELEASED },
};

/* --- a line becomes words --- */

struct line {
	struct writer out; /* words, each with a NUL behind it */
	size_t count;
	char *word[WORDS_MOST + 1];
	char space[LINE_MOST];
};

static void line_begin(struct line *line)
{
	line->out = writer_of(line->space, sizeof(line->space));
	line->count = 0;
}

static void begin_word(struct line *line)
{
	if (line->count < WORDS_MOST)
		line->word[line->count++] = line->space + line->out.size;
	else
		line->out.broken = true;
	line->word[line->count] = NULL;
}

static void put_word(struct line *line, const char *text)
{
	begin_word(line);
	write_text(&line->out, text);
	write_u8(&line->out, '\0');
}

static void put_roster(struct line *line, enum body body)
{
	struct file file;
	struct definition definition;
	if (definition_read("desk/definition.json", &file, &definition) != 0) {
		line->out.broken = true;
		return;
	}
	const struct roster *roster = &definition.plan.roster[body];
	for (size_t m = 0; m < roster->quorum.of; m++) {
		struct note_key key;
		if (statement_member_key(roster, m, &key) != NULL)
			line->out.broken = true;
		begin_word(line);
		write_text(&line->out,
			roster->quorum.member[m].board == SUPERVISORY
				? "supervisory="
				: "executive=");
		write_note_key(&line->out, &key);
		write_u8(&line->out, '\0');
	}
	definition_free(&definition);
	file_free(&file);
}

/* From and to, by number. */
static const struct batch {
	const char *name;
	size_t first, last;
} batches[] = {
	{ "1", 1, 6 },
	{ "2", 7, 10 },
	{ "late", 11, 11 },
};

static void put_boxes(struct line *line, const struct batch *batch)
{
	char id[ID_MOST + 1], member[4 * ID_MOST];
	for (size_t s = batch->first; s <= batch->last; s++) {
		sample_station_id(s - 1, id);
		snprintf(member, sizeof(member),
			MEMBERS_BOXES "%s.note=desk/boxes/%s.note", id, id);
		put_word(line, member);
		snprintf(member, sizeof(member),
			MEMBERS_BOXES "%s.age=desk/boxes/%s.age", id, id);
		put_word(line, member);
	}
}

static void put_day(struct line *line)
{
	char day[16];
	struct tm parts;
	const time_t now = time(NULL);
	strftime(day, sizeof(day), "%Y-%m-%d", gmtime_r(&now, &parts));
	put_word(line, day);
}

/* What stands behind the '@'. */
static void put_known(struct line *line, const char *name)
{
	if (strcmp(name, "operators") == 0)
		put_roster(line, OPERATORS);
	else if (strcmp(name, "authority") == 0)
		put_roster(line, AUTHORITY);
	else if (strcmp(name, "day") == 0)
		put_day(line);
	for (size_t i = 0; i < sizeof(batches) / sizeof(batches[0]); i++)
		if (strcmp(name, batches[i].name) == 0)
			put_boxes(line, &batches[i]);
}

#define STATION "@station"

/* The word, with the station's name wherever it stands for it. */
static void put_station_word(
	struct line *line, const char *word, const char *station)
{
	const char *at;
	begin_word(line);
	while ((at = strstr(word, STATION)) != NULL) {
		write_bytes(&line->out, bytes_of(word, (size_t)(at - word)));
		write_text(&line->out, station);
		word = at + strlen(STATION);
	}
	write_text(&line->out, word);
	write_u8(&line->out, '\0');
}

static void put_words(struct line *line, const char *text, const char *station)
{
	char copy[LINE_MOST], *rest;
	snprintf(copy, sizeof(copy), "%s", text);
	for (const char *word = strtok_r(copy, " ", &rest); word != NULL;
		word = strtok_r(NULL, " ", &rest))
		if (strstr(word, STATION) != NULL)
			put_station_word(line, word, station);
		else if (word[0] == '@')
			put_known(line, word + 1);
		else
			put_word(line, word);
}

/* --- it is run --- */

static void write_log(int log, const struct line *line)
{
	dprintf(log, "$");
	for (size_t i = 0; i < line->count; i++)
		dprintf(log, " %s", line->word[i]);
	dprintf(log, "\n");
}

static int run_words(const struct line *line)
{
	const int log =
		open(LOG, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	const int empty = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int status = 0;
	if (log < 0 || empty < 0 || line->out.broken)
		return fail(EX_OSERR, NULL, 0, "the command cannot be run");
	write_log(log, line);
	fflush(NULL);
	const pid_t pid = fork();
	if (pid == 0) {
		if (dup2(empty, STDIN_FILENO) >= 0 &&
			dup2(log, STDOUT_FILENO) >= 0 &&
			dup2(log, STDERR_FILENO) >= 0)
			execv("/proc/self/exe", line->word);
		_exit(CANNOT_START);
	}
	close(log);
	close(empty);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return EX_OSERR;
	return WEXITSTATUS(status);
}

static int run_line(const char *text, const char *station)
{
	static struct line line;
	line_begin(&line);
	put_word(&line, "sandoq");
	put_words(&line, text, station);
	return run_words(&line);
}

static int did_not_work(int status, const char *text)
{
	return fail(status, NULL, 0,
		"'sandoq %.60s...' did not work; the file log in the "
		"rehearsal's folder says why",
		text);
}

int elsewhere_try(const char *text)
{
	return run_line(text, "");
}

int elsewhere_run(const char *text)
{
	const int status = elsewhere_try(text);
	return status == 0 ? 0 : did_not_work(status, text);
}

static int run_for_stations(const char *text)
{
	int status = 0;
	for (size_t s = 0; s < SAMPLE_STATIONS && status == 0; s++) {
		char id[ID_MOST + 1];
		sample_station_id(s, id);
		status = run_line(text, id);
	}
	return status;
}

static int forget(
	const char *path, const struct stat *file, int type, struct FTW *place)
{
	(void)file;
	(void)type;
	(void)place;
	return remove(path);
}

static int run_any(const char *text)
{
	if (strncmp(text, FORGET, strlen(FORGET)) == 0) {
		nftw(text + strlen(FORGET), forget, 4, FTW_DEPTH | FTW_PHYS);
		return 0;
	}
	return strstr(text, STATION) != NULL ? run_for_stations(text)
					     : run_line(text, "");
}

/* Up to the first that does not work. */
static int run_lines(const char *const *lines)
{
	int status = 0;
	for (; *lines != NULL && status == 0; lines++)
		status = run_any(*lines);
	if (status == 0)
		return 0;
	return did_not_work(status, lines[-1]);
}

/* --- before the evening --- */

static int make_folders(void)
{
	static const char *const folders[] = { "desk", "desk/boxes", "other",
		"sticks", "screens" };
	int status = 0;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (status == 0)
			status = folder_make(folders[i]);
	return status;
}

static int make_disk(const char *path, int journal_mib)
{
	char *program = tree_file("image/disk");
	char journal[16];
	snprintf(journal, sizeof(journal), "%d", journal_mib);
	const char *const words[] = { program, "--efi", "image.efi",
		"--journal", journal, path, NULL };
	unlink(path);
	const int status =
		tool_run(words, "mtools, dosfstools and gdisk", NULL, 0);
	free(program);
	return status;
}

int elsewhere_bare_disk(const char *path)
{
	const char *const words[] = { "sgdisk", "--delete=2", path, NULL };
	const int status = make_disk(path, 1);
	return status != 0 ? status : tool_run(words, "gdisk", NULL, 0);
}

static int copy_setting(const struct setting *setting)
{
	char *profile = launch_profile_path(setting->profile);
	char *json = NULL;
	if (profile == NULL)
		return EX_NOINPUT;
	if (asprintf(&json, "%s.json", profile) < 0)
		abort();
	int status = file_copy(setting->image, "image.efi");
	if (status == 0)
		status = file_copy(profile, "profile");
	if (status == 0)
		status = file_copy(json, "boot.json");
	free(json);
	free(profile);
	return status;
}

/* Both certificates of the machine's own CA. */
static int gather_authorities(void)
{
	struct file root, issuer;
	struct new_file out;
	int status = file_read(
		"machine/ca/swtpm-localca-rootca-cert.pem", 1 << 20, &root);
	if (status == 0)
		status = file_read("machine/ca/issuer.pem", 1 << 20, &issuer);
	if (status == 0)
		status = new_file_begin(&out, "desk/authorities.pem");
	if (status != 0)
		return status;
	status = new_file_write(&out, file_bytes(&root));
	if (status == 0)
		status = new_file_write(&out, file_bytes(&issuer));
	status = new_file_end(&out, status, 0644);
	file_free(&root);
	file_free(&issuer);
	return status;
}

static int make_garbage(void)
{
	uint8_t *noise = malloc(GARBAGE_SIZE);
	char path[STICK_PATH_MOST];
	size_t size = 0;
	while (noise != NULL && size < GARBAGE_SIZE) {
		const ssize_t got =
			getrandom(noise + size, GARBAGE_SIZE - size, 0);
		size += got > 0 ? (size_t)got : 0;
	}
	stick_path(STICK_GARBAGE, path);
	const int status =
		noise == NULL ? EX_OSERR
			      : file_write(path, bytes_of(noise, size), 0644);
	free(noise);
	return status;
}

int elsewhere_outbox(void)
{
	unlink("sticks/outbox");
	return run_lines(outbox);
}

int elsewhere_begin(const struct setting *setting)
{
	int status = make_folders();
	if (status == 0)
		status = copy_setting(setting);
	if (status == 0)
		status = make_disk("disk", JOURNAL_MIB);
	if (status == 0)
		status = run_lines(begin);
	unlink("disk");
	if (status == 0)
		status = gather_authorities();
	if (status == 0)
		status = run_lines(cities);
	if (status == 0)
		status = other_city_keys("other");
	if (status == 0)
		status = run_lines(other);
	if (status == 0)
		status = make_garbage();
	if (status == 0 && truncate("sticks/small", SMALL_SIZE) != 0)
		status = fail(EX_IOERR, "sticks/small", 0, "cannot be cut");
	return status == 0 ? elsewhere_outbox() : status;
}

/* --- an outbox comes back --- */

static const struct work *work_of(enum machine_state state)
{
	for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++)
		if (works[i].state == state)
			return &works[i];
	return NULL;
}

/* The stick with what the machine wrote becomes a file of the desk. */
static int take_home(const struct work *work)
{
	if (rename("sticks/outbox", work->outbox) != 0)
		return fail(EX_IOERR, work->outbox, 0, "cannot be made");
	return elsewhere_outbox();
}

/* The officers count what is missing; one box they do without. */
static int officers_agree(void)
{
	int status = run_lines(nonce);
	if (status == 0 && run_line(is_missing, "") != EX_USAGE)
		return did_not_work(EX_SOFTWARE, is_missing);
	if (status == 0)
		status = run_line(is_that_one, "");
	return status == EX_DATAERR ? EX_TEMPFAIL : status;
}

/*
 * The state whose outbox people work on, for as long as they do: who comes back
 * after a rehearsal that was broken off finds them at work.
 */
#define AT_WORK "at-work"

static bool is_done(const struct work *work)
{
	return work->state != STATE_INTAKE && work->makes < STICKS &&
	       stick_lies_there(work->makes);
}

/* From the first line on, whatever of them was run before. */
static int work_on(const struct work *work)
{
	char path[STICK_PATH_MOST];
	int status = 0;
	if (work->makes < STICKS) {
		/* What was signed before goes with another nonce. */
		stick_path(work->makes, path);
		unlink(path);
	}
	if (work->state == STATE_INTAKE)
		status = officers_agree();
	if (status == 0)
		status = run_lines(work->lines);
	if (status == 0)
		tell(stdout, work->tells, NULL);
	if (status == 0 || status == EX_TEMPFAIL)
		unlink(AT_WORK);
	return status;
}

int elsewhere_take(enum machine_state state)
{
	const struct work *work = work_of(state);
	int status;
	if (work == NULL)
		return elsewhere_outbox();
	status = take_home(work);
	if (status != 0 || is_done(work))
		return status;
	status = file_write(AT_WORK, bytes_of_text(state_name(state)), 0644);
	return status != 0 ? status : work_on(work);
}

/* NULL: nobody was at work. */
static const struct work *work_left(void)
{
	struct file file = { 0 };
	const struct work *left = NULL;
	if (access(AT_WORK, F_OK) != 0 || file_read(AT_WORK, 64, &file) != 0)
		return NULL;
	for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++)
		if (bytes_equal(file_bytes(&file),
			    bytes_of_text(state_name(works[i].state))))
			left = &works[i];
	file_free(&file);
	return left;
}

int elsewhere_resume(void)
{
	const struct work *work = work_left();
	int status = elsewhere_outbox();
	if (status == 0 && work != NULL)
		status = work_on(work);
	if (status != EX_TEMPFAIL)
		return status;
	tell(stdout, WORD_WORK_MISSING, NULL);
	return 0;
}
