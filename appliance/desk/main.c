/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program `sandoq`: the table of all commands, and the help. It starts the
 * command that its words name and does nothing else.
 */
#include "appliance/desk/common/words.h"
#include "appliance/desk/desk.h"
#include "appliance/formats/crypto.h"
#include "appliance/machine/roles.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct command {
	const char *group;
	const char *name; /* NULL when the group is the command */
	const char *help;
	const struct option *options;
	int (*run)(const struct arguments *);
};

/* What officials, operators and auditors do. */
static const struct command offices[] = {
	{ "image", "inspect", "print what is inside an image",
		image_inspect_options, image_inspect_command },
	{ "image", "profile", "take the boot profile from a reference boot",
		image_profile_options, image_profile_command },
	{ "image", "predict", "tell the PCRs that an image will boot to",
		image_predict_options, image_predict_command },
	{ "image", "approve", "sign an operator's approval of an image",
		image_approve_options, image_approve_command },
	{ "image", "revoke", "sign that earlier images may run no more",
		image_revoke_options, image_revoke_command },
	{ "firmware", "variables",
		"write your Secure Boot keys into a variable store",
		firmware_variables_options, firmware_variables_command },
	{ "firmware", "profile",
		"fill your Secure Boot keys into a boot profile",
		firmware_profile_options, firmware_profile_command },
	{ "machine", "operators", "write the text that names the operators",
		machine_operators_options, machine_operators_command },
	{ "machine", "authority", "write the text that names the authority",
		machine_authority_options, machine_authority_command },
	{ "machine", "enrol", "make your credential for a blank machine",
		machine_enrol_options, machine_enrol_command },
	{ "machine", "enrolment", "sign that a machine was enrolled",
		machine_enrolment_options, machine_enrolment_command },
	{ "machine", "notices", "print what the machine says to people",
		machine_notices_options, machine_notices_command },
	{ "election", "sample", "make up a city with keys and ballots",
		election_sample_options, election_sample_command },
	{ "election", "check", "read a definition and say what it defines",
		election_check_options, election_check_command },
	{ "election", "sign", "sign a definition", election_sign_options,
		election_sign_command },
	{ "election", "keys", "sign the keys that a machine made for it",
		election_keys_options, election_keys_command },
	{ "election", "abandon", "sign that a sealed election is called off",
		election_abandon_options, election_abandon_command },
	{ "election", "station-page",
		"write a page on which a station seals its box",
		election_station_page_options, election_station_page_command },
	{ "box", "seal", "seal a station's ballots and sign the box",
		box_seal_options, box_seal_command },
	{ "box", "check", "check a box before it is delivered",
		box_check_options, box_check_command },
	{ "box", "encode", "write the payload for another age client",
		box_encode_options, box_encode_command },
	{ "box", "recipients", "print to whom a box is sealed",
		box_recipients_options, box_recipients_command },
	{ "box", "sign", "sign what another age client sealed",
		box_sign_options, box_sign_command },
	{ "approve", "open", "approve that the boxes are opened",
		approve_open_options, approve_open_command },
	{ "approve", "release", "approve that a result is signed",
		approve_release_options, approve_release_command },
	{ "approve", "ruling", "sign what no count can decide",
		approve_ruling_options, approve_ruling_command },
	{ "audit", "nonce", "make a challenge for the machine",
		audit_nonce_options, audit_nonce_command },
	{ "audit", "zero", "report zeros before the first box",
		audit_zero_options, audit_zero_command },
	{ "audit", "verify", "verify a machine's evidence",
		audit_verify_options, audit_verify_command },
	{ "bundle", "verify", "verify a signed result and all behind it",
		bundle_verify_options, bundle_verify_command },
	{ "bundle", "report", "verify a signed result and print it",
		bundle_report_options, bundle_report_command },
	{ "bundle", "station",
		"one station's part of the result, and its proof",
		bundle_station_options, bundle_station_command },
	{ "bundle", "public", "make a signed result's public bundle",
		bundle_public_options, bundle_public_command },
	{ "bundle", "page", "make a page that verifies a signed result",
		bundle_page_options, bundle_page_command },
	{ "recount", NULL, "count boxes outside the machine", recount_options,
		recount_command },
	{ "courier", "pack", "write a medium's archive from files",
		courier_pack_options, courier_pack_command },
	{ "courier", "unpack", "take a medium's archive apart",
		courier_unpack_options, courier_unpack_command },
	{ "courier", "list", "say what is on a stick", courier_list_options,
		courier_list_command },
	{ "key", "new", "make a private key", key_new_options,
		key_new_command },
	{ "key", "show", "print the public key of a private one",
		key_show_options, key_show_command },
};

/* What runs QEMU: appliance/desk/emulator. */
static const struct command emulator[] = {
	{ "machine", "create", "make a machine: its TPM, firmware and disk",
		machine_create_options, machine_create_command },
	{ "machine", "run", "boot a machine and own it until it ends",
		machine_run_options, machine_run_command },
	{ "machine", "plug", "plug a medium into a running machine",
		machine_plug_options, machine_plug_command },
	{ "machine", "unplug", "take the medium out again",
		machine_unplug_options, machine_unplug_command },
	{ "machine", "press", "press a key on its keyboard",
		machine_press_options, machine_press_command },
	{ "machine", "wait", "wait until the machine's console says something",
		machine_wait_options, machine_wait_command },
	{ "machine", "power", "cut a running machine's power",
		machine_power_options, machine_power_command },
	{ "machine", "stop", "end a running machine", machine_stop_options,
		machine_stop_command },
	{ "machine", "screen", "print what the machine's console has shown",
		machine_screen_options, machine_screen_command },
	{ "rehearse", NULL, "rehearse the evening at the machine",
		rehearse_options, rehearse_command },
};

