/*
 * A PKCS #11 application for the tests: client MODULE, with one command a line on standard input. Answers
 * each with a line: the return value in hexadecimal, and what there is to tell. Keeps one session.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <p11-kit/pkcs11.h>

static CK_FUNCTION_LIST *module;
static CK_SESSION_HANDLE session;
static char told[4096];

static CK_BYTE p256[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 };
static CK_BBOOL yes = CK_TRUE;

static CK_RV slots(void)
{
    CK_SLOT_ID list[64];
    CK_ULONG count = 64;
    CK_RV rv = module->C_GetSlotList(CK_TRUE, list, &count);
    for (CK_ULONG index = 0; rv == CKR_OK && index < count; index++) {
        CK_TOKEN_INFO info;
        char part[80];
        CK_RV seen = module->C_GetTokenInfo(list[index], &info);
        if (seen == CKR_OK) snprintf(part, sizeof part, " %lu=%.32s=%lx", list[index], info.label,
            info.flags);
        else snprintf(part, sizeof part, " %lu=%lx", list[index], seen);
        strcat(told, part);
    }
    return rv;
}

static CK_RV info(void)
{
    CK_INFO seen;
    CK_RV rv = module->C_GetInfo(&seen);
    if (rv == CKR_OK)
        snprintf(told, sizeof told, " %d.%d %.32s%.32s%d.%d", seen.cryptokiVersion.major,
            seen.cryptokiVersion.minor, seen.manufacturerID, seen.libraryDescription,
            seen.libraryVersion.major, seen.libraryVersion.minor);
    return rv;
}

static CK_RV generate(char *label, int token)
{
    CK_BBOOL kept = token ? CK_TRUE : CK_FALSE;
    CK_MECHANISM mechanism = { CKM_EC_KEY_PAIR_GEN, NULL, 0 };
    CK_ATTRIBUTE public_key[] = { { CKA_EC_PARAMS, p256, sizeof p256 }, { CKA_TOKEN, &kept, 1 },
        { CKA_LABEL, label, strlen(label) } };
    CK_ATTRIBUTE private_key[] = { { CKA_SIGN, &yes, 1 }, { CKA_TOKEN, &kept, 1 },
        { CKA_LABEL, label, strlen(label) } };
    CK_OBJECT_HANDLE one, other;
    return module->C_GenerateKeyPair(session, &mechanism, public_key, 3, private_key, 3, &one, &other);
}

static CK_RV generate_restricted(void)
{
    CK_MECHANISM_TYPE allowed = CKM_ECDSA;
    CK_MECHANISM mechanism = { CKM_EC_KEY_PAIR_GEN, NULL, 0 };
    CK_ATTRIBUTE public_key[] = { { CKA_EC_PARAMS, p256, sizeof p256 } };
    CK_ATTRIBUTE private_key[] = { { CKA_SIGN, &yes, 1 },
        { CKA_ALLOWED_MECHANISMS, &allowed, sizeof allowed } };
    CK_OBJECT_HANDLE one, other;
    return module->C_GenerateKeyPair(session, &mechanism, public_key, 1, private_key, 2, &one, &other);
}

static CK_RV find(char *label, CK_OBJECT_HANDLE *key, CK_ULONG *count)
{
    CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
    CK_ATTRIBUTE wanted[] = { { CKA_CLASS, &class, sizeof class }, { CKA_LABEL, label, strlen(label) } };
    CK_RV rv = module->C_FindObjectsInit(session, wanted, 2);
    if (rv == CKR_OK) rv = module->C_FindObjects(session, key, 1, count);
    if (rv == CKR_OK) rv = module->C_FindObjectsFinal(session);
    return rv;
}

static CK_RV sign(char *label)
{
    CK_OBJECT_HANDLE key;
    CK_ULONG count = 0;
    CK_RV rv = find(label, &key, &count);
    if (rv != CKR_OK) return rv;
    snprintf(told, sizeof told, " %lu", count);
    if (count == 0) return CKR_OBJECT_HANDLE_INVALID;
    CK_BYTE digest[32] = { 1 }, signature[64];
    CK_ULONG length = sizeof signature;
    CK_MECHANISM mechanism = { CKM_ECDSA, NULL, 0 };
    rv = module->C_SignInit(session, &mechanism, key);
    return rv == CKR_OK ? module->C_Sign(session, digest, sizeof digest, signature, &length) : rv;
}

static CK_RV random_bytes(void)
{
    CK_BYTE bytes[16];
    return module->C_GenerateRandom(session, bytes, sizeof bytes);
}

/* A child goes on with the commands, until `end`; then the parent does, and answers that one. */
static CK_RV fork_off(void)
{
    int status = 1;
    pid_t child = fork();
    if (child == 0) return CKR_OK;
    return child > 0 && waitpid(child, &status, 0) == child && status == 0 ? CKR_OK : CKR_GENERAL_ERROR;
}

static CK_RV obey(const char *command, char *argument)
{
    if (strcmp(command, "initialize") == 0) return module->C_Initialize(NULL);
    if (strcmp(command, "fork") == 0) return fork_off();
    if (strcmp(command, "end") == 0) _exit(0);
    if (strcmp(command, "finalize") == 0) return module->C_Finalize(NULL);
    if (strcmp(command, "info") == 0) return info();
    if (strcmp(command, "slots") == 0) return slots();
    if (strcmp(command, "open") == 0)
        return module->C_OpenSession(strtoul(argument, NULL, 10), CKF_SERIAL_SESSION | CKF_RW_SESSION,
            NULL, NULL, &session);
    if (strcmp(command, "close") == 0) return module->C_CloseSession(session);
    if (strcmp(command, "login") == 0) return module->C_Login(session, CKU_USER, (CK_UTF8CHAR *)argument,
        strlen(argument));
    if (strcmp(command, "logout") == 0) return module->C_Logout(session);
    if (strcmp(command, "generate") == 0) return generate(argument, 1);
    if (strcmp(command, "generate-session") == 0) return generate(argument, 0);
    if (strcmp(command, "generate-restricted") == 0) return generate_restricted();
    if (strcmp(command, "sign") == 0) return sign(argument);
    if (strcmp(command, "random") == 0) return random_bytes();
    if (strcmp(command, "set-pin") == 0) return module->C_SetPIN(session, NULL, 0, NULL, 0);
    return CKR_ARGUMENTS_BAD;
}

int main(int count, char **arguments)
{
    if (count != 2) return 2;
    void *library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
    CK_C_GetFunctionList list;
    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 2;
    }
    *(void **)&list = dlsym(library, "C_GetFunctionList");
    if (list == NULL || list(&module) != CKR_OK) return 2;
    char line[512];
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        char *argument = strchr(line, ' ');
        if (argument != NULL) *argument++ = '\0';
        told[0] = '\0';
        CK_RV rv = obey(line, argument == NULL ? line + strlen(line) : argument);
        printf("%lx%s\n", rv, told);
        fflush(stdout);
    }
    return 0;
}
