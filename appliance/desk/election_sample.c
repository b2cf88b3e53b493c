/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `election sample`: makes up a city, with keys, a definition and ballots, for
 * tests and rehearsals. Not for an election: who ran it has everybody's keys.
 */
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/desk.h"
#include "appliance/desk/image/image_file.h"
#include "appliance/desk/keys/key_read.h"
#include "appliance/election/sample.h"
#include "appliance/formats/age.h"
#include "appliance/verify/authorities.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	MEMBERS = 3,
	NEED = 2,
	AUTHORITIES_MOST = 1 << 20,
	/* Of one station: more than any has. */
	BALLOTS_MOST = 4 << 20,
};

const struct option election_sample_options[] = {
	{ "DIR", NULL,
		"folder for definition.json, keys/ and ballots/; keys that "
		"are there are used",
		REQUIRED },
	{ "--image", "FILE", "the image that may count, an EFI program",
		REQUIRED },
	{ "--authorities", "FILE",
		"certificates that may vouch for the TPM, PEM", REQUIRED },
	{ "--id", "ID", "of the election; sample-council if not given",
		OPTIONAL },
	{ "--seed", "NUMBER", "another city for each; 1 if not given",
		OPTIONAL },
	{ "--rehearsal", NULL, "a rehearsal, not a live election", OPTIONAL },
	{ "--software-tpm", NULL, "allow a machine whose TPM is software",
		OPTIONAL },
	OPTION_JSON,
	OPTION_END,
};

/* Everybody that a definition names; the texts of their public keys. */
struct cast {
	char id[BODIES][MEMBERS][ID_MOST + 1];
	char vkey[BODIES][MEMBERS][NOTE_VKEY_MOST + 1];
	struct sample_member member[BODIES][MEMBERS];
	char station_vkey[SAMPLE_STATIONS][NOTE_VKEY_MOST + 1];
	char escrow[AGE_RECIPIENT_SIZE + 1];
};

static int make_key(const char *folder, const char *id, struct p256_public *out)
{
	char name[ID_MOST + sizeof(".pem")];
	struct p256_private *key = NULL;
	snprintf(name, sizeof(name), "%s.pem", id);
	char *path = path_join(folder, name);
	int status = 0;
	if (access(path, F_OK) != 0) {
		key = p256_generate();
		status = key_write(path, key, NULL);
	} else {
		status = key_read(path, NULL, &key);
	}
	if (status == 0)
		*out = p256_public_of(key);
	p256_free(key);
	free(path);
	return status;
}

static int make_member(
	const char *folder, const char *id, char vkey[NOTE_VKEY_MOST + 1])
{
	struct p256_public public;
	struct note_key key;
	struct writer out = writer_of(vkey, NOTE_VKEY_MOST + 1);
	int status = make_key(folder, id, &public);
	if (status != 0)
		return status;
	refusal refused = note_key_of(id, &public, &key);
	if (refused != NULL)
		return fail(EX_SOFTWARE, NULL, 0, "%s", refused);
	write_note_key(&out, &key);
	write_u8(&out, '\0');
	return 0;
}

static int make_escrow(const char *folder, struct cast *cast)
{
	struct p256_public public;
	struct writer out = writer_of(cast->escrow, sizeof(cast->escrow));
	int status = make_key(folder, "escrow", &public);
	if (status != 0)
		return status;
	write_age_recipient(&out, &public);
	write_u8(&out, '\0');
	return 0;
}

static int make_body(const char *folder, enum body body, struct cast *cast)
{
	static const char *const role[BODIES] = {
		[OPERATORS] = "operator",
		[AUTHORITY] = "authority",
		[OFFICERS] = "officer",
		[AUDITORS] = "auditor",
	};
	int status = 0;
	for (unsigned m = 0; m < MEMBERS && status == 0; m++) {
		char *id = cast->id[body][m];
		snprintf(id, ID_MOST + 1, "%s-%u", role[body], m + 1);
		status = make_member(folder, id, cast->vkey[body][m]);
		cast->member[body][m] = (struct sample_member){
			.id = id,
			.board = m == MEMBERS - 1 ? SUPERVISORY : EXECUTIVE,
			.vkey = cast->vkey[body][m],
		};
	}
	return status;
}

static int make_cast(const char *folder, struct cast *cast)
{
	int status = 0;
	for (enum body body = 0; body < BODIES && status == 0; body++)
		status = make_body(folder, body, cast);
	for (size_t s = 0; s < SAMPLE_STATIONS && status == 0; s++) {
		char id[ID_MOST + 1];
		sample_station_id(s, id);
		status = make_member(folder, id, cast->station_vkey[s]);
	}
	return status != 0 ? status : make_escrow(folder, cast);
}

static int read_authorities(
	const char *path, struct digest out[EK_CAS_MOST], size_t *count)
{
	struct file file;
	int status = file_read(path, AUTHORITIES_MOST, &file);
	if (status != 0)
		return status;
	refusal refused = authorities_digests(file_bytes(&file), out, count);
	file_free(&file);
	return refused == NULL
		       ? 0
		       : fail(EX_DATAERR, path, 0,
				 "%s; give the CA's certificates as PEM",
				 refused);
}

