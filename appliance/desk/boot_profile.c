#include "appliance/desk/boot_profile.h"

#include "appliance/formats/crypto.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT "sandoq/boot-profile/v1"

enum {
	PCR_IMAGE = 4,
	HEX_SIZE = 2 * SHA256_SIZE,
	INDENT = 1,
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

static refusal decode_event(json_t *json, struct boot_profile *profile)
{
	int pcr;
	json_int_t type;
	const char *digest = NULL;
	int image = 0;
	struct event_rule event = { 0 };
	if (json_unpack(json, "{s:i, s:I, s?s, s?b !}", "pcr", &pcr, "type",
		    &type, "digest", &digest, "image", &image) != 0)
		return "an event has not the members pcr, type and digest";
	if (pcr < 0 || pcr >= PCR_COUNT || type < 0 || type > UINT32_MAX ||
		(BOOT_PROFILE_MASK >> pcr & 1) == 0)
		return "an event has another PCR or type than can be";
	if ((digest != NULL) == (image != 0) ||
		(digest != NULL && !hex_decode(bytes_of_text(digest),
					   event.digest.byte, SHA256_SIZE)))
		return "an event has not exactly one of digest and image";
	event.pcr = (uint32_t)pcr;
	event.type = (uint32_t)type;
	if (image != 0 && (pcr != PCR_IMAGE || profile->image != SIZE_MAX))
		return "not exactly one event of PCR 4 is the image's";
	if (image != 0)
		profile->image = profile->count;
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

static json_t *encode_event(const struct event_rule *event, bool image)
{
	char hex[HEX_SIZE];
	struct writer writer = writer_of(hex, sizeof(hex));
	if (image)
		return json_pack("{s:I, s:I, s:b}", "pcr",
			(json_int_t)event->pcr, "type", (json_int_t)event->type,
			"image", 1);
	write_hex(&writer, bytes_of(event->digest.byte, SHA256_SIZE));
	return json_pack("{s:I, s:I, s:s%}", "pcr", (json_int_t)event->pcr,
		"type", (json_int_t)event->type, "digest", hex, sizeof(hex));
}

char *boot_profile_encode(const struct boot_profile *profile)
{
	json_t *events = json_array();
	for (size_t i = 0; i < profile->count; i++)
		json_array_append_new(events,
			encode_event(&profile->event[i], i == profile->image));
	json_t *json =
		json_pack("{s:s, s:o}", "format", FORMAT, "events", events);
	char *text = json == NULL
			     ? NULL
			     : json_dumps(json, JSON_INDENT(INDENT) |
							JSON_PRESERVE_ORDER);
	json_decref(json);
	return text;
}
