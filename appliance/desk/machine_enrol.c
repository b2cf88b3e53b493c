/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `machine enrol`: makes the credential of one operator, which only a machine
 * with a TPM of a trusted maker can answer. Makes none for a TPM that nobody
 * vouches for.
 */
#include "appliance/desk/common/archive_file.h"
#include "appliance/desk/desk.h"
#include "appliance/formats/crypto.h"
#include "appliance/record/members.h"
#include "tpm/policy/certificate.h"
#include "tpm/policy/credential.h"

#include <stdlib.h>
#include <time.h>

enum { AUTHORITIES_MOST = 1024 * 1024 };

const struct option machine_enrol_options[] = {
	{ "SENT", NULL, "what the blank machine sent on an outbox", REQUIRED },
	{ "--authorities", "FILE",
		"certificates that may vouch for the TPM, PEM", REQUIRED },
	{ "--credential", "FILE", "credential to write, for the enrol medium",
		REQUIRED_OUTPUT },
	{ "--secret", "FILE",
		"what only the machine's TPM can take out of it; show it to "
		"nobody until the machine has answered",
		REQUIRED_OUTPUT },
	OPTION_FORCE,
	OPTION_JSON,
	OPTION_END,
};

/* The machine's keys, borrowed from what it sent. */
struct identity {
	struct bytes certificate;
	struct bytes ek;
	struct tpm_name ak;
};

static refusal read_identity(const struct archive *sent,
	struct bytes authorities, struct identity *out)
{
	struct digest none;
	struct p256_public key;
	struct bytes ak = archive_find(sent, MEMBER_AK);
	out->certificate = archive_find(sent, MEMBER_EK_CERTIFICATE);
	out->ek = archive_find(sent, MEMBER_EK);
	out->ak = public_name(ak);
	refusal refused = ek_certificate_check(
		out->certificate, authorities, time(NULL), out->ek);
	return refused != NULL ? refused : key_decode(KEY_AK, ak, &none, &key);
}

static int write_credential(
	const struct arguments *arguments, const struct identity *identity)
{
	uint8_t secret[SHA256_SIZE], encoded[CREDENTIAL_FILE_SIZE];
	struct credential credential;
	random_bytes(secret, sizeof(secret));
	refusal refused = credential_make(
		identity->ek, &identity->ak, secret, &credential);
	int status = refused == NULL
			     ? file_write(argument(arguments, "--secret"),
				       bytes_of(secret, sizeof(secret)), 0600)
			     : fail(EX_DATAERR, argument(arguments, "SENT"), 0,
				       "%s", refused);
	wipe(secret, sizeof(secret));
	if (status != 0)
		return status;
	credential_encode(&credential, encoded);
	return file_write(argument(arguments, "--credential"),
		bytes_of(encoded, sizeof(encoded)), 0644);
}

static int enrol(const struct arguments *arguments, const struct archive *sent,
	struct bytes authorities)
{
	struct identity identity;
	refusal refused = read_identity(sent, authorities, &identity);
	if (refused != NULL)
		return fail(EX_DATAERR, argument(arguments, "SENT"), 0,
			"%s; do not enrol this machine", refused);
	int status = write_credential(arguments, &identity);
	if (status != 0)
		return status;

	struct report report = report_begin(arguments);
	struct digest ek = sha256(identity.certificate);
	report_hex(&report, "ek_certificate", bytes_of(ek.byte, SHA256_SIZE));
	report_hex(&report, "ak", tpm_name_bytes(&identity.ak));
	return report_end(&report, 0);
}

int machine_enrol_command(const struct arguments *arguments)
{
	struct file authorities;
	struct archive_file sent;
	int status = file_read(argument(arguments, "--authorities"),
		AUTHORITIES_MOST, &authorities);
	if (status == 0)
		status = archive_file_read(argument(arguments, "SENT"), &sent);
	if (status == 0) {
		status = enrol(
			arguments, &sent.archive, file_bytes(&authorities));
		archive_file_free(&sent);
	}
	file_free(&authorities);
	return status;
}
