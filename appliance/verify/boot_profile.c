/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/verify/boot_profile.h"

#include "appliance/formats/crypto.h"

#include <stdlib.h>
#include <string.h>

#define FORMAT "sandoq/boot-profile/v1"

enum {
	PCR_IMAGE = 4,
	PCR_SECURE_BOOT = 7,
	HEX_SIZE = 2 * SHA256_SIZE,
	INDENT = 1,
};

static const char *const open_name[OPEN_EVENTS] = {
	[OPEN_PK] = "PK",
	[OPEN_KEK] = "KEK",
	[OPEN_DB] = "db",
	[OPEN_SIGNER] = "signer",
};

static struct digest extended(
	const struct digest *value, const struct digest *event)
{
	const struct bytes part[] = {
		bytes_of(value->byte, SHA256_SIZE),
		bytes_of(event->byte, SHA256_SIZE),
	};
	return sha256_parts(part, 2);
}

void boot_profile_predict(
	const struct boot_profile *profile, struct pcr_set *out)
{
	*out = (struct pcr_set){ .mask = BOOT_PROFILE_MASK };
	for (size_t i = 0; i < profile->count; i++) {
		const struct event_rule *event = &profile->event[i];
		struct digest *value = &out->value[event->pcr];
		if (event->type != EVENT_NO_ACTION)
			*value = extended(value, &event->digest);
	}
}

void boot_profile_set_image(
	struct boot_profile *profile, const struct digest *image)
{
	profile->event[profile->image].digest = *image;
}

static refusal add(struct boot_profile *profile, const struct event_rule *event)
{
	if (profile->count == BOOT_PROFILE_EVENTS_MOST)
		return "there are more events than a profile holds";
	profile->event[profile->count++] = *event;
	return NULL;
}

static refusal read_log(struct bytes whole, struct boot_profile *profile)
{
	struct eventlog log = eventlog_of(whole);
	struct log_event event;
	refusal refused = NULL;
	while (refused == NULL && eventlog_next(&log, &event)) {
		const struct event_rule rule = { event.pcr, event.type,
			event.digest };
		if ((BOOT_PROFILE_MASK >> event.pcr & 1) != 0)
			refused = add(profile, &rule);
	}
	return refused != NULL ? refused : log.why;
}

static bool is_of_image(
	const struct event_rule *event, const struct digest *image)
{
	return event->pcr == PCR_IMAGE && digest_equal(&event->digest, image);
}

static refusal find_image(
	struct boot_profile *profile, const struct digest *image)
{
	size_t found = 0;
	for (size_t i = 0; i < profile->count; i++) {
		if (is_of_image(&profile->event[i], image)) {
			profile->image = i;
			found++;
		}
	}
	return found == 1 ? NULL : "the log is not of a boot of this image";
}

refusal boot_profile_of_log(struct bytes log, const struct digest *image,
	struct boot_profile *profile)
{
	struct pcr_set replayed, predicted;
	*profile = (struct boot_profile){ 0 };
	refusal refused = read_log(log, profile);
	if (refused == NULL)
		refused = find_image(profile, image);
	if (refused == NULL)
		refused = eventlog_replay(log, &replayed);
	if (refused != NULL)
		return refused;
	boot_profile_predict(profile, &predicted);
	if (pcr_set_differences(&predicted, &replayed) != 0)
		return "the TPM was started from another locality than 0, "
		       "which a profile does not hold";
	return NULL;
}

/* Leaves that event of PCR 7 open which has this digest. */
static bool open_event(struct boot_profile *profile, enum open_event open,
	const struct digest *digest)
{
	for (size_t i = 0; i < profile->count; i++) {
		struct event_rule *event = &profile->event[i];
		if (event->pcr != PCR_SECURE_BOOT ||
			!digest_equal(&event->digest, digest))
			continue;
		profile->open[i] = open;
		event->digest = (struct digest){ 0 };
		return true;
	}
	return false;
}

refusal boot_profile_open(struct boot_profile *profile,
	const struct digest key_event[OPEN_EVENTS])
{
	for (enum open_event open = OPEN_PK; open < OPEN_EVENTS; open++)
		if (!open_event(profile, open, &key_event[open]))
			return "it is not of a boot with these Secure Boot "
			       "keys";
	return NULL;
}

