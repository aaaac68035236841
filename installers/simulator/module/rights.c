/*
 * SoftHSM makes files that only the account that runs it can use. A simulated cluster is shared by all who
 * use it, as a real one is, so this process opens what it owns there to all local accounts. Links are never
 * followed.
 */
#include "knet.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void share_file(int file)
{
    struct stat status;
    if (fstat(file, &status) != 0 || status.st_uid != geteuid()) return;
    if (S_ISREG(status.st_mode) && status.st_nlink == 1 && (status.st_mode & 0777) != 0666)
        fchmod(file, 0666);
    if (S_ISDIR(status.st_mode) && (status.st_mode & 0777) != 0777) fchmod(file, 0777);
}

/* Takes over the descriptor. */
static void share_folder(int folder, int depth)
{
    share_file(folder);
    DIR *entries = fdopendir(folder);
    if (entries == NULL) {
        close(folder);
        return;
    }
    const struct dirent *entry;
    while ((entry = readdir(entries)) != NULL) {
        if (entry->d_name[0] == '.') continue;
        int file = openat(folder, entry->d_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (file < 0) continue;
        struct stat status;
        if (depth > 0 && fstat(file, &status) == 0 && S_ISDIR(status.st_mode)) {
            share_folder(file, depth - 1);
            continue;
        }
        share_file(file);
        close(file);
    }
    closedir(entries);
}

void rights_share(const char *folder)
{
    int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (descriptor >= 0) share_folder(descriptor, 1);
}
