/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `image inspect`: prints what is inside an image, to be compared with what it
 * was to be made of. Starts nothing of what it unpacks and writes no file.
 */
#include "appliance/desk/desk.h"
#include "appliance/desk/image/cpio.h"
#include "appliance/desk/image/image_file.h"
#include "appliance/desk/image/kernel_image.h"
#include "appliance/formats/crypto.h"
#include "tpm/policy/authenticode.h"

#include <stdio.h>
#include <sys/stat.h>

const struct option image_inspect_options[] = {
	{ "IMAGE", NULL, "the image, an EFI program", REQUIRED },
	OPTION_JSON,
	OPTION_END,
};

static json_t *text_of(struct bytes text)
{
	return json_stringn((const char *)text.data, text.size);
}

static const char *type_name(uint32_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return "file";
	case S_IFDIR:
		return "folder";
	case S_IFLNK:
		return "link";
	case S_IFCHR:
		return "character device";
	case S_IFBLK:
		return "block device";
	default:
		return "other";
	}
}

/* What a link or a device node stands for. */
static json_t *meaning(const struct cpio_entry *entry)
{
	switch (entry->mode & S_IFMT) {
	case S_IFLNK:
		return text_of(entry->content);
	case S_IFCHR:
	case S_IFBLK:
		return json_sprintf(
			"%u:%u", entry->device_major, entry->device_minor);
	default:
		return json_null();
	}
}

static json_t *content_digest(const struct cpio_entry *entry)
{
	char hex[2 * SHA256_SIZE];
	struct writer writer = writer_of(hex, sizeof(hex));
	if (!S_ISREG(entry->mode))
		return json_null();
	struct digest digest = sha256(entry->content);
	write_hex(&writer, bytes_of(digest.byte, SHA256_SIZE));
	return json_stringn(hex, sizeof(hex));
}

static json_t *entry_row(const struct cpio_entry *entry)
{
	return json_pack("{s:o, s:s, s:o, s:o, s:I, s:o, s:o}", "path",
		json_sprintf("/%.*s", (int)entry->path.size,
			(const char *)entry->path.data),
		"type", type_name(entry->mode), "mode",
		json_sprintf("%04o", entry->mode & ~(uint32_t)S_IFMT), "owner",
		json_sprintf("%u:%u", entry->user, entry->group), "size",
		(json_int_t)entry->content.size, "sha256",
		content_digest(entry), "to", meaning(entry));
}

static json_t *files_of(struct bytes initramfs)
{
	json_t *files = json_array();
	struct cpio cpio = cpio_of(initramfs);
	struct cpio_entry entry;
	bool end = false;
	/* It is the archive that was found by being one. */
	while (cpio_next(&cpio, &entry, &end) == NULL && !end)
		json_array_append_new(files, entry_row(&entry));
	return files;
}

static int print(const struct arguments *arguments, struct bytes file,
	const struct kernel_image *image, const struct digest *authenticode)
{
	struct report report = report_begin(arguments);
	struct digest digest = sha256(file);
	report_number(&report, "size", file.size);
	report_hex(&report, "sha256", bytes_of(digest.byte, SHA256_SIZE));
	report_hex(&report, "authenticode",
		bytes_of(authenticode->byte, SHA256_SIZE));
	report_value(&report, "kernel", text_of(image->version));
	report_value(&report, "command_line", text_of(image->command_line));
	report_value(&report, "files", files_of(image->initramfs));
	return report_end(&report, 0);
}

int image_inspect_command(const struct arguments *arguments)
{
	const char *path = argument(arguments, "IMAGE");
	struct file file;
	struct kernel_image image = { 0 };
	struct digest authenticode;
	int status = file_read(path, IMAGE_MOST, &file);
	if (status != 0)
		return status;
	struct bytes whole = file_bytes(&file);
	refusal refused = authenticode_digest(whole, &authenticode);
	if (refused == NULL)
		refused = kernel_image_read(whole, &image);
	status = refused == NULL
			 ? print(arguments, whole, &image, &authenticode)
			 : fail(EX_DATAERR, path, 0,
				   "%s; give an EFI file that image/build made",
				   refused);
	kernel_image_free(&image);
	file_free(&file);
	return status;
}
