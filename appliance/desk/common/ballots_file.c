/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/ballots_file.h"

#include "appliance/desk/common/files.h"
#include "appliance/desk/common/report.h"
#include "appliance/election/csv.h"
#include "appliance/election/cvr.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

enum {
	STREAM_SIZE = 256 * 1024,
	MAP_MOST = 64 << 20,
	SHOWN_EVERY = 1 << 20,
};

/* What was read of a file and not yet taken. As secret as the ballots are. */
struct stream {
	const char *path;
	int descriptor;
	int status;
	struct progress progress;
	uint64_t done;
	size_t start;
	size_t end;
	uint8_t data[STREAM_SIZE];
};

static int stream_open(struct stream *stream, const char *path)
{
	struct stat file;
	*stream = (struct stream){ .path = path, .descriptor = STDIN_FILENO };
	if (strcmp(path, "-") != 0)
		stream->descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (stream->descriptor < 0 || fstat(stream->descriptor, &file) != 0)
		return fail(EX_NOINPUT, path, 0, "cannot open it: %s",
			strerror(errno));
	stream->progress = progress_begin("KiB of ballots",
		S_ISREG(file.st_mode) ? (uint64_t)file.st_size / 1024 : 0);
	return 0;
}

static void stream_close(struct stream *stream)
{
	progress_end(&stream->progress);
	if (stream->descriptor > STDERR_FILENO)
		close(stream->descriptor);
	wipe(stream->data, sizeof(stream->data));
}

/* Reads more behind what is left; false at the end. */
static bool stream_fill(struct stream *stream)
{
	ssize_t size;
	memmove(stream->data, stream->data + stream->start,
		stream->end - stream->start);
	stream->end -= stream->start;
	stream->start = 0;
	do
		size = read(stream->descriptor, stream->data + stream->end,
			STREAM_SIZE - stream->end);
	while (size < 0 && errno == EINTR);
	if (size < 0)
		stream->status = fail(EX_IOERR, stream->path, 0,
			"cannot read it: %s", strerror(errno));
	if (size <= 0)
		return false;
	stream->end += (size_t)size;
	if (stream->done / SHOWN_EVERY !=
		(stream->done + (uint64_t)size) / SHOWN_EVERY)
		progress_show(&stream->progress, stream->done / 1024);
	stream->done += (uint64_t)size;
	return true;
}

static struct bytes stream_rest(const struct stream *stream)
{
	return bytes_of(
		stream->data + stream->start, stream->end - stream->start);
}

static int bad_record(const struct stream *stream, uint64_t line,
	uint64_t record, refusal why, const char *remedy)
{
	return stream->status != 0
		       ? stream->status
		       : fail(EX_DATAERR, stream->path, (size_t)line,
				 "record %" PRIu64 ": %s; %s", record, why,
				 remedy);
}

/*
 * CSV
 */

/* The last line may lack its end; false when there is none left. */
static bool next_line(struct stream *stream, struct bytes *line, refusal *why)
{
	for (;;) {
		struct bytes rest = stream_rest(stream);
		const uint8_t *end =
			rest.size > 0 ? memchr(rest.data, '\n', rest.size)
				      : NULL;
		size_t size = end ? (size_t)(end - rest.data) : rest.size;
		*line = bytes_of(rest.data, size);
		if (end == NULL && rest.size == STREAM_SIZE)
			*why = "the line is too long";
		else if (end == NULL && stream_fill(stream))
			continue;
		stream->start += size + (end != NULL);
		return rest.size > 0 && *why == NULL;
	}
}

static int read_csv(struct stream *stream, const struct plan *plan,
	struct ballots_list *ballots)
{
	struct csv_reader reader = csv_reader_of(plan);
	struct bytes line;
	refusal refused = NULL;
	while (refused == NULL && next_line(stream, &line, &refused))
		refused = csv_add(&reader, line, ballots);
	if (refused == NULL)
		refused = csv_end(&reader);
	if (refused == NULL && stream->status == 0)
		return 0;
	return bad_record(stream, reader.line,
		reader.line > 0 ? reader.line - 1 : 0, refused,
		"export the ballots again");
}

/*
 * Cast vote records
 */

static struct bytes next_chunk(void *context)
{
	struct stream *stream = context;
	if (stream->start == stream->end)
		stream_fill(stream);
	struct bytes chunk = stream_rest(stream);
	stream->start = stream->end;
	return chunk;
}

static refusal add_ballot(
	void *context, uint16_t contest, const uint16_t *codes, size_t n)
{
	return ballots_list_add(context, contest, codes, n);
}

static int read_cvr(struct stream *stream, const struct plan *plan,
	const struct cvr_map *map, struct ballots_list *ballots)
{
	static struct cvr_reader reader;
	const struct json_source source = { stream, next_chunk };
	int status = 0;
	cvr_begin(&reader, plan, map, source, add_ballot, ballots);
	refusal refused = cvr_read(&reader);
	if (refused != NULL)
		status = bad_record(stream, reader.line, reader.record, refused,
			"export the ballots again, or mend the map");
	wipe(&reader, sizeof(reader));
	return status;
}

static int read_with_map(struct stream *stream, const char *path,
	const struct plan *plan, struct ballots_list *ballots)
{
	struct file text;
	struct cvr_map map;
	uint64_t line;
	int status = file_read(path, MAP_MOST, &text);
	if (status != 0)
		return status;
	refusal refused = cvr_map_read(&map, plan, file_bytes(&text), &line);
	if (refused == NULL) {
		status = read_cvr(stream, plan, &map, ballots);
		cvr_map_free(&map);
	} else {
		status = fail(EX_DATAERR, path, (size_t)line,
			"%s; mend the map", refused);
	}
	file_free(&text);
	return status;
}

/*
 * Which of them
 */

static bool starts_with(struct bytes text, const char *start)
{
	return text.size >= strlen(start) &&
	       memcmp(text.data, start, strlen(start)) == 0;
}

static struct bytes past_space(struct bytes text)
{
	if (starts_with(text, "\xef\xbb\xbf"))
		text = bytes_of(text.data + 3, text.size - 3);
	while (text.size > 0 && strchr(" \t\r\n", text.data[0]) != NULL &&
		text.data[0] != '\0')
		text = bytes_of(text.data + 1, text.size - 1);
	return text;
}

static int read_stream(struct stream *stream, const char *map,
	const struct plan *plan, struct ballots_list *ballots)
{
	stream_fill(stream);
	struct bytes start = past_space(stream_rest(stream));
	if (starts_with(start, "<"))
		return fail(EX_DATAERR, stream->path, 1,
			"this is XML, which is not supported; export JSON or "
			"CSV");
	if (starts_with(start, "PK\x03\x04"))
		return fail(EX_DATAERR, stream->path, 0,
			"this is a ZIP archive; unpack it first");
	if (starts_with(start, "{"))
		return map != NULL ? read_with_map(stream, map, plan, ballots)
				   : read_cvr(stream, plan, NULL, ballots);
	if (map != NULL)
		return fail(EX_USAGE, stream->path, 0,
			"this is not JSON; CSV has the definition's own ids, "
			"leave --map out");
	return read_csv(stream, plan, ballots);
}

int ballots_read(const struct arguments *arguments, const struct plan *plan,
	struct ballots_list *out)
{
	static struct stream stream;
	int status = stream_open(&stream, argument(arguments, "BALLOTS"));
	if (status != 0)
		return status;
	status = read_stream(&stream, argument(arguments, "--map"), plan, out);
	stream_close(&stream);
	return status;
}
