/* KMIP 1.4 messages in the JSON encoding (OASIS KMIP Additional Message Encodings). */
#include "knet.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define VENDOR "KRYPTUS kNET HSM (simulated)"

/* Vendor extension of the simulator; the same numbers are in src/simulator/answer-request.ts. */
#define TAG_USER "0x540001"
#define TAG_STATE "0x540002"
#define TAG_FOLDER "0x540003"
#define TAG_LABEL "0x540004"
#define TAG_PIN "0x540005"
#define TAG_SERIAL "0x540006"
#define TAG_NO_SESSION_OBJECTS "0x540007"
#define TAG_MOST_RSA_BITS "0x540008"

static json_t *leaf(const char *tag, const char *type, json_t *value)
{
    return json_pack("{s:s,s:s,s:o}", "tag", tag, "type", type, "value", value);
}

static json_t *text(const char *tag, const char *value)
{
    return leaf(tag, "TextString", json_string(value));
}

static json_t *enumeration(const char *tag, const char *value)
{
    return leaf(tag, "Enumeration", json_string(value));
}

static json_t *authentication(const char *user, const struct password *password)
{
    json_t *secret = json_stringn((const char *)password->bytes, password->length);
    return json_pack("{s:s,s:[{s:s,s:[o,{s:s,s:[o,o]}]}]}",
        "tag", "Authentication", "value",
        "tag", "Credential", "value", enumeration("CredentialType", "0x00000001"),
        "tag", "CredentialValue", "value", text("Username", user), leaf("Password", "TextString", secret));
}

static json_t *header(const char *user, const struct password *password)
{
    json_t *parts = json_pack("[{s:s,s:[o,o]}]", "tag", "ProtocolVersion", "value",
        leaf("ProtocolVersionMajor", "Integer", json_integer(1)),
        leaf("ProtocolVersionMinor", "Integer", json_integer(4)));
    if (password != NULL && json_array_append_new(parts, authentication(user, password)) != 0) {
        json_decref(parts);
        return NULL;
    }
    json_array_append_new(parts, leaf("BatchCount", "Integer", json_integer(1)));
    return json_pack("{s:s,s:o}", "tag", "RequestHeader", "value", parts);
}

static json_t *extension(const char *user)
{
    return json_pack("{s:s,s:[o,o,{s:s,s:[o]}]}", "tag", "MessageExtension", "value",
        text("VendorIdentification", VENDOR),
        leaf("CriticalityIndicator", "Boolean", json_false()),
        "tag", "VendorExtension", "value", text(TAG_USER, user));
}

char *kmip_request(const char *user, const struct password *password)
{
    json_t *query = enumeration("QueryFunction", "0x00000003");
    json_t *message = json_pack("{s:s,s:[o,{s:s,s:[o,{s:s,s:[o]},o]}]}",
        "tag", "RequestMessage", "value", header(user, password),
        "tag", "BatchItem", "value", enumeration("Operation", "0x00000018"),
        "tag", "RequestPayload", "value", query, extension(user));
    char *request = message == NULL ? NULL : json_dumps(message, JSON_COMPACT);
    json_decref(message);
    return request;
}

/* The value of the part with this tag in a structure's value. */
static const json_t *part(const json_t *structure, const char *tag)
{
    size_t index;
    const json_t *item;
    json_array_foreach(structure, index, item) {
        const char *found = json_string_value(json_object_get(item, "tag"));
        if (found != NULL && strcmp(found, tag) == 0) return json_object_get(item, "value");
    }
    return NULL;
}

static char *copied(const json_t *value)
{
    return json_is_string(value) ? strdup(json_string_value(value)) : NULL;
}

bool kmip_response(const char *body, size_t length, struct answer *answer)
{
    *answer = (struct answer){ 0 };
    json_t *message = json_loadb(body, length, JSON_REJECT_DUPLICATES, NULL);
    const json_t *item = part(json_object_get(message, "value"), "BatchItem");
    const char *status = json_string_value(part(item, "ResultStatus"));
    const json_t *details = part(part(item, "MessageExtension"), "VendorExtension");
    const char *state = json_string_value(part(details, TAG_STATE));
    bool understood = status != NULL && state != NULL;
    if (understood) {
        answer->success = strcmp(status, "Success") == 0 || strcmp(status, "0x00000000") == 0;
        answer->state = (enum user_state)strtoul(state, NULL, 16);
        answer->folder = copied(part(details, TAG_FOLDER));
        answer->label = copied(part(details, TAG_LABEL));
        answer->pin = copied(part(details, TAG_PIN));
        answer->serial = copied(part(details, TAG_SERIAL));
        answer->no_session_objects = part(details, TAG_NO_SESSION_OBJECTS) != NULL;
        const char *bits = json_string_value(part(details, TAG_MOST_RSA_BITS));
        answer->most_rsa_bits = bits == NULL ? 0 : strtoul(bits, NULL, 16);
    }
    json_decref(message);
    return understood;
}

void free_secret(char *secret)
{
    if (secret != NULL) explicit_bzero(secret, strlen(secret));
    free(secret);
}

void answer_free(struct answer *answer)
{
    free(answer->folder);
    free(answer->label);
    free_secret(answer->pin);
    free(answer->serial);
    *answer = (struct answer){ 0 };
}