static int write_definition(const struct arguments *arguments,
	const struct cast *cast, const char *path)
{
	struct digest ca[EK_CAS_MOST];
	const struct sample_recipient escrow = { "escrow", cast->escrow };
	const char *id = argument(arguments, "--id");
	struct sample_definition sample = {
		.id = id != NULL ? id : "sample-council",
		.rehearsal = argument_given(arguments, "--rehearsal"),
		.software_tpm = argument_given(arguments, "--software-tpm"),
		.ek_ca = ca,
		.recipients = 1,
		.recipient = &escrow,
	};
	int status =
		image_digest(argument(arguments, "--image"), &sample.image);
	if (status == 0)
		status = read_authorities(argument(arguments, "--authorities"),
			ca, &sample.ek_cas);
	if (status != 0)
		return status;
	for (enum body body = 0; body < BODIES; body++) {
		sample.quorum[body].need = NEED;
		sample.quorum[body].each = 1;
		sample.quorum[body].members = MEMBERS;
		sample.quorum[body].member = cast->member[body];
	}
	for (size_t s = 0; s < SAMPLE_STATIONS; s++)
		sample.station_vkey[s] = cast->station_vkey[s];
	char *json = sample_definition_json(&sample);
	if (json == NULL)
		return fail(EX_OSERR, NULL, 0, "no memory is left");
	status = file_write(path, bytes_of_text(json), 0644);
	free(json);
	return status;
}

static void write_contest(const struct plan *plan, uint16_t station,
	uint16_t contest, uint64_t seed, struct writer *out)
{
	static struct sampler sampler;
	sampler_begin(&sampler, plan, station, contest, seed);
	while (sampler_next(&sampler, out))
		;
}

/* One station's file; gives the number of its ballots. */
static int write_station(const char *folder, const struct plan *plan,
	uint16_t station, uint64_t seed, uint64_t *ballots)
{
	char name[ID_MOST + sizeof(".csv")];
	uint8_t *csv = malloc(BALLOTS_MOST);
	if (csv == NULL)
		return fail(EX_OSERR, NULL, 0, "no memory is left");
	struct writer out = writer_of(csv, BALLOTS_MOST);
	write_text(&out, "contest,choices\n");
	for (uint16_t c = 0; c < plan->contests; c++)
		if (contests_has(&plan->station[station].contests, c))
			write_contest(plan, station, c, seed, &out);
	snprintf(name, sizeof(name), "%s.csv", plan->station[station].id);
	char *path = path_join(folder, name);
	int status = out.broken ? fail(EX_SOFTWARE, path, 0,
					  "the station has too many ballots")
				: file_write(path, written(&out), 0644);
	for (size_t i = 0; i < out.size; i++)
		*ballots += csv[i] == '\n';
	*ballots -= 1;
	free(path);
	free(csv);
	return status;
}

static int write_ballots(const char *folder, const struct plan *plan,
	uint64_t seed, uint64_t *ballots)
{
	int status = 0;
	for (uint16_t s = 0; s < plan->stations && status == 0; s++)
		status = write_station(folder, plan, s, seed, ballots);
	return status;
}

/* The folders below DIR. */
struct folders {
	char *keys;
	char *ballots;
	char *definition;
};

static int make_sample(
	const struct arguments *arguments, const struct folders *folders)
{
	static struct cast cast;
	struct file file;
	struct definition definition;
	uint64_t seed = 1, ballots = 0;
	int status = argument_number(arguments, "--seed", 0, INT64_MAX, &seed);
	if (status == 0)
		status = folder_make(argument(arguments, "DIR"));
	if (status == 0)
		status = folder_make(folders->keys);
	if (status == 0)
		status = folder_make(folders->ballots);
	if (status == 0)
		status = make_cast(folders->keys, &cast);
	if (status == 0)
		status =
			write_definition(arguments, &cast, folders->definition);
	if (status == 0)
		status = definition_read(
			folders->definition, &file, &definition);
	if (status != 0)
		return status;
	status = write_ballots(
		folders->ballots, &definition.plan, seed, &ballots);
	struct report report = report_begin(arguments);
	report_text(&report, "election", definition.plan.id);
	report_hex(&report, "definition",
		bytes_of(definition.plan.definition.byte, SHA256_SIZE));
	report_number(&report, "stations", definition.plan.stations);
	report_number(&report, "ballots", ballots);
	definition_free(&definition);
	file_free(&file);
	return report_end(&report, status);
}

int election_sample_command(const struct arguments *arguments)
{
	const char *folder = argument(arguments, "DIR");
	struct folders folders = {
		.keys = path_join(folder, "keys"),
		.ballots = path_join(folder, "ballots"),
		.definition = path_join(folder, "definition.json"),
	};
	int status = make_sample(arguments, &folders);
	free(folders.keys);
	free(folders.ballots);
	free(folders.definition);
	return status;
}
