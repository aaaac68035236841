/* The module's state, its one lock, and its function list. */
#include "knet.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Whoever makes an archive puts its version in place of the mark (src/simulator/build-archive.ts), so that
 * one compiled module does for all of them. Can be read in the file:
 * strings libkNETPKCS11.so | grep simulator
 */
__attribute__((used)) static const char archive_version[] = "kNET PKCS11 simulator @ARCHIVE_VERSION@";

struct config config;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool initialized;
static pid_t initialized_by;
static bool curl_ready;

static CK_RV check_arguments(const CK_C_INITIALIZE_ARGS *arguments)
{
    if (arguments == NULL) return CKR_OK;
    if (arguments->pReserved != NULL) return CKR_ARGUMENTS_BAD;
    int callbacks = (arguments->CreateMutex != NULL) + (arguments->DestroyMutex != NULL)
        + (arguments->LockMutex != NULL) + (arguments->UnlockMutex != NULL);
    if (callbacks != 0 && callbacks != 4) return CKR_ARGUMENTS_BAD;
    bool own_locks = (arguments->flags & CKF_OS_LOCKING_OK) != 0;
    return callbacks == 4 && !own_locks ? CKR_CANT_LOCK : CKR_OK;
}

/*
 * A process that was forked off is another application, and has to begin on its own (PKCS #11 2.40,
 * "Applications and processes"): the sessions and the TLS connections are the parent's.
 */
static bool is_ready(void)
{
    return initialized && initialized_by == getpid();
}

static CK_RV start(const CK_C_INITIALIZE_ARGS *arguments)
{
    if (is_ready()) return CKR_CRYPTOKI_ALREADY_INITIALIZED;
    CK_RV rv = check_arguments(arguments);
    if (rv != CKR_OK) return rv;
    if (!curl_ready && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return CKR_GENERAL_ERROR;
    curl_ready = true;
    /* what the parent had is left alone: to close its connections would end them for the parent as well */
    if (initialized) soft_close();
    initialized = false;
    if (!config_load(&config)) return CKR_GENERAL_ERROR;
    log_open(config.verbosity);
    initialized = true;
    initialized_by = getpid();
    return CKR_OK;
}

CK_RV C_Initialize(void *arguments)
{
    pthread_mutex_lock(&lock);
    return leave("C_Initialize", LOG_INFO, start(arguments));
}

CK_RV C_Finalize(void *reserved)
{
    CK_RV rv = enter();
    if (rv == CKR_OK && reserved != NULL) rv = CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK) {
        soft_close();
        config_free(&config);
        initialized = false;
    }
    rv = leave("C_Finalize", LOG_INFO, rv);
    if (rv == CKR_OK) log_close();
    return rv;
}

CK_RV enter(void)
{
    pthread_mutex_lock(&lock);
    return is_ready() ? CKR_OK : CKR_CRYPTOKI_NOT_INITIALIZED;
}

static struct user *user_of_soft_slot(CK_SLOT_ID slot)
{
    for (size_t index = 0; index < config.user_count; index++)
        if (config.users[index].has_soft_slot && config.users[index].soft_slot == slot)
            return &config.users[index];
    return NULL;
}

CK_RV enter_session(CK_SESSION_HANDLE session, struct user **user)
{
    CK_RV rv = enter();
    if (rv != CKR_OK) return rv;
    if (soft == NULL) return CKR_SESSION_HANDLE_INVALID;
    CK_SESSION_INFO info;
    rv = soft->C_GetSessionInfo(session, &info);
    if (rv != CKR_OK) return rv;
    *user = user_of_soft_slot(info.slotID);
    return *user == NULL ? CKR_SESSION_HANDLE_INVALID : CKR_OK;
}

CK_RV leave(const char *function, enum verbosity level, CK_RV rv)
{
    log_line(rv == CKR_OK ? level : LOG_KEY, "%s: 0x%lx", function, rv);
    pthread_mutex_unlock(&lock);
    return rv;
}

struct user *user_of_slot(CK_SLOT_ID slot)
{
    return slot >= FIRST_SLOT && slot - FIRST_SLOT < config.user_count
        ? &config.users[slot - FIRST_SLOT]
        : NULL;
}

CK_RV reach(struct user *user, const struct password *password, struct answer *answer)
{
    CK_RV rv = vhsm_ask(user, password, answer);
    if (rv != CKR_OK) return rv;
    if (answer->folder == NULL || answer->label == NULL)
        return answer->state == USER_UNKNOWN ? CKR_TOKEN_NOT_PRESENT : CKR_DEVICE_ERROR;
    rv = soft_open(answer->folder);
    if (rv != CKR_OK || user->has_soft_slot) return rv;
    rv = soft_find_slot(answer->label, &user->soft_slot);
    user->has_soft_slot = rv == CKR_OK;
    return rv;
}

