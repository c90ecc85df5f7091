#include "server/expiry_watch.h"

#include <algorithm>

#include "base/log.h"
#include "server/gun_report.h"

namespace boltseal::server {
namespace {

constexpr auto kPause = std::chrono::minutes(1);
constexpr auto kRecount = std::chrono::seconds(5);
constexpr std::int64_t kPage = 1000;

ExpiryWatch::Kind kind_of(const RoleName& role) {
  if (role == RoleName::root()) return ExpiryWatch::root;
  if (role == RoleName::targets()) return ExpiryWatch::targets;
  if (role == RoleName::snapshot()) return ExpiryWatch::snapshot;
  return role == RoleName::timestamp() ? ExpiryWatch::timestamp : ExpiryWatch::delegation;
}

}  // namespace

ExpiryWatch::~ExpiryWatch() { stop(); }

void ExpiryWatch::start() {
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
}

void ExpiryWatch::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ExpiryWatch::changed(const Gun& gun) {
  const std::lock_guard lock(mutex_);
  changed_.insert(gun);
}

Result<void> ExpiryWatch::look_at(const Gun& gun) {
  Gauge gauge;
  bool any = false;
  for (const RoleExpiry& role : BS_TRY(current_expiry(storage_, gun))) {
    auto& first = gauge.first[kind_of(role.role)];
    if (!first || role.expires < *first) first = role.expires;
    any = true;
  }
  gauge.marked = BS_TRY(storage_.state(gun)).needs_recovery;
  const std::lock_guard lock(mutex_);
  if (any || gauge.marked)
    gauges_.insert_or_assign(gun.str(), gauge);
  else
    gauges_.erase(gun.str());
  return {};
}

Result<void> ExpiryWatch::look_at_all() {
  const auto last = BS_TRY(storage_.changes(std::nullopt, -1, 1));
  const std::int64_t feed = last.empty() ? 0 : last.back().id;
  BS_TRY(for_each_gun(storage_, [&](const Gun& gun) -> Result<bool> {
    BS_TRY(look_at(gun));
    const std::lock_guard lock(mutex_);
    return !stopping_;
  }));
  feed_ = feed;
  complete_ = true;
  return {};
}

Result<void> ExpiryWatch::look_at_feed() {
  while (true) {
    const auto page = BS_TRY(storage_.changes(std::nullopt, feed_, kPage));
    std::set<std::string> names;
    for (const Change& change : page) names.insert(change.gun);
    for (const std::string& name : names) {
      if (const auto gun = Gun::parse_lenient(name)) BS_TRY(look_at(*gun));
    }
    if (!page.empty()) feed_ = page.back().id;
    if (static_cast<std::int64_t>(page.size()) < kPage) return {};
  }
}

Result<void> ExpiryWatch::look() {
  if (!complete_) return look_at_all();
  std::set<Gun> changed;
  {
    const std::lock_guard lock(mutex_);
    changed.swap(changed_);
  }
  for (const Gun& gun : changed) BS_TRY(look_at(gun));
  return look_at_feed();
}

ExpiryWatch::Summary ExpiryWatch::count(Time now) const {
  Summary out{.guns = gauges_.size()};
  for (const auto& [name, gauge] : gauges_) {
    if (gauge.marked) ++out.marked;
    for (std::size_t kind = 0; kind < kKinds.size(); ++kind) {
      if (!gauge.first[kind]) continue;
      const Duration left = *gauge.first[kind] - now;
      Horizon& horizon = out.kinds[kind];
      if (!horizon.earliest || left < *horizon.earliest) horizon.earliest = left;
      if (left <= Duration(0)) ++horizon.expired;
      if (left <= 7 * kDay) ++horizon.week;
      if (left <= 30 * kDay) ++horizon.month;
    }
  }
  return out;
}

ExpiryWatch::Summary ExpiryWatch::summary() const {
  const Time now = clock_.now();
  const std::lock_guard lock(mutex_);
  if (!counted_ || now - counted_at_ >= kRecount || now < counted_at_) {
    counted_ = count(now);
    counted_at_ = now;
  }
  return *counted_;
}

void ExpiryWatch::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    const auto looked = look();
    if (!looked) log::error("expiry_not_read", looked.error());
    lock.lock();
    wake_.wait_for(lock, kPause, [this] { return stopping_; });
  }
}

}  // namespace boltseal::server
