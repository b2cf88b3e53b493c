/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/page_file.h"

#include "appliance/desk/common/files.h"
#include "appliance/desk/common/profiles.h"
#include "appliance/formats/base64.h"
#include "appliance/formats/crypto.h"
#include "appliance/formats/json_write.h"
#include "appliance/formats/packed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum { PART_MOST = 4 << 20 };

#define POLICY                                                                 \
	"default-src 'none'; script-src 'sha256-%s' 'wasm-unsafe-eval'; "      \
	"style-src 'sha256-%s'; font-src data:; img-src data:; "               \
	"worker-src blob:; base-uri 'none'; form-action 'none'"

enum part {
	TEMPLATE,
	STYLE,
	FONT,
	MEMORY,
	WORKER,
	MODULE,
	BLOCKS,
	ENGINE,
	WORDS,
	COMMON,
	VIEW,
	PARTS,
};

static const char *const result_part[PARTS] = {
	[TEMPLATE] = "appliance/page/result.html",
	[STYLE] = "appliance/page/page.css",
	[FONT] = "appliance/page/result.woff2",
	[MEMORY] = "appliance/page/memory.js",
	[WORKER] = "appliance/page/worker.js",
	[MODULE] = "build/page/verify.wasm",
	[BLOCKS] = "appliance/page/blocks.js",
	[ENGINE] = "appliance/page/engine.js",
	[WORDS] = "appliance/page/words.js",
	[COMMON] = "appliance/page/view.js",
	[VIEW] = "appliance/page/result.js",
};
static const char *const station_part[PARTS] = {
	[TEMPLATE] = "appliance/page/station.html",
	[STYLE] = "appliance/page/page.css",
	[FONT] = "appliance/page/result.woff2",
	[MEMORY] = "appliance/page/memory.js",
	[WORKER] = "appliance/page/station_worker.js",
	[MODULE] = "build/page/station.wasm",
	[BLOCKS] = "appliance/page/blocks.js",
	[ENGINE] = "appliance/page/station_engine.js",
	[WORDS] = "appliance/page/station_words.js",
	[COMMON] = "appliance/page/view.js",
	[VIEW] = "appliance/page/station.js",
};

/* Where its parts are, and the names of its data blocks by input. */
static const struct form {
	const char *const *part;
	const char *block[PAGE_INPUTS];
	size_t inputs;
	/* The input that is large, and repeats itself. */
	size_t packed;
} forms[] = {
	[PAGE_OF_RESULT] = { result_part,
		{ "sent", "definition", "authorities", "profile", "ruling" },
		PAGE_INPUTS, PAGE_SENT },
	[PAGE_OF_STATION] = { station_part,
		{ "definition", "election-keys", "box-key" }, STATION_INPUTS,
		STATION_INPUTS },
};

/* A text that grows, and is whole once it was closed. */
struct growing {
	FILE *stream;
	char *data;
	size_t size;
};

struct page_parts {
	const struct form *form;
	struct file file[PARTS];
	const struct bytes *given;
	struct growing script;
	struct growing style;
	struct growing page;
};

static bool begin(struct growing *text)
{
	text->stream = open_memstream(&text->data, &text->size);
	return text->stream != NULL;
}

static bool end(struct growing *text)
{
	const bool worked = !ferror(text->stream) && fclose(text->stream) == 0;
	text->stream = NULL;
	return worked;
}

static struct bytes grown(const struct growing *text)
{
	return bytes_of(text->data, text->size);
}

static void put(struct growing *to, struct bytes bytes)
{
	if (bytes.size > 0)
		fwrite(bytes.data, 1, bytes.size, to->stream);
}

static void put_text(struct growing *to, const char *text)
{
	fputs(text, to->stream);
}

static void put_base64(struct growing *to, struct bytes bytes)
{
	const size_t most = (bytes.size + 2) / 3 * 4 + 1;
	uint8_t *space = malloc(most);
	struct writer out = writer_of(space, most);
	if (space == NULL)
		abort();
	write_base64(&out, BASE64_PADDED, bytes);
	put(to, written(&out));
	free(space);
}

static void put_packed(struct growing *to, struct bytes bytes)
{
	const size_t most = packed_most(bytes.size);
	uint8_t *space = malloc(most);
	struct writer out = writer_of(space, most);
	if (space != NULL)
		write_packed(&out, bytes);
	if (space == NULL || out.broken)
		abort();
	put_base64(to, written(&out));
	free(space);
}

/* Escapes take at most six bytes each. */
static void put_quoted(struct growing *to, struct bytes text)
{
	const size_t most = text.size * 6 + 3;
	uint8_t *space = malloc(most);
	struct writer out = writer_of(space, most);
	if (space == NULL)
		abort();
	write_json_bytes(&out, text);
	put(to, written(&out));
	free(space);
}

/* --- filling in --- */

struct mark {
	const char *name;
	void (*put)(struct growing *to, const struct page_parts *);
};

static const struct mark *mark_at(
	const struct mark *marks, const char *text, size_t *size)
{
	for (; marks->name != NULL; marks++) {
		*size = strlen(marks->name);
		if (strncmp(text, marks->name, *size) == 0)
			return marks;
	}
	return NULL;
}

