/* Sessions are SoftHSM's own, but the VHSM decides who may log in. */
#include "knet.h"

#include <string.h>

static CK_RV open_session(
    CK_SLOT_ID slot, CK_FLAGS flags, void *application, CK_NOTIFY notify, CK_SESSION_HANDLE *session)
{
    struct user *user = user_of_slot(slot);
    if (user == NULL) return CKR_SLOT_ID_INVALID;
    struct answer answer = { 0 };
    CK_RV rv = reach(user, NULL, &answer);
    answer_free(&answer);
    return rv == CKR_OK ? soft->C_OpenSession(user->soft_slot, flags, application, notify, session) : rv;
}

CK_RV C_OpenSession(
    CK_SLOT_ID slot, CK_FLAGS flags, void *application, CK_NOTIFY notify, CK_SESSION_HANDLE *session)
{
    CK_RV rv = enter();
    if (rv == CKR_OK) rv = open_session(slot, flags, application, notify, session);
    return leave("C_OpenSession", LOG_QUIET, rv);
}

CK_RV C_CloseSession(CK_SESSION_HANDLE session)
{
    struct user *user;
    CK_RV rv = enter_session(session, &user);
    if (rv == CKR_OK) rv = soft->C_CloseSession(session);
    return leave("C_CloseSession", LOG_INFO, rv);
}

CK_RV C_CloseAllSessions(CK_SLOT_ID slot)
{
    CK_RV rv = enter();
    struct user *user = rv == CKR_OK ? user_of_slot(slot) : NULL;
    if (rv == CKR_OK && user == NULL) rv = CKR_SLOT_ID_INVALID;
    if (rv == CKR_OK && user->has_soft_slot) rv = soft->C_CloseAllSessions(user->soft_slot);
    return leave("C_CloseAllSessions", LOG_INFO, rv);
}

CK_RV C_GetSessionInfo(CK_SESSION_HANDLE session, CK_SESSION_INFO *info)
{
    struct user *user;
    CK_RV rv = enter_session(session, &user);
    if (rv == CKR_OK) rv = soft->C_GetSessionInfo(session, info);
    if (rv == CKR_OK) info->slotID = FIRST_SLOT + (CK_SLOT_ID)(user - config.users);
    return leave("C_GetSessionInfo", LOG_INFO, rv);
}

static bool logged_in(CK_SESSION_HANDLE session)
{
    CK_SESSION_INFO info;
    return soft->C_GetSessionInfo(session, &info) == CKR_OK
        && (info.state == CKS_RO_USER_FUNCTIONS || info.state == CKS_RW_USER_FUNCTIONS);
}

static CK_RV refusal(enum user_state state)
{
    switch (state) {
    case USER_LOCKED: return CKR_PIN_LOCKED;
    case USER_UNKNOWN: return CKR_TOKEN_NOT_PRESENT;
    case USER_OFFICER: return CKR_USER_TYPE_INVALID;
    case USER_GOOD:
    case USER_COUNT_LOW:
    case USER_FINAL_TRY: return CKR_PIN_INCORRECT;
    }
    return CKR_DEVICE_ERROR;
}

static CK_RV log_in(
    CK_SESSION_HANDLE session, CK_USER_TYPE type, struct user *user, const struct password *password)
{
    if (type != CKU_USER && type != CKU_CONTEXT_SPECIFIC) return CKR_USER_TYPE_INVALID;
    if (type == CKU_USER && logged_in(session)) return CKR_USER_ALREADY_LOGGED_IN;
    if (password->bytes == NULL) return CKR_ARGUMENTS_BAD;

    struct answer answer = { 0 };
    CK_RV rv = reach(user, password, &answer);
    if (rv == CKR_OK && (!answer.success || answer.state == USER_OFFICER)) rv = refusal(answer.state);
    if (rv == CKR_OK && answer.pin == NULL) rv = CKR_DEVICE_ERROR;
    if (rv == CKR_OK)
        rv = soft->C_Login(session, type, (CK_UTF8CHAR *)answer.pin, (CK_ULONG)strlen(answer.pin));
    answer_free(&answer);
    return rv;
}

CK_RV C_Login(CK_SESSION_HANDLE session, CK_USER_TYPE type, CK_UTF8CHAR *pin, CK_ULONG pin_length)
{
    struct user *user;
    const struct password password = { pin, pin_length };
    CK_RV rv = enter_session(session, &user);
    if (rv == CKR_OK) rv = log_in(session, type, user, &password);
    return leave("C_Login", LOG_QUIET, rv);
}

CK_RV C_Logout(CK_SESSION_HANDLE session)
{
    struct user *user;
    CK_RV rv = enter_session(session, &user);
    if (rv == CKR_OK) rv = soft->C_Logout(session);
    return leave("C_Logout", LOG_QUIET, rv);
}
