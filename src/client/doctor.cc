#include "client/doctor.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/untrusted.h"
#include "client/inspect.h"
#include "store/trust_store.h"
#include "tuf/codec.h"

namespace boltseal::client {
namespace {

/// By public key: the roles that it signs, in the order of the files.
using KeyRoles = std::map<Sha256, std::vector<std::string>>;

void add_keys(KeyRoles& into, const std::string& name, const tuf::RoleKeys& role, const tuf::KeyMap& keys) {
  for (const std::string& id : role.keyids) {
    const auto key = keys.find(id);
    if (key == keys.end() || !key->second.key) continue;
    std::vector<std::string>& names = into[key->second.key->identity()];
    if (names.empty() || names.back() != name) names.push_back(name);
  }
}

// `docker trust signer add` lists the key of each signer in targets/<signer> and in targets/releases.
bool is_signer_of_docker(const std::vector<std::string>& names) {
  const auto is_delegation = [](const std::string& name) { return name.starts_with("targets/"); };
  return names.size() == 2 && std::ranges::all_of(names, is_delegation) &&
         std::ranges::find(names, RoleName::releases().str()) != names.end();
}

std::string list_of(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + escape_untrusted(names[i]);
  return text;
}

class Doctor {
 public:
  Doctor(Environment& environment, keys::KeyStore& keys) : environment_(environment), keys_(keys) {}

  std::vector<Finding> run(const std::vector<Gun>& guns) {
    look_at_directory();
    look_at_keys();
    for (const Gun& gun : guns) look_at_repository(gun);  // first: it brings their caches up to date
    look_at_caches();
    return std::move(findings_);
  }

 private:
  void add(Health health, std::string subject, std::string text, std::string hint = {}) {
    findings_.push_back({health, std::move(subject), std::move(text), std::move(hint)});
  }
  void add(const std::string& subject, const Error& error) {
    add(Health::problem, subject, error.what(), error.hint());
  }

  void look_at_directory() {
    const std::string& path = environment_.settings().trust_dir;
    struct stat info{};
    if (stat((path + "/private").c_str(), &info) != 0)
      return add(Health::good, path, "holds no private keys");
    if ((info.st_mode & 077u) != 0) {
      return add(Health::problem, path + "/private",
                 fmt::format("others may enter it (mode {:04o})", info.st_mode & 07777u),
                 "chmod 700 " + path + "/private");
    }
    add(Health::good, path, "only its owner may enter it");
  }

  void look_at_keys() {
    const auto listing = keys_.list();
    if (!listing) return add("keys", listing.error());
    for (const Error& warning : listing->warnings)
      add(Health::warning, "keys", warning.what(), warning.hint());
    add(Health::good, "keys", fmt::format("{} private keys", listing->keys.size()));
  }

  void look_at_caches() {
    const auto guns = store::cached_guns(environment_.settings().trust_dir);
    if (!guns) {
      if (guns.error().code() != ErrorCode::not_found) add("cache", guns.error());
      return;
    }
    for (const Gun& gun : *guns) look_at_cache(gun);
  }

  void look_at_cache(const Gun& gun) {
    const store::TrustStore store(environment_.settings().trust_dir, tuf::Form::notary, gun);
    if (const auto state = store.state(); !state) add(gun.str(), state.error());
    const auto bytes = store.cached(RoleName::root());
    const auto root =
        bytes ? tuf::parse_root(tuf::Form::notary, *bytes) : fail(ErrorCode::not_found, "no root");
    if (!root)
      return add(Health::problem, gun.str(), "the cached root can't be read: " + root.error().what(),
                 "restore it, or remove it and pin the root anew");
    const Duration left = (*root)->expires - environment_.clock().now();
    if (left < Duration::zero()) {
      add(Health::problem, gun.str(), "the cached root has expired", "its owner must publish a new root");
    } else if (left < 180 * kDay) {
      add(Health::warning, gun.str(), "the root expires in " + describe_duration(left),
          "its owner must sign a new root before that");
    }
    look_at_shared_keys(gun, root->body(), store);
    const auto pins = environment_.policy().pin_for(gun);
    if (!pins) return add(gun.str(), pins.error());
    if (!*pins)
      add(Health::warning, gun.str(), "is trusted since its first use; no pin says which root is right",
          "boltseal pin " + gun.str());
  }

  // A key in two roles is stolen once for both (SECURITY rule 7).
  void look_at_shared_keys(const Gun& gun, const tuf::Root& root, const store::TrustStore& store) {
    KeyRoles roles;
    for (const auto& [name, role] :
         {std::pair{"root", &root.root}, std::pair{"targets", &root.targets},
          std::pair{"snapshot", &root.snapshot}, std::pair{"timestamp", &root.timestamp}}) {
      add_keys(roles, name, *role, root.keys);
    }
    const auto bytes = store.cached(RoleName::targets());
    const auto targets = bytes ? tuf::parse_targets(tuf::Form::notary, RoleName::targets(), *bytes)
                               : fail(ErrorCode::not_found, "no targets");
    if (targets && (*targets)->delegations) {
      const tuf::Delegations& delegations = *(*targets)->delegations;
      for (const tuf::DelegatedRole& role : delegations.roles)
        add_keys(roles, role.name, role, delegations.keys);
    }
    for (const auto& [key, names] : roles) {
      if (names.size() < 2 || is_signer_of_docker(names)) continue;
      add(Health::warning, gun.str(), "one key serves the roles " + list_of(names),
          "whoever gets this key has all of these roles: give each a key of its own");
    }
  }

  void look_at_repository(const Gun& gun) {
    const auto inspection = inspect(environment_, gun, "");
    if (!inspection) return add(gun.str(), inspection.error());
    for (const std::string& warning : inspection->warnings) add(Health::warning, gun.str(), warning);
    if (!inspection->online)
      add(Health::warning, gun.str(), "the trust server did not answer; the cache was used");
    add(Health::good, gun.str(), fmt::format("{} signed tags, verified", inspection->tags.size()));
  }

  Environment& environment_;
  keys::KeyStore& keys_;
  std::vector<Finding> findings_;
};

}  // namespace

std::string_view name_of(Health health) {
  switch (health) {
    case Health::good:
      return "good";
    case Health::warning:
      return "warning";
    case Health::problem:
      break;
  }
  return "problem";
}

std::vector<Finding> doctor(Environment& environment, keys::KeyStore& keys, const std::vector<Gun>& guns) {
  return Doctor(environment, keys).run(guns);
}

}  // namespace boltseal::client
