// One publish, from checked parts to an acknowledged state: verification against what is stored, snapshot
// and timestamp, one storage transaction, the high-water record (NOTARY-SERVER.md 2.4-2.7).
//
// Publishers of one GUN follow each other in this process; where another process was first, the whole publish
// is checked and made again, and only roles that really overlap give VERSION (bug 19). Thread safe.
//
// Forms (SECURITY rule 2): the Notary form alone is treated as notary-server would; both at once must say the
// same; TUF 1.0 alone is for repositories that have no Notary form. The Notary files are made first, and the
// TUF 1.0 snapshot and timestamp carry their hashes.
#pragma once

#include <functional>

#include "base/clock.h"
#include "server/api_error.h"
#include "server/gun_locks.h"
#include "server/high_water.h"
#include "server/online_roles.h"
#include "server/publish/notary_check.h"
#include "server/publish/tuf1_check.h"
#include "server/publish/upload.h"
#include "server/storage/remembering.h"

namespace boltseal::server {

class Publisher {
 public:
  /// `changed` is called after each commit and each deletion, before the answer; `unsure` where a commit may
  /// have taken effect, or may do so yet, although its answer was lost.
  Publisher(Remembering& storage, const OnlineRoles& online, HighWater& record, GunLocks& locks,
            const Clock& clock, std::function<void(const Gun&)> changed,
            std::function<void(const Gun&)> unsure);

  /// INVALID_UPDATE, VERSION, UPDATING, UNKNOWN.
  ApiResult<void> publish(const Gun& gun, const Upload& upload);
  ApiResult<void> remove(const Gun& gun);

 private:
  /// What one attempt was decided on.
  struct Plan {
    Batch batch;
    std::int64_t epoch = 1;
  };
  struct Standing {
    GunState state;
    std::optional<Tombstone> stone;
    Time now{};
  };
  ApiResult<Plan> plan(const Gun& gun, const Upload& upload);
  ApiResult<Plan> plan_anew_if_old(const Gun& gun, const Upload& upload);
  /// The online files of the Notary form, as made or uploaded.
  struct NotaryFiles {
    CheckedUpdate update;
    NewFile snapshot, timestamp;
  };
  ApiResult<NotaryFiles> plan_notary(const Gun& gun, const Upload& upload, const Standing& standing,
                                     Plan& plan);
  ApiResult<void> plan_tuf1(const Gun& gun, const Upload& upload, const Standing& standing,
                            const NotaryFiles* notary, Plan& plan);
  ApiResult<void> check_forms(const Gun& gun, const NotaryFiles& notary, const CheckedTuf1& tuf1);
  ApiResult<NewFile> make_tuf1_snapshot(const Gun& gun, const CheckedTuf1& update, const Upload& upload,
                                        const Standing& standing, const NotaryFiles* notary);
  ApiResult<NewFile> add_notary_files(const Gun& gun, const Upload& upload, const CheckedUpdate& update,
                                      const Standing& standing, Plan& plan);
  ApiResult<NewFile> make_snapshot(const Gun& gun, const CheckedUpdate& update, const Standing& standing);
  ApiResult<NewFile> make_timestamp(const Gun& gun, const CheckedUpdate& update, const NewFile& snapshot,
                                    const Standing& standing);
  ApiResult<void> check_new_life(const tuf::Trusted<tuf::Root>& root, const Standing& standing,
                                 Plan& plan) const;
  ApiResult<void> check_record(const Gun& gun, const Standing& standing, Plan& plan);
  ApiResult<void> add_basis(const Gun& gun, Plan& plan);
  ApiResult<bool> overlaps(const Gun& gun, const Upload& upload) const;
  ApiResult<void> acknowledge(const Gun& gun, const Plan& plan);

  Remembering& storage_;
  const OnlineRoles& online_;
  HighWater& record_;
  GunLocks& locks_;
  const Clock& clock_;
  std::function<void(const Gun&)> changed_, unsure_;
};

}  // namespace boltseal::server
