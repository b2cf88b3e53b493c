/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandoqd: everything that runs inside the machine. Started by the kernel as
 * /init it is PID 1; started with a role's name it is that role.
 */
#include "appliance/machine/init.h"
#include "appliance/machine/roles.h"
#include "appliance/machine/spawn.h"
#include "appliance/machine/supervisor.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool is_supervisor(int argc, char **argv)
{
	return argc == 3 && strcmp(argv[1], "supervisor") == 0;
}

int main(int argc, char **argv)
{
	enum sandbox_setting setting;
	int status;
	if (getpid() == 1)
		init_main();
	if (is_supervisor(argc, argv) && setting_of_name(argv[2], &setting)) {
		sandbox_enter(roles_supervisor(), setting);
		return supervisor_main(setting);
	}
	if (roles_main(argc, argv, &status))
		_exit(status);
	fprintf(stderr, "sandoqd: runs inside the machine only; the command "
			"for people is sandoq\n");
	return 64;
}
