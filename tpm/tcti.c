/* SPDX-License-Identifier: Apache-2.0 */
#include "tpm/tcti.h"

#include "appliance/formats/bytes.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

enum { HEADER_SIZE = 10 };

static struct tcti *own(TSS2_TCTI_CONTEXT *context)
{
	return (struct tcti *)context;
}

static TSS2_RC transmit(
	TSS2_TCTI_CONTEXT *context, size_t size, const uint8_t *command)
{
	struct tcti *tcti = own(context);
	size_t sent = 0;
	tcti->have = 0;
	while (sent < size) {
		ssize_t more =
			write(tcti->descriptor, command + sent, size - sent);

		if (more < 0 && errno == EINTR)
			continue;
		if (more <= 0)
			return TSS2_TCTI_RC_IO_ERROR;
		sent += (size_t)more;
	}
	return TSS2_RC_SUCCESS;
}

/* Reads on until `size` bytes are there. */
static TSS2_RC read_on(struct tcti *tcti, size_t size)
{
	while (tcti->have < size) {
		struct pollfd wait = { .fd = tcti->descriptor,
			.events = POLLIN };
		int ready = poll(&wait, 1, TCTI_SECONDS_MOST * 1000);
		ssize_t more;

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0)
			return TSS2_TCTI_RC_IO_ERROR;
		more = read(tcti->descriptor, tcti->response + tcti->have,
			TCTI_RESPONSE_MOST - tcti->have);
		if (more < 0 && errno == EINTR)
			continue;
		if (more <= 0)
			return TSS2_TCTI_RC_IO_ERROR;
		tcti->have += (size_t)more;
	}
	return TSS2_RC_SUCCESS;
}

static TSS2_RC read_response(struct tcti *tcti)
{
	TSS2_RC code = read_on(tcti, HEADER_SIZE);
	struct cursor header;
	uint32_t size;
	if (code)
		return code;
	header = cursor_of(bytes_of(tcti->response + 2, 4));
	size = cursor_u32(&header);
	if (size < HEADER_SIZE || size > TCTI_RESPONSE_MOST)
		return TSS2_TCTI_RC_MALFORMED_RESPONSE;
	code = read_on(tcti, size);
	if (!code && tcti->have != size)
		code = TSS2_TCTI_RC_MALFORMED_RESPONSE;
	return code;
}

static TSS2_RC receive(TSS2_TCTI_CONTEXT *context, size_t *size,
	uint8_t *response, int32_t timeout)
{
	struct tcti *tcti = own(context);
	TSS2_RC code = tcti->have ? TSS2_RC_SUCCESS : read_response(tcti);
	size_t room = *size;
	(void)timeout; /* ESAPI's synchronous calls wait for ever */
	if (code)
		return code;
	*size = tcti->have;
	if (response == NULL)
		return TSS2_RC_SUCCESS;
	if (room < tcti->have)
		return TSS2_TCTI_RC_INSUFFICIENT_BUFFER;
	memcpy(response, tcti->response, tcti->have);
	wipe(tcti->response, tcti->have);
	tcti->have = 0;
	return TSS2_RC_SUCCESS;
}

static void finalize(TSS2_TCTI_CONTEXT *context)
{
	wipe(own(context)->response, TCTI_RESPONSE_MOST);
}

static TSS2_RC cancel(TSS2_TCTI_CONTEXT *context)
{
	(void)context;
	return TSS2_TCTI_RC_NOT_IMPLEMENTED;
}

static TSS2_RC poll_handles(TSS2_TCTI_CONTEXT *context,
	TSS2_TCTI_POLL_HANDLE *handles, size_t *count)
{
	(void)context;
	(void)handles;
	*count = 0;
	return TSS2_TCTI_RC_NOT_IMPLEMENTED;
}

static TSS2_RC set_locality(TSS2_TCTI_CONTEXT *context, uint8_t locality)
{
	(void)context;
	(void)locality;
	return TSS2_TCTI_RC_NOT_IMPLEMENTED;
}

static TSS2_RC make_sticky(
	TSS2_TCTI_CONTEXT *context, TPM2_HANDLE *handle, uint8_t sticky)
{
	(void)context;
	(void)handle;
	(void)sticky;
	return TSS2_TCTI_RC_NOT_IMPLEMENTED;
}

void tcti_begin(struct tcti *tcti, int descriptor)
{
	const TSS2_TCTI_CONTEXT_COMMON_V2 common = {
		.v1 = {
			.magic = 0x73616e646f710001,
			.version = 2,
			.transmit = transmit,
			.receive = receive,
			.finalize = finalize,
			.cancel = cancel,
			.getPollHandles = poll_handles,
			.setLocality = set_locality,
		},
		.makeSticky = make_sticky,
	};
	memset(tcti, 0, sizeof(*tcti));
	tcti->common = common;
	tcti->descriptor = descriptor;
}
