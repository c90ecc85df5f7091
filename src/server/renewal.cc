#include "server/renewal.h"

#include <algorithm>

#include "base/log.h"
#include "server/stored_chain.h"
#include "tuf/codec.h"
#include "tuf/editor.h"

namespace boltseal::server {
namespace {

constexpr auto kRetry = std::chrono::minutes(5);
constexpr auto kForeignKeyRetry = std::chrono::hours(12);  // only the owner can change that, by a publish

Time renewal_time(Time created, Time expires, const Lifetimes& lives) {
  return created + (expires - created) / 100 * lives.renew_at_percent;
}

}  // namespace

/// The two online files of a GUN in one form, read without trust.
struct Renewal::Online {
  Form form = Form::notary;
  StoredFile timestamp;
  Time timestamp_expires;
  StoredFile snapshot;
  Time snapshot_expires;
  tuf::Snapshot snapshot_body;
};

Renewal::Renewal(Storage& storage, const OnlineRoles& online, HighWater& record, GunLocks& locks,
                 const Clock& clock, std::function<void(const Gun&)> changed,
                 std::function<void(const Gun&)> unsure)
    : storage_(storage),
      online_(online),
      record_(record),
      locks_(locks),
      clock_(clock),
      changed_(std::move(changed)),
      unsure_(std::move(unsure)) {}

Renewal::~Renewal() { stop(); }

Result<std::optional<Renewal::Online>> Renewal::load(const Gun& gun) const {
  auto notary = BS_TRY(load(gun, Form::notary));
  if (notary) return notary;
  return load(gun, Form::tuf1);
}

Result<std::optional<Renewal::Online>> Renewal::load(const Gun& gun, Form form) const {
  auto timestamp = BS_TRY(storage_.current(gun, form, RoleName::timestamp()));
  auto snapshot = BS_TRY(storage_.current(gun, form, RoleName::snapshot()));
  if (!timestamp || !snapshot) return std::optional<Online>();
  const auto stamp = BS_TRY(tuf::parse_timestamp(form, timestamp->bytes));
  const auto body = BS_TRY(tuf::parse_snapshot(form, snapshot->bytes));
  return std::optional(
      Online{form, std::move(*timestamp), stamp->expires, std::move(*snapshot), body->expires, body.body()});
}

template <typename Choose>
Result<bool> Renewal::renew_if(const Gun& gun, Choose choose) {
  const auto lock = locks_.lock(gun);
  const GunState state = BS_TRY(storage_.state(gun));
  if (state.needs_recovery) return false;
  const auto online = BS_TRY(load(gun));
  if (!online) return false;
  const Time now = clock_.now();
  const Due due = choose(*online, now);
  if (!due.any()) return false;
  auto stored = store_renewed(gun, state, *online, due, now);
  if (!stored) failed_.fetch_add(1, std::memory_order_relaxed);
  if (stored && *stored) done_.fetch_add(1, std::memory_order_relaxed);
  return stored;
}

Result<bool> Renewal::renew(const Gun& gun) {
  return renew_if(gun, [&lives = online_.signing().lifetimes()](const Online& online, Time now) {
    return Due{.snapshot = now >= renewal_time(online.snapshot.created, online.snapshot_expires, lives),
               .timestamp = now >= renewal_time(online.timestamp.created, online.timestamp_expires, lives)};
  });
}

Result<bool> Renewal::renew_expired(const Gun& gun) {
  return renew_if(gun, [](const Online& online, Time now) {
    return Due{.snapshot = online.snapshot_expires <= now, .timestamp = online.timestamp_expires <= now};
  });
}

Result<bool> Renewal::renew_now(const Gun& gun) {
  return renew_if(gun, [](const Online&, Time) { return Due{.snapshot = true, .timestamp = true}; });
}

Result<bool> Renewal::store_renewed(const Gun& gun, const GunState& state, const Online& online, Due due,
                                    Time now) {
  const StoredChain chain = BS_TRY(load_chain(storage_, gun, online.form));
  Batch batch{.gun = gun, .time = now, .state = state};
  batch.basis = {{online.form, RoleName::timestamp(), online.timestamp.version}};
  if (!BS_TRY(renew_form(gun, online, chain, due, now, batch.files))) return false;
  if (online.form == Form::notary) add_twin(gun, online, chain, now, batch.files);
  const auto stored = storage_.publish(batch);
  if (!stored && stored.error().code() == ErrorCode::conflict) return false;  // someone else was first
  if (!stored) {
    unsure_(gun);
    return fail(stored.error());
  }
  std::vector<Head> heads;
  for (const NewFile& file : batch.files)
    heads.push_back({gun, file.form, file.role, file.version, file.sha256});
  const auto recorded = record_.raise(gun, state.epoch, heads);
  changed_(gun);
  if (!recorded) return fail(recorded.error());
  log::info("renewed", {{"gun", Untrusted(gun.str())}, {"files", static_cast<std::int64_t>(heads.size())}});
  return true;
}

Result<bool> Renewal::renew_form(const Gun& gun, const Online& online, const StoredChain& chain, Due due,
                                 Time now, std::vector<NewFile>& files) const {
  const tuf::Root& root = chain.root.body();
  SnapshotFile snapshot{online.snapshot.bytes, online.snapshot.version};
  if (!BS_TRY(online_.signing().can_sign(gun, root, RoleName::timestamp()))) {
    return fail(ErrorCode::key_missing,
                "this server does not hold the timestamp key of " + gun.str() + ": nothing can be renewed",
                "its owner must name this server's keys in a new root: boltseal rotate");
  }
  if (due.snapshot && BS_TRY(online_.signing().can_sign(gun, root, RoleName::snapshot()))) {
    files.push_back(BS_TRY(online_.snapshot(gun, root, online.snapshot_body, now, std::nullopt)));
    snapshot = {files.back().bytes, files.back().version};
  } else if (online.snapshot_expires <= now) {
    return fail(ErrorCode::expired,
                "the snapshot of " + gun.str() + " has expired and its key is with its owner",
                "the owner must publish again");
  } else if (!due.timestamp) {
    return false;  // a client's snapshot in its second half: nothing for the server to do
  }
  files.push_back(BS_TRY(online_.timestamp(gun, root, snapshot, now, std::nullopt)));
  return true;
}

/// The Notary form is renewed in any case: its clients know nothing of the other.
void Renewal::add_twin(const Gun& gun, const Online& notary, const StoredChain& chain, Time now,
                       std::vector<NewFile>& files) const {
  const auto root = storage_.latest(gun, Form::tuf1, RoleName::root());
  if (root && !*root) return;
  const bool snapshot_is_new = files.front().role == RoleName::snapshot();
  const Sha256& snapshot = snapshot_is_new ? files.front().sha256 : notary.snapshot.sha256;
  auto twin = renew_twin(gun, chain, snapshot, files.back().sha256, now);
  if (!twin) return log::error("tuf1_not_renewed", twin.error());
  for (NewFile& file : *twin) files.push_back(std::move(file));
}

Result<std::vector<NewFile>> Renewal::renew_twin(const Gun& gun, const StoredChain& notary,
                                                 const Sha256& snapshot, const Sha256& timestamp,
                                                 Time now) const {
  const StoredChain tuf1 = BS_TRY(load_chain(storage_, gun, Form::tuf1));
  BS_TRY(compare_forms(notary.root.body(), notary.targets, tuf1.root.body(), tuf1.targets));
  std::vector<NewFile> files;
  SnapshotFile under{tuf1.snapshot.bytes(), tuf1.snapshot->version};
  const Lifetimes& lives = online_.signing().lifetimes();
  const bool ageing = tuf1.snapshot->expires - now < lives.snapshot / 2;
  if (tuf1.snapshot->twin != snapshot || ageing) {
    tuf::Snapshot body = tuf1.snapshot.body();
    body.twin = snapshot;
    files.push_back(BS_TRY(online_.snapshot(gun, tuf1.root.body(), std::move(body), now, std::nullopt)));
    under = {files.back().bytes, files.back().version};
  }
  files.push_back(BS_TRY(online_.timestamp(gun, tuf1.root.body(), under, now, std::nullopt, timestamp)));
  return files;
}

Result<std::optional<Time>> Renewal::due_at(const Gun& gun) const {
  const auto online = BS_TRY(load(gun));
  if (!online) return std::optional<Time>();
  const Lifetimes& lives = online_.signing().lifetimes();
  Time at = renewal_time(online->timestamp.created, online->timestamp_expires, lives);
  const Time snapshot_at = renewal_time(online->snapshot.created, online->snapshot_expires, lives);
  if (snapshot_at < at) {
    // Only a snapshot that is ours makes the GUN due.
    const auto root = BS_TRY(stored_root(storage_, gun, online->form));
    if (root && BS_TRY(online_.signing().can_sign(gun, root->body(), RoleName::snapshot()))) at = snapshot_at;
  }
  return std::optional(at);
}

void Renewal::start() {
  if (thread_.joinable()) return;
  thread_ = std::thread([this] { run(); });
}

void Renewal::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Renewal::schedule(const Gun& gun, Time at) {
  std::lock_guard lock(mutex_);
  const auto old = queued_.find(gun);
  if (old != queued_.end()) {
    const auto [first, last] = queue_.equal_range(old->second);
    for (auto it = first; it != last; ++it) {
      if (it->second != gun) continue;
      queue_.erase(it);
      break;
    }
  }
  queued_.insert_or_assign(gun, at);
  queue_.emplace(at, gun);
  wake_.notify_all();
}

/// The exact time is found out when the thread gets there: that of the shortest life is soon enough.
void Renewal::watch(const Gun& gun) {
  const Lifetimes& lives = online_.signing().lifetimes();
  const Time now = clock_.now();
  schedule(gun, renewal_time(now, now + std::min(lives.snapshot, lives.timestamp), lives));
}

void Renewal::schedule_all() {
  std::string after;
  while (true) {
    const auto page = storage_.guns(after, kGunPage);
    if (!page) {
      log::error("renewal_cannot_list", page.error());
      std::unique_lock lock(mutex_);
      if (wake_.wait_for(lock, kRetry, [this] { return stopping_; })) return;
      continue;
    }
    for (const Gun& gun : *page) {
      const auto at = due_at(gun);
      if (!at) log::error("renewal_cannot_read", at.error());
      if (at && *at) schedule(gun, **at);
      std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
    if (page->size() < kGunPage) return;
    after = page->back().str();
  }
}

void Renewal::renew_one(const Gun& gun) {
  const auto renewed = renew(gun);
  if (!renewed) {
    log::error("renewal_failed", renewed.error());
    const bool foreign = renewed.error().code() == ErrorCode::key_missing;
    return schedule(gun, clock_.now() + (foreign ? Duration(kForeignKeyRetry) : Duration(kRetry)));
  }
  const auto at = due_at(gun);
  if (!at) return schedule(gun, clock_.now() + kRetry);
  // What is due still is not ours to renew now (recovery, a client's snapshot): look again later.
  if (*at) schedule(gun, std::max<Time>(**at, clock_.now() + kRetry));
}

std::size_t Renewal::due() {
  const Time now = clock_.now();
  std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(std::distance(queue_.begin(), queue_.upper_bound(now)));
}

void Renewal::run() {
  schedule_all();
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const Time now = clock_.now();
    if (queue_.empty() || queue_.begin()->first > now) {
      // Wall clocks may jump: look at least once a minute.
      const auto pause = queue_.empty() ? Duration(std::chrono::minutes(1)) : queue_.begin()->first - now;
      wake_.wait_for(lock, std::min<Duration>(pause, std::chrono::minutes(1)));
      continue;
    }
    const Gun gun = queue_.begin()->second;
    queue_.erase(queue_.begin());
    queued_.erase(gun);
    lock.unlock();
    renew_one(gun);
    lock.lock();
  }
}

}  // namespace boltseal::server
