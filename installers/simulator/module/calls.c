/*
 * Calls that go to SoftHSM. Those that a real VHSM would serve ask the active member first, to notice if it
 * is gone.
 */
#include "knet.h"

/* Cheap: one Query on a connection that is kept open. */
static CK_RV enter_alive(CK_SESSION_HANDLE session, struct answer *answer)
{
    struct user *user;
    CK_RV rv = enter_session(session, &user);
    *answer = (struct answer){ 0 };
    return rv == CKR_OK ? reach(user, NULL, answer) : rv;
}

static CK_RV check_template(const CK_ATTRIBUTE *attributes, CK_ULONG count)
{
    for (CK_ULONG index = 0; attributes != NULL && index < count; index++)
        if (attributes[index].type == CKA_ALLOWED_MECHANISMS) return CKR_ATTRIBUTE_TYPE_INVALID;
    return CKR_OK;
}

/* Some KMIP servers know no objects that end with a session. */
static CK_RV check_new(const struct answer *answer, const CK_ATTRIBUTE *attributes, CK_ULONG count)
{
    CK_RV rv = check_template(attributes, count);
    if (rv != CKR_OK || !answer->no_session_objects) return rv;
    for (CK_ULONG index = 0; attributes != NULL && index < count; index++)
        if (attributes[index].type == CKA_TOKEN && attributes[index].pValue != NULL
            && *(const CK_BBOOL *)attributes[index].pValue)
            return CKR_OK;
    return CKR_ATTRIBUTE_VALUE_INVALID;
}

static CK_RV check_bits(const struct answer *answer, const CK_ATTRIBUTE *attributes, CK_ULONG count)
{
    if (answer->most_rsa_bits == 0) return CKR_OK;
    for (CK_ULONG index = 0; attributes != NULL && index < count; index++)
        if (attributes[index].type == CKA_MODULUS_BITS && attributes[index].pValue != NULL
            && *(const CK_ULONG *)attributes[index].pValue > answer->most_rsa_bits)
            return CKR_KEY_SIZE_RANGE;
    return CKR_OK;
}

static CK_RV check_pair(const struct answer *answer, const CK_ATTRIBUTE *public, CK_ULONG publics,
    const CK_ATTRIBUTE *private, CK_ULONG privates)
{
    CK_RV rv = check_bits(answer, public, publics);
    if (rv == CKR_OK) rv = check_new(answer, public, publics);
    return rv == CKR_OK ? check_new(answer, private, privates) : rv;
}

