#include "policy/policy.h"

#include <algorithm>

#include "base/encoding.h"
#include "crypto/digest.h"

namespace boltseal::policy {
namespace {

const GunPattern& pattern_of(const Server& s) { return s.gun; }
const GunPattern& pattern_of(const Pin& p) { return p.gun; }
const GunPattern& pattern_of(const NameMap& m) { return m.name; }

template <typename T>
const T* most_specific(const std::vector<T>& entries, const Gun& gun) {
  const T* best = nullptr;
  for (const T& entry : entries) {
    if (!pattern_of(entry).matches(gun)) continue;
    if (best == nullptr || pattern_of(entry).more_specific_than(pattern_of(*best))) best = &entry;
  }
  return best;
}

template <typename T>
T stricter(const std::optional<T>& a, const std::optional<T>& b, T by_default) {
  if (a && b) return std::min(*a, *b);
  return a.value_or(b.value_or(by_default));
}

// Two pins of one thing hold together when they do not name different values.
template <typename T>
bool unite(std::optional<T>& into, const std::optional<T>& other) {
  if (!into) into = other;
  return !other || *into == *other;
}

bool unite_keys(std::vector<KeyId>& into, const std::vector<KeyId>& other) {
  if (into.empty()) into = other;
  if (other.empty()) return true;
  std::erase_if(into,
                [&](const KeyId& key) { return std::find(other.begin(), other.end(), key) == other.end(); });
  return !into.empty();
}

}  // namespace

Sha256 Pin::identity() const {
  std::string text = root.sha256 ? "sha256 " + hex_encode(*root.sha256) : "";
  for (const KeyId& key : root.keys) text += "\nkey " + key.str();
  if (root.ca_bundle) text += "\nca " + *root.ca_bundle;
  return crypto::sha256(as_bytes(text));
}

const Server* Policy::server_for(const Gun& gun) const {
  const Server* server = most_specific(system_.servers, gun);
  return server != nullptr ? server : most_specific(user_.servers, gun);
}

std::vector<const Pin*> Policy::pins_for(const Gun& gun) const {
  std::vector<const Pin*> pins;
  for (const PolicyFile* file : {&system_, &user_}) {
    if (const Pin* pin = most_specific(file->pins, gun)) pins.push_back(pin);
  }
  return pins;
}

bool Policy::system_pins_server(const Gun& gun) const {
  const Pin* pin = most_specific(system_.pins, gun);
  return pin != nullptr && !pin->server.empty();
}

Result<std::optional<Pin>> Policy::pin_for(const Gun& gun) const {
  const std::vector<const Pin*> pins = pins_for(gun);
  if (pins.empty()) return std::optional<Pin>();
  Pin pin = *pins.front();
  if (pins.size() == 2) {
    const Pin& other = *pins.back();
    const bool agree =
        unite(pin.root.version, other.root.version) && unite(pin.root.sha256, other.root.sha256) &&
        unite(pin.root.ca_bundle, other.root.ca_bundle) && unite_keys(pin.root.keys, other.root.keys) &&
        (pin.server.empty() || other.server.empty() || pin.server == other.server);
    if (!agree) {
      return fail(ErrorCode::pin_mismatch,
                  "the system's and the user's policy pin " + gun.str() + " to different things",
                  "remove the wrong one of the two pins");
    }
    pin.root.minimal_version = std::max(pin.root.minimal_version, other.root.minimal_version);
    pin.wildcard_certificate = pin.wildcard_certificate && other.wildcard_certificate;
    if (pin.server.empty()) pin.server = other.server;
  }
  return std::optional<Pin>(std::move(pin));
}

Result<Gun> Policy::source_of(const Gun& gun) const {
  const NameMap* map = most_specific(system_.names, gun);
  if (map == nullptr) map = most_specific(user_.names, gun);
  if (map == nullptr) return gun;
  const std::string& pattern = map->name.str();
  const std::size_t fixed = std::min(pattern.find("/*"), pattern.size());
  return Gun::parse_lenient(map->source + gun.str().substr(fixed));
}

bool Policy::allows_first_use(const Gun& gun) const {
  if (system_.pinned_only.value_or(false) || user_.pinned_only.value_or(false)) return false;
  const auto& patterns = system_.first_use ? system_.first_use : user_.first_use;
  return patterns &&
         std::any_of(patterns->begin(), patterns->end(), [&](const GunPattern& p) { return p.matches(gun); });
}

Freshness Policy::freshness() const {
  const Freshness by_default;
  Freshness out;
  out.max_age = stricter(system_.max_age, user_.max_age, by_default.max_age);
  out.max_remaining_life =
      stricter(system_.max_remaining_life, user_.max_remaining_life, by_default.max_remaining_life);
  out.require_online = system_.require_online.value_or(false) || user_.require_online.value_or(false);
  return out;
}

}  // namespace boltseal::policy
