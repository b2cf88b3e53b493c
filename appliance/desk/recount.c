/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `recount`: counts boxes outside the machine, with a key that the definition
 * lists, and compares with the machine's result. It holds an escrow key and
 * open ballots: it keeps them in memory alone, and prints totals, no ballot.
 */
#include "appliance/desk/common/archive_file.h"
#include "appliance/desk/common/completeness.h"
#include "appliance/desk/common/pieces.h"
#include "appliance/desk/common/ruling.h"
#include "appliance/desk/common/sealing.h"
#include "appliance/desk/common/swap.h"
#include "appliance/desk/desk.h"
#include "appliance/desk/keys/key_read.h"
#include "appliance/desk/keys/signing_key.h"
#include "appliance/desk/reports/opened_boxes.h"
#include "appliance/desk/reports/result_table.h"
#include "appliance/election/statement.h"
#include "appliance/formats/crypto.h"
#include "appliance/machine/counting.h"
#include "appliance/machine/memfd.h"
#include "appliance/record/items.h"
#include "appliance/record/members.h"
#include "appliance/verify/checks.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	ITEMS_OVERHEAD = 3 * (ITEM_OVERHEAD + ITEM_NAME_MOST),
};

const struct option recount_options[] = {
	{ "BOX", NULL, "counts BOX.age and BOX.note", REPEATED },
	{ "--definition", "FILE", "the election's definition, JSON", REQUIRED },
	{ "--escrow", "FILE",
		"private key of a recipient that the definition lists, PEM",
		REQUIRED },
	OPTION_PIN_FILE,
	{ "--sent", "ARCHIVE",
		"count the boxes of what the machine sent, and compare its "
		"result",
		OPTIONAL },
	OPTION_ELECTION_KEYS(OPTIONAL),
	OPTION_BOX_KEY(OPTIONAL),
	OPTION_RULING,
	OPTION_MAY_SWAP,
	{ "--output", "FILE", "writes the head of the result, a text", OUTPUT },
	OPTION_FORCE,
	{ "--stations", "FILE", "writes the stations' parts of the result",
		OPTIONAL },
	OPTION_JSON,
	OPTION_END,
};

/* Where boxes come from, and who opens them. */
struct recount {
	const struct arguments *arguments;
	struct sealing sealing;
	struct p256_private *escrow;
	bool is_recipient; /* that the definition lists; or it is the box key */
	bool from_machine;
	struct archive_file sent;
	/* From the machine: leaves of its journal, and its signed text. */
	struct journal_fold fold;
	struct leaves leaves;
	struct bytes signed_text;
	/* What the count was closed with, once it was. */
	bool closed;
	uint64_t revocation;
	struct digest result;
	const char **name; /* of BOX */
	size_t names;
	/* Of all boxes, as they were found: an entry of the order is the
	 * number of a place. */
	struct count_place *place;
	struct count_order order;
	size_t next;
	struct opened_boxes opened;
	/* The stations' parts, as they were counted. */
	struct pieces pieces;
	bool headers; /* the machine has made some */
	bool no_memory;
	struct progress progress;
};

static int box_items(struct bytes note, struct bytes file, struct bytes header)
{
	size_t room = note.size + file.size + header.size + ITEMS_OVERHEAD;
	uint8_t *space = malloc(room);
	if (space == NULL)
		return -1;
	struct writer out = writer_of(space, room);
	write_item(&out, ITEM_PUBLIC, MEMBER_BOX_NOTE, note);
	write_item(&out, ITEM_PUBLIC, MEMBER_BOX_FILE, file);
	if (header.size > 0)
		write_item(&out, ITEM_PUBLIC, MEMBER_BOX_HEADER, header);
	int box = memfd_written(&out);
	free(space);
	return box;
}

