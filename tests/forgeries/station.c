/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/forgeries/station.h"

#include "appliance/desk/common/files.h"
#include "appliance/desk/keys/key_read.h"
#include "appliance/election/box.h"

#include <stdlib.h>
#include <string.h>

enum { BOX = 2, KEY, INDEX, WORDS };

static bool garble(struct bytes whole, const struct p256_private *private,
	size_t index, struct writer *out)
{
	const struct p256_public public = p256_public_of(private);
	struct age_file_key key;
	struct age_header header;
	if (age_header_parse(whole, &header) != NULL ||
		index >= header.stanza_count)
		return false;
	const struct age_stanza *own = age_find(&header, &public);
	if (own == NULL || age_unwrap(own, private, &key) != NULL)
		return false;
	memset(header.stanza[index].body, 0, AGE_BODY_SIZE);
	write_age_header(out, &key, header.stanza, header.stanza_count);
	write_bytes(out, header.payload);
	return !out->broken;
}

static int run(char **argv)
{
	struct file file;
	struct p256_private *private;
	if (file_read(argv[BOX], BOX_MOST, &file) != 0 ||
		key_read(argv[KEY], NULL, &private) != 0)
		return 1;
	struct writer out = writer_of(malloc(file.size), file.size);
	const bool worked = out.data != NULL &&
			    garble(file_bytes(&file), private,
				    strtoul(argv[INDEX], NULL, 10), &out) &&
			    file_write(argv[BOX], written(&out), 0644) == 0;
	free(out.data);
	file_free(&file);
	p256_free(private);
	return worked ? 0 : 1;
}

bool station_main(int argc, char **argv, int *status)
{
	if (argc != WORDS || strcmp(argv[1], "garble") != 0)
		return false;
	*status = run(argv);
	return true;
}
