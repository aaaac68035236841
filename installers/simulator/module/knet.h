/*
 * Simulated kNET PKCS #11 client: what its parts know about each other. Everything runs under one lock
 * (module.c).
 */
#ifndef KNET_H
#define KNET_H

#include <stdbool.h>
#include <stddef.h>

#include <curl/curl.h>
#include <p11-kit/pkcs11.h>

/* config.c: the vendor's config.json */

struct connection {
    char **urls; /* https://ADDRESS:PORT/kmip, in the order of preference */
    size_t count;
    size_t active; /* index of the member that answered last */
    CURL *curl;    /* made at the first request; keeps its TLS connections open */
};

struct user {
    char *name;
    struct connection *connection;
    CK_SLOT_ID soft_slot;
    bool has_soft_slot;
};

enum verbosity { LOG_NONE, LOG_KEY, LOG_QUIET, LOG_INFO, LOG_VERBOSE, LOG_FULL };

struct config {
    struct connection *connections;
    size_t connection_count;
    struct user *users; /* in the order of the file: slot ids count up from FIRST_SLOT */
    size_t user_count;
    enum verbosity verbosity;
};

/* False when the file is missing, unreadable or not valid; `config` is then empty. */
bool config_load(struct config *config);
void config_free(struct config *config);

/* vhsm.c: the conversation with the VHSMs of a connection */

enum user_state { USER_GOOD = 1, USER_COUNT_LOW, USER_FINAL_TRY, USER_LOCKED, USER_UNKNOWN, USER_OFFICER };

struct answer {
    enum user_state state;
    bool success;
    char *folder; /* where the cluster keeps its tokens */
    char *label;  /* of the user's token there */
    char *pin;    /* of that token; only after the right password */
    char *serial; /* of the user's token on this member; NULL where all members have the same */
    bool no_session_objects;
    CK_ULONG most_rsa_bits; /* of keys that are made; 0: as many as SoftHSM makes */
};

struct password {
    const unsigned char *bytes;
    size_t length;
};

/*
 * Asks the active member, then the others along the vector, until one answers. CKR_DEVICE_ERROR when none
 * does. `password` may be NULL. The caller frees the answer.
 */
CK_RV vhsm_ask(struct user *user, const struct password *password, struct answer *answer);
void answer_free(struct answer *answer);

/* kmip.c: KMIP messages in JSON */

/*
 * A Query for the user, with its credential when there is a password; NULL when the name or password is not
 * UTF-8.
 */
char *kmip_request(const char *user, const struct password *password);
/* False unless the text is a response of a simulated VHSM. */
bool kmip_response(const char *text, size_t length, struct answer *answer);
/* Frees a text after overwriting it. */
void free_secret(char *text);

/* softhsm.c: the cryptography behind the simulated VHSMs */

/* Null until soft_open() has succeeded. */
extern CK_FUNCTION_LIST *soft;

/* Loads SoftHSM with this token folder; again with the same folder does nothing, with another one fails. */
CK_RV soft_open(const char *folder);
CK_RV soft_find_slot(const char *label, CK_SLOT_ID *slot);
void soft_close(void);

/* rights.c */

/* Lets every local account use the token files that this process owns. */
void rights_share(const char *folder);

/* module.c: the lock, the state, and the two ends of every call */

#define FIRST_SLOT 1000UL

extern struct config config;

/* Takes the lock; the lock is held afterwards whatever is returned, until leave(). */
CK_RV enter(void);
/* As enter(), for a call that a VHSM would serve: its user's connection must be alive. */
CK_RV enter_session(CK_SESSION_HANDLE session, struct user **user);
CK_RV leave(const char *function, enum verbosity level, CK_RV rv);

struct user *user_of_slot(CK_SLOT_ID slot);
/* Asks the VHSM about the user and makes its SoftHSM slot known. */
CK_RV reach(struct user *user, const struct password *password, struct answer *answer);

/* log.c */

void log_open(enum verbosity verbosity);
void log_close(void);
__attribute__((format(printf, 2, 3))) void log_line(enum verbosity level, const char *format, ...);

#endif