refusal boot_profile_fill(struct boot_profile *profile,
	const struct digest key_event[OPEN_EVENTS])
{
	if (!boot_profile_is_open(profile))
		return "it leaves no Secure Boot keys open";
	for (size_t i = 0; i < profile->count; i++) {
		if (profile->open[i] == OPEN_NOT)
			continue;
		profile->event[i].digest = key_event[profile->open[i]];
		profile->open[i] = OPEN_NOT;
	}
	return NULL;
}

bool boot_profile_is_open(const struct boot_profile *profile)
{
	for (size_t i = 0; i < profile->count; i++)
		if (profile->open[i] != OPEN_NOT)
			return true;
	return false;
}

static enum open_event open_of(const char *name)
{
	for (enum open_event open = OPEN_PK; open < OPEN_EVENTS; open++)
		if (strcmp(open_name[open], name) == 0)
			return open;
	return OPEN_NOT;
}

/* What tells the digest: exactly one of three members. */
static refusal decode_source(const char *digest, int image, const char *name,
	struct event_rule *event, enum open_event *open)
{
	if ((digest != NULL) + (image != 0) + (name != NULL) != 1)
		return "an event has not exactly one of digest, image and "
		       "secure_boot";
	if (digest != NULL && !hex_decode(bytes_of_text(digest),
				      event->digest.byte, SHA256_SIZE))
		return "a digest is not 64 hexadecimal digits";
	*open = name != NULL ? open_of(name) : OPEN_NOT;
	if (name != NULL &&
		(*open == OPEN_NOT || event->pcr != PCR_SECURE_BOOT))
		return "an event of PCR 7 has another secure_boot than PK, "
		       "KEK, db and signer";
	return NULL;
}

static refusal decode_event(json_t *json, struct boot_profile *profile)
{
	int pcr;
	json_int_t type;
	const char *digest = NULL, *name = NULL;
	int image = 0;
	struct event_rule event = { 0 };
	enum open_event open;
	if (json_unpack(json, "{s:i, s:I, s?s, s?b, s?s !}", "pcr", &pcr,
		    "type", &type, "digest", &digest, "image", &image,
		    "secure_boot", &name) != 0)
		return "an event has not the members pcr, type and digest";
	if (pcr < 0 || pcr >= PCR_COUNT || type < 0 || type > UINT32_MAX ||
		(BOOT_PROFILE_MASK >> pcr & 1) == 0)
		return "an event has another PCR or type than can be";
	event.pcr = (uint32_t)pcr;
	event.type = (uint32_t)type;
	refusal refused = decode_source(digest, image, name, &event, &open);
	if (refused != NULL)
		return refused;
	if (image != 0 && (pcr != PCR_IMAGE || profile->image != SIZE_MAX))
		return "not exactly one event of PCR 4 is the image's";
	if (image != 0)
		profile->image = profile->count;
	if (profile->count < BOOT_PROFILE_EVENTS_MOST)
		profile->open[profile->count] = open;
	return add(profile, &event);
}

static refusal decode_events(json_t *events, struct boot_profile *profile)
{
	size_t index;
	json_t *event;
	refusal refused = NULL;
	json_array_foreach(events, index, event)
	{
		refused = decode_event(event, profile);
		if (refused != NULL)
			return refused;
	}
	return profile->image == SIZE_MAX
		       ? "not exactly one event of PCR 4 is the image's"
		       : NULL;
}

refusal boot_profile_decode(struct bytes whole, struct boot_profile *profile)
{
	const char *format;
	json_t *events;
	json_t *json = json_loadb((const char *)whole.data, whole.size,
		JSON_REJECT_DUPLICATES, NULL);
	refusal refused = "it is no " FORMAT;
	*profile = (struct boot_profile){ .image = SIZE_MAX };
	if (json != NULL &&
		json_unpack(json, "{s:s, s:o !}", "format", &format, "events",
			&events) == 0 &&
		strcmp(format, FORMAT) == 0 && json_is_array(events))
		refused = decode_events(events, profile);
	json_decref(json);
	return refused;
}

static void write_digest_hex(const struct digest *digest, char *hex)
{
	struct writer writer = writer_of(hex, HEX_SIZE);
	write_hex(&writer, bytes_of(digest->byte, SHA256_SIZE));
}

