/* SPDX-License-Identifier: Apache-2.0 */
/* JSON: the members of each part in their order. told.h has the contract. */
#include "appliance/verify/told.h"

#include "appliance/election/result_form.h"
#include "appliance/formats/json_write.h"
#include "appliance/record/refused.h"

#include <stdlib.h>

enum { FIRST_ROOM = 1 << 16 };

static void put_digest(
	struct json_writer *json, const char *key, const struct digest *digest)
{
	json_put_hex(json, key, bytes_of(digest->byte, SHA256_SIZE));
}

static void put_name(struct json_writer *json, const struct name *name)
{
	json_put_text(json, "name_fa", name->fa);
	json_put_text(json, "name_en", name->en);
}

/* --- identity --- */

static void put_authority(struct json_writer *json, const struct chain *chain)
{
	const struct roster *roster = &chain->authority_roster;
	json_open_array(json, "authority");
	for (size_t i = 0; i < roster->quorum.of; i++)
		json_put_text(json, NULL, roster->id[i]);
	json_close(json);
	json_put_number(json, "authority_need", roster->quorum.need);
	json_put_number(json, "authority_each", roster->quorum.each);
	put_digest(json, "authority_text", &chain->authority);
}

/* When it was approved, as the journal has it. */
static const char *when(
	const struct chain *chain, const struct chain_software *software)
{
	if (software->entry == 0)
		return "enrolment";
	return software->entry < chain->fold.last[ENTRY_SEALED] ? "before"
								: "during";
}

static void put_software(struct json_writer *json, const struct chain *chain,
	const struct chain_software *software)
{
	const struct roster *roster = &chain->operator_roster;
	json_open_object(json, NULL);
	put_digest(json, "image", &software->image);
	json_put_text(json, "approved", when(chain, software));
	json_put_number(json, "entry", software->entry);
	json_open_array(json, "approved_by");
	for (size_t m = 0; m < roster->quorum.of; m++)
		if ((software->approved_by >> m & 1) != 0)
			json_put_text(json, NULL, roster->id[m]);
	json_close(json);
	json_put_bool(json, "in_force", software == chain->in_force);
	json_put_bool(json, "signed_result", software == chain->signing);
	json_close(json);
}

/* Which certificates may vouch for the machine's TPM, and for which. */
static void put_trust(struct json_writer *json, const struct told *told)
{
	const struct definition *definition = told->definition;
	put_digest(json, "ek_certificate", &told->chain->ek);
	json_open_array(json, "ek_cas");
	for (size_t i = 0; i < definition->ek_cas; i++)
		put_digest(json, NULL, &definition->ek_ca[i]);
	json_close(json);
	json_put_bool(json, "software_tpm", definition->software_tpm);
}

static void put_machine(struct json_writer *json, const struct chain *chain)
{
	put_authority(json, chain);
	if (chain->in_force != NULL)
		put_digest(json, "image", &chain->in_force->image);
	json_put_bytes(json, "machine", chain->serial);
	json_put_hex(json, "ak", tpm_name_bytes(&chain->machine.ak));
	json_open_array(json, "software");
	for (size_t i = 0; i < chain->software_count; i++)
		put_software(json, chain, &chain->software[i]);
	json_close(json);
}

static void put_identity(struct json_writer *json, const struct told *told)
{
	const struct definition *definition = told->definition;
	put_digest(json, "definition", &definition->plan.definition);
	put_machine(json, told->chain);
	put_trust(json, told);
	json_put_text(json, "election", definition->plan.id);
	json_put_text(json, "title_fa", definition->title.fa);
	json_put_text(json, "title_en", definition->title.en);
	json_put_text(json, "mode",
		definition->plan.rehearsal ? "rehearsal" : "live");
	put_digest(json, "result", &told->chain->result_digest);
}

/* --- delivery --- */

bool told_is_incomplete(const struct told *told)
{
	return told->delivery != NULL && delivery_without(told->delivery) > 0;
}

static void put_line(struct json_writer *json, const struct delivery *delivery)
{
	uint8_t line[512];
	struct writer out = writer_of(line, sizeof(line));
	delivery_line(delivery, &out);
	json_put_bytes(json, "completeness", written(&out));
}

static void put_missing(
	struct json_writer *json, const struct delivery *delivery)
{
	json_open_array(json, "missing");
	for (size_t i = 0; i < delivery->plan->stations; i++) {
		if (delivery->missing_of[i] == 0)
			continue;
		json_open_object(json, NULL);
		json_put_text(json, "station", delivery->plan->station[i].id);
		json_put_number(json, "missing", delivery->missing_of[i]);
		json_put_number(json, "due", delivery->plan->station[i].boxes);
		json_close(json);
	}
	json_close(json);
}

