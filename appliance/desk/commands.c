/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/commands.h"

#include "appliance/desk/desk.h"

#include <string.h>

const struct group groups[GROUPS] = {
	{ "image", "what a machine boots, and who approves it" },
	{ "firmware", "a machine's firmware, and Secure Boot" },
	{ "machine", "enrol a machine, or emulate one" },
	{ "election", "define an election, and sign it" },
	{ "box", "seal a station's ballots" },
	{ "approve", "sign what a machine's TPM asks for" },
	{ "audit", "look at a machine while it works" },
	{ "bundle", "verify and show a signed result" },
	{ "recount", "count boxes outside the machine" },
	{ "courier", "write, read and list sticks" },
	{ "key", "keys that sign" },
	{ "rehearse", "rehearse an evening" },
};

/* What officials, operators and auditors do. */
static const struct command offices[] = {
	{ "image", "inspect", "print what is inside an image",
		"build/image/sandoq.efi", image_inspect_options,
		image_inspect_command },
	{ "image", "profile", "take the boot profile from a reference boot",
		"sent/now/event-log build/image/sandoq.efi --output "
		"boot-profile.json",
		image_profile_options, image_profile_command },
	{ "image", "predict", "tell the PCRs that an image will boot to",
		"build/image/sandoq.efi --profile boot-profile.json",
		image_predict_options, image_predict_command },
	{ "image", "approve", "sign an operator's approval of an image",
		"build/image/sandoq.efi --profile boot-profile.json "
		"--sent sent.tar --operators operators "
		"--authorities tpm-makers.pem --key operator-1.pem "
		"--output approval-1",
		image_approve_options, image_approve_command },
	{ "image", "revoke", "sign that earlier images may run no more",
		"--sent sent.tar --operators operators "
		"--authorities tpm-makers.pem --key operator-1.pem "
		"--output revocation-1",
		image_revoke_options, image_revoke_command },
	{ "firmware", "variables",
		"write your Secure Boot keys into a variable store",
		"/usr/share/OVMF/OVMF_VARS_4M.fd "
		"--secure-boot secure-boot --output vars.fd",
		firmware_variables_options, firmware_variables_command },
	{ "firmware", "profile",
		"fill your Secure Boot keys into a boot profile",
		"qemu-ovmf --secure-boot secure-boot "
		"--output secure-boot.json",
		firmware_profile_options, firmware_profile_command },
	{ "machine", "operators", "write the text that names the operators",
		"--machine SQ-1 --need 2 "
		"executive=\"$(cat operator-1.line)\" "
		"supervisory=\"$(cat operator-3.line)\" "
		"--output operators",
		machine_operators_options, machine_operators_command },
	{ "machine", "authority", "write the text that names the authority",
		"executive=\"$(cat authority-1.line)\" "
		"supervisory=\"$(cat authority-2.line)\" --need 2 "
		"--each 1 --output authority",
		machine_authority_options, machine_authority_command },
	{ "machine", "enrol", "make your credential for a blank machine",
		"sent.tar --authorities tpm-makers.pem "
		"--credential credential-1 --secret secret-1",
		machine_enrol_options, machine_enrol_command },
	{ "machine", "enrolment", "sign that a machine was enrolled",
		"--sent sent.tar --operators operators "
		"--authorities tpm-makers.pem --date 2027-05-01 "
		"--key operator-1.pem --output enrolment-1",
		machine_enrolment_options, machine_enrolment_command },
	{ "machine", "notices", "print what the machine says to people",
		"--faults", machine_notices_options, machine_notices_command },
	{ "election", "sample", "make up a city with keys and ballots",
		"city --image build/image/sandoq.efi "
		"--authorities tpm-makers.pem",
		election_sample_options, election_sample_command },
	{ "election", "check", "read a definition and say what it defines",
		"definition.json", election_check_options,
		election_check_command },
	{ "election", "sign", "sign a definition",
		"definition.json --output definition.note "
		"--key authority-1.pem",
		election_sign_options, election_sign_command },
	{ "election", "keys", "sign the keys that a machine made for it",
		"--sent sent.tar --definition definition.json "
		"--authorities tpm-makers.pem --key authority-1.pem "
		"--output election-keys.note",
		election_keys_options, election_keys_command },
	{ "election", "abandon", "sign that a sealed election is called off",
		"--sent sent.tar --definition definition.json "
		"--authorities tpm-makers.pem "
		"--reason 'The machine was damaged.' "
		"--key authority-1.pem",
		election_abandon_options, election_abandon_command },
	{ "election", "station-page",
		"write a page on which a station seals its box",
		"--definition definition.json "
		"--election-keys election-keys.note --box-key bk.pub "
		"--output stations.html",
		election_station_page_options, election_station_page_command },
	{ "box", "seal", "seal a station's ballots and sign the box",
		"ballots.csv --definition definition.json "
		"--election-keys election-keys.note --box-key bk.pub "
		"--key station-01.pem --output station-01",
		box_seal_options, box_seal_command },
	{ "box", "check", "check a box before it is delivered",
		"station-01 --definition definition.json "
		"--election-keys election-keys.note --box-key bk.pub",
		box_check_options, box_check_command },
	{ "box", "encode", "write the payload for another age client",
		"ballots.csv --definition definition.json "
		"--election-keys election-keys.note --box-key bk.pub "
		"--key station-01.pem --output payload",
		box_encode_options, box_encode_command },
	{ "box", "recipients", "print to whom a box is sealed",
		"--definition definition.json "
		"--election-keys election-keys.note --box-key bk.pub",
		box_recipients_options, box_recipients_command },
	{ "box", "sign", "sign what another age client sealed",
		"sealed.age --payload payload "
		"--definition definition.json "
		"--election-keys election-keys.note --box-key bk.pub "
		"--key station-01.pem --output sealed.note",
		box_sign_options, box_sign_command },
	{ "approve", "open", "approve that the boxes are opened",
		"--sent sent.tar --definition definition.json "
		"--authorities tpm-makers.pem --nonce nonce "
		"--key officer-1.pem --output open-1",
		approve_open_options, approve_open_command },
	{ "approve", "release", "approve that a result is signed",
		"--sent sent.tar --definition definition.json "
		"--authorities tpm-makers.pem "
		"--profile boot-profile.json --nonce nonce "
		"--key auditor-1.pem --output release-1",
		approve_release_options, approve_release_command },
	{ "approve", "ruling", "sign what no count can decide",
		"--sent sent.tar --definition definition.json "
		"--authorities tpm-makers.pem "
		"--annul 'station-02 The seal was broken.' "
		"--key auditor-1.pem",
		approve_ruling_options, approve_ruling_command },
	{ "audit", "nonce", "make a challenge for the machine",
		"--auditor auditor-1 --output nonce", audit_nonce_options,
		audit_nonce_command },
	{ "audit", "zero", "report zeros before the first box",
		"--sent sent.tar --definition definition.json "
		"--authorities tpm-makers.pem",
		audit_zero_options, audit_zero_command },
	{ "audit", "verify", "verify a machine's evidence",
		"--sent sent.tar --definition definition.json "
		"--authorities tpm-makers.pem --nonce nonce",
		audit_verify_options, audit_verify_command },
	{ "bundle", "verify", "verify a signed result and all behind it",
		"--sent sent.tar --definition definition.json "
		"--authorities tpm-makers.pem",
		bundle_verify_options, bundle_verify_command },
	{ "bundle", "report", "verify a signed result and print it",
		"--sent sent.tar --definition definition.json "
		"--authorities tpm-makers.pem --json",
		bundle_report_options, bundle_report_command },
	{ "bundle", "station",
		"one station's part of the result, and its proof",
		"station-01 --sent sent.tar --definition definition.json "
		"--authorities tpm-makers.pem",
		bundle_station_options, bundle_station_command },
	{ "bundle", "public", "make a signed result's public bundle",
		"--sent sent.tar --output public.tar", bundle_public_options,
		bundle_public_command },
	{ "bundle", "page", "make a page that verifies a signed result",
		"--sent sent.tar --definition definition.json "
		"--authorities tpm-makers.pem --output result.html",
		bundle_page_options, bundle_page_command },
	{ "recount", NULL, "count boxes outside the machine",
		"boxes/station-01 --definition definition.json "
		"--escrow escrow.pem",
		recount_options, recount_command },
	{ "courier", "pack", "write a medium's archive from files",
		"/dev/sdb --kind outbox nonce=nonce", courier_pack_options,
		courier_pack_command },
	{ "courier", "unpack", "take a medium's archive apart", "/dev/sdb sent",
		courier_unpack_options, courier_unpack_command },
	{ "courier", "list", "say what is on a stick", "/dev/sdb",
		courier_list_options, courier_list_command },
	{ "key", "new", "make a private key", "officer-1.pem --name officer-1",
		key_new_options, key_new_command },
	{ "key", "show", "print the public key of a private one",
		"'pkcs11:token=officer-1;object=signing' "
		"--name officer-1",
		key_show_options, key_show_command },
};

