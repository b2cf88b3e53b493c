/* SPDX-License-Identifier: Apache-2.0 */
/* An accepted definition gives a plan that plan_decode accepts. */
#include "appliance/election/definition.h"
#include "appliance/formats/age.h"
#include "appliance/formats/note.h"
#include "tests/fuzz/election.h"

static uint8_t valid_buffer[6000];
static uint8_t edit_buffer[EDITED_MOST];

static void write_key(struct writer *w, const char *id, unsigned scalar)
{
	struct p256_public public = small_key(scalar);
	struct note_key key;
	property(!note_key_of(id, &public, &key));
	write_text(w, "\"id\":\"");
	write_text(w, id);
	write_text(w, "\",\"key\":\"");
	write_note_key(w, &key);
	write_text(w, "\"");
}

static void write_body(struct writer *w, const char *list, unsigned body)
{
	char id[2] = { 0 };
	write_text(w, list);
	for (unsigned m = 0; m < 2; m++) {
		id[0] = (char)('a' + 2 * body + m);
		write_text(w, m == 0 ? "[{\"board\":\"executive\","
				     : ",{\"board\":\"supervisory\",");
		write_key(w, id, 1 + 2 * body + m);
		write_text(w, m == 0 ? "}" : "}]");
	}
}

static void write_digest(struct writer *w)
{
	struct digest digest = { { 7 } };
	write_text(w, "\"");
	write_hex(w, bytes_of(digest.byte, SHA256_SIZE));
	write_text(w, "\"");
}

static void write_recipient(struct writer *w)
{
	struct p256_public public = small_key(20);
	write_text(w, ",\"recipients\":[{\"id\":\"r\",\"key\":\"");
	write_age_recipient(w, &public);
	write_text(w, "\"}]");
}

static const char head[] =
	"{\"format\":\"sandoq/definition/v1\",\"id\":\"e\","
	"\"title\":{\"fa\":\"f\",\"en\":\"e\"},\"rehearsal\":false,"
	"\"software_tpm\":true,\"quorum\":{"
	"\"boot\":{\"need\":2,\"of\":2},\"definition\":{\"need\":2,\"of\":2},"
	"\"open\":{\"need\":2,\"of\":2,\"each\":1},\"release\":{\"need\":2,"
	"\"of\":2}},"
	"\"contests\":[{\"id\":\"c\",\"title\":{\"fa\":\"f\",\"en\":\"e\"},"
	"\"rule\":\"relative-majority/1\",\"seats\":1,\"alternates\":1,"
	"\"max_choices\":2,\"candidates\":["
	"{\"code\":1,\"name\":{\"fa\":\"f\",\"en\":\"e\"},\"tie_break\":[1]},"
	"{\"code\":2,\"name\":{\"fa\":\"f\",\"en\":\"e\"},\"list\":\"l\","
	"\"tie_break\":[0]}]}],\"image\":";

static struct bytes valid_definition(void)
{
	static const char *const list[BODIES] = { "],\"operators\":",
		",\"authority\":", ",\"officers\":", ",\"auditors\":" };
	struct writer w = writer_of(valid_buffer, sizeof(valid_buffer));
	write_text(&w, head);
	write_digest(&w);
	write_text(&w, ",\"ek_cas\":[");
	write_digest(&w);
	for (unsigned b = 0; b < BODIES; b++)
		write_body(&w, list[b], b);
	write_recipient(&w);
	write_text(&w,
		",\"stations\":[{\"name\":{\"fa\":\"f\",\"en\":\"e\"},"
		"\"contests\":[\"c\"],\"ballots_issued\":9,\"boxes\":2,");
	write_key(&w, "s", 21);
	write_text(&w, "}]}");
	return written(&w);
}

static void one_definition(struct bytes in, bool must_be_accepted)
{
	char error[DEFINITION_ERROR_MOST];
	struct definition definition;
	struct plan *plan = NULL;
	bool accepted = definition_parse(&definition, in, error);
	property(accepted || !must_be_accepted);
	if (!accepted) {
		property(error[0] && text_is_clean(bytes_of_text(error)));
		return;
	}
	size_t most = plan_size_most(&definition.plan);
	uint8_t *encoded = malloc(most);
	struct writer w = writer_of(encoded, most);
	plan_encode(&w, &definition.plan);
	property(!w.broken && !plan_decode(written(&w), &plan));
	plan_free(plan);
	free(encoded);
	definition_free(&definition);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bytes valid;
	struct bytes in = bytes_of(data, size);
	if (!valid.data) {
		valid = valid_definition();
		one_definition(valid, true);
	}
	one_definition(in, false);
	if (size < 1024)
		one_definition(edited(valid, in, edit_buffer), false);
	return 0;
}