static json_t *encode_event(const struct boot_profile *profile, size_t at)
{
	const struct event_rule *event = &profile->event[at];
	json_t *json = json_pack("{s:I, s:I}", "pcr", (json_int_t)event->pcr,
		"type", (json_int_t)event->type);
	char hex[HEX_SIZE];
	write_digest_hex(&event->digest, hex);
	if (at == profile->image)
		json_object_set_new(json, "image", json_true());
	else if (profile->open[at] != OPEN_NOT)
		json_object_set_new(json, "secure_boot",
			json_string(open_name[profile->open[at]]));
	else
		json_object_set_new(
			json, "digest", json_stringn(hex, sizeof(hex)));
	return json;
}

char *boot_profile_encode(const struct boot_profile *profile)
{
	json_t *events = json_array();
	for (size_t i = 0; i < profile->count; i++)
		json_array_append_new(events, encode_event(profile, i));
	json_t *json =
		json_pack("{s:s, s:o}", "format", FORMAT, "events", events);
	char *text = json == NULL
			     ? NULL
			     : json_dumps(json, JSON_INDENT(INDENT) |
							JSON_PRESERVE_ORDER);
	json_decref(json);
	return text;
}

/* As TCG names them (PC Client Platform Firmware Profile, clause 10.4.1). */
static const struct {
	uint32_t type;
	const char *name;
} event_type[] = {
	{ 0x1, "EV_POST_CODE" },
	{ 0x3, "EV_NO_ACTION" },
	{ 0x4, "EV_SEPARATOR" },
	{ 0x5, "EV_ACTION" },
	{ 0x6, "EV_EVENT_TAG" },
	{ 0x7, "EV_S_CRTM_CONTENTS" },
	{ 0x8, "EV_S_CRTM_VERSION" },
	{ 0x9, "EV_CPU_MICROCODE" },
	{ 0xA, "EV_PLATFORM_CONFIG_FLAGS" },
	{ 0xB, "EV_TABLE_OF_DEVICES" },
	{ 0xF, "EV_NONHOST_CODE" },
	{ 0x10, "EV_NONHOST_CONFIG" },
	{ 0x80000001, "EV_EFI_VARIABLE_DRIVER_CONFIG" },
	{ 0x80000002, "EV_EFI_VARIABLE_BOOT" },
	{ 0x80000003, "EV_EFI_BOOT_SERVICES_APPLICATION" },
	{ 0x80000004, "EV_EFI_BOOT_SERVICES_DRIVER" },
	{ 0x80000005, "EV_EFI_RUNTIME_SERVICES_DRIVER" },
	{ 0x80000006, "EV_EFI_GPT_EVENT" },
	{ 0x80000007, "EV_EFI_ACTION" },
	{ 0x80000008, "EV_EFI_PLATFORM_FIRMWARE_BLOB" },
	{ 0x80000009, "EV_EFI_HANDOFF_TABLES" },
	{ 0x8000000A, "EV_EFI_PLATFORM_FIRMWARE_BLOB2" },
	{ 0x8000000B, "EV_EFI_HANDOFF_TABLES2" },
	{ 0x80000010, "EV_EFI_HCRTM_EVENT" },
	{ 0x800000E0, "EV_EFI_VARIABLE_AUTHORITY" },
};

static json_t *type_name(uint32_t type)
{
	for (size_t i = 0; i < sizeof(event_type) / sizeof(event_type[0]); i++)
		if (event_type[i].type == type)
			return json_string(event_type[i].name);
	return json_integer(type);
}

json_t *boot_profile_event_log(const struct boot_profile *profile)
{
	json_t *log = json_array();
	for (size_t i = 0; i < profile->count; i++) {
		const struct event_rule *event = &profile->event[i];
		char hex[HEX_SIZE];
		write_digest_hex(&event->digest, hex);
		json_array_append_new(log,
			json_pack("{s:I, s:I, s:[{s:s, s:s%}], s:s, s:{s:o}}",
				"recnum", (json_int_t)i, "pcr",
				(json_int_t)event->pcr, "digests", "hashAlg",
				"sha256", "digest", hex, sizeof(hex),
				"content_type", "pcclient_std", "content",
				"event_type", type_name(event->type)));
	}
	return log;
}
