#include "appliance/machine/supervisor.h"

#include "appliance/formats/crypto.h"
#include "appliance/machine/init.h"
#include "appliance/machine/session.h"

int supervisor_main(enum sandbox_setting setting)
{
	static struct session session;
	session.setting = setting;
	session.event_log = INIT_EVENT_LOG;
	session.plan = -1;
	crypto_start();
	return session_run(&session) == BOOT_AGAIN ? INIT_REBOOT : 1;
}
