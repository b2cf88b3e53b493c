/* SPDX-License-Identifier: Apache-2.0 */
/* What people bring to a desk: archives, boot profiles, CA certificates. */
#include "appliance/record/archive.h"
#include "appliance/verify/authorities.h"
#include "appliance/verify/boot_profile.h"
#include "tests/fuzz/property.h"

#include <stdlib.h>
#include <string.h>

static const char profile_text[] =
	"{\"format\": \"sandoq/boot-profile/v1\", \"events\": ["
	"{\"pcr\": 0, \"type\": 8, \"digest\": \"00112233445566778899aabbccddee"
	"ff00112233445566778899aabbccddeeff\"}, "
	"{\"pcr\": 7, \"type\": 2147483649, \"secure_boot\": \"PK\"}, "
	"{\"pcr\": 4, \"type\": 2147483651, \"image\": true}]}";
static const char authority_text[] =
	"-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n";

static uint8_t edit_buffer[EDITED_MOST];

static uint8_t archive_space[8 * USTAR_BLOCK_SIZE];

static struct bytes valid_archive(void)
{
	struct writer out = writer_of(archive_space, sizeof(archive_space));
	write_ustar_member(&out, "courier", bytes_of_text("sent\n"));
	write_ustar_member(&out, "now/state", bytes_of_text("sealed\n"));
	write_ustar_member(&out, "lot-1", bytes_of_text("one"));
	write_ustar_end(&out);
	return written(&out);
}

static void one_archive(struct bytes in)
{
	struct archive archive;
	if (archive_parse(in, &archive))
		return;
	archive_numbered(&archive, "lot", 1);
	for (size_t i = 0; i < archive.count; i++)
		property(archive_find(&archive, archive.member[i].name).data ==
			 archive.member[i].content.data);
	archive_free(&archive);
}

/* Writing what was read and reading it again gives the same. */
static void one_profile(struct bytes in)
{
	static struct boot_profile profile, again;
	struct pcr_set pcrs;
	if (boot_profile_decode(in, &profile))
		return;
	property(profile.image < profile.count);
	char *text = boot_profile_encode(&profile);
	property(text != NULL);
	property(!boot_profile_decode(bytes_of_text(text), &again));
	property(memcmp(&profile, &again, sizeof(profile)) == 0);
	free(text);
	boot_profile_predict(&profile, &pcrs);
	property(pcrs.mask == BOOT_PROFILE_MASK);
}

static void one_authority(struct bytes in)
{
	struct digest digest[EK_CAS_MOST];
	size_t count;
	if (!authorities_digests(in, digest, &count))
		property(count > 0 && count <= EK_CAS_MOST);
	ek_is_software(in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size);
	one_archive(in);
	one_archive(edited(valid_archive(), in, edit_buffer));
	one_profile(in);
	one_profile(edited(bytes_of_text(profile_text), in, edit_buffer));
	one_authority(in);
	one_authority(edited(bytes_of_text(authority_text), in, edit_buffer));
	return 0;
}