static CK_FUNCTION_LIST functions = {
    .version = { 2, 40 },
#define ENTRY(function) .function = function
    ENTRY(C_Initialize), ENTRY(C_Finalize), ENTRY(C_GetInfo), ENTRY(C_GetFunctionList), ENTRY(C_GetSlotList),
    ENTRY(C_GetSlotInfo), ENTRY(C_GetTokenInfo), ENTRY(C_GetMechanismList), ENTRY(C_GetMechanismInfo),
    ENTRY(C_InitToken), ENTRY(C_InitPIN), ENTRY(C_SetPIN), ENTRY(C_OpenSession), ENTRY(C_CloseSession),
    ENTRY(C_CloseAllSessions), ENTRY(C_GetSessionInfo), ENTRY(C_GetOperationState),
    ENTRY(C_SetOperationState), ENTRY(C_Login), ENTRY(C_Logout), ENTRY(C_CreateObject), ENTRY(C_CopyObject),
    ENTRY(C_DestroyObject), ENTRY(C_GetObjectSize), ENTRY(C_GetAttributeValue), ENTRY(C_SetAttributeValue),
    ENTRY(C_FindObjectsInit), ENTRY(C_FindObjects), ENTRY(C_FindObjectsFinal), ENTRY(C_EncryptInit),
    ENTRY(C_Encrypt), ENTRY(C_EncryptUpdate), ENTRY(C_EncryptFinal), ENTRY(C_DecryptInit), ENTRY(C_Decrypt),
    ENTRY(C_DecryptUpdate), ENTRY(C_DecryptFinal), ENTRY(C_DigestInit), ENTRY(C_Digest),
    ENTRY(C_DigestUpdate), ENTRY(C_DigestKey), ENTRY(C_DigestFinal), ENTRY(C_SignInit), ENTRY(C_Sign),
    ENTRY(C_SignUpdate), ENTRY(C_SignFinal), ENTRY(C_SignRecoverInit), ENTRY(C_SignRecover),
    ENTRY(C_VerifyInit), ENTRY(C_Verify), ENTRY(C_VerifyUpdate), ENTRY(C_VerifyFinal),
    ENTRY(C_VerifyRecoverInit), ENTRY(C_VerifyRecover), ENTRY(C_DigestEncryptUpdate),
    ENTRY(C_DecryptDigestUpdate), ENTRY(C_SignEncryptUpdate), ENTRY(C_DecryptVerifyUpdate),
    ENTRY(C_GenerateKey), ENTRY(C_GenerateKeyPair), ENTRY(C_WrapKey), ENTRY(C_UnwrapKey), ENTRY(C_DeriveKey),
    ENTRY(C_SeedRandom), ENTRY(C_GenerateRandom), ENTRY(C_GetFunctionStatus), ENTRY(C_CancelFunction),
    ENTRY(C_WaitForSlotEvent),
#undef ENTRY
};

__attribute__((visibility("default"))) CK_RV C_GetFunctionList(CK_FUNCTION_LIST **list)
{
    if (list == NULL) return CKR_ARGUMENTS_BAD;
    *list = &functions;
    return CKR_OK;
}

/*
 * PKCS #11 3.0's way to the functions, which a Cryptoki 2.40 module need not have. Without it, a caller that
 * looks for it (OpenSC from 0.26 on) finds p11-kit's instead, which libcurl's own libraries bring in, and
 * talks to other tokens. The names are set with asm, since headers older than 3.0 lack the types with which
 * newer ones declare these functions.
 */
struct interface {
    char *name;
    void *functions;
    CK_FLAGS flags;
};

static char interface_name[] = "PKCS 11";
static struct interface interface = { interface_name, &functions, 0 };

CK_RV get_interface(unsigned char *name, CK_VERSION *version, struct interface **found, CK_FLAGS flags)
    __asm__("C_GetInterface");
CK_RV get_interface_list(struct interface *list, CK_ULONG *count) __asm__("C_GetInterfaceList");

__attribute__((visibility("default"))) CK_RV get_interface(
    unsigned char *name, CK_VERSION *version, struct interface **found, CK_FLAGS flags)
{
    if (found == NULL) return CKR_ARGUMENTS_BAD;
    if (name != NULL && strcmp((char *)name, interface_name) != 0) return CKR_FUNCTION_FAILED;
    if (version != NULL
        && (version->major != functions.version.major || version->minor != functions.version.minor))
        return CKR_FUNCTION_FAILED;
    if (flags != 0) return CKR_FUNCTION_FAILED;
    *found = &interface;
    return CKR_OK;
}

__attribute__((visibility("default"))) CK_RV get_interface_list(struct interface *list, CK_ULONG *count)
{
    if (count == NULL) return CKR_ARGUMENTS_BAD;
    CK_ULONG room = *count;
    *count = 1;
    if (list == NULL) return CKR_OK;
    if (room < 1) return CKR_BUFFER_TOO_SMALL;
    *list = interface;
    return CKR_OK;
}