/* Writes a part of the tree, and for each mark in it what that stands for. */
static bool fill(struct growing *to, const struct page_parts *parts,
	enum part part, const struct mark *marks)
{
	const char *rest = (const char *)parts->file[part].data;
	const char *at;
	while ((at = strstr(rest, "{{")) != NULL) {
		size_t size = 0;
		const struct mark *mark = mark_at(marks, at, &size);
		if (mark == NULL)
			return false;
		put(to, bytes_of(rest, (size_t)(at - rest)));
		mark->put(to, parts);
		rest = at + size;
	}
	put_text(to, rest);
	return true;
}

static struct bytes bytes_of_part(
	const struct page_parts *parts, enum part part)
{
	return file_bytes(&parts->file[part]);
}

static void put_font(struct growing *to, const struct page_parts *parts)
{
	put_base64(to, bytes_of_part(parts, FONT));
}

static void put_style(struct growing *to, const struct page_parts *parts)
{
	put(to, grown(&parts->style));
}

static void put_script(struct growing *to, const struct page_parts *parts)
{
	put(to, grown(&parts->script));
}

static void put_policy(struct growing *to, const struct page_parts *parts)
{
	const struct growing *text[] = { &parts->script, &parts->style };
	char hash[2][64] = { 0 };
	for (size_t i = 0; i < 2; i++) {
		const struct digest digest = sha256(grown(text[i]));
		struct writer out = writer_of(hash[i], sizeof(hash[i]) - 1);
		write_base64(&out, BASE64_PADDED,
			bytes_of(digest.byte, SHA256_SIZE));
	}
	fprintf(to->stream, POLICY, hash[0], hash[1]);
}

/* As the engine looks for them. */
static void put_data(struct growing *to, const struct page_parts *parts)
{
	for (size_t i = 0; i < parts->form->inputs; i++) {
		if (parts->given[i].size == 0)
			continue;
		fprintf(to->stream,
			"<script type=\"application/octet-stream\" "
			"id=\"data-%s\">",
			parts->form->block[i]);
		(i == parts->form->packed ? put_packed : put_base64)(
			to, parts->given[i]);
		put_text(to, "</script>\n");
	}
}

/* --- the parts --- */

static void free_parts(struct page_parts *parts)
{
	for (size_t i = 0; i < PARTS; i++)
		file_free(&parts->file[i]);
	free(parts->script.data);
	free(parts->style.data);
	free(parts->page.data);
}

static int read_parts(struct page_parts *parts)
{
	int status = 0;
	for (size_t i = 0; i < PARTS && status == 0; i++) {
		char *path = tree_file(parts->form->part[i]);
		status = file_read(path, PART_MOST, &parts->file[i]);
		free(path);
	}
	return status;
}

/* The same as check_seal() of page.c has of what it was given. */
static struct digest seal_of(const struct page_parts *parts)
{
	struct digest part[PAGE_INPUTS];
	for (size_t i = 0; i < parts->form->inputs; i++)
		part[i] = sha256(parts->given[i]);
	return sha256(bytes_of(part, parts->form->inputs * sizeof(*part)));
}

static bool make_script(struct page_parts *parts)
{
	const struct digest seal = seal_of(parts);
	struct growing *to = &parts->script;
	if (!begin(to))
		return false;
	put_text(to, "'use strict';\nconst WORKER = ");
	put_quoted(to, bytes_of_part(parts, MEMORY));
	put_text(to, " +\n");
	put_quoted(to, bytes_of_part(parts, WORKER));
	put_text(to, ";\nconst WASM = '");
	put_base64(to, bytes_of_part(parts, MODULE));
	put_text(to, "';\nconst SEAL = '");
	put_base64(to, bytes_of(seal.byte, SHA256_SIZE));
	put_text(to, "';\n");
	put(to, bytes_of_part(parts, BLOCKS));
	put(to, bytes_of_part(parts, ENGINE));
	put(to, bytes_of_part(parts, WORDS));
	put(to, bytes_of_part(parts, COMMON));
	put(to, bytes_of_part(parts, VIEW));
	/* Either would end the script, or hide its end, for a browser. */
	return end(to) && strstr(to->data, "</script") == NULL &&
	       strstr(to->data, "<!--") == NULL;
}

static bool make_style(struct page_parts *parts)
{
	static const struct mark marks[] = { { "{{font}}", put_font },
		{ NULL, NULL } };
	return begin(&parts->style) &&
	       fill(&parts->style, parts, STYLE, marks) && end(&parts->style);
}

static bool make_page(struct page_parts *parts)
{
	static const struct mark marks[] = { { "{{csp}}", put_policy },
		{ "{{style}}", put_style }, { "{{data}}", put_data },
		{ "{{script}}", put_script }, { NULL, NULL } };
	return make_script(parts) && make_style(parts) && begin(&parts->page) &&
	       fill(&parts->page, parts, TEMPLATE, marks) && end(&parts->page);
}

int page_file_write(enum page_kind kind, const char *path,
	const struct bytes *given, struct page_digests *out)
{
	struct page_parts parts = { .form = &forms[kind], .given = given };
	int status = read_parts(&parts);
	if (status == 0 && !make_page(&parts))
		status = fail(EX_SOFTWARE, "appliance/page", 0,
			"its parts make no page");
	if (status == 0)
		status = file_write(path, grown(&parts.page), 0644);
	if (status == 0)
		*out = (struct page_digests){ sha256(grown(&parts.page)),
			sha256(bytes_of_part(&parts, MODULE)) };
	free_parts(&parts);
	return status;
}