/* Of what has no entry of its own, the first reason. */
static void put_refused(struct json_writer *json, const struct chain *chain)
{
	struct journal_header header;
	struct leaves leaves = leaves_of(chain);
	json_open_array(json, "refused");
	while (leaves_next(&leaves, &header)) {
		struct chain_refusal what = { .count = 1 };
		if (header.type != ENTRY_REFUSED)
			continue;
		if (chain_refusal_of(chain, &header,
			    chain_leaf_text(chain, leaves.leaf, ENTRY_REFUSED),
			    &what) != NULL)
			what.told =
				bytes_of_text("a reason that cannot be shown");
		json_open_object(json, NULL);
		json_put_number(json, "entry", leaves.leaf);
		json_put_number(json, "deliveries", refused_count(&header));
		json_put_bytes(json, "reason", what.told);
		json_close(json);
	}
	json_close(json);
}

static void put_delivery(struct json_writer *json, const struct told *told)
{
	json_put_bool(json, "incomplete", told_is_incomplete(told));
	put_line(json, told->delivery);
	json_put_number(json, "boxes_due", told->delivery->due);
	json_put_number(json, "boxes_missing", told->delivery->missing);
	put_missing(json, told->delivery);
	if (told->chain != NULL)
		put_refused(json, told->chain);
}

/* --- numbers --- */

/* Candidates of a contest by rank, then as the definition has them. */
static void order_of(const struct told *told, uint16_t contest, uint16_t *order)
{
	const struct contest *of = &told->definition->plan.contest[contest];
	const struct standing *standing = told->outcomes->standing + of->first;
	uint16_t place = 0;
	for (uint16_t rank = 1; rank <= of->candidates; rank++)
		for (uint16_t i = 0; i < of->candidates; i++)
			if (standing[i].rank == rank)
				order[place++] = i;
}

static void put_candidate(struct json_writer *json, const struct told *told,
	uint16_t contest, uint16_t number)
{
	const struct definition *definition = told->definition;
	const size_t at = definition->plan.contest[contest].first + number;
	const struct standing *standing = &told->outcomes->standing[at];
	json_open_object(json, NULL);
	json_put_number(json, "rank", standing->rank);
	json_put_number(json, "code", definition->plan.candidate[at].code);
	put_name(json, &definition->candidate_name[at]);
	if (definition->candidate_list[at] != NULL)
		json_put_text(json, "list", definition->candidate_list[at]);
	json_put_number(json, "votes",
		tally_row(&told->outcomes->total, contest)[ROW_VOTES + number]);
	json_put_text(json, "outcome",
		outcome_told(standing->outcome, told_is_incomplete(told)));
	json_close(json);
}

static void put_contest(struct json_writer *json, const struct told *told,
	uint16_t contest, const uint16_t *order)
{
	const struct definition *definition = told->definition;
	const struct contest *of = &definition->plan.contest[contest];
	const uint64_t *row = tally_row(&told->outcomes->total, contest);
	json_open_object(json, NULL);
	json_put_text(json, "id", of->id);
	json_put_text(json, "title_fa", definition->contest_title[contest].fa);
	json_put_text(json, "title_en", definition->contest_title[contest].en);
	json_put_bool(json, "pilot", of->rule == LIST_PROPORTIONAL_0_PILOT);
	json_put_number(json, "seats", of->seats);
	json_put_number(json, "alternates", of->alternates);
	json_put_number(json, "max_choices", of->max_choices);
	for (size_t i = 0; i < ROW_VOTES; i++)
		json_put_number(json, result_row_name[i], row[i]);
	json_open_array(json, "candidates");
	for (uint16_t i = 0; i < of->candidates; i++)
		put_candidate(json, told, contest, order[i]);
	json_close(json);
	json_close(json);
}

/* Votes in the order of the contest's candidates, which is that of ranks. */
static void put_station_row(struct json_writer *json, const struct contest *of,
	const uint32_t *row, const uint16_t *order)
{
	json_open_object(json, NULL);
	json_put_text(json, "id", of->id);
	for (size_t i = 0; i < ROW_FLAWS; i++)
		json_put_number(json, result_row_name[i], row[i]);
	json_open_array(json, "votes");
	for (uint16_t i = 0; i < of->candidates; i++)
		json_put_number(json, NULL, row[ROW_VOTES + order[i]]);
	json_close(json);
	json_close(json);
}

static void put_station(struct json_writer *json, const struct told *told,
	uint16_t number, const uint16_t *order)
{
	const struct plan *plan = &told->definition->plan;
	const struct station *station = &plan->station[number];
	json_open_object(json, NULL);
	json_put_text(json, "id", station->id);
	put_name(json, &told->definition->station_name[number]);
	json_put_bool(
		json, "annulled", result_is_annulled(told->result, number));
	json_put_number(json, "issued", station->ballots_issued);
	json_put_number(json, "boxes_due", station->boxes);
	json_put_number(json, "boxes_counted",
		result_station_boxes(told->result, number));
	json_put_number(
		json, "boxes_void", told->result->voids_of[number].count);
	if (told->delivery != NULL)
		json_put_number(json, "boxes_missing",
			told->delivery->missing_of[number]);
	json_open_array(json, "contests");
	for (uint16_t c = 0; c < plan->contests; c++) {
		const uint32_t *row = result_row(told->result, number, c);
		if (row != NULL)
			put_station_row(json, &plan->contest[c], row,
				order + plan->contest[c].first);
	}
	json_close(json);
	json_close(json);
}

