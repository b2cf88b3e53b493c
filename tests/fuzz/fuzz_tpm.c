/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a TPM answers, over the transport that the machine has: the input is its
 * answers, each as its length and its bytes behind a header that fits; or it
 * edits true ones. What is asked is answered as a whole or not at all.
 */
#include "tests/fuzz/property.h"
#include "tpm/tcti.h"
#include "tpm/tpm.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	ANSWERS_MOST = 24,
	HEADER = 10,
	NO_SESSIONS = 0x8001,
	PCRS = 1 << 0 | 1 << 4,
	SHA256 = 0x000B,
	MOST = 2048,
	/* Of the codes: its header tells another size. */
	LIES = 31,
};

static uint8_t state_space[1024];
static uint8_t pcrs_space[256];
static uint8_t nobody_space[256];
static uint8_t edit_buffer[EDITED_MOST];

static void put(struct writer *out, const void *body, size_t size)
{
	write_u16(out, (uint16_t)size);
	write_bytes(out, bytes_of(body, size));
}

/* TPM2_GetCapability: more, capability, and a list with one entry. */
static void put_capability(
	struct writer *out, uint32_t capability, struct bytes entry)
{
	uint8_t space[128];
	struct writer body = writer_of(space, sizeof(space));
	write_u8(&body, 0);
	write_u32(&body, capability);
	write_u32(&body, entry.size > 0 ? 1 : 0);
	write_bytes(&body, entry);
	put(out, space, body.size);
}

/* As tpm_state() asks: properties, banks, commands, clock, four handles. */
static void put_state(struct writer *out)
{
	static const uint8_t permanent[] = { 0, 0, 2, 0, 0, 0, 1, 5 };
	static const uint8_t bank[] = { 0, SHA256, 3, 0xff, 0xff, 0xff };
	static const uint8_t command[] = { 0, 0, 1, 0x84 };
	static const uint8_t clock[8 + 8 + 4 + 4 + 1] = { [24] = 1 };
	put_capability(out, 6, bytes_of(permanent, sizeof(permanent)));
	put_capability(out, 5, bytes_of(bank, sizeof(bank)));
	put_capability(out, 2, bytes_of(command, sizeof(command)));
	put(out, clock, sizeof(clock));
	for (size_t i = 0; i < 4; i++)
		put_capability(out, 1, bytes_of(NULL, 0));
}

/* As tpm_nobody_owns() asks: nothing is set, and no hierarchy has a policy. */
static void put_nobody(struct writer *out)
{
	static const uint8_t permanent[] = { 0, 0, 2, 0, 0, 0, 0, 0 };
	static const uint32_t hierarchy[] = { 0x40000001, 0x4000000B,
		0x4000000A };
	put_capability(out, 6, bytes_of(permanent, sizeof(permanent)));
	for (size_t i = 0; i < 3; i++) {
		uint8_t space[8];
		struct writer policy = writer_of(space, sizeof(space));
		write_u32(&policy, hierarchy[i]);
		write_u16(&policy, 0x0010); /* TPM_ALG_NULL */
		put_capability(out, 9, written(&policy));
	}
}

/* TPM2_PCR_Read of both PCRs: update counter, selection, two digests. */
static void put_pcrs(struct writer *out)
{
	static const uint8_t zeros[SHA256_SIZE];
	uint8_t space[128];
	struct writer body = writer_of(space, sizeof(space));
	write_u32(&body, 1);
	write_u32(&body, 1);
	write_u16(&body, SHA256);
	write_u8(&body, 3);
	write_u8(&body, PCRS);
	write_u16(&body, 0);
	write_u32(&body, 2);
	put(&body, zeros, sizeof(zeros));
	put(&body, zeros, sizeof(zeros));
	put(out, space, body.size);
}

