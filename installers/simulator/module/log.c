/* A log only where KNET_SIMULATOR_LOG names a file; log_verbosity of config.json says how much goes there. */
#include "knet.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int file = -1;
static enum verbosity limit;

void log_open(enum verbosity verbosity)
{
    const char *path = secure_getenv("KNET_SIMULATOR_LOG");
    limit = verbosity;
    if (path == NULL || verbosity == LOG_NONE || file >= 0) return;
    file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
}

void log_close(void)
{
    if (file >= 0) close(file);
    file = -1;
}

void log_line(enum verbosity level, const char *format, ...)
{
    if (file < 0 || level > limit) return;
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    dprintf(file, "%d %s\n", (int)getpid(), line);
}
