/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/formats/checkpoint.h"

#include "appliance/formats/base64.h"

refusal checkpoint_parse(struct bytes text, struct checkpoint *out)
{
	struct cursor cursor = cursor_of(text);
	struct bytes size;
	struct bytes root;
	out->origin = cursor_line(&cursor);
	size = cursor_line(&cursor);
	root = cursor_line(&cursor);
	if (!cursor_done(&cursor))
		return "not a checkpoint of three lines";
	if (out->origin.size == 0 ||
		out->origin.size > CHECKPOINT_ORIGIN_MOST ||
		!text_is_clean(out->origin))
		return "the origin of the checkpoint is malformed";
	if (!decimal_decode(size, UINT64_MAX, &out->size))
		return "the tree size of the checkpoint is malformed";
	if (!base64_decode_exact(
		    BASE64_PADDED, root, out->root.byte, SHA256_SIZE))
		return "the root hash of the checkpoint is malformed";
	return NULL;
}

void write_checkpoint(
	struct writer *writer, const struct checkpoint *checkpoint)
{
	write_bytes(writer, checkpoint->origin);
	write_u8(writer, '\n');
	write_decimal(writer, checkpoint->size);
	write_u8(writer, '\n');
	write_base64(writer, BASE64_PADDED,
		bytes_of(checkpoint->root.byte, SHA256_SIZE));
	write_u8(writer, '\n');
}
