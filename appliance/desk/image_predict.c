/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `image predict`: tells what PCRs an image will boot to under a profile, and
 * why some are not bound. Boots nothing and signs nothing.
 */
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/desk.h"
#include "appliance/desk/image/image_file.h"

const struct option image_predict_options[] = {
	{ "IMAGE", NULL, "the image, an EFI program", REQUIRED },
	OPTION_PROFILE("to predict them for", REQUIRED),
	OPTION_JSON,
	OPTION_END,
};

static void report_pcr(
	json_t *table, uint32_t index, const struct digest *value)
{
	char hex[2 * SHA256_SIZE];
	struct writer writer = writer_of(hex, sizeof(hex));
	write_hex(&writer, bytes_of(value->byte, SHA256_SIZE));
	json_array_append_new(table, json_pack("{s:i, s:s%}", "pcr", (int)index,
					     "value", hex, sizeof(hex)));
}

static json_t *values_of(const struct pcr_set *pcrs)
{
	json_t *table = json_array();
	for (uint32_t i = 0; i < PCR_COUNT; i++)
		if ((pcrs->mask >> i & 1) != 0)
			report_pcr(table, i, &pcrs->value[i]);
	return table;
}

/* Why no approval binds them. */
static json_t *unbound(uint32_t mask)
{
	static const char *const reason[PCR_COUNT] = {
		[1] = "settings and boot order; what was started is in PCR 4",
		[5] = "partition table, which has the journal's size",
		[6] = "left to the computer's maker",
		[14] = "airlock: a courier boot extends it itself",
	};
	json_t *table = json_array();
	for (int i = 0; i < PCR_COUNT; i++)
		if ((PCR_STATIC_MASK & ~mask) >> i & 1)
			json_array_append_new(table,
				json_pack("{s:i, s:s}", "pcr", i, "reason",
					reason[i] != NULL
						? reason[i]
						: "nothing extends it"));
	return table;
}

/* The event log without its nesting, to be read by people. */
static json_t *flattened(const json_t *log)
{
	json_t *table = json_array();
	size_t index;
	json_t *record;
	json_array_foreach(log, index, record)
	{
		json_t *digest =
			json_array_get(json_object_get(record, "digests"), 0);
		json_array_append_new(table,
			json_pack("{s:O, s:O, s:O}", "pcr",
				json_object_get(record, "pcr"), "event_type",
				json_object_get(
					json_object_get(record, "content"),
					"event_type"),
				"sha256", json_object_get(digest, "digest")));
	}
	return table;
}

int image_predict_command(const struct arguments *arguments)
{
	struct boot_profile profile;
	struct digest image;
	struct pcr_set pcrs = { 0 };
	int status = image_prediction(arguments, &image, &profile, &pcrs);
	if (status != 0)
		return status;

	struct report report = report_begin(arguments);
	struct digest all = pcr_set_digest(&pcrs);
	json_t *log = boot_profile_event_log(&profile);

	report_text(&report, "profile", argument(arguments, "--profile"));
	report_hex(&report, "image", bytes_of(image.byte, SHA256_SIZE));
	report_hex(&report, "pcr_digest", bytes_of(all.byte, SHA256_SIZE));
	report_value(&report, "pcrs", values_of(&pcrs));
	report_value(&report, "not_bound", unbound(pcrs.mask));
	report_value(&report, "events",
		report.json ? json_incref(log) : flattened(log));
	json_decref(log);
	return report_end(&report, 0);
}
