/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A module that passes all on to SoftHSM, but for what $FAULTY names: "sign"
 * changes each signature; "keypad" says that the PIN is typed on the token, and
 * gives it itself.
 */
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <stdlib.h>
#include <string.h>

static CK_FUNCTION_LIST *real, faulty;

static int is(const char *what)
{
	const char *named = getenv("FAULTY");
	return named != NULL && strcmp(named, what) == 0;
}

static CK_RV sign(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG size,
	CK_BYTE *signature, CK_ULONG *signature_size)
{
	const CK_RV done =
		real->C_Sign(session, data, size, signature, signature_size);
	if (done == CKR_OK && signature != NULL && is("sign"))
		signature[0] ^= 1;
	return done;
}

static CK_RV get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
	const CK_RV done = real->C_GetTokenInfo(slot, info);
	if (is("keypad"))
		info->flags |= CKF_PROTECTED_AUTHENTICATION_PATH;
	return done;
}

static CK_RV log_in(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_BYTE *pin,
	CK_ULONG size)
{
	static CK_BYTE typed[] = "123456";
	return is("keypad") && pin == NULL
		       ? real->C_Login(session, user, typed, sizeof(typed) - 1)
		       : real->C_Login(session, user, pin, size);
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST **out)
{
	void *library = dlopen(getenv("FAULTY_MODULE"), RTLD_NOW);
	CK_C_GetFunctionList get =
		library == NULL ? NULL
				: (CK_C_GetFunctionList)dlsym(
					  library, "C_GetFunctionList");
	if (get == NULL || get(&real) != CKR_OK)
		return CKR_GENERAL_ERROR;
	faulty = *real;
	faulty.C_Sign = sign;
	faulty.C_GetTokenInfo = get_token_info;
	faulty.C_Login = log_in;
	*out = &faulty;
	return CKR_OK;
}
