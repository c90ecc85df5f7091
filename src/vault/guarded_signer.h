// How every place of keys signs: the content is judged, its version recorded, then it is signed (SECURITY
// rule 24). For the holders of this room.
#pragma once

#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/names.h"
#include "crypto/signer.h"
#include "vault/content.h"
#include "vault/key_table.h"

namespace boltseal::vault {

/// What happens to a version below the last one that a key signed.
enum class LowerVersions : std::uint8_t {
  refuse,
  log  ///< signed all the same: for a notary-server, which may rightly do so after its database was restored
};

/// Takes a `signed` object in canonical form as its message, whatever the scheme, and refuses with:
///   bad_format      not canonical, not of the role's `_type`, not strictly one of the two forms
///   policy_denied   expires more than three years and a day from now
///   rollback        a version below the last one that this key signed in this form (an equal one is signed)
///   key_missing     the key was retired, or is gone
///   bad_key         the key does not open or is not the one of its public part; the scheme does not fit it
/// Thread safe, if what derives from it is.
class GuardedSigner : public crypto::Signer {
 public:
  /// `role`: nothing where the place does not know it: then snapshot or timestamp, by the content.
  GuardedSigner(std::optional<RoleName> role, KeyId id, crypto::PublicKeyPtr key, const Clock& clock,
                LowerVersions lower)
      : role_(std::move(role)), id_(std::move(id)), key_(std::move(key)), clock_(clock), lower_(lower) {}

  crypto::PublicKeyPtr public_key() const final { return key_; }
  Result<Bytes> sign(crypto::Scheme scheme, ByteView message) final;

 protected:
  const KeyId& id() const { return id_; }

 private:
  /// The key itself, which signs anything.
  virtual Result<std::shared_ptr<crypto::Signer>> open() = 0;
  /// As KeyTable::record_use() and last_version().
  virtual Result<Use> record(const Content& content, Time now) = 0;
  virtual Result<std::int64_t> last_version(tuf::Form form) = 0;

  Result<void> below_last(const Content& content);

  const std::optional<RoleName> role_;
  const KeyId id_;
  const crypto::PublicKeyPtr key_;
  const Clock& clock_;
  const LowerVersions lower_;
};

}  // namespace boltseal::vault
