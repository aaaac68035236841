/*
 * Starts knetctl with the node that lies beside this program, and without what the caller's environment would
 * change about that node or the libraries in it. What knetctl itself reads from the environment comes
 * through: a variable that a profile names as the source of a PIN, HOME, TERM, LANG, NO_COLOR,
 * CREDENTIALS_DIRECTORY, ...
 *
 * Linked statically, so that no dynamic loader looks at the environment first.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Names, and beginnings of names that end in an underscore. docs/reference/files.md has the same list. */
static const char *const dropped[] = {
    /* node, and the libraries in it */
    "NODE_", "UV_", "ICU_DATA", "OPENSSL_", "OSSL_", "SSL_", "SSLKEYLOGFILE", "CTLOG_FILE", "QLOGDIR",
    /* the C library: those that ld.so(8) drops in secure mode, TMPDIR aside */
    "LD_", "MALLOC_", "GCONV_PATH", "GETCONF_DIR", "GLIBC_TUNABLES", "HOSTALIASES", "LOCALDOMAIN", "LOCPATH",
    "NIS_PATH", "NLSPATH", "RESOLV_HOST_CONF", "RES_OPTIONS", "TZDIR",
};

/*
 * In MB, room that V8 has for new objects from the start. It begins with less, and stops a command several
 * times to make more: a plan that finds nothing to do takes 7 % less processor time with it. Compiled code is
 * accepted with and without.
 */
static const char new_space[] = "--min-semi-space-size=4";

static int is_dropped(const char *variable)
{
    for (size_t index = 0; index < sizeof dropped / sizeof *dropped; index++) {
        size_t length = strlen(dropped[index]);
        if (strncmp(variable, dropped[index], length) != 0) continue;
        if (dropped[index][length - 1] == '_' || variable[length] == '=') return 1;
    }
    return 0;
}

static void scrub(char **environment)
{
    char **kept = environment;
    for (char **at = environment; *at != NULL; at++)
        if (!is_dropped(*at)) *kept++ = *at;
    *kept = NULL;
}

static int fail(const char *what)
{
    fprintf(stderr, "knetctl: %s: %s\n", what, strerror(errno));
    return 1;
}

static int fail_without_glibc(const char *node)
{
    fprintf(stderr,
            "knetctl: %s needs glibc, and its loader is not on this system; "
            "the client's module needs glibc too\n"
            "  hint: use Debian, Ubuntu, RHEL or SUSE, or an image of one of them; Alpine has musl instead\n",
            node);
    return 1;
}

int main(int count, char **arguments, char **environment)
{
    char node[PATH_MAX], script[PATH_MAX];
    /* the file itself, also when it was started through a link */
    ssize_t length = readlink("/proc/self/exe", node, sizeof node);
    if (length < 0) return fail("/proc/self/exe");
    if ((size_t)length > sizeof node - sizeof "/dist/knetctl.cjs")
        return errno = ENAMETOOLONG, fail("its own place");
    node[length] = '\0';
    *strrchr(node, '/') = '\0';
    strcpy(script, node);
    strcat(node, "/node");
    strcat(script, "/dist/knetctl.cjs");

    const char **passed = calloc((size_t)count + 4, sizeof *passed);
    if (passed == NULL) return fail("its arguments");
    passed[0] = "knetctl";
    passed[1] = new_space;
    passed[2] = script;
    for (int index = 1; index < count; index++) passed[index + 2] = arguments[index];
    scrub(environment);
    execve(node, (char **)passed, environment);
    /* the node is there, and what is not is the loader that it names: execve(2) calls both the same */
    if (errno == ENOENT && access(node, F_OK) == 0) return fail_without_glibc(node);
    return fail(node);
}
