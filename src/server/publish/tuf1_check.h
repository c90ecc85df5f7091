// Whether an update in TUF 1.0 form may become the state of a GUN (SECURITY rules 1-3).
//
// Roots without gaps; every file bound to the GUN; every targets role built on the file that it replaces; no
// role dropped from the snapshot. The comparison with the Notary form is the publisher's.
#pragma once

#include <map>
#include <optional>

#include "base/clock.h"
#include "server/api_error.h"
#include "server/publish/upload.h"
#include "server/storage/storage.h"
#include "server/stored_chain.h"

namespace boltseal::server {

struct CheckedTuf1 {
  tuf::Trusted<tuf::Root> root;                            ///< rules after this publish
  bool first = false;                                      ///< no root was stored
  TrustedTargets targets;                                  ///< all roles after this publish
  std::optional<tuf::Unverified<tuf::Snapshot>> previous;  ///< the stored snapshot
  std::optional<tuf::Trusted<tuf::Snapshot>> snapshot;     ///< when the client made it
};

class Tuf1Check {
 public:
  Tuf1Check(const Storage& storage, const Gun& gun, Time now) : storage_(storage), gun_(gun), now_(now) {}
  /// INVALID_UPDATE; VERSION where a role was changed by someone else meanwhile; UNKNOWN for storage errors.
  ApiResult<CheckedTuf1> run(const std::map<RoleName, UploadedFile>& files);

 private:
  using Files = std::map<RoleName, UploadedFile>;
  ApiResult<void> check_root(const Files& files);
  ApiResult<TrustedTargets> check_targets(const Files& files);
  ApiResult<void> check_predecessor(const RoleName& role, const tuf::Trusted<tuf::Targets>& file) const;
  ApiResult<void> check_snapshot(const UploadedFile& file, const TrustedTargets& targets);
  template <typename File>
  ApiResult<void> check_common(const RoleName& role, const File& file, Refusal name) const;

  const Storage& storage_;
  const Gun& gun_;
  Time now_;
  bool first_ = false;
  std::optional<tuf::Trusted<tuf::Root>> root_;
  std::optional<tuf::Unverified<tuf::Snapshot>> previous_;
  std::optional<tuf::Trusted<tuf::Snapshot>> snapshot_;
};

}  // namespace boltseal::server
