/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first byte says where the map ends and the document starts: a map that
 * is refused is not used. Or the input edits a document of either form, or a
 * map. Every ballot must be one that CSV can hold too.
 */
#include "appliance/election/cvr.h"
#include "tests/fuzz/election.h"

static struct bytes next_piece(void *context)
{
	struct bytes *rest = context;
	struct bytes piece = *rest;
	if (piece.size > 61)
		piece.size = 61;
	*rest = bytes_of(rest->data + piece.size, rest->size - piece.size);
	return piece;
}

static refusal see_ballot(
	void *context, uint16_t contest, const uint16_t *codes, size_t n)
{
	(void)context;
	property(contest < small_plan.contests);
	property(n <= CHOICES_MOST);
	property(n == 0 || codes != NULL);
	return NULL;
}

#define NIST_RECORD(contests)                                                  \
	"{\"@type\":\"CVR.CVR\",\"CVRSnapshot\":[{\"@id\":\"s\","              \
	"\"Type\":\"original\",\"CVRContest\":[" contests "]},"                \
	"{\"@id\":\"t\",\"Type\":\"modified\",\"CVRContest\":[]}],"            \
	"\"CurrentSnapshotId\":\"s\"}"
#define NIST_MARK(id, rank)                                                    \
	"{\"ContestSelectionId\":\"" id "\",\"SelectionPosition\":["           \
	"{\"NumberVotes\":1,\"Rank\":" rank                                    \
	",\"HasIndication\":\"yes\",\"Status\":[\"adjudicated\"],"             \
	"\"IsAllocable\":\"yes\"}]}"
#define DOMINION_MARK(id, rank)                                                \
	"{\"CandidateId\":" id ",\"Rank\":" rank                               \
	",\"IsAmbiguous\":false,\"IsVote\":true}"

static const char nist[] =
	"{\"@type\":\"CVR.CastVoteRecordReport\",\"Version\":\"1.0.0\","
	"\n\"CVR\":[\n" NIST_RECORD(
		"{\"CVRContestSelection\":[" NIST_MARK("2", "2") "," NIST_MARK(
			"1", "1") "],\"ContestId\":\"c\"},"
				  "{\"CVRContestSelection\":[],\"ContestId\":"
				  "\"d\"}") "],\"Election\":[{\"@id\":\"e\"}]}";
static const char dominion[] =
	"{\"Version\":\"5.10.50.85\",\"ElectionId\":\"x\",\"Sessions\":["
	"{\"RecordId\":\"X\",\"Original\":{\"IsCurrent\":false,\"Cards\":["
	"{\"Id\":1,\"Contests\":[]}]},\"Modified\":{\"IsCurrent\":true,"
	"\"Contests\":[{\"Id\":7,\"Overvotes\":0,\"Marks\":[" DOMINION_MARK(
		"12", "2") "," DOMINION_MARK("11",
		"1") "]},{\"Id\":8,\"Marks\":[]}]}}]}";
static const char map_text[] = "contest,selection,meaning\r\n7,,c\r\n"
			       "\"7\",\"11\",\"2\"\n7,12,1\n8,,\n";

static refusal one_document(struct bytes map_of, struct bytes document)
{
	static struct cvr_reader reader;
	struct cvr_map map;
	uint64_t line;
	struct bytes rest = document;
	const bool mapped = !cvr_map_read(&map, &small_plan, map_of, &line);
	cvr_begin(&reader, &small_plan, mapped ? &map : NULL,
		(struct json_source){ &rest, next_piece }, see_ballot, NULL);
	const refusal why = cvr_read(&reader);
	property(why != NULL || rest.size == 0);
	property(reader.line > 0);
	if (mapped)
		cvr_map_free(&map);
	return why;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t edit_buffer[EDITED_MOST];
	const struct bytes in = bytes_of(data, size);
	const struct bytes none = bytes_of_text("");
	const struct bytes map = bytes_of_text(map_text);
	if (size == 0) {
		property(!one_document(none, bytes_of_text(nist)));
		property(!one_document(map, bytes_of_text(dominion)));
		return 0;
	}
	if (data[0] <= size - 1)
		one_document(bytes_of(data + 1, data[0]),
			bytes_of(data + 1 + data[0], size - 1 - data[0]));
	if (size > 2048)
		return 0;
	one_document(none, edited(bytes_of_text(nist), in, edit_buffer));
	one_document(map, edited(bytes_of_text(dominion), in, edit_buffer));
	one_document(edited(map, in, edit_buffer), bytes_of_text(dominion));
	return 0;
}
