/* Requests to the members of a connection's HA vector, with fail-over. */
#include "knet.h"

#include <stdlib.h>
#include <string.h>

#define CONNECT_TIMEOUT_MS 2000L
#define REQUEST_TIMEOUT_MS 5000L
#define LARGEST_RESPONSE (1024 * 1024)

struct body {
    char *bytes;
    size_t length;
};

static size_t collect(char *chunk, size_t size, size_t count, void *context)
{
    struct body *body = context;
    size_t length = size * count;
    if (length > LARGEST_RESPONSE - body->length) return 0;
    char *bytes = realloc(body->bytes, body->length + length + 1);
    if (bytes == NULL) return 0;
    memcpy(bytes + body->length, chunk, length);
    body->bytes = bytes;
    body->length += length;
    return length;
}

/* The certificate is not verified: a VHSM's is commonly self-signed, with a name that is not the host's. */
static CURL *new_client(void)
{
    CURL *curl = curl_easy_init();
    if (curl == NULL) return NULL;
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, REQUEST_TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
    return curl;
}

static bool ask_member(CURL *curl, const char *url, const char *request, struct answer *answer)
{
    struct body body = { 0 };
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);

    CURLcode result = curl_easy_perform(curl);
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    bool answered = result == CURLE_OK && status == 200 && kmip_response(body.bytes, body.length, answer);
    if (!answered)
        log_line(LOG_QUIET, "%s: %s, HTTP status %ld", url,
            result == CURLE_OK ? "not the answer of a simulated VHSM" : curl_easy_strerror(result), status);

    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, NULL);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(headers);
    if (body.bytes != NULL) explicit_bzero(body.bytes, body.length);
    free(body.bytes);
    return answered;
}

CK_RV vhsm_ask(struct user *user, const struct password *password, struct answer *answer)
{
    *answer = (struct answer){ 0 };
    struct connection *connection = user->connection;
    if (connection->curl == NULL) connection->curl = new_client();
    if (connection->curl == NULL) return CKR_HOST_MEMORY;
    char *request = kmip_request(user->name, password);
    if (request == NULL) return password == NULL ? CKR_HOST_MEMORY : CKR_PIN_INCORRECT;

    CK_RV rv = CKR_DEVICE_ERROR;
    for (size_t tried = 0; tried < connection->count && rv != CKR_OK; tried++) {
        size_t index = (connection->active + tried) % connection->count;
        if (!ask_member(connection->curl, connection->urls[index], request, answer)) continue;
        if (index != connection->active) log_line(LOG_QUIET, "now using %s", connection->urls[index]);
        connection->active = index;
        rv = CKR_OK;
        break;
    }
    free_secret(request);
    return rv;
}
