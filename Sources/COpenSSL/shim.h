#pragma once
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/sslerr.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

// Macros that Swift cannot see, as functions.

static inline int tikwatch_SSL_CTX_set_min_proto_version(SSL_CTX *context, int version) {
    return (int)SSL_CTX_set_min_proto_version(context, version);
}

static inline int tikwatch_SSL_CTX_set_max_proto_version(SSL_CTX *context, int version) {
    return (int)SSL_CTX_set_max_proto_version(context, version);
}

static inline void tikwatch_SSL_CTX_set_mode(SSL_CTX *context, long mode) {
    SSL_CTX_set_mode(context, mode);
}

static inline void tikwatch_SSL_CTX_set_session_cache_mode(SSL_CTX *context, long mode) {
    SSL_CTX_set_session_cache_mode(context, mode);
}

static inline int tikwatch_SSL_CTX_set_dh_auto(SSL_CTX *context) {
    return (int)SSL_CTX_set_dh_auto(context, 1);
}

/// Takes a reference of its own.
static inline int tikwatch_SSL_CTX_add1_chain_cert(SSL_CTX *context, X509 *certificate) {
    return (int)SSL_CTX_add1_chain_cert(context, certificate);
}

static inline int tikwatch_SSL_set_tlsext_host_name(SSL *ssl, const char *name) {
    return (int)SSL_set_tlsext_host_name(ssl, name);
}

static inline int tikwatch_SSL_set_app_data(SSL *ssl, void *data) {
    return SSL_set_app_data(ssl, data);
}

static inline void *tikwatch_SSL_get_app_data(const SSL *ssl) {
    return SSL_get_app_data(ssl);
}

static const uint64_t tikwatch_SSL_OP_NO_RENEGOTIATION = SSL_OP_NO_RENEGOTIATION;
static const uint64_t tikwatch_SSL_OP_NO_COMPRESSION = SSL_OP_NO_COMPRESSION;
static const uint64_t tikwatch_SSL_OP_NO_TICKET = SSL_OP_NO_TICKET;
static const uint64_t tikwatch_SSL_OP_LEGACY_SERVER_CONNECT = SSL_OP_LEGACY_SERVER_CONNECT;

/// One line, with the characters escaped that could confuse a terminal or a log.
static inline int tikwatch_X509_NAME_print(BIO *output, const X509_NAME *name) {
    return X509_NAME_print_ex(output, name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
}

/// A new key on the curve P-256, to be freed by the caller; NULL if there is none.
static inline EVP_PKEY *tikwatch_EVP_P256_gen(void) {
    return EVP_EC_gen("P-256");
}
