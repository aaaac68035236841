/* SoftHSM 2, loaded as a private copy and pointed at the cluster's token folder. */
#include "knet.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

CK_FUNCTION_LIST *soft;

static void *library; /* stays loaded until the process ends: OpenSSL does not like to be unloaded */
static char *opened_folder;

static const char *const places[] = {
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
};

static bool copy(int from, int to)
{
    struct stat status;
    if (fstat(from, &status) != 0) return false;
    while (lseek(from, 0, SEEK_CUR) < status.st_size)
        if (sendfile(to, from, NULL, (size_t)status.st_size) <= 0) return false;
    return true;
}

/*
 * To the loader, a copy is another library. Without it, a process that uses SoftHSM for itself as well
 * (p11-kit's proxy does) would share its state with this module.
 */
static void *load_copy(const char *path)
{
    void *handle = NULL;
    int from = open(path, O_RDONLY | O_CLOEXEC);
    int to = memfd_create("knet-softhsm", MFD_CLOEXEC);
    if (from >= 0 && to >= 0 && copy(from, to)) {
        char name[64];
        snprintf(name, sizeof name, "/proc/self/fd/%d", to);
        handle = dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
    }
    if (from >= 0) close(from);
    if (to >= 0) close(to);
    return handle;
}

static void *load_library(void)
{
    for (size_t index = 0; index < sizeof places / sizeof *places; index++) {
        if (access(places[index], R_OK) != 0) continue;
        void *handle = load_copy(places[index]);
        return handle != NULL ? handle : dlopen(places[index], RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
    }
    return NULL;
}

static CK_FUNCTION_LIST *load(void)
{
    if (library == NULL) library = load_library();
    if (library == NULL) return NULL;
    CK_C_GetFunctionList get_list;
    /* POSIX's own way around ISO C, which has no cast from an object pointer to a function pointer */
    *(void **)&get_list = dlsym(library, "C_GetFunctionList");
    CK_FUNCTION_LIST *list = NULL;
    return get_list != NULL && get_list(&list) == CKR_OK ? list : NULL;
}

static int configuration(const char *folder)
{
    int file = memfd_create("knet-softhsm-conf", MFD_CLOEXEC);
    if (file < 0) return -1;
    int written = dprintf(
        file, "directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n", folder);
    if (written < 0) {
        close(file);
        return -1;
    }
    return file;
}

/*
 * SoftHSM takes its configuration from the environment alone, which is restored as soon as SoftHSM has read
 * it.
 */
static CK_RV initialize(CK_FUNCTION_LIST *list, const char *folder)
{
    int file = configuration(folder);
    if (file < 0) return CKR_FUNCTION_FAILED;
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    const char *before = getenv("SOFTHSM2_CONF");
    char *kept = before == NULL ? NULL : strdup(before);

    setenv("SOFTHSM2_CONF", path, 1);
    CK_C_INITIALIZE_ARGS arguments = { .flags = CKF_OS_LOCKING_OK };
    CK_RV rv = list->C_Initialize(&arguments);
    if (kept == NULL) unsetenv("SOFTHSM2_CONF");
    else setenv("SOFTHSM2_CONF", kept, 1);

    free(kept);
    close(file);
    return rv;
}

CK_RV soft_open(const char *folder)
{
    if (soft != NULL) return strcmp(folder, opened_folder) == 0 ? CKR_OK : CKR_DEVICE_ERROR;
    CK_FUNCTION_LIST *list = load();
    if (list == NULL) {
        log_line(LOG_KEY, "SoftHSM 2 cannot be loaded: is the package softhsm2 installed?");
        return CKR_FUNCTION_FAILED;
    }
    char *kept = strdup(folder);
    if (kept == NULL) return CKR_HOST_MEMORY;
    CK_RV rv = initialize(list, folder);
    if (rv != CKR_OK) {
        log_line(LOG_KEY, "SoftHSM 2 does not start with %s: 0x%lx", folder, rv);
        free(kept);
        return CKR_FUNCTION_FAILED;
    }
    soft = list;
    opened_folder = kept;
    return CKR_OK;
}

static bool has_label(const CK_TOKEN_INFO *info, const char *label)
{
    char padded[sizeof info->label + 1];
    snprintf(padded, sizeof padded, "%-*s", (int)sizeof info->label, label);
    return (info->flags & CKF_TOKEN_INITIALIZED) != 0 && memcmp(padded, info->label, sizeof info->label) == 0;
}

CK_RV soft_find_slot(const char *label, CK_SLOT_ID *slot)
{
    CK_ULONG count = 0;
    CK_RV rv = soft->C_GetSlotList(CK_TRUE, NULL, &count);
    if (rv != CKR_OK) return rv;
    CK_SLOT_ID *slots = calloc(count + 1, sizeof *slots);
    if (slots == NULL) return CKR_HOST_MEMORY;
    rv = soft->C_GetSlotList(CK_TRUE, slots, &count);

    CK_RV found = rv == CKR_OK ? CKR_TOKEN_NOT_PRESENT : rv;
    for (CK_ULONG index = 0; rv == CKR_OK && found != CKR_OK && index < count; index++) {
        CK_TOKEN_INFO info;
        if (soft->C_GetTokenInfo(slots[index], &info) != CKR_OK || !has_label(&info, label)) continue;
        *slot = slots[index];
        found = CKR_OK;
    }
    free(slots);
    return found;
}

void soft_close(void)
{
    if (soft != NULL) soft->C_Finalize(NULL);
    soft = NULL;
    free(opened_folder);
    opened_folder = NULL;
}
