/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `bundle station`: one station's part of the result, and the proof that the
 * signed head has it. Tells it only when every check has passed.
 */
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/desk.h"
#include "appliance/desk/reports/released.h"
#include "appliance/formats/merkle.h"

#include <stdlib.h>

const struct option bundle_station_options[] = {
	{ "STATION", NULL, "a station of the definition, by its id", REQUIRED },
	OPTION_SENT,
	OPTION_DEFINITION,
	OPTION_AUTHORITIES,
	OPTION_COMPARED_PROFILE(OPTIONAL),
	OPTION_JSON,
	OPTION_END,
};

static json_t *hex_of(const struct digest *digest)
{
	char text[2 * SHA256_SIZE];
	struct writer out = writer_of(text, sizeof(text));
	write_hex(&out, bytes_of(digest->byte, SHA256_SIZE));
	return json_stringn(text, out.size);
}

/* From the leaf's sibling up. */
static json_t *path_of(const struct merkle_proof *proof)
{
	json_t *path = json_array();
	for (size_t i = 0; i < proof->count; i++)
		json_array_append_new(path, hex_of(&proof->sibling[i]));
	return path;
}

/* The part as its lines. */
static json_t *lines_of(struct bytes part)
{
	struct cursor rest = cursor_of(part);
	json_t *lines = json_array();
	while (rest.rest.size > 0) {
		const struct bytes line = cursor_line(&rest);
		json_array_append_new(lines,
			json_stringn((const char *)line.data, line.size));
	}
	return lines;
}

/* The part, proved once more, as whoever is given it does. */
static refusal prove(const struct result *result, size_t station,
	struct writer *part, struct merkle_proof *proof, struct digest *root)
{
	refusal refused = result_prove(result, station, proof);
	if (refused == NULL)
		refused = result_root(result, root);
	if (refused != NULL)
		return refused;
	result_write_part(part, result, station);
	const struct digest leaf = merkle_leaf(written(part));
	return merkle_verify(
		proof, &leaf, station, result->plan->stations, root);
}

static int tell_part(const struct arguments *arguments,
	const struct chain *chain, size_t station)
{
	const size_t most = result_part_most(&chain->result, station);
	uint8_t *space = malloc(most);
	struct writer part = writer_of(space, most);
	struct merkle_proof proof;
	struct digest root;
	refusal refused = "no memory is left";
	if (space != NULL)
		refused = prove(&chain->result, station, &part, &proof, &root);
	if (refused != NULL) {
		free(space);
		return fail(EX_SOFTWARE, NULL, 0, "%s", refused);
	}
	struct report report = report_begin(arguments);
	report_released(&report, chain);
	report_number(&report, "stations", chain->result.plan->stations);
	report_hex(&report, "stations_root", bytes_of(root.byte, SHA256_SIZE));
	report_number(&report, "index", station);
	report_value(&report, "path", path_of(&proof));
	report_value(&report, "part", lines_of(written(&part)));
	free(space);
	return report_end(&report, 0);
}

static int tell_station(const struct arguments *arguments, struct chain *chain)
{
	const char *id = argument(arguments, "STATION");
	const int station =
		plan_find_station(chain->result.plan, bytes_of_text(id));
	if (station < 0)
		return fail(EX_USAGE, NULL, 0,
			"the definition has no station '%s'", id);
	return tell_part(arguments, chain, (size_t)station);
}

int bundle_station_command(const struct arguments *arguments)
{
	return with_verified(
		arguments, VERIFY_RELEASED, UNDONE_NUMBERS, tell_station);
}
