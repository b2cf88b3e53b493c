/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/reports/released.h"
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/common/told_report.h"

void report_released(struct report *report, const struct chain *chain)
{
	const struct definition *definition = chain->evidence->definition;
	if (report->json) {
		report_told(report, told_json_identity,
			&(struct told){
				.definition = definition, .chain = chain });
		return;
	}
	report_identity(report, chain);
	report_text(report, "election", definition->plan.id);
	report_text(report, "title_fa", definition->title.fa);
	report_text(report, "title_en", definition->title.en);
	report_text(report, "mode",
		definition->plan.rehearsal ? "rehearsal" : "live");
	report_hex(report, "result",
		bytes_of(chain->result_digest.byte, SHA256_SIZE));
}