/* That the machine made for this box; empty when there is none for us. */
static struct bytes header_of(const struct recount *recount, uint64_t leaf)
{
	const struct evidence evidence = { .sent = &recount->sent.archive };
	const struct chain chain = { .evidence = &evidence };
	return recount->from_machine && recount->is_recipient
		       ? chain_header(&chain, leaf)
		       : bytes_of(NULL, 0);
}

/* In the closing the machine makes a header for each box that it has opened. */
static bool is_unopened(const struct recount *recount, uint64_t leaf)
{
	return recount->closed && recount->is_recipient &&
	       header_of(recount, leaf).size == 0;
}

static enum next_box box_of_machine(const struct recount *recount,
	const struct count_place *place, int *box, struct notice *why)
{
	const struct evidence evidence = { .sent = &recount->sent.archive };
	const struct chain chain = { .evidence = &evidence };
	struct bytes note, file;
	if (!chain_box(&chain, place->leaf, &note, &file)) {
		*why = notice_of(notice_text(
			NOTICE_TEXT, "a box of the journal is missing"));
		return BOX_TROUBLE;
	}
	*box = box_items(note, file, header_of(recount, place->leaf));
	if (*box >= 0)
		return BOX_IS_NEXT;
	*why = notice_of(
		notice_text(NOTICE_TEXT, "there is no memory for a box"));
	return BOX_TROUBLE;
}

static char *path_of(const char *name, const char *ending)
{
	char *path;
	return asprintf(&path, "%s%s", name, ending) < 0 ? NULL : path;
}

/* The note and the file as items, the file without a copy of ours. */
static int box_of_file(const char *path, struct bytes note)
{
	uint8_t space[BOX_NOTE_MOST + ITEMS_OVERHEAD];
	struct writer start = writer_of(space, sizeof(space));
	struct stat status;
	const int file = open(path, O_RDONLY | O_CLOEXEC);
	int box = -1;
	if (file < 0 || fstat(file, &status) != 0 || !S_ISREG(status.st_mode))
		fail(EX_NOINPUT, path, 0, "cannot open it as a file");
	else if (status.st_size > BOX_MOST)
		fail(EX_DATAERR, path, 0,
			"is larger than %d bytes; check that it is the right "
			"file",
			BOX_MOST);
	else {
		const size_t size = (size_t)status.st_size;
		write_item(&start, ITEM_PUBLIC, MEMBER_BOX_NOTE, note);
		write_item_start(&start, ITEM_PUBLIC, MEMBER_BOX_FILE, size);
		box = memfd_of_file(written(&start), file, size);
	}
	if (file >= 0)
		close(file);
	return box;
}

static int box_of_name(const char *name)
{
	char *note_path = path_of(name, ".note");
	char *file_path = path_of(name, ".age");
	struct file note;
	int box = -1;
	if (note_path != NULL && file_path != NULL &&
		file_read(note_path, BOX_NOTE_MOST, &note) == 0) {
		box = box_of_file(file_path, file_bytes(&note));
		file_free(&note);
	}
	free(note_path);
	free(file_path);
	return box;
}

static enum next_box next_box(
	void *context, struct count_place *place, int *box, struct notice *why)
{
	struct recount *recount = context;
	if (recount->next == recount->order.count)
		return BOX_NONE_LEFT;
	*place = recount->place[recount->order.box[recount->next++].entry];
	if (recount->from_machine)
		return box_of_machine(recount, place, box, why);
	*box = box_of_name(recount->name[place->leaf]);
	if (*box >= 0)
		return BOX_IS_NEXT;
	*why = notice_of(notice_text(NOTICE_TEXT, "a box cannot be read"));
	return BOX_TROUBLE;
}

/*
 * The order of the count
 */

static bool add_place(struct recount *recount, const struct count_place *place)
{
	const size_t count = recount->order.count;
	const struct count_order_box box = { count, place->station,
		place->sequence };
	/* Grows when the count reaches a power of two. */
	if ((count & (count - 1)) == 0) {
		void *grown = reallocarray(recount->place,
			count == 0 ? 1 : 2 * count, sizeof(*place));
		if (grown == NULL)
			return false;
		recount->place = grown;
	}
	recount->place[count] = *place;
	return count_order_add(&recount->order, &box);
}

