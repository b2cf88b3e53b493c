/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `machine create`: makes the folder of an emulated machine: its TPM with a CA
 * of its own, its firmware's variables and its disk. Overwrites no machine.
 */
#include "appliance/desk/common/profiles.h"
#include "appliance/desk/emulator/folder.h"
#include "appliance/desk/emulator/launch.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SETUP_MS = 180000 };

#define SETUP_CONF "ca/setup.conf"
#define CA_CONF "ca/ca.conf"
#define CA_OPTIONS "ca/ca.options"

const struct option machine_create_options[] = {
	{ "DIR", NULL, "folder of the new machine", REQUIRED },
	{ "--profile", "NAME", "launch profile, by name or file", REQUIRED },
	{ "--disk", "FILE", "the disk to start with; it is copied", REQUIRED },
	{ "--vars", "FILE", "firmware variables other than the empty ones",
		OPTIONAL },
	OPTION_END,
};

static int write_settings(const char *path, const char *text)
{
	return file_write(path, bytes_of_text(text), 0644);
}

/* A CA of the machine's own, so that nothing outside the folder is touched. */
static int configure_ca(const char *here)
{
	char setup[4 * PATH_MAX], ca[5 * PATH_MAX];
	snprintf(setup, sizeof(setup),
		"create_certs_tool=swtpm_localca\n"
		"create_certs_tool_config=%s/" CA_CONF "\n"
		"create_certs_tool_options=%s/" CA_OPTIONS "\n"
		"active_pcr_banks=sha256\n",
		here, here);
	snprintf(ca, sizeof(ca),
		"statedir = %s/" MACHINE_CA "\n"
		"signingkey = %s/" MACHINE_CA "/key.pem\n"
		"issuercert = %s/" MACHINE_CA "/issuer.pem\n"
		"certserial = %s/" MACHINE_CA "/serial\n",
		here, here, here, here);
	int status = write_settings(SETUP_CONF, setup);
	if (status == 0)
		status = write_settings(CA_CONF, ca);
	if (status == 0)
		status = write_settings(CA_OPTIONS,
			"--tpm-manufacturer id:00001014\n"
			"--tpm-model swtpm\n"
			"--tpm-version id:20191023\n"
			"--platform-manufacturer Sandoq\n"
			"--platform-version 1\n"
			"--platform-model QEMU\n");
	return status;
}

static int set_up_tpm(void)
{
	char *const argv[] = { "swtpm_setup", "--tpm2", "--config", SETUP_CONF,
		"--tpmstate", MACHINE_TPM, "--pcr-banks", "sha256",
		"--createek", "--create-ek-cert", "--overwrite", NULL };
	const int keep[] = { -1 };
	struct child child;
	int status = child_start(&child, argv, "swtpm_setup.log", keep);
	if (status != 0)
		return status;
	if (child_end(&child, SETUP_MS) != 0)
		return fail(EX_UNAVAILABLE, NULL, 0,
			"swtpm_setup could not make the TPM; "
			"see swtpm_setup.log in the machine's folder");
	return 0;
}

static int make_tpm(void)
{
	char here[PATH_MAX];
	int status = getcwd(here, sizeof(here)) == NULL
			     ? fail(EX_OSERR, NULL, 0,
				       "cannot tell the current folder: %s",
				       strerror(errno))
			     : 0;
	if (status == 0)
		status = folder_make(MACHINE_TPM);
	if (status == 0)
		status = folder_make(MACHINE_CA);
	if (status == 0)
		status = configure_ca(here);
	return status != 0 ? status : set_up_tpm();
}

/* What a machine is made from: absolute paths. */
enum source { SOURCE_PROFILE, SOURCE_DISK, SOURCE_VARS, SOURCES };

/* In the new folder. */
static int create(char source[SOURCES][PATH_MAX])
{
	const char *vars = source[SOURCE_VARS];
	struct profile profile;
	int status = profile_read(source[SOURCE_PROFILE], &profile);
	if (status == 0)
		status = profile_check_firmware(
			source[SOURCE_PROFILE], &profile);
	if (status == 0)
		status = file_copy(source[SOURCE_DISK], MACHINE_DISK);
	if (status == 0)
		status = file_copy(
			*vars != '\0' ? vars
				      : profile.value[PROFILE_FIRMWARE_VARS],
			MACHINE_VARS);
	if (status == 0)
		status = make_tpm();
	if (status == 0)
		status = file_copy(source[SOURCE_PROFILE], MACHINE_PROFILE);
	return status;
}

/* Leaves the path empty when there is no name. */
static int resolve(const char *name, char path[PATH_MAX])
{
	path[0] = '\0';
	if (name == NULL || realpath(name, path) != NULL)
		return 0;
	return fail(EX_NOINPUT, name, 0, "cannot open it: %s", strerror(errno));
}

static int resolve_all(
	const struct arguments *arguments, char source[SOURCES][PATH_MAX])
{
	char *profile = launch_profile_path(argument(arguments, "--profile"));
	int status = profile == NULL ? EX_NOINPUT
				     : resolve(profile, source[SOURCE_PROFILE]);
	free(profile);
	if (status == 0)
		status = resolve(
			argument(arguments, "--disk"), source[SOURCE_DISK]);
	if (status == 0)
		status = resolve(
			argument(arguments, "--vars"), source[SOURCE_VARS]);
	return status;
}

int machine_create_command(const struct arguments *arguments)
{
	const char *folder = argument(arguments, "DIR");
	char source[SOURCES][PATH_MAX];
	struct stat there;
	int status = resolve_all(arguments, source);
	if (status != 0)
		return status;
	if (stat(folder, &there) == 0)
		return fail(EX_CANTCREAT, folder, 0,
			"exists already; give a new folder");
	status = folder_make(folder);
	if (status != 0)
		return status;
	if (chdir(folder) != 0)
		return fail(EX_CANTCREAT, folder, 0, "cannot enter it: %s",
			strerror(errno));
	return create(source);
}
