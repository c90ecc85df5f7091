#include "daemon/config_parts.h"

namespace boltseal::daemon {
namespace {

Result<ListenConfig> read_listener(const Fields& fields, const std::string& directory, bool is_signer) {
  ListenConfig listener;
  BS_TRY(member(fields.string("address")));
  BS_TRY(set_address(fields, "address", listener.address));
  BS_TRY(set_path(fields, "tls_cert", directory, listener.tls_cert));
  BS_TRY(set_path(fields, "tls_key", directory, listener.tls_key));
  BS_TRY(set_path(fields, "client_ca", directory, listener.client_ca));
  listener.require_client_certificate = is_signer || !listener.client_ca.empty();
  BS_TRY(set_flag(fields, "require_client_certificate", listener.require_client_certificate));
  BS_TRY(set_flag(fields, "plain", listener.plain));
  if (listener.tls_cert.empty() != listener.tls_key.empty())
    return fail(wrong_member(fields, "tls_cert", "and tls_key belong together"));
  if (is_signer && (listener.plain || listener.tls_cert.empty()))
    return fail(wrong_member(fields, "tls_cert", "and tls_key are needed: the signer speaks TLS alone"));
  if (listener.plain && !(listener.tls_cert.empty() && listener.client_ca.empty()))
    return fail(wrong_member(fields, "plain", "is without TLS: leave tls_cert, tls_key and client_ca out"));
  if (listener.require_client_certificate && listener.client_ca.empty()) {
    return fail(wrong_member(fields, "client_ca",
                             is_signer ? "is needed: without it everybody who reaches the signer may sign "
                                         "(require_client_certificate: false allows that)"
                                       : "is needed to require client certificates"));
  }
  return listener;
}

}  // namespace

Result<void> read_listeners(const Fields& role, const std::string& directory, bool is_signer,
                            std::vector<ListenConfig>& out) {
  const auto list = BS_TRY(
      sections(role, "listen",
               {"address", "tls_cert", "tls_key", "client_ca", "require_client_certificate", "plain"}));
  if (!list && !is_signer) return {};
  if (!list || list->empty()) return fail(wrong_member(role, "listen", "must name at least one address"));
  out.clear();
  for (const Fields& fields : *list) out.push_back(BS_TRY(read_listener(fields, directory, is_signer)));
  return {};
}

}  // namespace boltseal::daemon