static void put_voids(struct json_writer *json, const struct told *told)
{
	json_open_array(json, "void_boxes");
	for (size_t i = 0; i < told->result->voids; i++) {
		const struct result_void *box = &told->result->voided[i];
		json_open_object(json, NULL);
		json_put_text(json, "station",
			box->station < 0
				? "-"
				: told->definition->plan.station[box->station]
					  .id);
		json_put_number(json, "leaf", box->entry);
		json_put_text(json, "reason", box->reason);
		json_close(json);
	}
	json_close(json);
}

static void put_annulled(struct json_writer *json, const struct told *told)
{
	json_open_array(json, "annulled");
	for (size_t i = 0; i < told->result->annulments; i++) {
		const struct result_annulment *one =
			&told->result->annulment[i];
		json_open_object(json, NULL);
		json_put_text(json, "station",
			told->definition->plan.station[one->station].id);
		json_put_text(json, "reason", one->reason);
		json_close(json);
	}
	json_close(json);
}

static void put_lots(struct json_writer *json, const struct told *told)
{
	const struct plan *plan = &told->definition->plan;
	json_open_array(json, "lots");
	for (size_t i = 0; i < told->result->lots; i++) {
		const struct lot *lot = &told->result->lot[i];
		json_open_object(json, NULL);
		json_put_text(json, "contest", plan->contest[lot->contest].id);
		json_open_array(json, "drawn");
		for (uint16_t d = 0; d < lot->count; d++)
			json_put_number(json, NULL,
				plan_candidates(
					plan, lot->contest)[lot->drawn[d]]
					.code);
		json_close(json);
		json_close(json);
	}
	json_close(json);
}

static void put_results(struct json_writer *json, const struct told *told,
	const uint16_t *order)
{
	const struct plan *plan = &told->definition->plan;
	json_open_array(json, "contests");
	for (uint16_t c = 0; c < plan->contests; c++)
		put_contest(json, told, c, order + plan->contest[c].first);
	json_close(json);
	json_open_array(json, "stations");
	for (uint16_t s = 0; s < plan->stations; s++)
		put_station(json, told, s, order);
	json_close(json);
}

static void put_numbers(struct json_writer *json, const struct told *told)
{
	const struct plan *plan = &told->definition->plan;
	uint16_t *order = calloc(plan->candidates, sizeof(*order));
	if (order == NULL) {
		json->out->broken = true;
		return;
	}
	for (uint16_t c = 0; c < plan->contests; c++)
		order_of(told, c, order + plan->contest[c].first);
	json_put_number(json, "boxes_counted", told->result->boxes);
	json_put_number(json, "boxes_void", told->result->voids);
	json_put_number(json, "boxes_unopened", result_unopened(told->result));
	put_voids(json, told);
	put_annulled(json, told);
	put_lots(json, told);
	put_results(json, told, order);
	free(order);
}

/* --- checks --- */

static void put_checks(struct json_writer *json, const struct checks *checks)
{
	json_open_array(json, "checks");
	for (size_t i = 0; i < checks->count; i++) {
		const struct check *check = &checks->check[i];
		json_open_object(json, NULL);
		json_put_text(json, "check", check->name);
		if (check->outcome == CHECK_NOT_MADE)
			json_put_null(json, "passed");
		else
			json_put_bool(
				json, "passed", check->outcome == CHECK_PASSED);
		if (check->outcome != CHECK_PASSED)
			json_put_text(json, "reason", check->reason);
		json_close(json);
	}
	json_close(json);
}

/* --- the whole, and its parts --- */

static void put_object(struct writer *out, const struct told *told,
	void (*put)(struct json_writer *, const struct told *))
{
	struct json_writer json = json_writer_of(out);
	json_open_object(&json, NULL);
	put(&json, told);
	json_close(&json);
	write_u8(out, '\n');
}

static void put_all(struct json_writer *json, const struct told *told)
{
	json_put_text(json, "format", "sandoq/report/v1");
	if (told->chain != NULL)
		put_identity(json, told);
	if (told->delivery != NULL)
		put_delivery(json, told);
	if (told->result != NULL)
		put_numbers(json, told);
	if (told->checks != NULL)
		put_checks(json, told->checks);
}

void told_json(struct writer *out, const struct told *told)
{
	put_object(out, told, put_all);
}

void told_json_identity(struct writer *out, const struct told *told)
{
	put_object(out, told, put_identity);
}

void told_json_delivery(struct writer *out, const struct told *told)
{
	put_object(out, told, put_delivery);
}

void told_json_numbers(struct writer *out, const struct told *told)
{
	put_object(out, told, put_numbers);
}

bool told_written(void (*tell)(struct writer *, const struct told *),
	const struct told *told, struct bytes *out)
{
	uint8_t *space = NULL;
	for (size_t room = FIRST_ROOM; room <= SIZE_MAX / 2; room *= 2) {
		uint8_t *grown = realloc(space, room);
		if (grown == NULL)
			break;
		space = grown;
		struct writer writer = writer_of(space, room);
		tell(&writer, told);
		if (!writer.broken) {
			*out = written(&writer);
			return true;
		}
	}
	free(space);
	return false;
}