static const struct section {
	const char *heading;
	const struct command *command;
	size_t commands;
} sections[] = {
	{ "Commands:", offices, sizeof(offices) / sizeof(offices[0]) },
	{ "With an emulated machine (QEMU), for tests and rehearsals:",
		emulator, sizeof(emulator) / sizeof(emulator[0]) },
};

enum { SECTIONS = sizeof(sections) / sizeof(sections[0]) };

static bool is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "help") == 0;
}

/* All of it, or what belongs to one group; the heading only with some. */
static void list_section(const struct section *section, const char *group)
{
	bool begun = false;
	for (size_t i = 0; i < section->commands; i++) {
		const struct command *c = &section->command[i];
		char title[40];
		if (group != NULL && strcmp(group, c->group) != 0)
			continue;
		if (!begun)
			printf("\n%s\n", section->heading);
		begun = true;
		snprintf(title, sizeof(title), "%s %s", c->group,
			c->name != NULL ? c->name : "");
		printf("  sandoq %-18s %s\n", title, c->help);
	}
}

/* What stands below it is in English. */
static void tell_in_persian_first(void)
{
	if (words_language() == ENGLISH)
		return;
	tell(stdout, WORD_HELP_LANGUAGE, NULL);
	printf("\n");
}

/* Every command, or those of one group. */
static int list_commands(const char *group)
{
	tell_in_persian_first();
	printf("usage: sandoq %s COMMAND [OPTION...]\n",
		group != NULL ? group : "GROUP");
	for (size_t i = 0; i < SECTIONS; i++)
		list_section(&sections[i], group);
	printf("\n'sandoq GROUP COMMAND --help' lists a command's options.\n");
	return fflush(stdout) == 0 ? 0 : EX_IOERR;
}

static bool is_of(const struct command *c, const char *group, const char *name)
{
	if (strcmp(c->group, group) != 0)
		return false;
	return c->name == NULL || (name != NULL && strcmp(c->name, name) == 0);
}

/* `name` may be NULL when the line ended after the group. */
static const struct command *find(const char *group, const char *name)
{
	for (size_t i = 0; i < SECTIONS; i++)
		for (size_t k = 0; k < sections[i].commands; k++)
			if (is_of(&sections[i].command[k], group, name))
				return &sections[i].command[k];
	return NULL;
}

static bool group_exists(const char *group)
{
	for (size_t i = 0; i < SECTIONS; i++)
		for (size_t k = 0; k < sections[i].commands; k++)
			if (strcmp(sections[i].command[k].group, group) == 0)
				return true;
	return false;
}

static int run(const struct command *c, int argc, char **argv)
{
	struct arguments arguments;
	char title[40];
	bool help = false;
	snprintf(title, sizeof(title), c->name != NULL ? "%s %s" : "%s",
		c->group, c->name);
	int status = arguments_read(
		&arguments, title, c->options, argc, argv, &help);
	if (help) {
		tell_in_persian_first();
		printf("sandoq %s: %s\n\n", title, c->help);
		options_print(title, c->options);
	} else if (status == 0) {
		status = c->run(&arguments);
	}
	arguments_free(&arguments);
	return status;
}

/*
 * Descriptors 0 to 2 are never anything else, or what is meant for people is
 * written into a stick.
 */
static void fill_standard_descriptors(void)
{
	int file;
	do
		file = open("/dev/null", O_RDWR);
	while (file >= 0 && file <= STDERR_FILENO);
	if (file >= 0)
		close(file);
}

/* --lang stands before the command, and holds for all that it says. */
static bool take_language(int *argc, char ***argv)
{
	static const char option[] = "--lang";
	const size_t length = strlen(option);
	const char *word = *argc > 1 ? (*argv)[1] : "";
	int taken = 1;
	if (strncmp(word, option, length) != 0)
		return true;
	if (word[length] == '=') {
		word += length + 1;
	} else if (word[length] == '\0' && *argc > 2) {
		word = (*argv)[2];
		taken = 2;
	} else {
		return false;
	}
	*argc -= taken;
	*argv += taken;
	return words_choose(word);
}

int main(int argc, char **argv)
{
	int role_status;
	if (roles_main(argc, argv, &role_status))
		_exit(role_status);
	fill_standard_descriptors();
	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_IGN);
	crypto_start();
	if (!take_language(&argc, &argv))
		return fail(EX_USAGE, NULL, 0, "--lang is 'fa' or 'en'");
	if (argc < 2) {
		list_commands(NULL);
		return EX_USAGE;
	}
	if (is_help(argv[1]))
		return list_commands(NULL);

	const char *group = argv[1], *name = argc > 2 ? argv[2] : NULL;
	if (!group_exists(group))
		return fail(EX_USAGE, NULL, 0,
			"there is no command '%s'; see 'sandoq --help'", group);
	const struct command *c = find(group, name);
	if (c != NULL && c->name == NULL)
		return run(c, argc - 2, argv + 2);
	if (c != NULL)
		return run(c, argc - 3, argv + 3);
	if (name == NULL || is_help(name)) {
		list_commands(group);
		return name != NULL ? 0 : EX_USAGE;
	}
	return fail(EX_USAGE, NULL, 0,
		"there is no command '%s %s'; see 'sandoq %s --help'", group,
		name, group);
}