static bool order_machine(struct recount *recount)
{
	struct journal_header header;
	while (leaves_next(&recount->leaves, &header)) {
		const uint64_t leaf = recount->leaves.leaf;
		const struct count_place place = { leaf, header.station,
			header.sequence, header.text,
			is_unopened(recount, leaf) };
		if (header.type == ENTRY_BOX && !add_place(recount, &place))
			return false;
	}
	return true;
}

/* Of a file there is no more than its note: whose it is, if a station signed.
 */
static int place_of_name(
	const struct recount *recount, size_t number, struct count_place *place)
{
	char *path = path_of(recount->name[number], ".note");
	struct file note;
	struct box box;
	const int status =
		path == NULL ? fail(EX_OSERR, NULL, 0, "no memory is left")
			     : file_read(path, BOX_NOTE_MOST, &note);
	free(path);
	if (status != 0)
		return status;
	box_note_check(&recount->sealing.keys.terms, file_bytes(&note), &box);
	*place = (struct count_place){ .leaf = number,
		.station = box.station < 0 ? JOURNAL_NO_STATION
					   : (uint16_t)box.station,
		.sequence = box.sequence,
		.text = box.text };
	file_free(&note);
	return 0;
}

static int order_boxes(struct recount *recount)
{
	bool worked = !recount->from_machine || order_machine(recount);
	for (size_t i = 0; worked && i < recount->names; i++) {
		struct count_place place;
		const int status = place_of_name(recount, i, &place);
		if (status != 0)
			return status;
		worked = add_place(recount, &place);
	}
	count_order_sort(&recount->order);
	return worked ? 0
		      : fail(EX_OSERR, NULL, 0,
				"no memory is left, or there are more than %d "
				"boxes",
				BOXES_MOST);
}

/* The station's stanza may be anything; the machine's is for this very key. */
static enum opened open_stanza(void *context, const struct count_place *place,
	const struct count_stanza *asked, struct count_key *out,
	struct notice *why)
{
	struct recount *recount = context;
	refusal refused =
		age_unwrap(&asked->stanza, recount->escrow, &out->station);
	(void)place;
	out->has_station = refused == NULL;
	out->has_machine = asked->has_machine &&
			   age_unwrap(&asked->machine, recount->escrow,
				   &out->machine) == NULL;
	if (out->has_station || out->has_machine)
		return STANZA_OPENED;
	*why = notice_of(notice_text(NOTICE_TEXT, refused));
	return STANZA_VOID;
}

static void tell_box(void *context, const struct count_told *told)
{
	struct recount *recount = context;
	const bool has_header = header_of(recount, told->place.leaf).size > 0;
	recount->headers |= has_header;
	if (!opened_boxes_add(&recount->opened, told, has_header))
		recount->no_memory = true;
	progress_show(&recount->progress, told->boxes);
}

static bool take_piece(void *context, int piece, struct notice *why)
{
	struct recount *recount = context;
	const refusal refused = pieces_keep(&recount->pieces, piece);
	if (refused != NULL)
		*why = notice_of(notice_text(NOTICE_TEXT, refused));
	return refused == NULL;
}

static int encode_plan(const struct plan *plan)
{
	size_t size = plan_size_most(plan);
	uint8_t *space = malloc(size);
	if (space == NULL)
		return -1;
	struct writer out = writer_of(space, size);
	plan_encode(&out, plan);
	int memfd = memfd_written(&out);
	free(space);
	return memfd;
}

/* What the machine bound its result to, for the texts to be comparable. */
static void bind(const struct recount *recount, struct tally_close *out)
{
	out->ak = recount->sealing.keys.ak;
	out->bk = recount->sealing.keys.terms.bk_name;
	out->rk = recount->sealing.keys.rk;
	out->phase = recount->sealing.keys.phase + state_phases(STATE_CLOSED);
	if (!recount->from_machine) {
		out->size = recount->names;
		return;
	}
	out->size = recount->fold.tree.size;
	out->root = merkle_root(&recount->fold.tree);
	out->revocation = recount->revocation;
}

