// Whether an update in Notary form may become the state of a GUN: notary-server's validation
// (NOTARY-SERVER.md 2.5, steps 1-4) with its classes and texts, on signatures over the exact bytes.
//
// Stricter than notary-server in one thing: every file that an uploaded snapshot names must be in the update
// or in the store (bug 2 of NOTARY-SERVER.md 9).
#pragma once

#include <map>
#include <optional>

#include "base/clock.h"
#include "server/api_error.h"
#include "server/publish/upload.h"
#include "server/storage/storage.h"
#include "tuf/chain_verifier.h"

namespace boltseal::server {

/// An update that passed. Everything in it is verified under `root`.
struct CheckedUpdate {
  tuf::Trusted<tuf::Root> root;  ///< rules after this publish
  std::optional<tuf::Trusted<tuf::Root>> stored_root;
  std::map<RoleName, tuf::Trusted<tuf::Targets>> targets;  ///< uploaded ones and their ancestors
  std::optional<tuf::Trusted<tuf::Snapshot>> snapshot;     ///< when the client made it
};

class NotaryCheck {
 public:
  NotaryCheck(const Storage& storage, const Gun& gun, Time now);
  /// INVALID_UPDATE with a detail; without one where the store itself is at fault; UNKNOWN for storage
  /// errors.
  ApiResult<CheckedUpdate> run(const std::map<RoleName, UploadedFile>& files);

 private:
  using Files = std::map<RoleName, UploadedFile>;
  ApiResult<void> load_stored_root();
  ApiResult<void> check_root(const Files& files);
  ApiResult<void> check_targets(const Files& files);
  ApiResult<void> load_ancestors(const RoleName& role);
  ApiResult<void> load_targets(const RoleName& role);
  ApiResult<void> check_targets_role(const RoleName& role, const UploadedFile& file);
  ApiResult<void> check_delegated(const RoleName& role, const UploadedFile& file,
                                  const tuf::Trusted<tuf::Targets>& parent);
  ApiResult<void> accept_targets(const RoleName& role, tuf::Trusted<tuf::Targets> file);
  ApiResult<void> check_snapshot(const UploadedFile& file);
  ApiResult<void> check_named_files(const tuf::Snapshot& snapshot, const Files& files);
  Result<bool> exists(const tuf::Meta& meta, const tuf::Snapshot* previous) const;
  tuf::RootCertificateRules rules(bool with_dates) const;

  const Storage& storage_;
  const Gun& gun_;
  Time now_;
  std::optional<tuf::Trusted<tuf::Root>> stored_root_, root_;
  std::map<RoleName, tuf::Trusted<tuf::Targets>> targets_;
  std::optional<tuf::Trusted<tuf::Snapshot>> snapshot_;
};

}  // namespace boltseal::server