/* The TPM's end: all its answers lie there before it is asked. */
static void send_answers(int socket, struct bytes in)
{
	struct cursor rest = cursor_of(in);
	for (size_t i = 0; i < ANSWERS_MOST && rest.rest.size > 2; i++) {
		uint8_t space[HEADER + MOST];
		struct writer out = writer_of(space, sizeof(space));
		const uint16_t head = cursor_u16(&rest);
		const bool lies = head >> 11 == LIES && rest.rest.size >= 4;
		const uint32_t told = lies ? cursor_u32(&rest) : 0;
		size_t size = head & (MOST - 1);
		if (size > rest.rest.size)
			size = rest.rest.size;
		write_u16(&out, NO_SESSIONS);
		write_u32(&out, lies ? told : (uint32_t)(HEADER + size));
		/* The bits above the size are its code, in format 1. */
		write_u32(&out, (uint32_t)head >> 11 << 7);
		write_bytes(&out, cursor_take(&rest, size));
		property(send(socket, space, out.size, 0) == (ssize_t)out.size);
	}
	shutdown(socket, SHUT_WR);
}

typedef bool question(struct tpm *);

static bool ask_state(struct tpm *tpm)
{
	struct tpm_state state;
	return tpm_state(tpm, &state);
}

static bool ask_pcrs(struct tpm *tpm)
{
	struct pcr_set pcrs;
	const bool got = tpm_pcr_read(tpm, PCRS, &pcrs);
	property(!got || pcrs.mask == PCRS);
	return got;
}

static bool ask_ek(struct tpm *tpm)
{
	struct tpm_public ek;
	const bool got = tpm_ek_public(tpm, &ek);
	property(!got || ek.size <= sizeof(ek.byte));
	return got;
}

static bool ask_certificate(struct tpm *tpm)
{
	uint8_t certificate[EK_CERTIFICATE_MOST];
	size_t size;
	const bool got = tpm_ek_certificate(tpm, certificate, &size);
	property(!got || size <= EK_CERTIFICATE_MOST);
	return got;
}

static bool ask_pin(struct tpm *tpm)
{
	const struct tpm_name nobody = { { 0, 0x0b } };
	property(!tpm_pin(tpm, &nobody));
	return false;
}

static bool ask_anchor(struct tpm *tpm)
{
	static const struct nv_names names;
	struct digest anchor;
	property(!tpm_anchor_read(tpm, &names, &anchor));
	return false;
}

static question *const questions[] = { ask_state, ask_pcrs, ask_ek,
	ask_certificate, ask_pin, ask_anchor, tpm_nobody_owns,
	tpm_owner_is_locked };

/* What failed is told, in words or by a code. */
static void tell(const struct tpm *tpm)
{
	char space[512];
	struct writer out = writer_of(space, sizeof(space));
	const struct tpm_error error = tpm_error(tpm);
	property(error.doing != NULL);
	write_tpm_error(&out, &error);
	property(out.size > 0);
}

static bool ask(question *asked, struct bytes answers)
{
	int pair[2];
	property(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) ==
		 0);
	struct tpm *tpm = tpm_open(pair[0]);
	property(tpm != NULL);
	send_answers(pair[1], answers);
	const bool got = asked(tpm);
	if (!got)
		tell(tpm);
	tpm_close(tpm);
	close(pair[0]);
	close(pair[1]);
	return got;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bytes in = bytes_of(data, size);
	struct writer state = writer_of(state_space, sizeof(state_space));
	struct writer pcrs = writer_of(pcrs_space, sizeof(pcrs_space));
	struct writer nobody = writer_of(nobody_space, sizeof(nobody_space));
	put_state(&state);
	put_pcrs(&pcrs);
	put_nobody(&nobody);
	if (size == 0) {
		property(ask(ask_state, written(&state)));
		property(ask(ask_pcrs, written(&pcrs)));
		property(ask(tpm_nobody_owns, written(&nobody)));
	}
	if (size > MOST)
		return 0;
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		ask(questions[i], in);
	ask(ask_state, edited(written(&state), in, edit_buffer));
	ask(ask_pcrs, edited(written(&pcrs), in, edit_buffer));
	ask(tpm_nobody_owns, edited(written(&nobody), in, edit_buffer));
	return 0;
}
