/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/election/cvr.h"

#include "appliance/election/cvr_form.h"

void cvr_begin(struct cvr_reader *reader, const struct plan *plan,
	const struct cvr_map *map, struct json_source source, cvr_sink *sink,
	void *context)
{
	reader->plan = plan;
	reader->map = map;
	reader->sink = sink;
	reader->context = context;
	reader->json = json_reader_of(source);
	reader->record = 0;
	reader->line = 0;
}

/* The two formats share the name of a member, "Version". */
struct document {
	bool nist;
	bool dominion;
	bool another_type;
	bool another_version;
};

static bool is_text(struct json_reader *json, const char *expected)
{
	return bytes_equal(json_text(json), bytes_of_text(expected));
}

static void read_member(struct cvr_reader *reader, struct document *document)
{
	struct json_reader *json = &reader->json;
	bool nist = json_is(json, "CVR");
	if (nist || json_is(json, "Sessions")) {
		if (document->nist || document->dominion)
			json_refuse(json, "there are two lists of records");
		document->nist = nist;
		document->dominion = !nist;
		if (nist)
			cvr_read_nist(reader);
		else
			cvr_read_dominion(reader);
	} else if (json_is(json, "@type")) {
		document->another_type =
			!is_text(json, "CVR.CastVoteRecordReport");
	} else if (json_is(json, "Version")) {
		document->another_version = !is_text(json, "1.0.0");
	} else {
		json_skip(json);
	}
}

static refusal judge(const struct document *document)
{
	if (!document->nist && !document->dominion)
		return "this is neither a NIST SP 1500-103 report (\"CVR\") "
		       "nor a Dominion export (\"Sessions\")";
	if (document->nist && document->another_type)
		return "this is no CVR.CastVoteRecordReport";
	if (document->nist && document->another_version)
		return "only version 1.0.0 of NIST SP 1500-103 is supported";
	return NULL;
}

refusal cvr_read(struct cvr_reader *reader)
{
	struct document document = { 0 };
	json_enter_object(&reader->json);
	while (json_member(&reader->json))
		read_member(reader, &document);
	json_end(&reader->json);
	json_refuse(&reader->json, judge(&document));
	if (reader->line == 0)
		reader->line = reader->json.line;
	return reader->json.refused;
}
