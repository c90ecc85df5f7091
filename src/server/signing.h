// What the server signs: the next snapshot and timestamp of a GUN, in either form, with the keys it holds
// (NOTARY-SERVER.md 3). Hashes and lengths are those of the stored bytes, never of a re-serialisation.
// Thread safe as far as its KeyService is.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/names.h"
#include "base/result.h"
#include "server/key_service.h"
#include "tuf/editor.h"
#include "tuf/model.h"

namespace boltseal::server {

struct Lifetimes {
  Duration snapshot = 3 * 365 * kDay;
  Duration timestamp = 14 * kDay;
  int renew_at_percent = 50;  ///< of a life, counted from when the file was stored
};

class Signing {
 public:
  Signing(KeyService& keys, Lifetimes lifetimes) : keys_(keys), lifetimes_(lifetimes) {}

  const Lifetimes& lifetimes() const { return lifetimes_; }
  KeyService& keys() const { return keys_; }

  /// Whether the server can reach the threshold of the role (snapshot or timestamp) with its own keys.
  Result<bool> can_sign(const Gun& gun, const tuf::Root& root, const RoleName& role) const;

  /// Signs the body with a new expiry; version, meta and twin are the caller's. key_missing: the server does
  /// not hold the keys that the root names.
  Result<tuf::SignedFile> snapshot(const Gun& gun, const tuf::Root& root, tuf::Snapshot body, Time now) const;
  /// In TUF 1.0 also the time of issue.
  Result<tuf::SignedFile> timestamp(const Gun& gun, const tuf::Root& root, tuf::Timestamp body,
                                    Time now) const;

 private:
  using Holders = std::vector<std::shared_ptr<crypto::Signer>>;
  Result<Holders> holders(const Gun& gun, const tuf::Root& root, const RoleName& role) const;

  KeyService& keys_;
  Lifetimes lifetimes_;
};

}  // namespace boltseal::server