/* What runs QEMU: appliance/desk/emulator. */
static const struct command emulator[] = {
	{ "machine", "create", "make a machine: its TPM, firmware and disk",
		"machine --profile qemu-ovmf --disk build/image/disk.img",
		machine_create_options, machine_create_command },
	{ "machine", "run", "boot a machine and own it until it ends",
		"machine --daemon", machine_run_options, machine_run_command },
	{ "machine", "plug", "plug a medium into a running machine",
		"machine stick.img --writable", machine_plug_options,
		machine_plug_command },
	{ "machine", "unplug", "take the medium out again", "machine",
		machine_unplug_options, machine_unplug_command },
	{ "machine", "press", "press a key on its keyboard", "machine ret",
		machine_press_options, machine_press_command },
	{ "machine", "wait", "wait until the machine's console says something",
		"machine 'ready' --timeout 60", machine_wait_options,
		machine_wait_command },
	{ "machine", "power", "cut a running machine's power", "machine cut",
		machine_power_options, machine_power_command },
	{ "machine", "stop", "end a running machine", "machine",
		machine_stop_options, machine_stop_command },
	{ "machine", "screen", "print what the machine's console has shown",
		"machine --picture screen.ppm", machine_screen_options,
		machine_screen_command },
	{ "rehearse", NULL, "rehearse the evening at the machine",
		"evening --image build/image/sandoq.efi", rehearse_options,
		rehearse_command },
};

const struct section sections[SECTIONS] = {
	{ "Commands:", offices, sizeof(offices) / sizeof(offices[0]) },
	{ "With an emulated machine (QEMU), for tests and rehearsals:",
		emulator, sizeof(emulator) / sizeof(emulator[0]) },
};

static bool is_of(const struct command *c, const char *group, const char *name)
{
	if (strcmp(c->group, group) != 0)
		return false;
	return c->name == NULL || (name != NULL && strcmp(c->name, name) == 0);
}

/* `name` may be NULL when the line ended after the group. */
const struct command *command_find(const char *group, const char *name)
{
	for (size_t i = 0; i < SECTIONS; i++)
		for (size_t k = 0; k < sections[i].commands; k++)
			if (is_of(&sections[i].command[k], group, name))
				return &sections[i].command[k];
	return NULL;
}
