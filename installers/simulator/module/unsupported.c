/* What the simulated client does not do. */
#include "knet.h"

/* the parameters are there for the type only */
#pragma GCC diagnostic ignored "-Wunused-parameter"

#define REFUSE(function, rv, ...)                                                                            \
    CK_RV function(__VA_ARGS__)                                                                              \
    {                                                                                                        \
        return rv;                                                                                           \
    }
#define NOT_SUPPORTED(function, ...) REFUSE(function, CKR_FUNCTION_NOT_SUPPORTED, __VA_ARGS__)
#define SESSION CK_SESSION_HANDLE session
#define BYTES(name) CK_BYTE *name, CK_ULONG name##_length
#define BUFFER(name) CK_BYTE *name, CK_ULONG *name##_length

NOT_SUPPORTED(C_WaitForSlotEvent, CK_FLAGS flags, CK_SLOT_ID *slot, void *reserved)
NOT_SUPPORTED(C_InitToken, CK_SLOT_ID slot, BYTES(pin), CK_UTF8CHAR *label)
NOT_SUPPORTED(C_InitPIN, SESSION, BYTES(pin))
NOT_SUPPORTED(C_SetPIN, SESSION, BYTES(old_pin), BYTES(new_pin))
NOT_SUPPORTED(C_GetOperationState, SESSION, BUFFER(state))
NOT_SUPPORTED(C_SetOperationState, SESSION, BYTES(state), CK_OBJECT_HANDLE encryption,
    CK_OBJECT_HANDLE authentication)
NOT_SUPPORTED(C_SignRecoverInit, SESSION, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
NOT_SUPPORTED(C_SignRecover, SESSION, BYTES(data), BUFFER(signature))
NOT_SUPPORTED(C_VerifyRecoverInit, SESSION, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
NOT_SUPPORTED(C_VerifyRecover, SESSION, BYTES(signature), BUFFER(data))
NOT_SUPPORTED(C_DigestEncryptUpdate, SESSION, BYTES(part), BUFFER(encrypted))
NOT_SUPPORTED(C_DecryptDigestUpdate, SESSION, BYTES(encrypted), BUFFER(part))
NOT_SUPPORTED(C_SignEncryptUpdate, SESSION, BYTES(part), BUFFER(encrypted))
NOT_SUPPORTED(C_DecryptVerifyUpdate, SESSION, BYTES(encrypted), BUFFER(part))
REFUSE(C_GetFunctionStatus, CKR_FUNCTION_NOT_PARALLEL, SESSION)
REFUSE(C_CancelFunction, CKR_FUNCTION_NOT_PARALLEL, SESSION)
