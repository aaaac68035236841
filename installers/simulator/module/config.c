/* Reads $HOME/.config/kryptus/knet/pkcs11/config.json, strictly: whatever is not as expected is refused. */
#include "knet.h"

#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOKEN_LABEL_LENGTH 32
#define LARGEST_CONFIG (5 * 1024 * 1024)
#define ADDRESS_CHARACTERS "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.:_-%"

static bool config_path(char *path, size_t size)
{
    const char *home = getenv("HOME");
    if (home == NULL || *home == '\0') {
        const struct passwd *account = getpwuid(geteuid());
        home = account == NULL ? NULL : account->pw_dir;
    }
    if (home == NULL) return false;
    int length = snprintf(path, size, "%s/.config/kryptus/knet/pkcs11/config.json", home);
    return length > 0 && (size_t)length < size;
}

/* 0 when the value is not a port. The vendor's document shows a string; a number is taken too. */
static unsigned port_of(const json_t *value)
{
    if (json_is_integer(value)) {
        json_int_t number = json_integer_value(value);
        return number >= 1 && number <= 65535 ? (unsigned)number : 0;
    }
    const char *text = json_string_value(value);
    if (text == NULL || *text == '\0' || strlen(text) > 5) return 0;
    if (strspn(text, "0123456789") != strlen(text)) return 0;
    unsigned long number = strtoul(text, NULL, 10);
    return number >= 1 && number <= 65535 ? (unsigned)number : 0;
}

static char *url_of(const json_t *address, const json_t *port)
{
    const char *host = json_string_value(address);
    unsigned number = port_of(port);
    if (host == NULL || *host == '\0' || strlen(host) > 255 || number == 0) return NULL;
    if (strspn(host, ADDRESS_CHARACTERS) != strlen(host)) return NULL;

    char url[320];
    const char *format = strchr(host, ':') == NULL ? "https://%s:%u/kmip" : "https://[%s]:%u/kmip";
    snprintf(url, sizeof url, format, host, number);
    return strdup(url);
}

/* A scalar counts as a vector of one. */
static const json_t *member(const json_t *value, size_t index)
{
    return json_is_array(value) ? json_array_get(value, index) : value;
}

static bool load_connection(const json_t *value, struct connection *connection)
{
    const json_t *addresses = json_object_get(value, "ip");
    const json_t *ports = json_object_get(value, "port");
    if (addresses == NULL || ports == NULL || json_is_array(addresses) != json_is_array(ports)) return false;
    size_t count = json_is_array(addresses) ? json_array_size(addresses) : 1;
    if (count == 0 || (json_is_array(ports) && json_array_size(ports) != count)) return false;

    connection->urls = calloc(count, sizeof *connection->urls);
    if (connection->urls == NULL) return false;
    for (; connection->count < count; connection->count++) {
        char *url = url_of(member(addresses, connection->count), member(ports, connection->count));
        if (url == NULL) return false;
        connection->urls[connection->count] = url;
    }
    return true;
}

/* Stores the index of each connection in `indexes`, under its name. */
static bool load_connections(json_t *connections, json_t *indexes, struct config *loaded)
{
    if (!json_is_object(connections)) return false;
    loaded->connections = calloc(json_object_size(connections) + 1, sizeof *loaded->connections);
    if (loaded->connections == NULL) return false;

    const char *name;
    json_t *value;
    json_object_foreach(connections, name, value) {
        size_t index = loaded->connection_count++;
        if (!load_connection(value, &loaded->connections[index])) return false;
        if (json_object_set_new(indexes, name, json_integer((json_int_t)index)) != 0) return false;
    }
    return true;
}

static bool load_users(json_t *users, const json_t *indexes, struct config *loaded)
{
    if (!json_is_object(users)) return false;
    loaded->users = calloc(json_object_size(users) + 1, sizeof *loaded->users);
    if (loaded->users == NULL) return false;

    const char *name;
    json_t *value;
    json_object_foreach(users, name, value) {
        const char *type = json_string_value(json_object_get(value, "authentication_type"));
        const char *connection = json_string_value(json_object_get(value, "connection"));
        const json_t *index = connection == NULL ? NULL : json_object_get(indexes, connection);
        if (index == NULL || type == NULL || strcmp(type, "password") != 0) return false;
        if (*name == '\0' || strlen(name) > TOKEN_LABEL_LENGTH) return false;

        struct user *user = &loaded->users[loaded->user_count];
        user->name = strdup(name);
        if (user->name == NULL) return false;
        user->connection = &loaded->connections[json_integer_value(index)];
        loaded->user_count++;
    }
    return true;
}

static bool load_verbosity(const json_t *value, enum verbosity *verbosity)
{
    static const char *const names[] = { "none", "key_only", "quiet", "info", "verbose", "full" };
    *verbosity = LOG_QUIET;
    if (value == NULL) return true;
    for (size_t index = 0; json_is_string(value) && index < sizeof names / sizeof *names; index++) {
        if (strcmp(json_string_value(value), names[index]) != 0) continue;
        *verbosity = (enum verbosity)index;
        return true;
    }
    return false;
}

/* Never waits (for the other end of a pipe), and never reads without end. NULL unless it is valid JSON. */
static json_t *read_json(const char *path)
{
    int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    struct stat status;
    json_t *root = NULL;
    if (file >= 0 && fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_size <= LARGEST_CONFIG)
        root = json_loadfd(file, JSON_REJECT_DUPLICATES, NULL);
    if (file >= 0) close(file);
    return root;
}

bool config_load(struct config *loaded)
{
    *loaded = (struct config){ 0 };
    char path[PATH_MAX];
    if (!config_path(path, sizeof path)) return false;

    json_t *root = read_json(path);
    json_t *indexes = json_object();
    bool valid = root != NULL && indexes != NULL
        && load_verbosity(json_object_get(root, "log_verbosity"), &loaded->verbosity)
        && load_connections(json_object_get(root, "connections"), indexes, loaded)
        && load_users(json_object_get(root, "users"), indexes, loaded);
    json_decref(indexes);
    json_decref(root);
    if (!valid) config_free(loaded);
    return valid;
}

void config_free(struct config *loaded)
{
    for (size_t index = 0; index < loaded->connection_count; index++) {
        struct connection *connection = &loaded->connections[index];
        for (size_t each = 0; each < connection->count; each++) free(connection->urls[each]);
        free(connection->urls);
        if (connection->curl != NULL) curl_easy_cleanup(connection->curl);
    }
    for (size_t index = 0; index < loaded->user_count; index++) free(loaded->users[index].name);
    free(loaded->connections);
    free(loaded->users);
    *loaded = (struct config){ 0 };
}
