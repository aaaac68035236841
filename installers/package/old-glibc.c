/*
 * Linked into what a package carries: functions that newer C libraries have under new names only, made of
 * those that the oldest one has (glibc 2.28). They stay inside the file that they are linked into.
 */
#include <stdlib.h>

struct stat;

#define HIDDEN __attribute__((visibility("hidden")))
/* the layout of struct stat on x86-64 */
#define STAT_VERSION 1

/* glibc 2.33 made these functions; before, they were inline in <sys/stat.h>. */
extern int __xstat(int version, const char *path, struct stat *status);
extern int __lxstat(int version, const char *path, struct stat *status);
extern int __fxstat(int version, int file, struct stat *status);
extern int __fxstatat(int version, int folder, const char *path, struct stat *status, int flags);

HIDDEN int stat(const char *path, struct stat *status) { return __xstat(STAT_VERSION, path, status); }
HIDDEN int lstat(const char *path, struct stat *status) { return __lxstat(STAT_VERSION, path, status); }
HIDDEN int fstat(int file, struct stat *status) { return __fxstat(STAT_VERSION, file, status); }
HIDDEN int fstatat(int folder, const char *path, struct stat *status, int flags)
{
    return __fxstatat(STAT_VERSION, folder, path, status, flags);
}

/* The headers of glibc 2.38 send _GNU_SOURCE's strtoul() here, for C23's 0b prefix. */
HIDDEN long __isoc23_strtol(const char *text, char **end, int base) { return strtol(text, end, base); }
HIDDEN unsigned long __isoc23_strtoul(const char *text, char **end, int base)
{
    return strtoul(text, end, base);
}
