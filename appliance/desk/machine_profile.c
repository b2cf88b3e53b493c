#include "appliance/desk/machine_profile.h"
#include "appliance/desk/files.h"

#include <string.h>
#include <sysexits.h>

enum { PROFILE_FILE_MOST = 16384 };

static const char *const keys[PROFILE_KEYS] = {
	[PROFILE_MACHINE] = "machine",
	[PROFILE_MEMORY] = "memory",
	[PROFILE_PROCESSORS] = "processors",
	[PROFILE_CPU] = "cpu",
	[PROFILE_FIRMWARE_CODE] = "firmware_code",
	[PROFILE_FIRMWARE_VARS] = "firmware_vars",
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
