/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/emulator/profile.h"
#include "appliance/desk/common/files.h"
#include "appliance/formats/crypto.h"

#include <string.h>
#include <sysexits.h>

enum { PROFILE_FILE_MOST = 16384, FIRMWARE_MOST = 64 << 20 };

static const char *const keys[PROFILE_KEYS] = {
	[PROFILE_MACHINE] = "machine",
	[PROFILE_MEMORY] = "memory",
	[PROFILE_PROCESSORS] = "processors",
	[PROFILE_CPU] = "cpu",
	[PROFILE_FIRMWARE_CODE] = "firmware_code",
	[PROFILE_FIRMWARE_CODE_SHA256] = "firmware_code_sha256",
	[PROFILE_FIRMWARE_VARS] = "firmware_vars",
	[PROFILE_FIRMWARE_VARS_SHA256] = "firmware_vars_sha256",
	[PROFILE_DEFAULTS] = "defaults",
	[PROFILE_DISK] = "disk",
	[PROFILE_TPM] = "tpm",
	[PROFILE_USB] = "usb",
	[PROFILE_RANDOM] = "random",
	[PROFILE_MEDIUM] = "medium",
};

static enum profile_key key_of(struct bytes name)
{
	for (enum profile_key key = 0; key < PROFILE_KEYS; key++)
		if (bytes_equal(name, bytes_of_text(keys[key])))
			return key;
	return PROFILE_KEYS;
}

static refusal take_line(struct profile *profile, struct bytes line)
{
	if (line.size == 0 || line.data[0] == '#')
		return NULL;
	const uint8_t *equals = memchr(line.data, '=', line.size);
	if (equals == NULL)
		return "is not key=value; put '#' before a comment";
	size_t length = (size_t)(equals - line.data);
	struct bytes value = bytes_of(equals + 1, line.size - length - 1);
	enum profile_key key = key_of(bytes_of(line.data, length));
	if (key == PROFILE_KEYS)
		return "the key is not known; remove the line";
	if (profile->value[key][0] != '\0')
		return "the key is there twice; remove one";
	if (value.size == 0 || value.size >= PROFILE_VALUE_SIZE ||
		!text_is_clean(value))
		return "the value is empty, too long or not clean text";
	memcpy(profile->value[key], value.data, value.size);
	return NULL;
}

static int take_lines(
	const char *path, struct bytes whole, struct profile *profile)
{
	struct cursor cursor = cursor_of(whole);
	size_t number = 0;
	while (cursor.rest.size > 0) {
		struct bytes line = cursor_line(&cursor);
		refusal refused =
			cursor.broken
				? "the last line has no end; add a newline"
				: take_line(profile, line);
		number++;
		if (refused != NULL)
			return fail(EX_DATAERR, path, number, "%s", refused);
	}
	for (enum profile_key key = 0; key < PROFILE_KEYS; key++)
		if (profile->value[key][0] == '\0')
			return fail(EX_DATAERR, path, 0,
				"the key '%s' is missing; add it", keys[key]);
	return 0;
}

int profile_read(const char *path, struct profile *out)
{
	struct file file;
	int status = file_read(path, PROFILE_FILE_MOST, &file);
	*out = (struct profile){ 0 };
	if (status == 0)
		status = take_lines(path, file_bytes(&file), out);
	file_free(&file);
	return status;
}

static int check_file(const char *path, const char *file, const char *wanted)
{
	struct digest digest, expected;
	struct file firmware;
	if (!hex_decode(bytes_of_text(wanted), expected.byte, SHA256_SIZE))
		return fail(EX_DATAERR, path, 0,
			"the firmware's SHA-256 is not 64 hexadecimal digits; "
			"let image/measure write it");
	int status = file_read(file, FIRMWARE_MOST, &firmware);
	if (status != 0)
		return status;
	digest = sha256(file_bytes(&firmware));
	file_free(&firmware);
	if (digest_equal(&digest, &expected))
		return 0;
	return fail(EX_DATAERR, file, 0,
		"is not the firmware that %s was measured with; install the "
		"version of the ovmf package that it names, or measure this "
		"one by image/measure",
		path);
}

int profile_check_firmware(const char *path, const struct profile *profile)
{
	int status = check_file(path, profile->value[PROFILE_FIRMWARE_CODE],
		profile->value[PROFILE_FIRMWARE_CODE_SHA256]);
	if (status == 0)
		status = check_file(path, profile->value[PROFILE_FIRMWARE_VARS],
			profile->value[PROFILE_FIRMWARE_VARS_SHA256]);
	return status;
}
