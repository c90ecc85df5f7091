#include "daemon/config_check.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/limits.h"
#include "base/untrusted.h"
#include "http/server/tls_context.h"

namespace boltseal::daemon {
namespace {

/// A file that is read as a whole.
Result<void> check_file(std::string_view what, const std::string& path) {
  if (path.empty()) return {};
  const auto text = read_file(path, limits::kConfigBytes);
  if (!text) return fail(Error(text.error()).within(what));
  if (text->empty())
    return fail(ErrorCode::bad_config, std::string(what) + " " + escape_untrusted(path) + " is empty");
  return {};
}

Result<void> check_certificates(std::string_view what, const std::string& path) {
  BS_TRY(check_file(what, path));
  if (path.empty()) return {};
  const std::string text = BS_TRY(read_file(path, limits::kConfigBytes));
  if (text.find("-----BEGIN CERTIFICATE-----") == std::string::npos) {
    return fail(ErrorCode::bad_config,
                std::string(what) + " " + escape_untrusted(path) + " holds no certificate", "it must be PEM");
  }
  return {};
}

/// As at the start: certificate and key fit, the client CA can be read.
Result<void> check_listeners(const std::vector<ListenConfig>& listeners) {
  for (const ListenConfig& listener : listeners) {
    if (listener.tls_cert.empty()) {
      BS_TRY(check_certificates("the client CA", listener.client_ca));
      continue;
    }
    BS_TRY(http::TlsContext::load({.certificate = listener.tls_cert,
                                   .key = listener.tls_key,
                                   .client_ca = listener.client_ca,
                                   .require_client_certificate = listener.require_client_certificate},
                                  true));
  }
  return {};
}

Result<void> check_keys(const KeysConfig& keys, const TakenVariables& variables) {
  if (keys.place == KeyPlace::notary_database) {
    BS_TRY(variables.passphrase_of(keys.default_alias));
  } else if (keys.place == KeyPlace::remote) {
    BS_TRY(check_certificates("the signer's CA", keys.remote.ca));
    if (!keys.remote.client_cert.empty())
      BS_TRY(http::TlsContext::load({.certificate = keys.remote.client_cert, .key = keys.remote.client_key},
                                    true));
  } else if (keys.place == KeyPlace::pkcs11) {
    BS_TRY(check_file("the PIN", keys.pkcs11.pin_file));
    if (::access(keys.pkcs11.module.c_str(), R_OK) != 0)
      return fail(ErrorCode::not_found, "there is no PKCS#11 module " + escape_untrusted(keys.pkcs11.module),
                  "install the token's library, or correct keys.pkcs11.module");
  }
  return {};
}

}  // namespace

Result<void> check_config(const Config& config, const TakenVariables& variables) {
  if (config.server) {
    BS_TRY(check_listeners(config.server->listen));
    BS_TRY(check_keys(config.server->keys, variables));
    BS_TRY(check_certificates("the bundle of the token server", config.server->auth.root_certificates));
    BS_TRY(check_file("the key set of the token server", config.server->auth.jwks));
    BS_TRY(check_file("the password file", config.server->auth.password_file));
  }
  if (config.signer) {
    BS_TRY(check_listeners(config.signer->listen));
    BS_TRY(check_keys(config.signer->keys, variables));
  }
  return {};
}

}  // namespace boltseal::daemon