/* So many that no processor waits for the supervisor, nor it for a box. */
static unsigned boxes_at_once(void)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return 1;
	const unsigned most = 4 * (unsigned)CPU_COUNT(&set);
	return most < COUNT_AT_ONCE_MOST ? most : COUNT_AT_ONCE_MOST;
}

static int task_of(const struct recount *recount, struct count_task *out)
{
	const struct box_terms *terms = &recount->sealing.keys.terms;
	struct p256_public escrow = p256_public_of(recount->escrow);
	*out = (struct count_task){
		.setting = SANDBOX_DESK,
		.at_once = boxes_at_once(),
		.terms.definition = terms->plan->definition,
	};
	out->terms.bk = terms->bk_name;
	p256_to_point(&terms->bk, out->terms.bk_point);
	p256_to_point(&escrow, out->terms.key_point);
	out->terms.recipients.count = (uint16_t)terms->plan->recipients;
	for (size_t i = 0; i < terms->plan->recipients; i++)
		out->terms.recipients.key[i] = terms->plan->recipient[i].key;
	wire_text_set(&out->terms.id, terms->plan->id);
	bind(recount, &out->close);
	out->plan = encode_plan(terms->plan);
	return out->plan >= 0 ? 0
			      : fail(EX_OSERR, NULL, 0, "no memory is left");
}

/*
 * EX_UNAVAILABLE when nothing can be said: a box that this key does not open
 * says nothing against the machine. EX_PROTOCOL when it is word against word.
 */
static int compare(const struct recount *recount, struct report *report,
	const struct digest *digest, struct bytes text)
{
	static const char name[] = "the machine's result";
	const bool equal = recount->signed_text.size > 0
				   ? bytes_equal(recount->signed_text, text)
				   : digest_equal(&recount->result, digest);
	if (recount->signed_text.size == 0 && !recount->closed)
		return 0;
	if (equal && opened_boxes_of(&recount->opened, DISPUTED) > 0) {
		report_unchecked(report, name,
			"it is disputed: the machine left boxes out that it "
			"says its key does not open, and this key opens them; "
			"all else agrees");
		return EX_PROTOCOL;
	}
	if (equal || opened_boxes_of(&recount->opened, KEY_OPENS_NOT) == 0) {
		report_check(report, name,
			equal ? NULL : "the machine's result is another one");
		return 0;
	}
	report_unchecked(report, name,
		"it cannot be compared, for this key does not open all boxes "
		"that the machine has opened");
	return EX_UNAVAILABLE;
}

static int tell(const struct recount *recount, struct bytes text,
	const struct result *result)
{
	struct report report = report_begin(recount->arguments);
	const struct definition *definition = &recount->sealing.definition;
	struct digest digest = sha256(text);
	report_text(&report, "election", definition->plan.id);
	report_hex(&report, "result", bytes_of(digest.byte, SHA256_SIZE));
	struct delivery delivery;
	refusal refused = delivery_begin(&delivery, result->plan);
	int status =
		refused == NULL ? 0 : fail(EX_OSERR, NULL, 0, "%s", refused);
	if (status == 0) {
		delivery_set_result(&delivery, result);
		const struct told told = { .definition = definition,
			.result = result,
			.delivery = &delivery };
		report_delivery(&report, NULL, &delivery);
		status = report_result(&report, &told);
	}
	delivery_free(&delivery);
	for (size_t i = 0; i < result->voids; i++)
		fprintf(stderr, "box %llu is void: %s\n",
			(unsigned long long)result->voided[i].entry,
			result->voided[i].reason);
	report_opened_boxes(
		&report, &definition->plan, &recount->opened, recount->headers);
	const int verdict = compare(recount, &report, &digest, text);
	status = report_end(&report, status);
	return status != 0 ? status : verdict;
}

