#include "client/doctor.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include "base/untrusted.h"
#include "client/inspect.h"
#include "store/trust_store.h"
#include "tuf/codec.h"

namespace boltseal::client {
namespace {

class Doctor {
 public:
  Doctor(Environment& environment, keys::KeyStore& keys) : environment_(environment), keys_(keys) {}

  std::vector<Finding> run(const std::vector<Gun>& guns) {
    look_at_directory();
    look_at_keys();
    look_at_caches();
    for (const Gun& gun : guns) look_at_repository(gun);
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
    const auto pins = environment_.policy().pin_for(gun);
    if (!pins) return add(gun.str(), pins.error());
    if (!*pins)
      add(Health::warning, gun.str(), "is trusted since its first use; no pin says which root is right",
          "boltseal pin " + gun.str());
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