/* PARAMETERS and ARGUMENTS are parenthesised lists; both begin with the session. */
#define CALL(function, level, parameters, arguments)                                                         \
    CK_RV function parameters                                                                                \
    {                                                                                                        \
        struct answer answer;                                                                                \
        CK_RV rv = enter_alive(session, &answer);                                                            \
        if (rv == CKR_OK) rv = soft->function arguments;                                                     \
        answer_free(&answer);                                                                                \
        return leave(#function, level, rv);                                                                  \
    }

/* Continues what was begun, or works in the client alone: the VHSM is not asked. */
#define LOCAL_CALL(function, parameters, arguments)                                                          \
    CK_RV function parameters                                                                                \
    {                                                                                                        \
        struct user *user;                                                                                   \
        CK_RV rv = enter_session(session, &user);                                                            \
        if (rv == CKR_OK) rv = soft->function arguments;                                                     \
        return leave(#function, LOG_INFO, rv);                                                               \
    }

/* Makes or changes an object: its template is checked, and the files it leaves are shared. */
#define OBJECT_CALL(function, refused, parameters, arguments)                                                \
    CK_RV function parameters                                                                                \
    {                                                                                                        \
        struct answer answer;                                                                                \
        CK_RV rv = enter_alive(session, &answer);                                                            \
        if (rv == CKR_OK) rv = refused;                                                                      \
        if (rv == CKR_OK) rv = soft->function arguments;                                                     \
        if (rv == CKR_OK) rights_share(answer.folder);                                                       \
        answer_free(&answer);                                                                                \
        return leave(#function, LOG_KEY, rv);                                                                \
    }

OBJECT_CALL(C_CreateObject, check_new(&answer, list, count),
    (CK_SESSION_HANDLE session, CK_ATTRIBUTE *list, CK_ULONG count, CK_OBJECT_HANDLE *object),
    (session, list, count, object))
OBJECT_CALL(C_CopyObject, check_template(list, count),
    (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE from, CK_ATTRIBUTE *list, CK_ULONG count,
        CK_OBJECT_HANDLE *object),
    (session, from, list, count, object))
OBJECT_CALL(C_SetAttributeValue, check_template(list, count),
    (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *list, CK_ULONG count),
    (session, object, list, count))
OBJECT_CALL(C_GenerateKey, check_new(&answer, list, count),
    (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_ATTRIBUTE *list, CK_ULONG count,
        CK_OBJECT_HANDLE *key),
    (session, mechanism, list, count, key))
OBJECT_CALL(C_GenerateKeyPair,
    check_pair(&answer, for_public, publics, for_private, privates),
    (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_ATTRIBUTE *for_public, CK_ULONG publics,
        CK_ATTRIBUTE *for_private, CK_ULONG privates, CK_OBJECT_HANDLE *public_key,
        CK_OBJECT_HANDLE *private_key),
    (session, mechanism, for_public, publics, for_private, privates, public_key, private_key))
OBJECT_CALL(C_UnwrapKey, check_new(&answer, list, count),
    (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE with, CK_BYTE *wrapped,
        CK_ULONG length, CK_ATTRIBUTE *list, CK_ULONG count, CK_OBJECT_HANDLE *key),
    (session, mechanism, with, wrapped, length, list, count, key))
OBJECT_CALL(C_DeriveKey, check_new(&answer, list, count),
    (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE base, CK_ATTRIBUTE *list,
        CK_ULONG count, CK_OBJECT_HANDLE *key),
    (session, mechanism, base, list, count, key))

CALL(C_DestroyObject, LOG_KEY, (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object), (session, object))
CALL(C_GetObjectSize, LOG_QUIET, (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ULONG *size),
    (session, object, size))
CALL(C_GetAttributeValue, LOG_QUIET,
    (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *list, CK_ULONG count),
    (session, object, list, count))
CALL(C_FindObjectsInit, LOG_QUIET, (CK_SESSION_HANDLE session, CK_ATTRIBUTE *list, CK_ULONG count),
    (session, list, count))
LOCAL_CALL(C_FindObjects,
    (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE *objects, CK_ULONG room, CK_ULONG *count),
    (session, objects, room, count))
LOCAL_CALL(C_FindObjectsFinal, (CK_SESSION_HANDLE session), (session))

#define WITH_KEY                                                                                             \
    (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key), (session, mechanism, key)
#define IN_OUT                                                                                               \
    (CK_SESSION_HANDLE session, CK_BYTE *in, CK_ULONG in_length, CK_BYTE *out, CK_ULONG *out_length),        \
        (session, in, in_length, out, out_length)
#define IN (CK_SESSION_HANDLE session, CK_BYTE *in, CK_ULONG in_length), (session, in, in_length)
#define OUT (CK_SESSION_HANDLE session, CK_BYTE *out, CK_ULONG *out_length), (session, out, out_length)
/* One more expansion, so that the lists above count as two arguments. */
#define SERVED(function, ...) CALL(function, LOG_KEY, __VA_ARGS__)
#define LOCAL(function, ...) LOCAL_CALL(function, __VA_ARGS__)

SERVED(C_EncryptInit, WITH_KEY)
SERVED(C_Encrypt, IN_OUT)
SERVED(C_EncryptUpdate, IN_OUT)
SERVED(C_EncryptFinal, OUT)
SERVED(C_DecryptInit, WITH_KEY)
SERVED(C_Decrypt, IN_OUT)
SERVED(C_DecryptUpdate, IN_OUT)
SERVED(C_DecryptFinal, OUT)
SERVED(C_SignInit, WITH_KEY)
SERVED(C_Sign, IN_OUT)
SERVED(C_SignUpdate, IN)
SERVED(C_SignFinal, OUT)
SERVED(C_VerifyInit, WITH_KEY)
SERVED(C_Verify,
    (CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG length, CK_BYTE *signature,
        CK_ULONG signature_length),
    (session, data, length, signature, signature_length))
SERVED(C_VerifyUpdate, IN)
SERVED(C_VerifyFinal, IN)
SERVED(C_WrapKey,
    (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE with, CK_OBJECT_HANDLE key,
        CK_BYTE *wrapped, CK_ULONG *length),
    (session, mechanism, with, key, wrapped, length))
SERVED(C_DigestKey, (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key), (session, key))
SERVED(C_SeedRandom, IN)
SERVED(C_GenerateRandom, IN)

LOCAL(C_DigestInit, (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism), (session, mechanism))
LOCAL(C_Digest, IN_OUT)
LOCAL(C_DigestUpdate, IN)
LOCAL(C_DigestFinal, OUT)