static int write_pieces(
	struct pieces *pieces, int descriptor, const char *output)
{
	struct bytes piece;
	int status = 0;
	pieces_rewind(pieces);
	do {
		const refusal refused = pieces_next(pieces, &piece);
		status = refused != NULL
				 ? fail(EX_OSERR, NULL, 0, "%s", refused)
				 : descriptor_write(descriptor, output, piece);
	} while (status == 0 && piece.size > 0);
	return status;
}

static int write_stations(struct recount *recount)
{
	const char *output = argument(recount->arguments, "--stations");
	struct new_file file;
	int status = output == NULL ? 0 : new_file_begin(&file, output);
	if (output == NULL || status != 0)
		return status;
	status = write_pieces(&recount->pieces, file.descriptor, output);
	return new_file_end(&file, status, 0644);
}

/* With the ruling in it, when there is one. */
static int write_head_of(
	const struct recount *recount, const struct result *result)
{
	const char *output = argument(recount->arguments, "--output");
	size_t most = result_head_most(result);
	uint8_t *space = malloc(most);
	struct writer out = writer_of(space, most);
	refusal refused = "no memory is left";
	int status = 0;
	if (space != NULL)
		refused = result_write_head(&out, result);
	if (refused != NULL)
		status = fail(EX_DATAERR, NULL, 0, "%s", refused);
	else if (output != NULL)
		status = file_write(output, written(&out), 0644);
	free(space);
	return status;
}

static int write_and_tell(struct recount *recount, int memfd)
{
	const struct result_source source = { &recount->pieces, pieces_next };
	struct bytes text;
	struct result result;
	size_t line;
	refusal refused = memfd_map(memfd, ITEMS_MOST, &text);
	if (refused != NULL)
		return fail(EX_SOFTWARE, NULL, 0, "%s", refused);
	pieces_rewind(&recount->pieces);
	refused = result_parse(&result, recount->sealing.keys.terms.plan, text,
		&source, &line);
	int status = refused == NULL
			     ? ruling_read(recount->arguments, &result)
			     : fail(EX_SOFTWARE, NULL, line, "%s", refused);
	if (status == 0)
		status = write_head_of(recount, &result);
	if (status == 0)
		status = write_stations(recount);
	if (status == 0)
		status = tell(recount, text, &result);
	result_free(&result);
	memfd_unmap(&text);
	return status;
}

static int count(struct recount *recount)
{
	struct count_task task;
	struct count_outcome outcome;
	struct notice why = { .part[0].id = NOTICE_NONE };
	const struct count_source source = {
		.context = recount,
		.next = next_box,
		.open = open_stanza,
		.told = tell_box,
		.piece = take_piece,
	};
	int status = order_boxes(recount);
	if (status == 0)
		status = task_of(recount, &task);
	if (status != 0)
		return status;
	recount->progress = progress_begin("boxes", 0);
	bool counted = count_boxes(&task, &source, &outcome, &why);
	progress_end(&recount->progress);
	close(task.plan);
	if (!counted)
		return fail(
			EX_DATAERR, NULL, 0, "%s", text_of_notice(&why).line);
	status = recount->no_memory
			 ? fail(EX_OSERR, NULL, 0, "no memory is left")
			 : write_and_tell(recount, outcome.result);
	close(outcome.result);
	return status;
}

/* Not there before the count is closed. */
static refusal read_challenge(struct recount *recount)
{
	struct text text;
	struct bytes whole =
		archive_find(&recount->sent.archive, MEMBER_CHALLENGE);
	if (whole.size == 0)
		return NULL;
	refusal refused = statement_decode(STATEMENT_CHALLENGE, whole, &text);
	if (refused != NULL)
		return refused;
	recount->closed = true;
	recount->revocation = text_number(&text, CHALLENGE_REVOCATION);
	recount->result = text_digest(&text, CHALLENGE_RESULT);
	return NULL;
}

