/* One slot with one token for each user of config.json. */
#include "knet.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define MANUFACTURER "KRYPTUS"

/* Cryptoki's strings are padded with blanks and have no NUL. */
static void pad(unsigned char *field, size_t size, const char *text)
{
    size_t length = strlen(text);
    memset(field, ' ', size);
    memcpy(field, text, length < size ? length : size);
}

/* The same user has the same serial number everywhere: 64-bit FNV-1a of its name. */
static void serial_of(const struct user *user, unsigned char *field, size_t size)
{
    uint64_t hash = 0xcbf29ce484222325;
    for (const char *at = user->name; *at != '\0'; at++) hash = (hash ^ (unsigned char)*at) * 0x100000001b3;
    char text[17];
    snprintf(text, sizeof text, "%016llx", (unsigned long long)hash);
    pad(field, size, text);
}

CK_RV C_GetInfo(CK_INFO *info)
{
    CK_RV rv = enter();
    if (rv == CKR_OK && info == NULL) rv = CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK) {
        *info = (CK_INFO){ .cryptokiVersion = { 2, 40 }, .libraryVersion = { 1, 7 } };
        pad(info->manufacturerID, sizeof info->manufacturerID, MANUFACTURER);
        pad(info->libraryDescription, sizeof info->libraryDescription, "PKCS11");
    }
    return leave("C_GetInfo", LOG_INFO, rv);
}

static CK_RV list_slots(CK_SLOT_ID *list, CK_ULONG *count)
{
    CK_ULONG room = *count;
    *count = config.user_count;
    if (list == NULL) return CKR_OK;
    if (room < config.user_count) return CKR_BUFFER_TOO_SMALL;
    for (size_t index = 0; index < config.user_count; index++) list[index] = FIRST_SLOT + index;
    return CKR_OK;
}

/* The slots come from the configuration alone; whether a VHSM is alive shows when its token is used. */
CK_RV C_GetSlotList(CK_BBOOL token_present, CK_SLOT_ID *list, CK_ULONG *count)
{
    (void)token_present;
    CK_RV rv = enter();
    if (rv == CKR_OK) rv = count == NULL ? CKR_ARGUMENTS_BAD : list_slots(list, count);
    return leave("C_GetSlotList", LOG_INFO, rv);
}

CK_RV C_GetSlotInfo(CK_SLOT_ID slot, CK_SLOT_INFO *info)
{
    CK_RV rv = enter();
    if (rv == CKR_OK && info == NULL) rv = CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK && user_of_slot(slot) == NULL) rv = CKR_SLOT_ID_INVALID;
    if (rv == CKR_OK) {
        *info = (CK_SLOT_INFO){
            .flags = CKF_TOKEN_PRESENT,
            .hardwareVersion = { 1, 0 },
            .firmwareVersion = { 1, 0 },
        };
        pad(info->slotDescription, sizeof info->slotDescription, "kNET (simulated)");
        pad(info->manufacturerID, sizeof info->manufacturerID, MANUFACTURER);
    }
    return leave("C_GetSlotInfo", LOG_INFO, rv);
}

static CK_FLAGS token_flags(enum user_state state)
{
    CK_FLAGS flags = CKF_RNG | CKF_LOGIN_REQUIRED | CKF_USER_PIN_INITIALIZED | CKF_TOKEN_INITIALIZED;
    if (state == USER_COUNT_LOW) flags |= CKF_USER_PIN_COUNT_LOW;
    if (state == USER_FINAL_TRY) flags |= CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY;
    if (state == USER_LOCKED) flags |= CKF_USER_PIN_LOCKED;
    return flags;
}

static CK_RV token_info(struct user *user, CK_TOKEN_INFO *info)
{
    struct answer answer = { 0 };
    CK_RV rv = reach(user, NULL, &answer);
    if (rv == CKR_OK) rv = soft->C_GetTokenInfo(user->soft_slot, info);
    if (rv == CKR_OK) {
        info->flags = token_flags(answer.state);
        info->ulMinPinLen = 1;
        info->hardwareVersion = info->firmwareVersion = (CK_VERSION){ 1, 0 };
        pad(info->label, sizeof info->label, user->name);
        pad(info->manufacturerID, sizeof info->manufacturerID, MANUFACTURER);
        pad(info->model, sizeof info->model, "kNET simulated");
        if (answer.serial != NULL)
            pad(info->serialNumber, sizeof info->serialNumber, answer.serial);
        else
            serial_of(user, info->serialNumber, sizeof info->serialNumber);
    }
    answer_free(&answer);
    return rv;
}

CK_RV C_GetTokenInfo(CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
    CK_RV rv = enter();
    struct user *user = rv == CKR_OK ? user_of_slot(slot) : NULL;
    if (rv == CKR_OK && info == NULL) rv = CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK) rv = user == NULL ? CKR_SLOT_ID_INVALID : token_info(user, info);
    return leave("C_GetTokenInfo", LOG_VERBOSE, rv);
}

static CK_RV reach_slot(CK_SLOT_ID slot, struct user **user, struct answer *answer)
{
    *answer = (struct answer){ 0 };
    *user = user_of_slot(slot);
    return *user == NULL ? CKR_SLOT_ID_INVALID : reach(*user, NULL, answer);
}

CK_RV C_GetMechanismList(CK_SLOT_ID slot, CK_MECHANISM_TYPE *list, CK_ULONG *count)
{
    struct user *user;
    struct answer answer = { 0 };
    CK_RV rv = enter();
    if (rv == CKR_OK) rv = reach_slot(slot, &user, &answer);
    if (rv == CKR_OK) rv = soft->C_GetMechanismList(user->soft_slot, list, count);
    answer_free(&answer);
    return leave("C_GetMechanismList", LOG_INFO, rv);
}

CK_RV C_GetMechanismInfo(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info)
{
    struct user *user;
    struct answer answer = { 0 };
    CK_RV rv = enter();
    if (rv == CKR_OK) rv = reach_slot(slot, &user, &answer);
    if (rv == CKR_OK && info == NULL) rv = CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK) {
        /* SoftHSM leaves the flags of some mechanisms as they were */
        *info = (CK_MECHANISM_INFO){ 0 };
        rv = soft->C_GetMechanismInfo(user->soft_slot, type, info);
    }
    if (rv == CKR_OK && type == CKM_RSA_PKCS_KEY_PAIR_GEN && answer.most_rsa_bits != 0)
        info->ulMaxKeySize = answer.most_rsa_bits;
    answer_free(&answer);
    return leave("C_GetMechanismInfo", LOG_INFO, rv);
}
