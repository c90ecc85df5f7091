#include "daemon/config_parts.h"
#include "daemon/config_words.h"

namespace boltseal::daemon {
namespace {

Result<void> read_clients(const Fields& signer, std::vector<SignerClient>& out) {
  const auto list = BS_TRY(sections(signer, "clients", {"subject", "guns"}));
  if (!list) return {};
  if (list->empty())
    return fail(wrong_member(signer, "clients", "names nobody: leave it out to allow every certificate"));
  for (const Fields& fields : *list) {
    SignerClient client;
    BS_TRY(read_certificate(fields, client.subject, client.guns));
    if (client.guns.empty())
      return fail(wrong_member(fields, "guns", "names nothing: write [\"**\"] for every repository"));
    out.push_back(std::move(client));
  }
  return {};
}

}  // namespace

Result<void> read_signer(const Fields& root, const std::string& directory, std::optional<SignerConfig>& out) {
  const auto signer = BS_TRY(section(root, "signer", {"listen", "keys", "clients", "foreign_rollback"}));
  if (!signer) return {};
  out.emplace();
  BS_TRY(read_listeners(*signer, directory, true, out->listen));
  BS_TRY(read_keys(*signer, directory, true, out->keys));
  BS_TRY(read_clients(*signer, out->clients));
  return set_word(*signer, "foreign_rollback", kRollbacks, out->foreign_rollback);
}

}  // namespace boltseal::daemon
