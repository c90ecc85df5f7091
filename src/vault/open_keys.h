// Opened keys: sealed rows made into software keys, the last used of them kept. For vault.cc alone.
#pragma once

#include <string>

#include "base/secret.h"
#include "crypto/software_key.h"
#include "vault/bounded_cache.h"
#include "vault/key_table.h"

namespace boltseal::vault {

/// What the seal of a row binds: GUN, role and key id. None of them holds a NUL.
std::string associated_data(const KeyRow& row);

/// Thread safe. Keys that leave are wiped as soon as no signature is being made with them.
class OpenKeys {
 public:
  OpenKeys(Secret sealing_key, std::size_t capacity)
      : sealing_key_(std::move(sealing_key)), keys_(capacity) {}

  const Secret& sealing_key() const { return sealing_key_; }
  /// bad_key: the row does not open under its own names, or its key is not that of its public part and id.
  Result<crypto::SoftwareKeyPtr> open(const KeyRow& row);
  std::size_t size() const { return keys_.size(); }

 private:
  const Secret sealing_key_;
  BoundedCache<crypto::SoftwareKeyPtr> keys_;
};

}  // namespace boltseal::vault