static refusal read_journal(struct recount *recount)
{
	const struct evidence evidence = { .sent = &recount->sent.archive };
	static struct chain chain;
	static struct note note;
	chain = (struct chain){ .evidence = &evidence };
	refusal refused = verify_journal(&chain);
	if (refused == NULL && chain.fold.last[ENTRY_SEALED] == UINT64_MAX)
		refused = "no election was sealed in this machine";
	if (refused != NULL)
		return refused;
	recount->fold = chain.fold;
	recount->leaves = leaves_of(&chain);
	struct bytes whole =
		archive_find(&recount->sent.archive, MEMBER_RESULT);
	if (whole.size == 0)
		return NULL;
	refused = note_parse(whole, &note);
	recount->signed_text = note.text;
	return refused;
}

static int begin_with_machine(struct recount *recount)
{
	const char *path = argument(recount->arguments, "--sent");
	int status = archive_file_read(path, &recount->sent);
	if (status != 0)
		return status;
	status = sealing_begin(recount->arguments, &recount->sealing);
	if (status != 0)
		return status;
	refusal refused = sealing_keys_trust(&recount->sealing.definition.plan,
		archive_find(&recount->sent.archive, MEMBER_ELECTION_KEYS),
		archive_find(&recount->sent.archive, bk_members.public_area),
		&recount->sealing.keys);
	if (refused == NULL)
		refused = read_journal(recount);
	if (refused == NULL)
		refused = read_challenge(recount);
	if (refused == NULL)
		return 0;
	sealing_free(&recount->sealing);
	return fail(
		EX_DATAERR, path, 0, "%s; see 'sandoq bundle verify'", refused);
}

static int begin_with_files(struct recount *recount)
{
	const struct arguments *arguments = recount->arguments;
	recount->name = argument_list(arguments, "BOX", &recount->names);
	if (!argument_given(arguments, "--election-keys") ||
		!argument_given(arguments, "--box-key") ||
		!argument_given(arguments, "BOX"))
		return fail(EX_USAGE, NULL, 0,
			"give --sent, or --election-keys, --box-key and the "
			"boxes; see 'sandoq recount --help'");
	return sealing_read(arguments, &recount->sealing);
}

/* Or every box would be void, and an honest machine's result another one. */
static int check_recipient(struct recount *recount)
{
	const struct box_terms *terms = &recount->sealing.keys.terms;
	const struct p256_public key = p256_public_of(recount->escrow);
	for (size_t i = 0; i < terms->plan->recipients; i++)
		recount->is_recipient |=
			p256_equal(&key, &terms->plan->recipient[i].key);
	return recount->is_recipient || p256_equal(&key, &terms->bk)
		       ? 0
		       : fail(EX_NOPERM,
				 argument(recount->arguments, "--escrow"), 0,
				 "this key is no recipient that the definition "
				 "lists, so it opens no box; give the "
				 "escrow's");
}

int recount_command(const struct arguments *arguments)
{
	static struct recount recount;
	recount = (struct recount){
		.arguments = arguments,
		.from_machine = argument_given(arguments, "--sent"),
	};
	int status = keep_out_of_swap(arguments);
	if (status == 0)
		status = key_read(argument(arguments, "--escrow"),
			argument(arguments, "--pin-file"), &recount.escrow);
	if (status != 0)
		return status;
	status = recount.from_machine ? begin_with_machine(&recount)
				      : begin_with_files(&recount);
	if (status == 0) {
		status = check_recipient(&recount);
		if (status == 0)
			status = count(&recount);
		sealing_free(&recount.sealing);
	}
	pieces_free(&recount.pieces);
	opened_boxes_free(&recount.opened);
	count_order_free(&recount.order);
	free(recount.place);
	free(recount.name);
	archive_file_free(&recount.sent);
	p256_free(recount.escrow);
	return status;
}
