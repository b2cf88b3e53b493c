/* SPDX-License-Identifier: Apache-2.0 */
/* Notes, verifier keys and checkpoints: what decodes encodes the same. */
#include "appliance/formats/checkpoint.h"
#include "appliance/formats/note.h"
#include "tests/fuzz/property.h"

#include <string.h>

static const char valid_note[] =
	"sandoq/example/v1 live\n"
	"\n"
	"election: شورا\n"
	"\n"
	"— station-1 Wnp4zDBFAiEAoyNpMalgTay/nPYJdhfZ/J8cgYmpk8Sj"
	"x8nh7bV6YygCICqw+0YGjX4adLXz1aOK54bKS/WQ5jiVhb38tue8yp86\n";
static const char valid_key[] =
	"station-1+5a7a78cc+AjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IAB"
	"GD+1LolWp0xyWHrdMY1bWjASbiSO2H6bOZpYi5g8p+2eQP+EAi4vJmkG"
	"unpVii8ZPLxsgwtfp9Rd6PClNRGIpk=";
static const char valid_checkpoint[] =
	"example.com/behind-the-sofa\n"
	"20852163\n"
	"CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

static uint8_t edit_buffer[EDITED_MOST];
static uint8_t again[EDITED_MOST];

/* Signatures of other algorithms are kept, but we write none. */
static bool write_signature(
	struct writer *out, const struct note_signature *signature)
{
	struct p256_signature decoded;
	struct note_key who = { .id = signature->id };
	property(signature->name.size <= NOTE_NAME_MOST);
	memcpy(who.name, signature->name.data, signature->name.size);
	if (p256_signature_from_der(
		    bytes_of(signature->data, signature->size), &decoded))
		return false;
	write_note_signature(out, &who, &decoded);
	return true;
}

static void write_again(const struct note *parsed, struct bytes in)
{
	struct writer out = writer_of(again, sizeof(again));
	if (in.size > sizeof(again))
		return;
	write_note_text(&out, parsed->text);
	for (size_t i = 0; i < parsed->signature_count; i++)
		if (!write_signature(&out, &parsed->signature[i]))
			return;
	property(bytes_equal(written(&out), in));
}

static void note(struct bytes in)
{
	struct note parsed;
	if (note_parse(in, &parsed))
		return;
	property(!note_text_check(parsed.text));
	property(parsed.text.data == in.data);
	property(parsed.text.size < in.size);
	property(parsed.signature_count > 0);
	for (size_t i = 0; i < parsed.signature_count; i++)
		property(parsed.signature[i].size > 0 &&
			 parsed.signature[i].size <= NOTE_SIGNATURE_MOST);
	write_again(&parsed, in);
}

static void verifier_key(struct bytes in)
{
	uint8_t buffer[NOTE_VKEY_MOST];
	struct writer writer = writer_of(buffer, sizeof(buffer));
	struct note_key key;
	if (note_key_decode(in, &key))
		return;
	write_note_key(&writer, &key);
	property(bytes_equal(written(&writer), in));
}

static void checkpoint(struct bytes in)
{
	uint8_t buffer[CHECKPOINT_ORIGIN_MOST + 128];
	struct writer writer = writer_of(buffer, sizeof(buffer));
	struct checkpoint parsed;
	if (checkpoint_parse(in, &parsed))
		return;
	write_checkpoint(&writer, &parsed);
	property(bytes_equal(written(&writer), in));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size);
	note(in);
	note(edited(bytes_of_text(valid_note), in, edit_buffer));
	verifier_key(edited(bytes_of_text(valid_key), in, edit_buffer));
	checkpoint(edited(bytes_of_text(valid_checkpoint), in, edit_buffer));
	return 0;
}
