#include "http/server/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <string_view>

#include "base/untrusted.h"

namespace boltseal::http {
namespace {

/// What Go's clients of notary and Docker and today's browsers have: forward secrecy and AEAD, nothing else.
constexpr const char* kTls12Ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
/// AES-128 first: it is the cheapest of the three with hardware support, and as good as needed.
constexpr const char* kTls13Ciphers =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* kGroups = "X25519:P-256:P-384";
constexpr int kChainDepth = 5;

/// The first reason in OpenSSL's queue; empties it.
std::string openssl_reason() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "unknown error";
}

tl::unexpected<Error> unusable(std::string_view what, const std::string& file) {
  return fail(ErrorCode::bad_config,
              std::string(what) + " " + escape_untrusted(file) + ": " + openssl_reason(),
              "check that the file is PEM, readable, and belongs to the other TLS files");
}

struct Offer {
  const unsigned char* protocols;
  unsigned length;
};

constexpr std::array<unsigned char, 12> kH2AndH1 = {2, 'h', '2', 8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
constexpr Offer kBoth{kH2AndH1.data(), 12};
constexpr Offer kH1{kH2AndH1.data() + 3, 9};

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_length, const unsigned char* in,
                    unsigned in_length, void* offer) {
  const auto* ours = static_cast<const Offer*>(offer);
  unsigned char* chosen = nullptr;
  const int result = SSL_select_next_proto(&chosen, out_length, ours->protocols, ours->length, in, in_length);
  if (result != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_NOACK;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

void set_protocol(SSL_CTX* context, bool offer_h2) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
  // The clients (Go's, one connection a request) do not resume, so tickets and a cache cost and bring
  // nothing.
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context, 1);
  const Offer* offer = offer_h2 ? &kBoth : &kH1;
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, const_cast<Offer*>(offer));
}

Result<void> set_algorithms(SSL_CTX* context) {
  if (SSL_CTX_set_cipher_list(context, kTls12Ciphers) != 1 ||
      SSL_CTX_set_ciphersuites(context, kTls13Ciphers) != 1 ||
      SSL_CTX_set1_groups_list(context, kGroups) != 1) {
    return fail(ErrorCode::internal,
                "OpenSSL has not the TLS algorithms that are needed: " + openssl_reason());
  }
  return {};
}

Result<void> set_certificate(SSL_CTX* context, const TlsFiles& files) {
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1) {
    return unusable("can't use the TLS certificate", files.certificate);
  }
  if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context) != 1) {
    return unusable("can't use the TLS key", files.key);
  }
  return {};
}

Result<void> set_client_ca(SSL_CTX* context, const TlsFiles& files) {
  if (files.client_ca.empty()) {
    if (!files.require_client_certificate) return {};
    return fail(ErrorCode::bad_config, "client certificates are required, but no client CA is given");
  }
  STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(files.client_ca.c_str());
  if (names == nullptr || SSL_CTX_load_verify_file(context, files.client_ca.c_str()) != 1) {
    sk_X509_NAME_pop_free(names, X509_NAME_free);
    return unusable("can't use the client CA", files.client_ca);
  }
  SSL_CTX_set_client_CA_list(context, names);
  const int mode = SSL_VERIFY_PEER | (files.require_client_certificate ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0);
  SSL_CTX_set_verify(context, mode, nullptr);
  SSL_CTX_set_verify_depth(context, kChainDepth);
  return {};
}

}  // namespace

TlsContext::~TlsContext() { SSL_CTX_free(static_cast<SSL_CTX*>(context_)); }

Result<std::shared_ptr<const TlsContext>> TlsContext::load(const TlsFiles& files, bool offer_h2) {
  ERR_clear_error();
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  if (context == nullptr) return fail(ErrorCode::internal, "can't make a TLS context: " + openssl_reason());
  std::shared_ptr<const TlsContext> made(new TlsContext(context));
  set_protocol(context, offer_h2);
  BS_TRY(set_algorithms(context));
  BS_TRY(set_certificate(context, files));
  BS_TRY(set_client_ca(context, files));
  return made;
}

}  // namespace boltseal::http
