/*
 * Makes a cluster's tokens in a folder: init-tokens FOLDER, with a line "LABEL<tab>PIN" for each on standard
 * input, so that no PIN is on a command line. Linked with the module's own softhsm.c and rights.c.
 */
#include "../module/knet.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void log_line(enum verbosity level, const char *format, ...)
{
    (void)level;
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

/* SoftHSM always offers one token that is not initialised yet, in its last slot. */
static CK_RV free_slot(CK_SLOT_ID *slot)
{
    CK_ULONG count = 0;
    CK_RV rv = soft->C_GetSlotList(CK_TRUE, NULL, &count);
    if (rv != CKR_OK || count == 0) return rv == CKR_OK ? CKR_TOKEN_NOT_PRESENT : rv;
    CK_SLOT_ID *slots = calloc(count, sizeof *slots);
    if (slots == NULL) return CKR_HOST_MEMORY;
    rv = soft->C_GetSlotList(CK_TRUE, slots, &count);
    *slot = slots[count - 1];
    free(slots);
    return rv;
}

static CK_RV init_token(const char *label, const char *pin)
{
    CK_UTF8CHAR padded[33];
    CK_UTF8CHAR *secret = (CK_UTF8CHAR *)pin;
    CK_ULONG length = (CK_ULONG)strlen(pin);
    CK_SLOT_ID slot;
    CK_SESSION_HANDLE session;
    snprintf((char *)padded, sizeof padded, "%-32s", label);

    CK_RV rv = free_slot(&slot);
    if (rv == CKR_OK) rv = soft->C_InitToken(slot, secret, length, padded);
    if (rv == CKR_OK)
        rv = soft->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session);
    if (rv != CKR_OK) return rv;
    rv = soft->C_Login(session, CKU_SO, secret, length);
    if (rv == CKR_OK) rv = soft->C_InitPIN(session, secret, length);
    soft->C_CloseSession(session);
    return rv;
}

int main(int count, char **arguments)
{
    if (count != 2 || soft_open(arguments[1]) != CKR_OK) return 1;
    char *line = NULL;
    size_t size = 0;
    CK_RV rv = CKR_OK;
    while (rv == CKR_OK && getline(&line, &size, stdin) > 0) {
        line[strcspn(line, "\n")] = '\0';
        char *tab = strchr(line, '\t');
        if (tab == NULL) rv = CKR_ARGUMENTS_BAD;
        else *tab = '\0';
        if (rv == CKR_OK) rv = init_token(line, tab + 1);
    }
    if (rv != CKR_OK) log_line(LOG_KEY, "init-tokens: 0x%lx", rv);
    if (line != NULL) explicit_bzero(line, size);
    free(line);
    soft_close();
    rights_share(arguments[1]);
    return rv == CKR_OK ? 0 : 1;
}
